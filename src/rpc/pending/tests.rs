use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::error::Kind;

fn answer() -> End {
    End::Answered {
        frame: Utf8Bytes::default(),
        data: 0..0,
        at: Instant::now(),
    }
}

const ROOM: usize = 6;

fn is_empty(table: &Pending) -> bool {
    table.calls.is_empty() && table.waiting.is_empty() && table.room == ROOM
}

fn open_with(table: &mut Pending, frame: String) -> (Key, oneshot::Receiver<End>) {
    let (caller, end) = oneshot::channel();
    let key = Key::fresh();
    table.open(key, frame, caller);
    (key, end)
}

fn open(table: &mut Pending) -> (Key, oneshot::Receiver<End>) {
    open_with(table, String::new())
}

#[test]
fn an_id_names_its_call_and_nothing_else_does() {
    let mut table = Pending::with_room(ROOM);
    let (key, mut end) = open(&mut table);
    assert_eq!(Key::of(&key.to_string()), Some(key));
    // Not written yet, so nothing can have answered it.
    assert_eq!(table.end(key, answer()), Err(Stray));
    assert!(table.next_to_write(Timestamp::UNIX_EPOCH).is_some());
    assert!(table.end(key, answer()).is_ok());
    assert_eq!(table.end(key, answer()), Err(Stray));
    assert!(end.try_recv().is_ok());
    let (next, _end) = open(&mut table);
    assert_ne!(next, key);
    table.next_to_write(Timestamp::UNIX_EPOCH);
    assert_eq!(table.end(key, answer()), Err(Stray));
    assert!(table.end(next, answer()).is_ok());
}

#[test]
fn what_is_not_of_its_form_is_no_key() {
    for other in [
        "",
        ".",
        "01",
        "00",
        "1.",
        ".1",
        "+1",
        "-1",
        "1.2",
        "g",
        "é",
        " 1",
        "18446744073709551616",
    ] {
        assert_eq!(Key::of(other), None, "{other}");
    }
}

proptest! {
    #[test]
    fn an_id_is_its_key(number: u64, shift in 0_u32..64) {
        let key = Key(number >> shift);
        prop_assert_eq!(Key::of(&key.to_string()), Some(key));
    }
}

#[test]
fn a_great_many_that_waited_leave_no_memory_behind() {
    let mut table = Pending::with_room(ROOM);
    let calls: Vec<_> = (0..=MOST_OPEN).map(|_| open(&mut table)).collect();
    for (key, _) in &calls {
        let end = table.give_up(*key).expect("it is open");
        assert!(end.is_unwritten(), "none is written");
    }
    let (waiting, queue) = (table.waiting.capacity(), table.queue.capacity());
    assert_eq!(([waiting, queue], table.calls.len()), ([0; 2], 0));
    assert_eq!(table.room, ROOM);
    // An answer to one of them finds nobody.
    assert_eq!(table.end(calls[9].0, answer()), Err(Stray));
}

#[test]
fn an_answer_without_an_id_has_an_owner_only_if_one_call_is_open() {
    let mut table = Pending::with_room(ROOM);
    assert_eq!(table.only_written(), None);
    let (first, _end) = open(&mut table);
    assert_eq!(table.only_written(), None, "it is not written");
    table.next_to_write(Timestamp::UNIX_EPOCH);
    assert_eq!(table.only_written(), Some(first));
    let (_, _end) = open(&mut table);
    table.next_to_write(Timestamp::UNIX_EPOCH);
    assert_eq!(table.only_written(), None);
}

fn assert_whole(table: &Pending) {
    let taken: usize = table.calls.values().map(|call| call.share).sum();
    assert_eq!(taken + table.room, ROOM);
    let next = table.waiting.front().and_then(|key| table.calls.get(key));
    let is_too_large = |call: &Open| match &call.stage {
        Stage::Waiting(frame) => share(frame) > table.room,
        _ => false,
    };
    assert!(
        table.waiting.is_empty() || next.is_some_and(is_too_large),
        "it waits for room that is there"
    );
    for (calls, waits) in [(&table.waiting, true), (&table.queue, false)] {
        assert!(calls.iter().is_sorted());
        // Those that gave up are passed over.
        for call in calls.iter().filter_map(|key| table.calls.get(key)) {
            assert_eq!(matches!(call.stage, Stage::Waiting(_)), waits);
            assert_eq!(matches!(call.stage, Stage::Queued(_)), !waits);
        }
    }
    for (key, call) in &table.calls {
        let held = match call.stage {
            Stage::Waiting(_) => table.waiting.contains(key),
            Stage::Queued(_) => table.queue.contains(key),
            Stage::Written(_) => true,
        };
        assert!(held, "it is never written");
    }
}

