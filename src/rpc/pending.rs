//! The table of open calls, and the queue of those whose frames are not written yet. No I/O and no clock.
//!
//! A call is queued, then written, then ended; its caller takes the end and with that leaves the table, or leaves it at any
//! time by giving up. An id names a slot of the table and the call that has it now, so that finding a call is an index, and
//! an answer to a call that is gone finds another number there and is refused.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::task::Waker;

use jiff::Timestamp;
use tokio::time::Instant;
use tungstenite::Utf8Bytes;

use super::key::Key;
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
    Queued,
    Written(Timestamp),
    Ended(End),
}

#[derive(Debug)]
struct Slot {
    number: u64,
    stage: Stage,
    deadline: Instant,
    waker: Option<Waker>,
    seen: Option<Arc<str>>,
}

#[derive(Debug, Default)]
pub(super) struct Pending {
    slots: Vec<Slot>,
    free: Vec<u32>,
    queue: VecDeque<(Key, String)>,
    /// No open call has an earlier deadline.
    earliest: Option<Instant>,
}

impl Pending {
    /// Opens a call, whose caller waits for its end. What its frame is made of waits in the queue.
    pub fn open(&mut self, number: u64, deadline: Instant, tail: String, waker: Waker) -> Key {
        let opened = Slot {
            number,
            stage: Stage::Queued,
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
                u32::try_from(self.slots.len() - 1).expect("the socket allows a few thousand calls")
            }
        };
        let key = Key { number, slot };
        self.queue.push_back((key, tail));
        self.earliest = Some(self.earliest.map_or(deadline, |at| at.min(deadline)));
        key
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

    /// The caller has given up.
    pub fn cancel(&mut self, key: Key) {
        if matches!(self.leave(key), Stage::Queued) {
            self.queue.retain(|(queued, _)| *queued != key);
        }
    }

