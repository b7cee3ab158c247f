use std::collections::BTreeMap;
use std::time::Duration;

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
    let unwritten = table.waiting.len() + table.queue.len();
    unwritten == 0 && table.free.len() == table.slots.len() && table.room == ROOM
}

fn open(table: &mut Pending, deadline: Instant) -> Key {
    table.open(deadline, String::new(), Waker::noop().clone())
}

#[test]
fn an_id_names_its_call_and_nothing_else_does() {
    let mut table = Pending::with_room(ROOM);
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
fn a_great_many_that_waited_leave_no_memory_behind() {
    let mut table = Pending::with_room(ROOM);
    let now = Instant::now();
    let keys: Vec<Key> = (0..=MOST_OPEN).map(|_| open(&mut table, now)).collect();
    for key in &keys {
        assert!(table.cancel(*key), "none is written");
    }
    let (waiting, queue) = (table.waiting.capacity(), table.queue.capacity());
    let (slots, free) = (table.slots.capacity(), table.free.capacity());
    assert_eq!([waiting, queue, slots, free], [0; 4]);
    assert_eq!(table.room, ROOM);
    // An answer to one of them finds nobody.
    assert_eq!(table.end(keys[9], answer()).err(), Some(Stray));
}

#[test]
fn an_answer_without_an_id_has_an_owner_only_if_one_call_is_open() {
    let mut table = Pending::with_room(ROOM);
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

fn assert_whole(table: &Pending, first: u64) {
    let taken: usize = table.slots.iter().map(|slot| slot.share).sum();
    assert_eq!(taken + table.room, ROOM);
    let next = table.waiting.front();
    let is_too_large = |(_, tail): &(Key, String)| share(tail) > table.room;
    assert!(
        next.is_none_or(is_too_large),
        "it waits for room that is there"
    );
    for (calls, waits) in [(&table.waiting, true), (&table.queue, false)] {
        assert!(
            calls
                .iter()
                .is_sorted_by_key(|(key, _)| key.number.wrapping_sub(first))
        );
        for (key, _) in calls {
            let slot = &table.slots[key.slot as usize];
            assert_eq!(slot.number, key.number);
            assert_eq!(matches!(slot.stage, Stage::Waiting), waits);
            assert_eq!(matches!(slot.stage, Stage::Queued), !waits);
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Open { lasts: u64, share: usize },
    Write,
    Answer(usize),
    Cancel(usize),
    Poll(usize),
    Pass(u64),
    Disconnect,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (1..50_u64, 1..=ROOM).prop_map(|(lasts, share)| Step::Open { lasts, share }),
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
        let mut table = Pending::with_room(ROOM);
        let first = table.next;
        let mut now = Instant::now();
        // Every call ever made; what it has come to, as the table's user sees it.
        let mut calls: Vec<Key> = Vec::new();
        let mut ended: BTreeMap<usize, &str> = BTreeMap::new();
        let mut answered: BTreeMap<usize, u32> = BTreeMap::new();
        let mut woken = Vec::new();
        for step in steps {
            match step {
                Step::Open { lasts, share } => {
                    let tail = "x".repeat((share - 1) * 4096);
                    let deadline = now + Duration::from_millis(lasts);
                    calls.push(table.open(deadline, tail, Waker::noop().clone()));
                }
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
            assert_whole(&table, first);
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
}

#[test]
fn who_waits_is_woken_when_the_call_ends() {
    let now = Instant::now();
    let why = Error::new(Kind::Interrupted);
    for stage in ["waiting", "queued", "written"] {
        for cause in ["answer", "loss", "deadline", "close"] {
            let mut table = Pending::with_room(1);
            if stage == "waiting" {
                open(&mut table, now + Duration::from_secs(1));
            }
            let key = open(&mut table, now);
            if stage == "written" {
                table.next_to_write(Timestamp::UNIX_EPOCH);
            }
            assert!(table.poll(key, Waker::noop()).is_none());
            let mut woken = Vec::new();
            match cause {
                "answer" => woken.extend(table.end(key, answer()).ok().flatten()),
                "loss" => table.lose(&why, &mut woken),
                "deadline" => table.expire(now, &mut woken),
                _ => table.close(&why, &mut woken),
            }
            let end = table.poll(key, Waker::noop());
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
            let others = usize::from(stage == "waiting" && cause == "close");
            assert_eq!(
                woken.len(),
                usize::from(end.is_some()) + others,
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
