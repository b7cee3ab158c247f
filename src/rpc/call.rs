//! One call from its turn in the rate budget to its answer, over as many connections as it takes.

use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::ops::Range;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout_at};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::link::Link;
use super::pending::{End, Key};
use super::socket::Socket;
use super::wire::{self, Inbound, READ_BUFFER};
use crate::error::{Error, Kind, Limit};
use crate::transport::body::{self, Unusable};
use crate::transport::limits::LONGEST;
use crate::transport::operation::{Effect, Operation};
use crate::transport::reply::Reply;
use crate::transport::request::Target;
use crate::transport::{Received, Success};

/// So many times its own size a kept answer may hold in memory.
const MOST_WASTE: usize = 16;

/// A call being set up; awaiting it sends it. Made by [`Socket::call`].
#[must_use = "nothing is sent until it is awaited"]
pub struct Call<'a, T> {
    link: &'a Link,
    api: &'a str,
    args: Result<String, Error>,
    read_only: bool,
    timeout: Option<Duration>,
    answer: PhantomData<fn() -> T>,
}

impl Socket {
    /// Any of the vendor's calls by its RPC name (`ListPositions`), with its REST parameters as one object; `()` for none.
    /// Await what this returns.
    ///
    /// The answer is read into `T`: [`serde_json::Value`], [`Json`](crate::values::Json) for the exact text, or a type of
    /// yours. It is an error where the answer says `success: false` or has an `error`. Unless it is marked as
    /// [`read_only`](Call::read_only) it is sent once.
    ///
    /// Success means that the add-on answered so; of an order, not that it was filled.
    ///
    /// # Errors
    /// As REST's, by what the service says; [`is_outcome_unknown`](Error::is_outcome_unknown) where it was sent and the
    /// connection or the deadline ended before the answer; [`is_timeout`](Error::is_timeout), and
    /// [`is_closed`](Error::is_closed) once the socket is.
    pub fn call<'a, T: DeserializeOwned>(
        &'a self,
        api: &'a str,
        args: impl Serialize,
    ) -> Call<'a, T> {
        Call {
            link: &self.held.link,
            api,
            args: check_name(api).and_then(|()| wire::arguments(&args)),
            read_only: false,
            timeout: None,
            answer: PhantomData,
        }
    }

    /// A read whose answer REST has as well.
    pub(crate) async fn get<T: Success>(
        &self,
        target: &Target<'_>,
        operation: &'static Operation,
        args: impl Serialize,
    ) -> Result<Reply<T>, Error> {
        let link = &*self.held.link;
        let named = |error: Error| error.of(link.service, *target);
        target.check().map_err(named)?;
        let args = wire::arguments(&args).map_err(named)?;
        let ask = Ask {
            api: operation.rpc.unwrap_or(operation.id),
            args: &args,
            read_only: operation.effect == Effect::Read,
            limit: link.settings.call,
        };
        let mut answer = exchange(link, ask).await.map_err(named)?;
        let decode =
            |text: &_, wrapper: Option<&_>| body::decode_text(text, wrapper, Some(*target));
        let value = answer.read(link, decode).map_err(named)?;
        Ok(Reply::new(value, answer.kept(), link.service, *target))
    }
}

impl<'a, T: DeserializeOwned> Call<'a, T> {
    /// It changes nothing, so that it may be sent again: a call whose connection is lost is then sent on the next one instead
    /// of ending as [outcome unknown](Error::is_outcome_unknown). The vendor marks no call as such; you know.
    pub fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// Its deadline, every wait and attempt included. Default: the socket's, 30 s.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    async fn send(self) -> Result<T, Error> {
        let Self { link, api, .. } = self;
        let named = |error: Error| error.of(link.service, format_args!("call {api}"));
        let args = self.args.map_err(named)?;
        let ask = Ask {
            api,
            args: &args,
            read_only: self.read_only,
            limit: self.timeout.unwrap_or(link.settings.call),
        };
        let mut answer = exchange(link, ask).await.map_err(named)?;
        answer.read(link, body::decode_any).map_err(named)
    }
}

impl<'a, T: DeserializeOwned + 'a> IntoFuture for Call<'a, T> {
    type Output = Result<T, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl<T> fmt::Debug for Call<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("api", &self.api)
            .field("read_only", &self.read_only)
            .finish_non_exhaustive()
    }
}

#[derive(Clone, Copy)]
struct Ask<'a> {
    api: &'a str,
    args: &'a str,
    /// It may be sent again.
    read_only: bool,
    limit: Duration,
}

