//! Shows an observer each data message of a connection, with the call that it makes or answers.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::Timestamp;
use tokio_tungstenite::tungstenite::Utf8Bytes;
use url::Url;

use super::pending::Key;
use super::wire::{self, Inbound};
use crate::error::Error;
use crate::observe::{Direction, Message, Observer, Veto};
use crate::transport::Transport;

/// Twice as many as can be open at once.
const MOST_NAMED: usize = 8192;

pub(super) struct Watch<'a> {
    observer: &'a dyn Observer,
    transport: &'a Transport,
    service: &'static str,
    url: Url,
    connection: u64,
    /// The names of the last calls.
    calls: BTreeMap<Key, Box<str>>,
}

impl<'a> Watch<'a> {
    /// `None` where nobody watches.
    pub fn of(transport: &'a Transport, connection: u64) -> Option<Box<Self>> {
        let (observer, url, service) = transport.watched()?;
        Some(Box::new(Self {
            observer,
            transport,
            service,
            url,
            connection,
            calls: BTreeMap::new(),
        }))
    }

    pub fn sent(&mut self, frame: &str) {
        let called = wire::called(frame);
        if let Some((id, api)) = called
            && let Some(key) = Key::of(id)
        {
            self.calls.insert(key, Box::from(api));
            if self.calls.len() > MOST_NAMED {
                self.calls.pop_first();
            }
        }
        let api = called.map(|(_, api)| Box::from(api));
        let data = Bytes::copy_from_slice(frame.as_bytes());
        // What is being sent has no answer yet that a veto could take the place of.
        self.tell(Direction::Sent, api, true, &data);
    }

    pub fn received(&mut self, text: &Utf8Bytes, inbound: &Inbound<'_>) -> Option<Box<Veto>> {
        let id = match inbound {
            Inbound::Answer { id, .. } => Some(&**id),
            Inbound::Refusal { id, .. } => id.as_deref(),
            _ => None,
        };
        let api = id.and_then(|id| self.calls.get(&Key::of(id)?).cloned());
        self.tell(Direction::Received, api, true, &Bytes::from(text.clone()))
    }

    pub fn binary(&mut self, frame: &Bytes) {
        // It answers no call.
        self.tell(Direction::Received, None, false, frame);
    }

    pub fn closed(&self, lost: Option<&Error>) {
        let lost = lost.map(|why| self.transport.masked(&why.what().into()));
        let lost = lost.as_ref().map(|why| String::from_utf8_lossy(why));
        self.observer.closed(self.connection, lost.as_deref());
    }

    fn tell(
        &self,
        direction: Direction,
        api: Option<Box<str>>,
        is_text: bool,
        data: &Bytes,
    ) -> Option<Box<Veto>> {
        let message = Message {
            service: self.service,
            connection: self.connection,
            url: self.url.clone(),
            at: Timestamp::now(),
            direction,
            api,
            is_text,
            data: self.transport.masked(data),
        };
        self.observer.message(&message).err().map(Box::new)
    }
}
