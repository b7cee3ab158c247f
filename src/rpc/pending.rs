//! The table of calls: those that are open, of which there are only so many, and those that wait to be. No I/O and no clock.
//!
//! A call waits until there is room for it, is queued, then written, then ended; its caller takes the end and with that leaves
//! the table, or leaves it at any time by giving up. An id names a slot of the table and the call that has it now, so that
//! finding a call is an index, and an answer to a call that is gone finds another number there and is refused.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::task::Waker;

use jiff::Timestamp;
use tokio::time::Instant;
use tungstenite::Utf8Bytes;

use super::key::{Key, fresh_numbers};
use crate::error::Error;
use crate::observe::Veto;

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
    /// A frame with its id came that an observer does not let pass.
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
    /// Whether the call was never written.
    pub fn is_unwritten(&self) -> bool {
        matches!(
            self,
            Self::NoRoom | Self::TimedOut { sent: None, .. } | Self::Closed { sent: None, .. }
        )
    }

    /// The same, unless there is a veto of the frame that it came by.
    pub fn unless(self, veto: Option<Box<Veto>>) -> Self {
        match (self, veto) {
            (Self::Answered { frame, .. } | Self::Refused { frame, .. }, Some(veto)) => {
                Self::Vetoed { frame, veto }
            }
            (end, _) => end,
        }
    }
}

#[derive(Debug)]
enum Stage {
    Free,
    Waiting,
    Queued,
    Written(Timestamp),
    Ended(End),
}

#[derive(Debug)]
struct Slot {
    number: u64,
    stage: Stage,
    /// The room that it takes, once it is open.
    share: usize,
    deadline: Instant,
    waker: Option<Waker>,
    seen: Option<Arc<str>>,
}

/// The open calls that a socket allows; each 4 KiB of a frame count as one more.
const MOST_OPEN: usize = 4096;

#[derive(Debug)]
pub(super) struct Pending {
    /// The number of the next call.
    next: u64,
    slots: Vec<Slot>,
    free: Vec<u32>,
    /// What is left of it.
    room: usize,
    /// The calls that wait for room, and what their frames are made of.
    waiting: VecDeque<(Key, String)>,
    /// Those that have it, until they are written.
    queue: VecDeque<(Key, String)>,
    /// No call has an earlier deadline.
    earliest: Option<Instant>,
}

impl Pending {
    pub fn new() -> Self {
        Self::with_room(MOST_OPEN)
    }

    fn with_room(room: usize) -> Self {
        Self {
            next: fresh_numbers(),
            slots: Vec::new(),
            free: Vec::new(),
            room,
            waiting: VecDeque::new(),
            queue: VecDeque::new(),
            earliest: None,
        }
    }

    /// Opens a call, whose caller waits for its end, as soon as there is room for it.
    pub fn open(&mut self, deadline: Instant, tail: String, waker: Waker) -> Key {
        let number = self.next;
        self.next = number.wrapping_add(1);
        let opened = Slot {
            number,
            stage: Stage::Waiting,
            share: 0,
            deadline,
            waker: Some(waker),
            seen: None,
        };
        let slot = match self.free.pop() {
            Some(slot) => {
                self.slots[slot as usize] = opened;
                slot
            }
            None => {
                self.slots.push(opened);
                u32::try_from(self.slots.len() - 1).expect("memory ends before")
            }
        };
        let key = Key { number, slot };
        self.waiting.push_back((key, tail));
        self.admit();
        self.earliest = Some(self.earliest.map_or(deadline, |at| at.min(deadline)));
        key
    }

    /// Queues the calls for which there is room, first come first.
    fn admit(&mut self) {
        while let Some((key, tail)) = self.waiting.front() {
            let share = share(tail);
            if share > self.room {
                return;
            }
            let slot = &mut self.slots[key.slot as usize];
            (slot.stage, slot.share) = (Stage::Queued, share);
            self.room -= share;
            self.queue.extend(self.waiting.pop_front());
        }
    }

    /// The next call to write, and what follows its id; it is on its way from now on.
    pub fn next_to_write(&mut self, now: Timestamp) -> Option<(Key, String)> {
        let next = self.queue.pop_front()?;
        self.slots[next.0.slot as usize].stage = Stage::Written(now);
        Some(next)
    }

    pub fn has_queued(&self) -> bool {
        !self.queue.is_empty()
    }

    /// Ends the written call that `key` names. The waker of its caller, if it waits; an error where the key names none.
    pub fn end(&mut self, key: Key, end: End) -> Result<Option<Waker>, Stray> {
        let slot = self
            .slots
            .get_mut(key.slot as usize)
            .filter(|slot| slot.number == key.number && matches!(slot.stage, Stage::Written(_)));
        match slot {
            Some(slot) => Ok(slot.end(end)),
            None => Err(Stray),
        }
    }

    /// The call that an answer without an id must be for: the only one that is written and open.
    pub fn only_written(&self) -> Option<Key> {
        let mut written = self.written();
        let (slot, call) = written.next()?;
        let key = Key {
            number: call.number,
            slot: u32::try_from(slot).ok()?,
        };
        written.next().is_none().then_some(key)
    }