    fn leave(&mut self, key: Key) -> Stage {
        let slot = &mut self.slots[key.slot as usize];
        slot.waker = None;
        slot.seen = None;
        self.free.push(key.slot);
        std::mem::replace(&mut slot.stage, Stage::Free)
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
                Stage::Queued => None,
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
            woken.extend(slot.end(End::TimedOut { sent, seen }));
        }
        if unsent {
            self.forget_ended();
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
                Stage::Queued => None,
                Stage::Written(at) => Some(at),
                Stage::Free | Stage::Ended(_) => continue,
            };
            let why = why.clone();
            woken.extend(slot.end(End::Closed { sent, why }));
        }
        self.queue.clear();
        self.earliest = None;
    }

    fn forget_ended(&mut self) {
        let slots = &self.slots;
        self.queue
            .retain(|(key, _)| matches!(slots[key.slot as usize].stage, Stage::Queued));
    }

    fn written(&self) -> impl Iterator<Item = (usize, &Slot)> {
        let slots = self.slots.iter().enumerate();
        slots.filter(|(_, slot)| matches!(slot.stage, Stage::Written(_)))
    }
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
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use proptest::prelude::*;

    use super::super::key::fresh_number;
    use super::*;
    use crate::error::Kind;

    fn answer() -> End {
        End::Answered {
            frame: Utf8Bytes::default(),
            data: 0..0,
            at: Instant::now(),
        }
    }

    fn is_empty(table: &Pending) -> bool {
        table.queue.is_empty() && table.free.len() == table.slots.len()
    }

    fn open(table: &mut Pending, deadline: Instant) -> Key {
        table.open(
            fresh_number(),
            deadline,
            String::new(),
            Waker::noop().clone(),
        )
    }

    #[test]
    fn an_id_names_its_call_and_nothing_else_does() {
        let mut table = Pending::default();
        let now = Instant::now();
        let key = open(&mut table, now);
        assert_eq!(Key::read(&key.to_string()), Some(key));
        // Not written yet, so nothing can have answered it.
        assert_eq!(table.end(key, answer()).err(), Some(Stray));
        assert!(table.next_to_write(Timestamp::UNIX_EPOCH).is_some());
        assert!(table.end(key, answer()).is_ok());
        assert_eq!(table.end(key, answer()).err(), Some(Stray));
        assert!(table.poll(key, Waker::noop()).is_some());
        let next = open(&mut table, now);
        assert_eq!(next.slot, key.slot);
        table.next_to_write(Timestamp::UNIX_EPOCH);
        assert_eq!(table.end(key, answer()).err(), Some(Stray));
        assert!(table.end(next, answer()).is_ok());
    }

    #[test]
    fn an_answer_without_an_id_has_an_owner_only_if_one_call_is_open() {
        let mut table = Pending::default();
        let now = Instant::now();
        assert_eq!(table.only_written(), None);
        let first = open(&mut table, now);
        assert_eq!(table.only_written(), None, "it is not written");
        table.next_to_write(Timestamp::UNIX_EPOCH);
        assert_eq!(table.only_written(), Some(first));
        open(&mut table, now);
        table.next_to_write(Timestamp::UNIX_EPOCH);
        assert_eq!(table.only_written(), None);
    }

    #[derive(Clone, Debug)]
    enum Step {
        Open(u64),
        Write,
        Answer(usize),
        Cancel(usize),
        Poll(usize),
        Pass(u64),
        Disconnect,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            3 => (1..50_u64).prop_map(Step::Open),
            3 => Just(Step::Write),
            3 => (0..40_usize).prop_map(Step::Answer),
            1 => (0..40_usize).prop_map(Step::Cancel),
            3 => (0..40_usize).prop_map(Step::Poll),
            1 => (1..20_u64).prop_map(Step::Pass),
            1 => Just(Step::Disconnect),
        ]
    }

    proptest! {
        #[test]
        fn each_call_ends_exactly_once_and_the_table_ends_empty(steps in prop::collection::vec(step(), 0..120)) {
            let why = Error::new(Kind::Interrupted);
            let mut table = Pending::default();
            let mut now = Instant::now();
            // Every call ever made; what it has come to, as the table's user sees it.
            let mut calls: Vec<Key> = Vec::new();
            let mut ended: BTreeMap<usize, &str> = BTreeMap::new();
            let mut answered: BTreeMap<usize, u32> = BTreeMap::new();
            let mut woken = Vec::new();
            for step in steps {
                match step {
                    Step::Open(lasts) => calls.push(open(&mut table, now + Duration::from_millis(lasts))),
                    Step::Write => { table.next_to_write(Timestamp::UNIX_EPOCH); }
                    Step::Answer(call) => if let Some(key) = calls.get(call) && table.end(*key, answer()).is_ok() {
                        *answered.entry(call).or_default() += 1;
                    },
                    Step::Cancel(call) => if call < calls.len() && !ended.contains_key(&call) {
                        table.cancel(calls[call]);
                        ended.insert(call, "cancelled");
                    },
                    Step::Poll(call) => if call < calls.len() && !ended.contains_key(&call) {
                        match table.poll(calls[call], Waker::noop()) {
                            Some(End::Answered { .. }) => { ended.insert(call, "answered"); }
                            Some(_) => { ended.insert(call, "failed"); }
                            None => {}
                        }
                    },
                    Step::Pass(time) => {
                        now += Duration::from_millis(time);
                        table.expire(now, &mut woken);
                        prop_assert!(table.earliest().is_none_or(|at| at > now));
                    }
                    Step::Disconnect => {
                        table.lose(&why, &mut woken);
                        prop_assert_eq!(table.written().count(), 0);
                    }
                }
            }
            prop_assert!(answered.values().all(|times| *times == 1));
            prop_assert!(ended.iter().all(|(call, how)| *how != "answered" || answered.contains_key(call)));
            table.close(&why, &mut woken);
            for (call, key) in calls.iter().enumerate() {
                if !ended.contains_key(&call) {
                    prop_assert!(table.poll(*key, Waker::noop()).is_some(), "call {call} never ended");
                }
            }
            prop_assert!(is_empty(&table));
            prop_assert_eq!(table.earliest(), None);
        }

        #[test]
        fn a_call_that_waits_is_woken_when_it_ends(lost in any::<bool>()) {
            let mut table = Pending::default();
            let now = Instant::now();
            let key = open(&mut table, now);
            table.next_to_write(Timestamp::UNIX_EPOCH);
            prop_assert!(table.poll(key, Waker::noop()).is_none());
            let mut woken = Vec::new();
            if lost { table.lose(&Error::new(Kind::Interrupted), &mut woken) } else { table.expire(now, &mut woken) }
            prop_assert_eq!(woken.len(), 1);
        }
    }
}
