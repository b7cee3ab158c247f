//! Sorts the frames that come: to an open call, to whoever listens to the events, or to nobody.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::event::{Event, Frame, Unread};
use super::link::Link;
use super::pending::{End, Key};
use super::watch::Watch;
use super::wire::{self, Inbound};
use crate::error::{Error, Kind};
use crate::observe::Veto;
use crate::transport::Received;
use crate::values::printable;

/// So many frames in a row that cannot be read, and the connection is worth nothing.
const MOST_UNREAD: u32 = 8;

pub(super) struct Mail<'a> {
    link: &'a Link,
    answers: Vec<(Key, End)>,
    /// The frames in a row that could not be read.
    unread: u32,
    /// Where somebody watches.
    watch: Option<Box<Watch<'a>>>,
}

impl<'a> Mail<'a> {
    pub fn new(link: &'a Link, connection: u64) -> Self {
        Self {
            link,
            answers: Vec::new(),
            unread: 0,
            watch: Watch::of(&link.transport, connection),
        }
    }

    /// A text frame is on its way out.
    pub fn sends(&mut self, frame: &str) {
        if let Some(watch) = &mut self.watch {
            watch.sent(frame);
        }
    }

    /// A binary frame, which nobody understands.
    pub fn binary(&mut self, frame: &Bytes) -> Result<(), Error> {
        if let Some(watch) = &mut self.watch {
            watch.binary(frame);
        }
        self.unread("it is binary", frame)
    }

    /// The connection is over.
    pub fn closed(&self, lost: Option<&Error>) {
        if let Some(watch) = &self.watch {
            watch.closed(lost);
        }
    }

    /// Sorts a text frame that came at `at`. Answers are kept until [`deliver`](Self::deliver); an error ends the connection.
    pub fn text(&mut self, text: Utf8Bytes, at: Instant) -> Result<(), Error> {
        let inbound = wire::understand(text.as_str());
        let veto = match &mut self.watch {
            Some(watch) => watch.received(&text, &inbound),
            None => None,
        };
        if !matches!(inbound, Inbound::Malformed(_)) {
            self.unread = 0;
        }
        match inbound {
            Inbound::Answer { id, data } => {
                let key = Key::of(&id).ok_or_else(|| printable(&id, 100));
                let frame = text;
                self.answer(key, End::Answered { frame, data, at }.unless(veto));
            }
            Inbound::Refusal { id, status } => {
                let key = id.map(|id| Key::of(&id).ok_or_else(|| printable(&id, 100)));
                self.refusal(key, status, text, veto);
            }
            Inbound::Pong => {}
            Inbound::Malformed(problem) => self.unread(&problem, text.as_ref())?,
            _ if !self.link.has_listeners() => {}
            Inbound::Quotes => self.push(&text, Event::Quotes)?,
            Inbound::Pnl => self.push(&text, Event::Pnl)?,
            Inbound::Unknown => {
                let problem = "it is of no documented form".to_owned();
                let bytes = Bytes::copy_from_slice(text.as_ref());
                self.link.tell(Event::Unread(Unread { problem, bytes }));
            }
        }
        Ok(())
    }

    fn push<T: serde::de::DeserializeOwned>(
        &mut self,
        text: &Utf8Bytes,
        event: impl FnOnce(Frame<T>) -> Event,
    ) -> Result<(), Error> {
        match serde_json::from_str(text) {
            Ok(content) => {
                self.link.tell(event(Frame::new(content, text.as_ref())));
                Ok(())
            }
            Err(error) => self.unread(&error.to_string(), text.as_ref()),
        }
    }

    fn refusal(
        &mut self,
        key: Option<Result<Key, String>>,
        status: Option<u16>,
        frame: Utf8Bytes,
        veto: Option<Box<Veto>>,
    ) {
        let received = Received::over_socket(frame.clone().into(), status, 0, Duration::ZERO);
        let error = self.link.transport.refused(received);
        self.link.transport.heed(&error);
        let end = End::Refused { frame, status }.unless(veto);
        if let Some(key) = key {
            return self.answer(key, end);
        }
        // Answers that came before it are not for the call that it may be for.
        self.deliver();
        let mut core = self.link.lock();
        match core.pending.only_written() {
            Some(key) => self.answers.push((key, end)),
            None => {
                core.pending.see(&Arc::from(error.what()));
                drop(core);
                self.link.tell(Event::Refused(error));
            }
        }
    }

    /// An id that is none of ours is told as it came, after the answers that came before it.
    fn answer(&mut self, key: Result<Key, String>, end: End) {
        match key {
            Ok(key) => self.answers.push((key, end)),
            Err(id) => {
                self.deliver();
                self.link.stray(id);
            }
        }
    }

    /// Ends the calls whose answers came, all under one lock.
    pub fn deliver(&mut self) {
        if self.answers.is_empty() {
            return;
        }
        let mut core = self.link.lock();
        let ends = self.answers.drain(..);
        let strays =
            ends.filter_map(|(key, end)| core.pending.end(key, end).is_err().then_some(key));
        let strays: Vec<Key> = strays.collect();
        if core.pending.has_queued() {
            // Others have the room that these left.
            self.link.task.wake();
        }
        drop(core);
        for key in strays {
            self.link.stray(key.to_string());
        }
    }

    /// A frame that nobody understands: one event, and the end of the connection where they are all like that.
    pub fn unread(&mut self, problem: &str, frame: &[u8]) -> Result<(), Error> {
        self.unread += 1;
        tracing::debug!(problem, "a frame could not be read");
        self.link.tell(Event::Unread(Unread {
            problem: problem.to_owned(),
            bytes: Bytes::copy_from_slice(frame),
        }));
        if self.unread < MOST_UNREAD {
            return Ok(());
        }
        let problem = format!("{MOST_UNREAD} frames in a row could not be read");
        Err(Error::new(Kind::Unfit {
            path: None,
            problem,
        }))
    }
}
