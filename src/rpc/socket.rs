//! The handle that users hold.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::event::{Events, State};
use super::link::Link;
use super::subscriptions::Subscriptions;
use crate::error::Error;
use crate::values::is_deceptive;

/// A handle on a WebSocket; clones share it, and any number of tasks may call through it at once. When the last is dropped
/// the socket closes.
///
/// # What is promised
/// * An answer reaches the call whose id it has, whatever the order, and nobody else; every call has a deadline.
/// * A call that is dropped or times out leaves nothing behind; its late answer reaches nobody and is told as
///   [`Event::Stray`](super::event::Event::Stray).
/// * A connection that is lost is made again, with waits drawn at random up to 2 s, 4 s, … 30 s. Reads are sent again on the
///   new one within their deadline. Any other call that was sent ends in an error with
///   [`is_outcome_unknown`](Error::is_outcome_unknown) and is never sent twice; one that was not sent yet waits, and draws on
///   the rate budget only then, so that those that waited together are not sent together.
/// * Subscriptions are restored, and [`Event::Gap`](super::event::Event::Gap) says between which times pushes may be missing.
/// * A connection that says nothing is given up 30 s after its last frame at the latest.
/// * At most 4,096 calls are open at once (4 KiB of arguments count as another); more wait their turn. A frame of more than
///   1 MiB or a message of more than 8 MiB ends the connection, as the next frame cannot be found without reading it.
///
/// # What is not
/// The vendor documents neither acknowledgements of subscriptions nor how a call is refused: see
/// [`subscribe`](Self::subscribe). Pushes that the service drops are not noticed.
#[derive(Clone)]
pub struct Socket {
    pub(super) held: Arc<Held>,
}

/// Shared by the handles, but not by the task.
pub(super) struct Held {
    pub link: Arc<Link>,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.link.ask_to_close();
    }
}

impl Socket {
    pub(super) fn new(link: Arc<Link>) -> Self {
        let held = Arc::new(Held { link });
        Self { held }
    }

    fn link(&self) -> &Link {
        &self.held.link
    }

    /// Adds instruments (`ES 12-25`) to those whose quotes are streamed, as [`Event::Quotes`](super::event::Event::Quotes).
    ///
    /// The vendor documents no acknowledgement, so success only means that the service will be told, on this connection and
    /// those to come. Changes are sent together, six at once and then one every 5 s, as the vendor allows about 20 a minute.
    ///
    /// # Errors
    /// [`is_invalid_input`](Error::is_invalid_input) for a name that is empty, too long or has control characters, and why
    /// the socket is closed once it is.
    pub async fn subscribe<I>(&self, instruments: I) -> Result<(), Error>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let instruments = self.names(instruments)?;
        self.stream(|streams| streams.want(instruments))
    }

    /// Takes instruments out of those whose quotes are streamed. Quotes that are under way may still come.
    ///
    /// # Errors
    /// As [`subscribe`](Self::subscribe).
    pub async fn unsubscribe<I>(&self, instruments: I) -> Result<(), Error>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let instruments = self.names(instruments)?;
        self.stream(|streams| streams.unwant(instruments))
    }

    /// The instruments whose quotes the service is asked to stream, in order.
    pub fn subscriptions(&self) -> Vec<String> {
        let core = self.link().lock();
        core.subscriptions.wanted().map(str::to_owned).collect()
    }

    /// Streams the accounts' profit and loss at this interval, in whole milliseconds, as [`Event::Pnl`](super::event::Event::Pnl).
    ///
    /// As with [`subscribe`](Self::subscribe), success only means that the service will be told.
    ///
    /// # Errors
    /// [`is_invalid_input`](Error::is_invalid_input) for less than a millisecond, and why the socket is closed once it is.
    pub async fn stream_pnl(&self, interval: Duration) -> Result<(), Error> {
        if interval.as_millis() == 0 {
            let error = Error::input("interval", "it is less than a millisecond");
            return Err(self.unchanged(error));
        }
        self.stream(|streams| streams.want_pnl(Some(interval)))
    }

    /// Ends the streaming of profit and loss. Updates that are under way may still come.
    ///
    /// # Errors
    /// Why the socket is closed, once it is.
    pub async fn stop_pnl(&self) -> Result<(), Error> {
        self.stream(|streams| streams.want_pnl(None))
    }

    /// Subscribes to pushes and to changes of the connection, from now on.
    pub fn events(&self) -> Events {
        Events::new(self.link().listen())
    }

    /// How the connection stands.
    pub fn state(&self) -> State {
        self.link().state()
    }

    /// How many answers for nobody came; each is an [`Event::Stray`](super::event::Event::Stray) too.
    pub fn strays(&self) -> u64 {
        self.link().strays()
    }

    /// Closes the socket, for all its handles, and waits until it is: a second at the longest for the service to take its
    /// leave. Open calls end in errors.
    ///
    /// # Errors
    /// None so far; it succeeds where the socket is closed already.
    pub async fn close(&self) -> Result<(), Error> {
        self.link().ask_to_close();
        self.link().closing().await;
        Ok(())
    }

    fn stream(&self, change: impl FnOnce(&mut Subscriptions)) -> Result<(), Error> {
        let changed = self.link().stream(change);
        changed.map_err(|error| self.unchanged(error))
    }

    fn unchanged(&self, error: Error) -> Error {
        error.of(self.link().service, "change what is streamed")
    }

    fn names<I>(&self, instruments: I) -> Result<Vec<Box<str>>, Error>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let checked = |name: I::Item| {
            let name = name.as_ref().trim();
            if name.is_empty() || name.len() > 200 || name.chars().any(is_deceptive) {
                let problem = "it is empty, too long or holds a control character";
                return Err(Error::input("instrument", problem));
            }
            Ok(Box::from(name))
        };
        let names: Result<Vec<_>, Error> = instruments.into_iter().map(checked).collect();
        names.map_err(|error| self.unchanged(error))
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket")
            .field("transport", &self.link().transport)
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}
