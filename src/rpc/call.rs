//! One call from its turn in the rate budget to its answer, over as many connections as it takes.

use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::pin::Pin;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout_at};

use super::Socket;
use super::answer::Answered;
use super::connection::MOST_FRAME;
use super::link::Link;
use super::pending::End;
use super::wire::{self, Argument};
use crate::error::{Error, Kind, Limit};
use crate::transport::limits::LONGEST;
use crate::transport::reply::Reply;
use crate::transport::request::Target;
use crate::transport::{Answer, Received, body};

/// A call being set up; awaiting it sends it. Made by [`Socket::call`].
#[must_use = "nothing is sent until it is awaited"]
pub struct Call<'a, T> {
    socket: &'a Socket,
    api: &'a str,
    tail: Result<String, Error>,
    read_only: bool,
    timeout: Option<Duration>,
    answer: PhantomData<fn() -> T>,
}

impl<'a, T: DeserializeOwned> Call<'a, T> {
    pub(super) fn new(socket: &'a Socket, api: &'a str, args: &impl Serialize) -> Self {
        Self {
            socket,
            api,
            tail: check_name(api).and_then(|()| wire::tail(api, args)),
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
        let api = self.api;
        let named = |error: Error| error.of(link.transport.title(), format_args!("call {api}"));
        let tail = self.tail.map_err(named)?;
        let kept = self.read_only.then(|| tail.clone());
        let again = kept.as_ref().map(|tail| || tail.clone());
        let mut ask = Ask {
            tail,
            again: again.as_ref().map(|again| again as &Again<'_>),
            limit,
        };
        let answered = exchange(link, &mut ask).await.map_err(named)?;
        let (value, _) = answered.read(link, body::value).map_err(named)?;
        Ok(value)
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
// Errors are named one by one, rather than at the end of a future around all of it: making that and then moving it into place
// took a fortieth of a call.
pub(crate) async fn get<T: Answer>(
    socket: &Socket,
    target: &Target<'_>,
    api: &str,
    args: &[(&str, Argument<'_>)],
) -> Result<Reply<T>, Error> {
    let link = socket.link();
    let named = |error: Error| error.of(link.transport.title(), *target);
    target.check().map_err(named)?;
    let tail = || wire::tail_of_read(api, args);
    let mut ask = Ask {
        tail: tail(),
        again: Some(&tail),
        limit: link.settings.call,
    };
    let answered = exchange(link, &mut ask).await.map_err(named)?;
    let (value, kept) = answered.read(link, body::decode_text).map_err(named)?;
    let received = kept.into_received();
    Ok(link.transport.reply(value, received, *target))
}

struct Ask<'a> {
    /// What follows the id in its frame.
    tail: String,
    /// The same again, of a call that changes nothing.
    again: Option<&'a Again<'a>>,
    limit: Duration,
}

type Again<'a> = dyn Fn() -> String + Sync + 'a;

/// Sends a call until it is answered, or its end is known to be unknown.
// What is asked is borrowed, though taken out and put back: it would be moved into the future else.
async fn exchange(link: &Link, ask: &mut Ask<'_>) -> Result<Answered, Error> {
    let started = Instant::now();
    let mut now = started;
    let deadline = started + ask.limit.min(LONGEST);
    let timeout = Kind::Timeout {
        limit: Limit::Call,
        after: ask.limit,
    };
    let late = || Error::new(timeout.clone());
    if ask.tail.len() + 100 > MOST_FRAME {
        let problem = format!("they are larger than {MOST_FRAME} bytes");
        return Err(Error::input("arguments", problem));
    }
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
        if let Some(budget) = link.transport.budget()
            && let Err(wait) = budget.draw(now, deadline).await
        {
            let spent = || Error::new(Kind::Budget { wait });
            return Err(tried(before.unwrap_or_else(spent)));
        }
        let tail = std::mem::take(&mut ask.tail);
        let end = link.open(tail, deadline).await.map_err(tried)?;
        let unsettled = |error: Error, sent: Option<Timestamp>| {
            let attempts = attempts + u32::from(sent.is_some());
            let error = error.tried(attempts, started.elapsed());
            match sent {
                Some(sent) if ask.again.is_none() => error.unsettled(sent),
                _ => error,
            }
        };
        let answered = |frame, data, at: Instant| Answered {
            frame,
            data,
            attempts: attempts + 1,
            elapsed: at - started,
        };
        match end {
            End::Answered { frame, data, at } => return Ok(answered(frame, Ok(data), at)),
            End::Refused { frame, status } => {
                return Ok(answered(frame, Err(status), Instant::now()));
            }
            End::Vetoed { frame, veto } => {
                let elapsed = started.elapsed();
                let received = Received::over_socket(frame.into(), None, attempts + 1, elapsed);
                return Err(link.transport.vetoed(received, *veto));
            }
            End::Lost { sent, why } => match ask.again {
                Some(again) => {
                    attempts += 1;
                    ask.tail = again();
                    now = Instant::now();
                    before = Some(why);
                }
                None => return Err(unsettled(why, Some(sent))),
            },
            End::Closed { sent, why } => return Err(unsettled(why, sent)),
            End::NoRoom => return Err(unsent("too many other calls are open")),
            End::TimedOut { sent: None, .. } => return Err(unsent(no_connection)),
            End::TimedOut { sent, seen } => {
                let error = match seen {
                    Some(seen) => late().noting(format!(
                        "an error that names no call came meanwhile: {seen}"
                    )),
                    None => late(),
                };
                return Err(unsettled(error, sent));
            }
        }
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
