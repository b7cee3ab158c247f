//! What leaves the socket, when, and with which faults. Pure; the time comes in.

use std::collections::VecDeque;
use std::time::Duration;

use axum::extract::ws::Message;
use tokio::time::Instant;

use super::wire::{Id, Reply};
use crate::simulator::fault::Fault;
use crate::simulator::object::Object;
use crate::simulator::response::JsonResponse;

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

#[derive(Debug)]
pub(super) struct Outbox {
    /// Those of the whole connection among them are not its business.
    faults: Vec<Fault>,
    drop_after: Option<u32>,
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
        let mut latest = faults.iter().rev();
        let delay = latest.clone().find_map(|fault| match fault {
            Fault::Slow(delay) => Some(SLOWEST.min(*delay)),
            _ => None,
        });
        Self {
            faults: faults.to_vec(),
            drop_after: latest.find_map(|fault| match fault {
                Fault::DropAfter(answers) => Some(*answers),
                _ => None,
            }),
            delay: delay.unwrap_or_default(),
            waiting: VecDeque::new(),
            held: None,
            answered: 0,
            rubbish: 0,
        }
    }

    fn has(&self, fault: &Fault) -> bool {
        self.faults.contains(fault)
    }

    pub(super) fn answer(&mut self, reply: Reply, now: Instant) {
        let due = now + self.delay;
        if !self.has(&Fault::Reorder) {
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
            if self.drop_after != Some(self.answered) {
                self.send(reply, &mut steps);
                self.answered += 1;
            }
            if self.drop_after == Some(self.answered) {
                steps.push(Step::Drop);
                break;
            }
        }
        steps
    }

    /// A frame that nobody called for.
    pub(super) fn push(&mut self, frame: Message) -> Vec<Step> {
        let mut steps = Vec::new();
        self.litter(&mut steps);
        steps.push(Step::Send(frame));
        steps
    }

    fn next(&mut self, now: Instant) -> Option<Reply> {
        if self.waiting.front().is_some_and(|(due, _)| *due <= now) {
            return self.waiting.pop_front().map(|(_, reply)| reply);
        }
        let (_, reply) = self.held.take_if(|(due, _)| *due <= now)?;
        Some(reply)
    }

    fn send(&mut self, reply: Reply, steps: &mut Vec<Step>) {
        self.litter(steps);
        if self.has(&Fault::UnknownId) {
            let id = Id::text(&format!("nobody-sent-this-{}", self.answered));
            let stray = JsonResponse::ok(Object::default().set("success", true));
            steps.push(Step::Send(Reply::answered(&id, &stray).frame));
        }
        let frame = match self.has(&Fault::NoIdError) {
            true => reply.without_id,
            false => reply.frame,
        };
        if self.has(&Fault::Duplicate) {
            steps.push(Step::Send(frame.clone()));
        }
        steps.push(Step::Send(frame));
    }

    fn litter(&mut self, steps: &mut Vec<Step>) {
        if !self.has(&Fault::Garbage) {
            return;
        }
        let garbage = match self.rubbish % 5 {
            0 => Message::text(r#"{"id":"simulated-garbage","data":{"succ"#),
            1 => Message::binary(&b"\x00\xff\xfe{}"[..]),
            2 => Message::text(r#"{"type":"simulatedNovelty","data":[1,2]}"#),
            3 => Message::text("[null]"),
            _ => {
                let padding = "x".repeat(TOO_LARGE);
                Message::text(format!(
                    r#"{{"type":"simulatedNovelty","padding":"{padding}"}}"#
                ))
            }
        };
        self.rubbish += 1;
        steps.push(Step::Send(garbage));
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use proptest::prelude::*;

    use super::*;
    use crate::simulator::crosstrade::failure;
    use crate::simulator::socket::wire;

    fn done(id: &str) -> Reply {
        let body = Object::default().set("success", true);
        Reply::answered(&Id::text(id), &JsonResponse::ok(body))
    }

    fn failed(id: &str) -> Reply {
        let odd = failure(StatusCode::NOT_FOUND, "odd", "why");
        Reply::answered(&Id::text(id), &odd)
    }

    /// What comes of calls at one moment, each as its id or what it is instead.
    fn sent(faults: &[Fault], replies: &[Reply]) -> Vec<String> {
        let now = Instant::now();
        let mut outbox = Outbox::new(faults);
        for reply in replies {
            outbox.answer(reply.clone(), now);
        }
        names(outbox.take(now))
    }

    fn names(steps: Vec<Step>) -> Vec<String> {
        let name = |step| match step {
            Step::Drop => "drop".to_owned(),
            Step::Send(Message::Binary(_)) => "binary".to_owned(),
            Step::Send(message) => {
                let text = message.into_text().expect("text or binary");
                match serde_json::from_str::<Object>(&text) {
                    Ok(frame) => {
                        let name = frame.get("id").or(frame.get("type"));
                        name.map_or_else(String::new, |name| name.get().replace('"', ""))
                    }
                    Err(_) => "no object".to_owned(),
                }
            }
        };
        steps.into_iter().map(name).collect()
    }

    #[test]
    fn without_faults_answers_leave_as_they_came() {
        assert_eq!(
            sent(&[], &[done("a"), failed("b"), done("c")]),
            ["a", "b", "c"]
        );
    }

    #[test]
    fn the_connection_ends_with_the_last_answer_it_is_good_for() {
        let calls = [done("a"), done("b"), done("c")];
        assert_eq!(sent(&[Fault::DropAfter(2)], &calls), ["a", "b", "drop"]);
        assert_eq!(sent(&[Fault::DropAfter(0)], &calls), ["drop"]);
        assert_eq!(sent(&[Fault::DropAfter(0)], &[]), [""; 0]);
        assert_eq!(sent(&[Fault::DropAfter(4)], &calls), ["a", "b", "c"]);
        let both = [Fault::DropAfter(9), Fault::DropAfter(1)];
        assert_eq!(sent(&both, &calls), ["a", "drop"]);
    }

    #[test]
    fn pairs_change_places_and_a_single_one_waits_a_while() {
        let now = Instant::now();
        let mut outbox = Outbox::new(&[Fault::Reorder]);
        for id in ["a", "b", "c"] {
            outbox.answer(done(id), now);
        }
        assert_eq!(names(outbox.take(now)), ["b", "a"]);
        assert_eq!(outbox.due(), Some(now + PATIENCE));
        assert_eq!(names(outbox.take(now + PATIENCE)), ["c"]);
        assert_eq!(outbox.due(), None);
    }

    #[test]
    fn slow_answers_are_due_later_each_for_itself() {
        let (now, delay) = (Instant::now(), Duration::from_secs(2));
        let later = now + Duration::from_secs(1);
        let mut outbox = Outbox::new(&[Fault::Slow(delay)]);
        outbox.answer(done("a"), now);
        outbox.answer(done("b"), later);
        assert_eq!(names(outbox.take(later)), [""; 0]);
        assert_eq!(outbox.due(), Some(now + delay));
        assert_eq!(names(outbox.take(now + delay)), ["a"]);
        assert_eq!(names(outbox.take(later + delay)), ["b"]);
        Outbox::new(&[Fault::Slow(Duration::MAX)]).answer(done("a"), now);
    }

    #[test]
    fn copies_and_strangers_come_beside_each_answer() {
        let calls = [done("a"), done("b")];
        assert_eq!(sent(&[Fault::Duplicate], &calls), ["a", "a", "b", "b"]);
        let strangers = sent(&[Fault::UnknownId], &calls);
        assert_eq!(
            strangers,
            ["nobody-sent-this-0", "a", "nobody-sent-this-1", "b"]
        );
        let all = [
            Fault::Duplicate,
            Fault::UnknownId,
            Fault::Reorder,
            Fault::DropAfter(1),
        ];
        assert_eq!(sent(&all, &calls), ["nobody-sent-this-0", "b", "b", "drop"]);
    }

    #[test]
    fn only_errors_lose_their_id() {
        let calls = [done("a"), failed("b")];
        assert_eq!(sent(&[Fault::NoIdError], &calls), ["a", "error"]);
    }

    #[test]
    fn garbage_takes_turns_before_answers_and_pushes() {
        let calls: Vec<Reply> = ["a", "b", "c", "d", "e"].map(done).to_vec();
        let garbage = [
            "no object",
            "binary",
            "simulatedNovelty",
            "no object",
            "simulatedNovelty",
        ];
        let expected: Vec<&str> = garbage
            .into_iter()
            .zip(["a", "b", "c", "d", "e"])
            .flat_map(|(garbage, id)| [garbage, id])
            .collect();
        assert_eq!(sent(&[Fault::Garbage], &calls), expected);

        let mut outbox = Outbox::new(&[Fault::Garbage]);
        assert_eq!(names(outbox.push(wire::pong())), ["no object", "pong"]);
        assert_eq!(names(outbox.push(wire::pong())), ["binary", "pong"]);
        assert_eq!(names(Outbox::new(&[]).push(wire::pong())), ["pong"]);
    }

    #[test]
    fn a_full_outbox_has_no_room() {
        let now = Instant::now();
        let mut outbox = Outbox::new(&[Fault::Slow(Duration::from_secs(1))]);
        while outbox.has_room() {
            outbox.answer(done("a"), now);
        }
        assert_eq!(outbox.take(now + Duration::from_secs(1)).len(), ROOM);
        assert!(outbox.has_room());
    }

    fn fault() -> impl Strategy<Value = Fault> {
        prop_oneof![
            Just(Fault::Reorder),
            Just(Fault::Duplicate),
            Just(Fault::UnknownId),
            Just(Fault::NoIdError),
            (0..3000_u64).prop_map(|time| Fault::Slow(Duration::from_millis(time))),
        ]
    }

    proptest! {
        #[test]
        fn whatever_the_faults_each_call_is_answered_once_or_twice_in_time(
            faults in proptest::collection::vec(fault(), 0..5),
            gaps in proptest::collection::vec(0..700_u64, 1..20),
        ) {
            let mut now = Instant::now();
            let mut outbox = Outbox::new(&faults);
            let mut seen = Vec::new();
            for (number, gap) in gaps.iter().enumerate() {
                now += Duration::from_millis(*gap);
                outbox.answer(done(&number.to_string()), now);
                seen.extend(names(outbox.take(now)));
            }
            now += outbox.delay + PATIENCE;
            seen.extend(names(outbox.take(now)));
            prop_assert_eq!(outbox.due(), None);
            let copies = if outbox.has(&Fault::Duplicate) { 2 } else { 1 };
            for number in 0..gaps.len() {
                let answers = seen.iter().filter(|id| **id == number.to_string()).count();
                prop_assert_eq!(answers, copies);
            }
        }
    }
}
