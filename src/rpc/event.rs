//! What comes without being asked for, and what happens to the connection.

use std::fmt;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::stream::{Stream, unfold};
use jiff::Timestamp;
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::error::Error;
use crate::generated::crosstrade::types;

/// One item of [`Events`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// Quotes of the instruments subscribed to (`marketData`).
    Quotes(Frame<types::MarketData>),
    /// Profit and loss of the accounts (`pnlUpdate`).
    Pnl(Frame<types::PnlUpdate>),
    /// The connection's state changed.
    State(State),
    /// Pushes between two times may be missing. Comes before the first push of the new connection.
    Gap(Gap),
    /// This reader was too slow: so many of its oldest events were dropped. Nobody waited for it.
    Lagged(u64),
    /// An answer for nobody came.
    Stray(Stray),
    /// The service refused something without saying what. A call that was open then and times out later says so too.
    Refused(Error),
    /// A frame came that nobody understood.
    Unread(Unread),
}

/// A frame that was pushed: its content, to which it derefs, and its bytes. Cheap to clone.
pub struct Frame<T>(Arc<(T, Bytes)>);

impl<T> Frame<T> {
    pub(super) fn new(content: T, frame: &[u8]) -> Self {
        // Copied, since what was read from the network in one piece stays in memory in one piece.
        Self(Arc::new((content, Bytes::copy_from_slice(frame))))
    }

    /// The whole frame, exactly as received.
    pub fn bytes(&self) -> &Bytes {
        &self.0.1
    }
}

impl<T> Deref for Frame<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.0
    }
}

impl<T> Clone for Frame<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: fmt::Debug> fmt::Debug for Frame<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// How the connection stands.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum State {
    /// Calls are sent as they come.
    Connected,
    /// The connection was lost, or could not be made again, for this reason. Calls wait, within their deadlines.
    Reconnecting(Error),
    /// There will be no other connection: the credential was refused ([`is_auth`](Error::is_auth)), or this side closed the
    /// socket ([`is_closed`](Error::is_closed)).
    Closed(Error),
}

/// A time in which there was no connection, or one that may have been dead already.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Gap {
    /// When the last frame of the old connection came.
    pub from: Timestamp,
    /// When the new connection was made.
    pub to: Timestamp,
    /// What ended the old connection.
    pub why: Error,
}

/// An answer to an id that no open call has: one that nobody sent, that was answered before, or whose caller gave up.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stray {
    /// The id.
    pub id: String,
    /// How many strays came by now, this one included.
    pub count: u64,
}

/// A frame that is malformed, binary, too large, or JSON of a form that the vendor does not document.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unread {
    /// What is wrong with it.
    pub problem: String,
    /// The frame; empty where it was not kept.
    pub bytes: Bytes,
}

/// A stream of [`Event`]s, from the moment it was made; each has its own place.
///
/// At most [`events`](crate::crosstrade::socket::Connect::events) of them wait for a reader, 1,024 by default; past that the oldest are dropped
/// and the reader gets an [`Event::Lagged`]. It ends once the socket is closed, and does not keep the socket open.
pub struct Events(Pin<Box<dyn Stream<Item = Event> + Send + Sync>>);

impl Events {
    pub(super) fn new(receiver: Option<Receiver<Event>>) -> Self {
        Self(Box::pin(unfold(receiver, |receiver| async {
            let mut receiver = receiver?;
            let event = match receiver.recv().await {
                Ok(event) => event,
                Err(RecvError::Lagged(count)) => Event::Lagged(count),
                Err(RecvError::Closed) => return None,
            };
            Some((event, Some(receiver)))
        })))
    }

    /// The next event; `None` once the socket is closed and all has been read.
    pub async fn next(&mut self) -> Option<Event> {
        std::future::poll_fn(|cx| self.0.as_mut().poll_next(cx)).await
    }
}

impl Stream for Events {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        self.0.as_mut().poll_next(cx)
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Events")
    }
}