/// Sends a call until it is answered, or its end is known to be unknown.
async fn exchange(link: &Link, ask: Ask<'_>) -> Result<AnswerFrame, Error> {
    let started = Instant::now();
    let deadline = started + ask.limit.min(LONGEST);
    let late = || {
        Error::new(Kind::Timeout {
            limit: Limit::Call,
            after: ask.limit,
        })
    };
    let mut now = started;
    let mut attempts = 0;
    let mut before = None;
    loop {
        let tried = |error: Error| error.tried(attempts, started.elapsed());
        let unsent = |why: &str| {
            let again = if attempts > 0 { " again" } else { "" };
            tried(late().noting(format!("{why}, so it was not sent{again}")))
        };
        let no_connection = "no connection took it";
        // Before it draws on the budget, or those that wait together would be sent together.
        if link.is_reconnecting() {
            let reconnected = Box::pin(timeout_at(deadline, link.reconnected()));
            if reconnected.await.is_err() {
                return Err(unsent(no_connection));
            }
            now = Instant::now();
        }
        if let Some(budget) = &link.budget
            && let Err(wait) = budget.draw(now, deadline).await
        {
            let spent = || Error::new(Kind::Budget { wait });
            return Err(tried(before.unwrap_or_else(spent)));
        }
        let key = Key::fresh();
        let frame = wire::call(key, ask.api, ask.args);
        let place = link.open(key, frame).map_err(tried)?;
        let end = place.end(deadline).await;
        let answer = |frame, data, at: Instant| AnswerFrame {
            frame,
            data,
            attempts: attempts + 1,
            elapsed: at - started,
        };
        let unsettled = |error: Error, sent: Option<Timestamp>| {
            let attempts = attempts + u32::from(sent.is_some());
            let error = error.tried(attempts, started.elapsed());
            error.unsettled(sent.filter(|_| !ask.read_only))
        };
        return Err(match end {
            End::Answered { frame, data, at } => return Ok(answer(frame, data, at)),
            End::Refused { frame, status } => {
                let answer = answer(frame, 0..0, Instant::now());
                link.transport.refused(answer.whole(status))
            }
            End::Vetoed { frame, veto } => {
                let answer = answer(frame, 0..0, Instant::now());
                link.transport.vetoed(answer.whole(None), *veto)
            }
            End::Lost { why, .. } if ask.read_only => {
                attempts += 1;
                now = Instant::now();
                before = Some(why);
                continue;
            }
            End::Lost { sent, why } => unsettled(why, Some(sent)),
            End::Closed { sent, why } => unsettled(why, sent),
            End::NoRoom => unsent("too many other calls are open"),
            End::TimedOut { sent: None, .. } => unsent(no_connection),
            End::TimedOut { sent, seen } => {
                let note = |seen| format!("an error that names no call came meanwhile: {seen}");
                let late = match seen {
                    Some(seen) => late().noting(note(seen)),
                    None => late(),
                };
                unsettled(late, sent)
            }
        });
    }
}

/// A frame that answers a call, and how it was come by.
struct AnswerFrame {
    frame: Utf8Bytes,
    /// Where in it the part stands that REST would have as its body.
    data: Range<usize>,
    attempts: u32,
    elapsed: Duration,
}

impl AnswerFrame {
    /// Reads the data, by `decode`, which also gets the name of the member that it may be wrapped in.
    fn read<T>(
        &mut self,
        link: &Link,
        decode: impl Fn(&str, Option<&str>) -> Result<T, Unusable>,
    ) -> Result<T, Error> {
        let decode = |answer: &Self| decode(answer.data(), link.service.wrapper);
        let heeded = |error: Error| {
            link.transport.heed(&error);
            error
        };
        let mut result = decode(self);
        // Only a look was taken at the frame: there may be more in it than the data.
        if let Err(Unusable::Unfit(_)) = result {
            match wire::in_full(&self.frame) {
                Inbound::Answer { data, .. } if data != self.data => {
                    self.data = data;
                    result = decode(self);
                }
                Inbound::Refusal { status, .. } => {
                    return Err(heeded(link.transport.refused(self.whole(status))));
                }
                _ => {}
            }
        }
        result.map_err(|unusable| heeded(link.transport.unusable(self.kept(), unusable)))
    }

    fn data(&self) -> &str {
        &self.frame[self.data.clone()]
    }

    /// The data, for those who keep it.
    fn kept(&self) -> Received {
        let data = self.data();
        // A piece that the network gave stays in memory as a whole: too much of it for a small answer that is kept.
        let body = if data.len() < READ_BUFFER / MOST_WASTE {
            Bytes::copy_from_slice(data.as_bytes())
        } else {
            Bytes::from(self.frame.clone()).slice_ref(data.as_bytes())
        };
        self.received(body, None)
    }

    fn whole(&self, status: Option<u16>) -> Received {
        self.received(self.frame.clone().into(), status)
    }

    fn received(&self, body: Bytes, status: Option<u16>) -> Received {
        Received::over_socket(body, status, self.attempts, self.elapsed)
    }
}

fn check_name(api: &str) -> Result<(), Error> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if !api.is_empty() && api.len() <= 100 && api.bytes().all(is_word) {
        return Ok(());
    }
    let problem = "it is not a name such as ListPositions";
    Err(Error::input("call's name", problem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_answer_does_not_hold_all_that_was_read_with_it() {
        let least = READ_BUFFER / MOST_WASTE;
        for (length, is_copied) in [(0, true), (least - 1, true), (least, false)] {
            let read = Bytes::from(vec![b'x'; READ_BUFFER]);
            let frame = Utf8Bytes::try_from(read.slice(..length + 20)).expect("text");
            let answer = AnswerFrame {
                frame,
                data: 10..10 + length,
                attempts: 1,
                elapsed: Duration::ZERO,
            };
            let body = answer.kept().body;
            drop(answer);
            assert_eq!(body, read.slice(..length));
            assert_eq!(read.is_unique(), is_copied, "{length}");
        }
    }
}
