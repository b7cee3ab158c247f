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
use tungstenite::Utf8Bytes;

use super::Socket;
use super::connection::MOST_FRAME;
use super::link::{Link, MOST_CALLS};
use super::pending::End;
use super::wire::{self, Inbound};
use crate::error::{Error, Kind, Limit};
use crate::transport::limits::LONGEST;
use crate::transport::reply::Reply;
use crate::transport::target::Target;
use crate::transport::{Answer, Received};

/// A call being set up; awaiting it sends it. Made by [`Socket::call`].
#[must_use = "nothing is sent until it is awaited"]
pub struct Call<'a, T> {
    socket: &'a Socket,
    api: &'a str,
    args: Result<String, Error>,
    read_only: bool,
    timeout: Option<Duration>,
    answer: PhantomData<fn() -> T>,
}

impl<'a, T: DeserializeOwned> Call<'a, T> {
    pub(super) fn new(socket: &'a Socket, api: &'a str, args: &impl Serialize) -> Self {
        Self {
            socket,
            api,
            args: object(args),
            read_only: false,
            timeout: None,
            answer: PhantomData,
        }
    }

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
        let link = self.socket.link();
        let limit = self.timeout.unwrap_or(link.settings.call);
        let outcome = async {
            check_name(self.api)?;
            let ask = Ask {
                api: self.api,
                args: &self.args?,
                read_only: self.read_only,
                limit,
            };
            let answered = exchange(link, ask).await?;
            decode(link, answered, |data, received| {
                link.transport.answered_as(data, received)
            })
        };
        let named =
            |error: Error| error.of(link.transport.title(), format_args!("call {}", self.api));
        outcome.await.map_err(named)
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

/// A read whose answer REST has as well.
pub(crate) async fn get<T: Answer>(
    socket: &Socket,
    target: Target<'_>,
    api: &str,
    args: &impl Serialize,
) -> Result<Reply<T>, Error> {
    let link = socket.link();
    let outcome = async {
        target.check()?;
        let args = object(args)?;
        let ask = Ask {
            api,
            args: &args,
            read_only: true,
            limit: link.settings.call,
        };
        let answered = exchange(link, ask).await?;
        decode(link, answered, |data, received| {
            link.transport.answered(data, received(), target)
        })
    };
    let title = link.transport.title();
    outcome.await.map_err(|error| error.of(title, target))
}

#[derive(Clone, Copy)]
struct Ask<'a> {
    api: &'a str,
    args: &'a str,
    read_only: bool,
    limit: Duration,
}

struct Answered {
    frame: Utf8Bytes,
    /// Where its data is, or the status that it refuses with, if it names one.
    data: Result<Range<usize>, Option<u16>>,
    attempts: u32,
    elapsed: Duration,
}

/// Sends a call until it is answered, or its end is known to be unknown.
async fn exchange(link: &Link, ask: Ask<'_>) -> Result<Answered, Error> {
    let started = Instant::now();
    let deadline = started + ask.limit.min(LONGEST);
    let late = |note: &str| {
        let after = ask.limit;
        let limit = Limit::Call;
        Error::new(Kind::Timeout { limit, after }).noting(note)
    };
    let size = ask.args.len() + ask.api.len() + 100;
    if size > MOST_FRAME {
        let problem = format!("they are larger than {MOST_FRAME} bytes");
        return Err(Error::input("arguments", problem));
    }
    // Both are a few thousand.
    let share = (1 + size / 4096).min(MOST_CALLS as usize) as u32;
    let _room = match link.room.try_acquire_many(share) {
        Ok(room) => room,
        Err(_) => match timeout_at(deadline, link.room.acquire_many(share)).await {
            Ok(Ok(room)) => room,
            _ => return Err(late("too many other calls are open, so it was not sent")),
        },
    };
    let mut attempts = 0;
    let mut before = None;
    loop {
        let tried = |error: Error| error.tried(attempts, started.elapsed());
        if let Err(wait) = link.transport.draw(deadline).await {
            let spent = || Error::new(Kind::Budget { wait });
            return Err(tried(before.unwrap_or_else(spent)));
        }
        let end = link.open(ask.api, ask.args, deadline).map_err(tried)?.await;
        let unsettled = |error: Error, sent: Option<Timestamp>| {
            let attempts = attempts + u32::from(sent.is_some());
            let error = error.tried(attempts, started.elapsed());
            match sent {
                Some(sent) if !ask.read_only => error.unsettled(sent),
                _ => error,
            }
        };
        let answered = |frame, data| Answered {
            frame,
            data,
            attempts: attempts + 1,
            elapsed: started.elapsed(),
        };
        match end {
            End::Answered { frame, data } => return Ok(answered(frame, Ok(data))),
            End::Refused { frame, status } => return Ok(answered(frame, Err(status))),
            End::Vetoed { frame, veto } => {
                let elapsed = started.elapsed();
                let received = Received::over_socket(frame.into(), None, attempts + 1, elapsed);
                return Err(link.transport.vetoed(received, *veto));
            }
            End::Lost { why, .. } if ask.read_only => {
                attempts += 1;
                before = Some(why);
            }
            End::Lost { sent, why } => return Err(unsettled(why, Some(sent))),
            End::Closed { sent, why } => return Err(unsettled(why, sent)),
            End::TimedOut { sent, seen } => {
                let after = ask.limit;
                let limit = Limit::Call;
                let error = match (sent, seen) {
                    (None, _) => late("there was no connection to send it on"),
                    (_, Some(seen)) => late(&format!(
                        "an error that names no call came meanwhile: {seen}"
                    )),
                    (Some(_), None) => Error::new(Kind::Timeout { limit, after }),
                };
                return Err(unsettled(error, sent));
            }
        }
    }
}

/// Makes an answer what the caller wants, by `read`, which gets the data and what to keep of the answer if it keeps anything.
fn decode<T>(
    link: &Link,
    answered: Answered,
    read: impl Fn(&str, &dyn Fn() -> Received) -> Result<T, Error>,
) -> Result<T, Error> {
    let Answered {
        frame,
        data,
        attempts,
        elapsed,
    } = answered;
    // Copied, since what was read from the network in one piece stays in memory in one piece.
    let received = |text: &str, status| {
        let body = Bytes::copy_from_slice(text.as_bytes());
        Received::over_socket(body, status, attempts, elapsed)
    };
    let refused = |status| link.transport.refused(received(&frame, status));
    let read = |data: Range<usize>| {
        let data = &frame[data];
        read(data, &|| received(data, None))
    };
    let data = match data {
        Ok(data) => data,
        Err(status) => return Err(refused(status)),
    };
    let error = match read(data.clone()) {
        Ok(answer) => return Ok(answer),
        Err(error) => error,
    };
    // Only a look was taken at the frame: there may be more in it than the data.
    if error.is_contract_drift() {
        match wire::in_full(&frame) {
            Inbound::Answer { data: other, .. } if other != data => return read(other),
            Inbound::Refusal { status, .. } => return Err(refused(status)),
            _ => {}
        }
    }
    link.transport.heed(&error);
    Err(error)
}

/// Arguments as JSON. The vendor's are objects; nothing at all counts as an empty one.
fn object(args: &impl Serialize) -> Result<String, Error> {
    let json = serde_json::to_string(args)
        .map_err(|error| Error::input("arguments", error.to_string()))?;
    match json.as_bytes() {
        [b'{', ..] => Ok(json),
        b"null" => Ok("{}".to_owned()),
        _ => Err(Error::input("arguments", "they are no JSON object")),
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
