//! What leaves the socket, when, and with which faults. Pure; the time comes in.

use std::collections::VecDeque;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::Message;
use tokio::time::Instant;

use super::wire::{self, Id, Reply};
use crate::simulator::answer::Answer;
use crate::simulator::fault::Fault;
use crate::simulator::object::Object;

/// How long an answer waits for another to change places with.
const PATIENCE: Duration = Duration::from_millis(500);

/// Beyond this, a slowed answer is as good as none, and the clock may run over.
const SLOWEST: Duration = Duration::from_secs(24 * 60 * 60);

/// With so many answers waiting, no more is read.
const ROOM: usize = 1_024;

/// More than the mebibyte that a careful client takes in one frame.
const TOO_LARGE: usize = (1 << 20) + (1 << 16);

/// What to do with the connection next.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    Send(Message),
    /// Without a word.
    Drop,
}

#[derive(Debug, Default)]
pub(super) struct Outbox {
    drop_after: Option<u32>,
    reorder: bool,
    duplicate: bool,
    unknown_id: bool,
    no_id_error: bool,
    garbage: bool,
    delay: Duration,

    /// In the order of their times.
    waiting: VecDeque<(Instant, Reply)>,
    /// The first of a pair, and when it is no longer held back.
    held: Option<(Instant, Reply)>,
    answered: u32,
    rubbish: usize,
}

impl Outbox {
    pub(super) fn new(faults: &[Fault]) -> Self {
        let mut outbox = Self::default();
        for fault in faults {
            match fault {
                Fault::DropAfter(answers) => outbox.drop_after = Some(*answers),
                Fault::Reorder => outbox.reorder = true,
                Fault::Duplicate => outbox.duplicate = true,
                Fault::UnknownId => outbox.unknown_id = true,
                Fault::NoIdError => outbox.no_id_error = true,
                Fault::Garbage => outbox.garbage = true,
                Fault::Slow(delay) => outbox.delay = SLOWEST.min(*delay),
                // Of the whole connection, not of what is sent.
                Fault::DropAfterTime(_) | Fault::Mute | Fault::RejectAuth => {}
            }
        }
        outbox
    }

    pub(super) fn answer(&mut self, reply: Reply, now: Instant) {
        let due = now + self.delay;
        if !self.reorder {
            self.waiting.push_back((due, reply));
        } else if let Some((_, earlier)) = self.held.take() {
            self.waiting.push_back((due, reply));
            self.waiting.push_back((due, earlier));
        } else {
            self.held = Some((due + PATIENCE, reply));
        }
    }

    pub(super) fn has_room(&self) -> bool {
        self.waiting.len() < ROOM
    }

    /// When there is something to [`take`](Self::take).
    pub(super) fn due(&self) -> Option<Instant> {
        let first = self.waiting.front().map(|(due, _)| *due);
        let held = self.held.as_ref().map(|(due, _)| *due);
        first.into_iter().chain(held).min()
    }

    /// What is due. Nothing follows a [`Step::Drop`].
    pub(super) fn take(&mut self, now: Instant) -> Vec<Step> {
        let mut steps = Vec::new();
        while let Some(reply) = self.next(now) {
            if self.drop_after == Some(self.answered) {
                steps.push(Step::Drop);
                break;
            }
            self.send(&reply, &mut steps);
            self.answered += 1;
            if self.drop_after == Some(self.answered) {
                steps.push(Step::Drop);
                break;
            }
        }
        steps
    }

    /// A frame that nobody called for.
    pub(super) fn push(&mut self, frame: Message) -> Vec<Step> {
        let garbage = self.garbage.then(|| Step::Send(self.rubbish()));
        garbage.into_iter().chain([Step::Send(frame)]).collect()
    }

    fn next(&mut self, now: Instant) -> Option<Reply> {
        if self.waiting.front().is_some_and(|(due, _)| *due <= now) {
            return self.waiting.pop_front().map(|(_, reply)| reply);
        }
        let (_, reply) = self.held.take_if(|(due, _)| *due <= now)?;
        Some(reply)
    }

    fn send(&mut self, reply: &Reply, steps: &mut Vec<Step>) {
        if self.garbage {
            steps.push(Step::Send(self.rubbish()));
        }
        if self.unknown_id {
            let id = Id::text(&format!("nobody-sent-this-{}", self.answered));
            let stray = Answer::ok(Object::default().set("success", true));
            steps.push(Step::Send(Reply::answered(id, stray).to_frame()));
        }
        let frame = match self.no_id_error {
            true => reply.to_frame_without_id(),
            false => reply.to_frame(),
        };
        if self.duplicate {
            steps.push(Step::Send(frame.clone()));
        }
        steps.push(Step::Send(frame));
    }

    fn rubbish(&mut self) -> Message {
        let turn = self.rubbish;
        self.rubbish += 1;
        match turn % 5 {
            0 => Message::text(r#"{"id":"simulated-garbage","data":{"succ"#),
            1 => Message::Binary(Bytes::from_static(&[0x00, 0xff, 0xfe, b'{', b'}'])),
            2 => wire::text(
                &Object::default()
                    .set("type", "simulatedNovelty")
                    .set("data", [1, 2]),
            ),
            3 => Message::text("[null]"),
            _ => wire::text(
                &Object::default()
                    .set("type", "simulatedNovelty")
                    .set("padding", "x".repeat(TOO_LARGE)),
            ),
        }
    }
}

#[cfg(test)]
mod tests;
