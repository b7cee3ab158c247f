use axum::http::StatusCode;
use proptest::prelude::*;

use super::*;
use crate::simulator::crosstrade::general;

fn done(id: &str) -> Reply {
    let body = Object::default().set("success", true);
    Reply::answered(Id::text(id), Answer::ok(body))
}

fn failed(id: &str) -> Reply {
    let body = general("odd", "why".to_owned());
    Reply::answered(Id::text(id), Answer::refused(StatusCode::NOT_FOUND, body))
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
        let copies = if outbox.duplicate { 2 } else { 1 };
        for number in 0..gaps.len() {
            let answers = seen.iter().filter(|id| **id == number.to_string()).count();
            prop_assert_eq!(answers, copies);
        }
    }
}
