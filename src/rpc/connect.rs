//! Opening the socket for the first time.

use std::future::IntoFuture;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::event::State;
use super::link::{Link, Settings};
use super::reconnect::{FIRST, MOST};
use super::socket::Socket;
use super::task;
use crate::error::Error;
use crate::transport::Transport;
use crate::transport::limits::LONGEST;
use crate::transport::retry::Outcome;

/// How long to wait for the first sign from a service that has taken the connection: it may have done so only to refuse the
/// credential in a close frame. One that says nothing for longer is believed.
const GREETING: Duration = Duration::from_secs(1);

/// A socket being set up; awaiting it connects.
#[derive(Clone, Debug)]
#[must_use = "nothing is connected until it is awaited"]
pub struct Connect {
    transport: Transport,
    settings: Settings,
    timeout: Duration,
    events: usize,
}

impl Connect {
    pub(crate) fn new(transport: Transport) -> Self {
        Self {
            transport,
            settings: Settings {
                call: Duration::from_secs(30),
                handshake: Duration::from_secs(10),
                ping_every: Duration::from_secs(20),
                ping_grace: Duration::from_secs(10),
                first_wait: FIRST,
                most_wait: MOST,
            },
            timeout: Duration::from_secs(30),
            events: 1024,
        }
    }

    /// How long connecting may take, with every attempt and wait. Default 30 s.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit.min(LONGEST);
        self
    }

    /// How long one handshake may take, now and when connecting again, TCP and TLS included. Default 10 s.
    pub fn handshake_timeout(mut self, limit: Duration) -> Self {
        self.settings.handshake = limit.min(LONGEST);
        self
    }

    /// The deadline of calls that have none of their own. Default 30 s.
    pub fn call_timeout(mut self, limit: Duration) -> Self {
        self.settings.call = limit.min(LONGEST);
        self
    }

    /// How often to ping, and how long to wait then for a frame, any frame, before the connection counts as dead. Defaults:
    /// 20 s and 10 s, so that a dead connection is known for one within 30 s.
    pub fn keep_alive(mut self, every: Duration, grace: Duration) -> Self {
        let least = Duration::from_millis(1);
        self.settings.ping_every = every.clamp(least, LONGEST);
        self.settings.ping_grace = grace.clamp(least, LONGEST);
        self
    }

    /// The bounds of the waits before connecting again: that of the first, and what it grows to as it doubles. A wait is
    /// drawn at random from the whole range below its bound. Defaults: 2 s and 30 s. It starts anew once a connection has
    /// lasted a minute.
    pub fn backoff(mut self, first: Duration, most: Duration) -> Self {
        self.settings.first_wait = first.min(LONGEST);
        self.settings.most_wait = most.min(LONGEST);
        self
    }

    /// How many events may wait for a slow reader before the oldest are dropped, rounded up to a power of two. Default
    /// 1,024.
    pub fn events(mut self, count: usize) -> Self {
        self.events = count.clamp(1, 1 << 20);
        self
    }

    async fn open(self) -> Result<Socket, Error> {
        let started = Instant::now();
        let deadline = started + self.timeout;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let left = deadline.saturating_duration_since(Instant::now());
            let handshake = self.settings.handshake.min(left);
            let unopened = match self.transport.upgrade(attempt, handshake).await {
                Ok(opened) => {
                    let link = Arc::new(Link::new(self.transport, self.settings, self.events));
                    tokio::spawn(task::run(Arc::clone(&link), opened));
                    let socket = Socket::new(Arc::clone(&link));
                    return match link.first_state(GREETING.min(left / 2)).await {
                        Some(State::Closed(why)) => Err(why.tried(attempt, started.elapsed())),
                        _ => Ok(socket),
                    };
                }
                Err(unopened) => unopened,
            };
            let wait = self.transport.retry().next(
                attempt,
                true,
                passing(unopened.outcome),
                None,
                fastrand::f64(),
            );
            match wait.filter(|wait| Instant::now() + *wait < deadline) {
                Some(wait) => sleep(wait).await,
                None => return Err(unopened.error.tried(attempt, started.elapsed())),
            }
        }
    }
}

/// What passes by itself: no connection, 429 and 5xx. Any other answer ends it at once.
fn passing(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Answered { status, .. } if status < 500 && status != 429 => Outcome::Final,
        Outcome::Answered { retry_after, .. } => Outcome::Answered {
            status: 503,
            retry_after,
        },
        other => other,
    }
}

impl IntoFuture for Connect {
    type Output = Result<Socket, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.open())
    }
}