    /// Remembers an error frame that could be for any of the written calls.
    pub fn see(&mut self, text: &Arc<str>) {
        for slot in &mut self.slots {
            if matches!(slot.stage, Stage::Written(_)) {
                slot.seen.get_or_insert_with(|| Arc::clone(text));
            }
        }
    }

    /// How the call ended, which takes it out of the table; else its caller is woken once it has.
    pub fn poll(&mut self, key: Key, waker: &Waker) -> Option<End> {
        let slot = &mut self.slots[key.slot as usize];
        debug_assert_eq!(slot.number, key.number, "a caller leaves the table once");
        if !matches!(slot.stage, Stage::Ended(_)) {
            match &mut slot.waker {
                Some(old) => old.clone_from(waker),
                None => slot.waker = Some(waker.clone()),
            }
            return None;
        }
        match self.leave(key) {
            Stage::Ended(end) => Some(end),
            _ => None,
        }
    }

    /// The caller has given up. Whether it did so before the call was written.
    pub fn cancel(&mut self, key: Key) -> bool {
        let unwritten = match self.slots[key.slot as usize].stage {
            Stage::Waiting => Some(&mut self.waiting),
            Stage::Queued => Some(&mut self.queue),
            _ => None,
        };
        let is_unwritten = unwritten.is_some();
        if let Some(calls) = unwritten {
            // In order of number, from whichever the oldest has.
            let oldest = calls.front().map_or(key.number, |(call, _)| call.number);
            let age = |call: &Key| call.number.wrapping_sub(oldest);
            let place = calls.binary_search_by_key(&age(&key), |(call, _)| age(call));
            place.ok().and_then(|place| calls.remove(place));
        }
        self.leave(key);
        is_unwritten
    }

    fn leave(&mut self, key: Key) -> Stage {
        let slot = &mut self.slots[key.slot as usize];
        slot.waker = None;
        slot.seen = None;
        let stage = std::mem::replace(&mut slot.stage, Stage::Free);
        self.room += std::mem::take(&mut slot.share);
        self.free.push(key.slot);
        self.admit();
        // What a great many that waited have left behind.
        if self.slots.len() > MOST_OPEN && self.free.len() == self.slots.len() {
            let (next, room) = (self.next, self.room);
            *self = Self {
                next,
                ..Self::with_room(room)
            };
        }
        stage
    }

    /// The next time [`expire`](Self::expire) may find something.
    pub fn earliest(&self) -> Option<Instant> {
        self.earliest
    }

    /// Ends the calls whose deadline has come.
    pub fn expire(&mut self, now: Instant, woken: &mut Vec<Waker>) {
        if self.earliest.is_none_or(|at| at > now) {
            return;
        }
        self.earliest = None;
        let mut unsent = false;
        for slot in &mut self.slots {
            let sent = match slot.stage {
                Stage::Waiting | Stage::Queued => None,
                Stage::Written(at) => Some(at),
                Stage::Free | Stage::Ended(_) => continue,
            };
            if slot.deadline > now {
                let at = self.earliest.get_or_insert(slot.deadline);
                *at = slot.deadline.min(*at);
                continue;
            }
            unsent |= sent.is_none();
            let seen = slot.seen.take();
            let end = match slot.stage {
                Stage::Waiting => End::NoRoom,
                _ => End::TimedOut { sent, seen },
            };
            woken.extend(slot.end(end));
        }
        if unsent {
            let slots = &self.slots;
            for calls in [&mut self.waiting, &mut self.queue] {
                calls.retain(|(key, _)| !matches!(slots[key.slot as usize].stage, Stage::Ended(_)));
            }
            self.admit();
        }
    }

    /// The connection is gone: what was written on it will not be answered. What was not, waits for the next.
    pub fn lose(&mut self, why: &Error, woken: &mut Vec<Waker>) {
        for slot in &mut self.slots {
            if let Stage::Written(sent) = slot.stage {
                let why = why.clone();
                woken.extend(slot.end(End::Lost { sent, why }));
            }
        }
    }

    /// There will be no other connection.
    pub fn close(&mut self, why: &Error, woken: &mut Vec<Waker>) {
        for slot in &mut self.slots {
            let sent = match slot.stage {
                Stage::Waiting | Stage::Queued => None,
                Stage::Written(at) => Some(at),
                Stage::Free | Stage::Ended(_) => continue,
            };
            let why = why.clone();
            woken.extend(slot.end(End::Closed { sent, why }));
        }
        self.waiting.clear();
        self.queue.clear();
        self.earliest = None;
    }

    fn written(&self) -> impl Iterator<Item = (usize, &Slot)> {
        let slots = self.slots.iter().enumerate();
        slots.filter(|(_, slot)| matches!(slot.stage, Stage::Written(_)))
    }
}

/// What a frame made of this takes of the room: never all of it, as a frame is 1 MiB at most.
fn share(tail: &str) -> usize {
    1 + tail.len() / 4096
}

/// A key that names no open call: one that nobody made, that was answered before, or whose caller has gone.
#[derive(Debug, PartialEq)]
pub(super) struct Stray;

impl Slot {
    fn end(&mut self, end: End) -> Option<Waker> {
        self.stage = Stage::Ended(end);
        self.waker.take()
    }
}

#[cfg(test)]
mod tests;