#[derive(Clone, Debug)]
enum Step {
    Open { share: usize },
    Write,
    Answer(usize),
    Cancel(usize),
    Poll(usize),
    Pass(usize),
    Disconnect,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (1..=ROOM).prop_map(|share| Step::Open { share }),
        3 => Just(Step::Write),
        3 => (0..40_usize).prop_map(Step::Answer),
        1 => (0..40_usize).prop_map(Step::Cancel),
        3 => (0..40_usize).prop_map(Step::Poll),
        1 => (0..40_usize).prop_map(Step::Pass),
        1 => Just(Step::Disconnect),
    ]
}

proptest! {
    #[test]
    fn each_call_ends_exactly_once_and_the_table_ends_empty(steps in prop::collection::vec(step(), 0..120)) {
        let why = Error::new(Kind::Interrupted);
        let mut table = Pending::with_room(ROOM);
        // Every call ever made; what it has come to, as the table's user sees it.
        let mut calls: Vec<(Key, oneshot::Receiver<End>)> = Vec::new();
        let mut ended: BTreeMap<usize, &str> = BTreeMap::new();
        let mut answered: BTreeMap<usize, u32> = BTreeMap::new();
        for step in steps {
            match step {
                Step::Open { share } => {
                    let frame = "x".repeat((share - 1) * 4096);
                    calls.push(open_with(&mut table, frame));
                }
                Step::Write => { table.next_to_write(Timestamp::UNIX_EPOCH); }
                Step::Answer(call) => if let Some((key, _)) = calls.get(call) && table.end(*key, answer()).is_ok() {
                    *answered.entry(call).or_default() += 1;
                },
                Step::Cancel(call) => if call < calls.len() && !ended.contains_key(&call) {
                    table.give_up(calls[call].0);
                    ended.insert(call, "cancelled");
                },
                Step::Poll(call) => if call < calls.len() && !ended.contains_key(&call) {
                    match calls[call].1.try_recv() {
                        Ok(End::Answered { .. }) => { ended.insert(call, "answered"); }
                        Ok(_) => { ended.insert(call, "failed"); }
                        Err(_) => {}
                    }
                },
                // Its deadline.
                Step::Pass(call) => if call < calls.len() && !ended.contains_key(&call) && let Some(end) = table.give_up(calls[call].0) {
                    prop_assert!(matches!(end, End::NoRoom | End::TimedOut { .. }), "a deadline passed");
                    prop_assert!(table.give_up(calls[call].0).is_none());
                    ended.insert(call, "late");
                },
                Step::Disconnect => {
                    table.lose(&why);
                    prop_assert_eq!(table.written().len(), 0);
                }
            }
            assert_whole(&table);
        }
        prop_assert!(answered.values().all(|times| *times == 1));
        prop_assert!(ended.iter().all(|(call, how)| *how != "answered" || answered.contains_key(call)));
        table.close(&why);
        for (call, (_, end)) in calls.iter_mut().enumerate() {
            if !ended.contains_key(&call) {
                prop_assert!(end.try_recv().is_ok(), "call {} never ended", call);
            }
        }
        prop_assert!(is_empty(&table));
        prop_assert!(table.next_to_write(Timestamp::UNIX_EPOCH).is_none());
    }
}

#[test]
fn who_waits_is_told_how_the_call_ends() {
    let why = Error::new(Kind::Interrupted);
    for stage in ["waiting", "queued", "written"] {
        for cause in ["answer", "loss", "deadline", "close"] {
            let mut table = Pending::with_room(1);
            let mut other = (stage == "waiting").then(|| open(&mut table));
            let (key, mut caller) = open(&mut table);
            if stage == "written" {
                table.next_to_write(Timestamp::UNIX_EPOCH);
            }
            assert!(caller.try_recv().is_err());
            let mut late = None;
            match cause {
                "answer" => drop(table.end(key, answer())),
                "loss" => table.lose(&why),
                "deadline" => late = table.give_up(key),
                _ => table.close(&why),
            }
            let end = late.or_else(|| caller.try_recv().ok());
            let is_due = match (stage, cause) {
                ("written", "answer") => matches!(end, Some(End::Answered { .. })),
                ("written", "loss") => matches!(end, Some(End::Lost { .. })),
                ("written", "deadline") => matches!(end, Some(End::TimedOut { sent: Some(_), .. })),
                ("queued", "deadline") => matches!(end, Some(End::TimedOut { sent: None, .. })),
                ("waiting", "deadline") => matches!(end, Some(End::NoRoom)),
                (_, "close") => matches!(end, Some(End::Closed { .. })),
                _ => end.is_none(),
            };
            assert!(is_due, "{stage}, {cause}: {end:?}");
            let is_other_told = other
                .as_mut()
                .is_some_and(|(_, caller)| caller.try_recv().is_ok());
            assert_eq!(
                is_other_told,
                stage == "waiting" && cause == "close",
                "{stage}, {cause}"
            );
            let is_unwritten = end.is_some_and(|end| end.is_unwritten());
            assert_eq!(
                is_unwritten,
                stage != "written" && matches!(cause, "deadline" | "close")
            );
        }
    }
}
