//! The table of open calls, and of those that wait to be open. No I/O and no clock.
//!
//! A call waits until there is room for it, is queued, and then written. Its end takes it out of the table and goes to its
//! caller, who may also give up at any time. A number is never used again, so an answer to a call that is gone finds nobody.

use std::collections::VecDeque;
use std::collections::btree_map::{BTreeMap, Entry};
use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use jiff::Timestamp;
use tokio::sync::oneshot;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::error::Error;
use crate::observe::Veto;

/// The number of a call; as text, the call's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(pub u64);

impl Key {
    /// A number that no other call of this process has, and most likely none of another process.
    pub fn fresh() -> Self {
        // Halved, so that they grow for as long as the process lives.
        static NEXT: LazyLock<AtomicU64> = LazyLock::new(|| AtomicU64::new(fastrand::u64(..) / 2));
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    /// Reads an id; `None` where it cannot be one of ours.
    pub fn of(id: &str) -> Option<Self> {
        // Integers parse with a sign and with zeros before them, too.
        let is_plain = id.starts_with(|first: char| ('1'..='9').contains(&first)) || id == "0";
        is_plain.then(|| id.parse().ok().map(Self))?
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How a call ended.
#[derive(Clone, Debug)]
pub(super) enum End {
    /// A frame with its id came.
    Answered {
        frame: Utf8Bytes,
        data: Range<usize>,
        /// When it came.
        at: Instant,
    },
    /// A frame came that refuses it.
    Refused {
        frame: Utf8Bytes,
        status: Option<u16>,
    },
    /// An observer vetoed the frame with its id.
    Vetoed { frame: Utf8Bytes, veto: Box<Veto> },
    /// Its deadline passed before there was room for it.
    NoRoom,
    /// Its deadline passed.
    TimedOut {
        sent: Option<Timestamp>,
        /// An error frame that named no call and came meanwhile.
        seen: Option<Arc<str>>,
    },
    /// The connection broke after it was written.
    Lost { sent: Timestamp, why: Error },
    /// The socket is closed for good.
    Closed { sent: Option<Timestamp>, why: Error },
}

impl End {
    /// Returns true if the call was never written.
    pub fn is_unwritten(&self) -> bool {
        matches!(
            self,
            Self::NoRoom | Self::TimedOut { sent: None, .. } | Self::Closed { sent: None, .. }
        )
    }

    /// The same, unless an observer vetoed the frame that brought it.
    pub fn unless(self, veto: Option<Box<Veto>>) -> Self {
        match (self, veto) {
            (Self::Answered { frame, .. } | Self::Refused { frame, .. }, Some(veto)) => {
                Self::Vetoed { frame, veto }
            }
            (end, _) => end,
        }
    }
}

/// How far a call has got; its frame until that is written.
#[derive(Debug)]
enum Stage {
    Waiting(String),
    Queued(String),
    Written(Timestamp),
}

impl Stage {
    fn sent(&self) -> Option<Timestamp> {
        match self {
            Self::Written(at) => Some(*at),
            Self::Waiting(_) | Self::Queued(_) => None,
        }
    }
}

#[derive(Debug)]
struct Open {
    stage: Stage,
    /// The room that it takes once it is open.
    share: usize,
    caller: oneshot::Sender<End>,
    seen: Option<Arc<str>>,
}

impl Open {
    fn tell(self, end: End) {
        // Nobody may be waiting any more.
        let _ = self.caller.send(end);
    }
}

/// The open calls that a socket allows; each 4 KiB of a frame count as one more.
const MOST_OPEN: usize = 4096;

#[derive(Debug)]
pub(super) struct Pending {
    calls: BTreeMap<Key, Open>,
    /// The calls that wait for room, first come first; some may have given up.
    waiting: VecDeque<Key>,
    /// The calls that have room and wait to be written; some may have given up.
    queue: VecDeque<Key>,
    /// How much room is left.
    room: usize,
}

impl Pending {
    pub fn new() -> Self {
        Self::with_room(MOST_OPEN)
    }

    fn with_room(room: usize) -> Self {
        Self {
            calls: BTreeMap::new(),
            waiting: VecDeque::new(),
            queue: VecDeque::new(),
            room,
        }
    }

    /// Opens a call as soon as there is room for it.
    pub fn open(&mut self, key: Key, frame: String, caller: oneshot::Sender<End>) {
        let open = Open {
            stage: Stage::Waiting(frame),
            share: 0,
            caller,
            seen: None,
        };
        self.calls.insert(key, open);
        self.waiting.push_back(key);
        self.admit();
    }

    /// Queues the calls for which there is room.
    fn admit(&mut self) {
        while let Some(key) = self.waiting.front() {
            if let Some(call) = self.calls.get_mut(key)
                && let Stage::Waiting(frame) = &mut call.stage
            {
                let share = share(frame);
                if share > self.room {
                    return;
                }
                self.room -= share;
                call.share = share;
                call.stage = Stage::Queued(std::mem::take(frame));
                self.queue.push_back(*key);
            }
            self.waiting.pop_front();
        }
    }

    /// The next frame to write; its call counts as sent from now on.
    pub fn next_to_write(&mut self, now: Timestamp) -> Option<String> {
        loop {
            let key = self.queue.pop_front()?;
            if let Some(call) = self.calls.get_mut(&key)
                && let Stage::Queued(frame) = &mut call.stage
            {
                let frame = std::mem::take(frame);
                call.stage = Stage::Written(now);
                return Some(frame);
            }
        }
    }

    pub fn has_queued(&self) -> bool {
        !self.queue.is_empty()
    }

    /// Ends the written call that `key` names. An error if it names none: nobody made that call, it was answered before, or
    /// its caller has gone.
    pub fn end(&mut self, key: Key, end: End) -> Result<(), Stray> {
        match self.calls.entry(key) {
            Entry::Occupied(call) if call.get().stage.sent().is_some() => {
                let call = call.remove();
                self.left(&call);
                call.tell(end);
                Ok(())
            }
            _ => Err(Stray),
        }
    }

    /// The call that an answer without an id must be for: the only one that is written and open.
    pub fn only_written(&self) -> Option<Key> {
        match self.written()[..] {
            [(only, _)] => Some(only),
            _ => None,
        }
    }

    /// Remembers an error frame that could be for any of the written calls.
    pub fn see(&mut self, text: &Arc<str>) {
        for call in self.calls.values_mut() {
            if call.stage.sent().is_some() {
                call.seen.get_or_insert_with(|| Arc::clone(text));
            }
        }
    }

    /// Takes a call whose caller waits no longer out of the table. The end that it comes to; `None` if it has ended already.
    pub fn give_up(&mut self, key: Key) -> Option<End> {
        let call = self.leave(key)?;
        Some(match call.stage {
            Stage::Waiting(_) => End::NoRoom,
            stage => End::TimedOut {
                sent: stage.sent(),
                seen: call.seen,
            },
        })
    }

    /// The connection is gone: nothing written on it will be answered. Other calls wait for the next connection.
    pub fn lose(&mut self, why: &Error) {
        for (key, sent) in self.written() {
            let why = why.clone();
            self.finish(key, End::Lost { sent, why });
        }
    }

    /// There will be no other connection.
    pub fn close(&mut self, why: &Error) {
        let all = self.calls.iter();
        let all: Vec<_> = all.map(|(key, call)| (*key, call.stage.sent())).collect();
        for (key, sent) in all {
            let why = why.clone();
            self.finish(key, End::Closed { sent, why });
        }
    }

    fn finish(&mut self, key: Key, end: End) {
        if let Some(call) = self.leave(key) {
            call.tell(end);
        }
    }

    fn leave(&mut self, key: Key) -> Option<Open> {
        let call = self.calls.remove(&key)?;
        self.left(&call);
        Some(call)
    }

    fn left(&mut self, call: &Open) {
        self.room += call.share;
        self.admit();
        // A great many that waited leave no memory behind.
        if self.calls.is_empty() && self.waiting.capacity() >= MOST_OPEN {
            *self = Self::with_room(self.room);
        }
    }

    fn written(&self) -> Vec<(Key, Timestamp)> {
        let written = |(key, call): (&Key, &Open)| Some((*key, call.stage.sent()?));
        self.calls.iter().filter_map(written).collect()
    }
}

/// The room that a frame takes: never all of it, as a frame is 1 MiB at most.
fn share(frame: &str) -> usize {
    1 + frame.len() / 4096
}

/// A key that names no open call.
#[derive(Debug, PartialEq)]
pub(super) struct Stray;

#[cfg(test)]
mod tests;
