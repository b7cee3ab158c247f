//! What a recorded WebSocket says, and after what. No I/O.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::missed::Missed;
use super::turns::Turns;
use crate::observe::Direction;
use crate::recording::read::Frame;

/// A connection's part. A clone plays it from its beginning.
#[derive(Clone)]
pub(super) struct Script {
    /// What comes before anything is asked for.
    opening: Arc<[Frame]>,
    /// By name and arguments.
    calls: Turns<(String, Value), Arc<[Said]>>,
    /// What was pushed after what the client had sent.
    pushes: Turns<Value, Arc<[Frame]>>,
    /// The connection is dropped once all of it was played.
    drops: bool,
}

pub(super) enum Step {
    Say(Frame),
    /// What was heard is not in the recording; an error that says so follows.
    Miss(Missed),
    Drop,
}

/// An answer, and where in it the id stands, if it has one.
#[derive(Clone, Debug)]
struct Said {
    frame: Frame,
    id: Option<Range<usize>>,
}

/// What is found in a recording, in its order.
#[derive(Default)]
struct Collected {
    calls: Vec<((String, Value), Vec<Said>)>,
    /// The recorded ids of the calls.
    ids: HashMap<String, usize>,
    open: Vec<usize>,
    /// The first is what comes before anything was sent.
    pushes: Vec<(Value, Vec<Frame>)>,
}

impl Script {
    pub fn of(frames: &[Frame], drops: bool) -> Self {
        let mut collected = Collected::default();
        collected.pushes.push((Value::Null, Vec::new()));
        for frame in frames {
            match frame.direction {
                Direction::Sent => collected.sent(frame),
                Direction::Received => collected.received(frame),
            }
        }
        let (mut calls, mut pushes) = (Turns::default(), Turns::default());
        for (key, said) in collected.calls {
            calls.add(key, said.into());
        }
        let mut all = collected.pushes.into_iter();
        let opening = all.next().map_or_else(Vec::new, |(_, frames)| frames);
        for (after, frames) in all {
            pushes.add(after, frames.into());
        }
        Self {
            opening: opening.into(),
            calls,
            pushes,
            drops,
        }
    }

    pub fn opening(&self) -> Vec<Step> {
        let said = self.opening.iter().cloned().map(Step::Say);
        said.chain(self.end()).collect()
    }

    /// What follows on a message of the client's.
    pub fn hear(&mut self, text: &str) -> Vec<Step> {
        let heard: Value = serde_json::from_str(text).unwrap_or_default();
        if is_ping(&heard) {
            return vec![said(json!({"type": "pong"}))];
        }
        let mut steps: Vec<Step> = match called(&heard) {
            Some((id, key)) => match self.calls.next(|known| *known == key) {
                Some(answers) => {
                    let answers = answers.iter().map(|said| Step::Say(said.under(&id)));
                    answers.collect()
                }
                None => self.unknown(&id, &key),
            },
            None => match self.pushes.next(|known| *known == heard) {
                Some(frames) => frames.iter().cloned().map(Step::Say).collect(),
                None => {
                    let known = self.pushes.keys().map(Value::to_string);
                    let missed = Missed::among(heard.to_string(), known);
                    let error = json!({
                        "type": "error",
                        "error": "not_recorded",
                        "message": missed.message(),
                    });
                    vec![Step::Miss(missed), said(error)]
                }
            },
        };
        steps.extend(self.end());
        steps
    }

    fn end(&self) -> Option<Step> {
        let is_over = self.drops && self.calls.are_over() && self.pushes.are_over();
        is_over.then_some(Step::Drop)
    }

    fn unknown(&self, id: &Value, (api, args): &(String, Value)) -> Vec<Step> {
        let text = |api: &str, args: &Value| format!("{api} {args}");
        let known = self.calls.keys().map(|(api, args)| text(api, args));
        let missed = Missed::among(text(api, args), known);
        let error = json!({
            "id": id,
            "error": "not_recorded",
            "message": missed.message(),
            "nearest": missed.nearest,
        });
        vec![Step::Miss(missed), said(error)]
    }
}

impl Collected {
    fn sent(&mut self, frame: &Frame) {
        let Ok(value) = serde_json::from_slice::<Value>(&frame.data) else {
            return;
        };
        match called(&value) {
            Some((id, key)) => {
                let place = self.calls.len();
                self.calls.push((key, Vec::new()));
                self.ids.insert(id.to_string(), place);
                self.open.push(place);
            }
            None if is_ping(&value) => {}
            None => self.pushes.push((value, Vec::new())),
        }
    }

    fn received(&mut self, frame: &Frame) {
        let text = std::str::from_utf8(&frame.data).unwrap_or_default();
        let value: Value = serde_json::from_str(text).unwrap_or_default();
        let id = value.get("id").filter(|id| !id.is_null());
        let call = match id {
            Some(id) => self.ids.get(&id.to_string()).copied(),
            // A refusal that names no call is for the only one that is open.
            None if is_refusal(&value) && self.open.len() == 1 => self.open.first().copied(),
            None => None,
        };
        match call.and_then(|call| Some((call, self.calls.get_mut(call)?))) {
            Some((place, (_, answers))) => {
                self.open.retain(|open| *open != place);
                answers.push(Said {
                    frame: frame.clone(),
                    id: id.and_then(|_| place_of_id(text)),
                });
            }
            None if is_pong(&value) => {}
            None => {
                if let Some((_, frames)) = self.pushes.last_mut() {
                    frames.push(frame.clone());
                }
            }
        }
    }
}

impl Said {
    /// The same with another id, and else byte for byte.
    fn under(&self, id: &Value) -> Frame {
        let mut frame = self.frame.clone();
        if let Some(place) = &self.id {
            let id = id.to_string();
            let parts = [
                &frame.data[..place.start],
                id.as_bytes(),
                &frame.data[place.end..],
            ];
            frame.data = parts.concat().into();
        }
        frame
    }
}

fn said(value: Value) -> Step {
    Step::Say(Frame {
        direction: Direction::Received,
        is_text: true,
        data: Bytes::from(value.to_string()),
        at: None,
        api: None,
    })
}

/// The id of a call, with its name and its arguments.
fn called(frame: &Value) -> Option<(Value, (String, Value))> {
    let api = frame.get("api")?.as_str()?.to_owned();
    let is_call = frame.get("action")? == "rpc";
    let args = frame.get("args").cloned().unwrap_or_default();
    is_call.then_some((frame.get("id")?.clone(), (api, args)))
}

fn is_ping(frame: &Value) -> bool {
    frame.get("action").is_some_and(|action| action == "ping")
}

fn is_pong(frame: &Value) -> bool {
    let is = |name| frame.get(name).is_some_and(|word| word == "pong");
    is("type") || is("action")
}

fn is_refusal(frame: &Value) -> bool {
    frame.get("error").is_some_and(|error| !error.is_null())
        || frame.get("type").is_some_and(|sort| sort == "error")
}

fn place_of_id(text: &str) -> Option<Range<usize>> {
    #[derive(Deserialize)]
    struct Named<'a> {
        #[serde(borrow)]
        id: &'a RawValue,
    }
    let id = serde_json::from_str::<Named<'_>>(text).ok()?.id.get();
    let start = id.as_ptr() as usize - text.as_ptr() as usize;
    Some(start..start + id.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(said: &[(Direction, &'static str)]) -> Vec<Frame> {
        let frame = |(direction, text): &(Direction, &'static str)| Frame {
            direction: *direction,
            is_text: true,
            data: Bytes::from_static(text.as_bytes()),
            at: None,
            api: None,
        };
        said.iter().map(frame).collect()
    }

    fn texts(steps: Vec<Step>) -> Vec<String> {
        let text = |step| match step {
            Step::Say(frame) => String::from_utf8(frame.data.to_vec()).expect("text"),
            Step::Miss(missed) => missed.to_string(),
            Step::Drop => "dropped".to_owned(),
        };
        steps.into_iter().map(text).collect()
    }

    use Direction::{Received as R, Sent as S};

    const RECORDED: &[(Direction, &str)] = &[
        (R, r#"{"type":"welcome"}"#),
        (
            S,
            r#"{"action":"rpc","id":"1.0","api":"A","args":{"x":1,"y":2}}"#,
        ),
        (S, r#"{"action":"rpc","id":"2.1","api":"A","args":{}}"#),
        (R, r#"{ "data": 1.10, "id" : "2.1" }"#),
        (R, r#"{"id":"1.0","data":{"id":"1.0"}}"#),
        (S, r#"{"action":"ping"}"#),
        (R, r#"{"type":"pong"}"#),
        (S, r#"{"action":"subscribe","instruments":["ES"]}"#),
        (R, r#"{"type":"marketData","n":1}"#),
        (S, r#"{"action":"rpc","id":"3.0","api":"A","args":{}}"#),
        (R, r#"{"error":"no"}"#),
        (R, r#"{"type":"marketData","n":2}"#),
    ];

    #[test]
    fn calls_are_answered_by_name_and_arguments_under_the_ids_they_have_now() {
        let mut script = Script::of(&frames(RECORDED), false);
        assert_eq!(texts(script.opening()), [r#"{"type":"welcome"}"#]);
        let mut call = |id: &str, args: &str| {
            let frame = format!(r#"{{"action":"rpc","id":"{id}","api":"A","args":{args}}}"#);
            texts(script.hear(&frame)).concat()
        };
        let answer = r#"{"id":"f.9","data":{"id":"1.0"}}"#;
        assert_eq!(call("f.9", r#"{"y":2,"x":1}"#), answer);
        assert_eq!(call("a", "{}"), r#"{ "data": 1.10, "id" : "a" }"#);
        // The second time it was refused, by a frame that names no call; so it is from then on.
        assert_eq!(call("b", "{}"), r#"{"error":"no"}"#);
        assert_eq!(call("c", "{}"), r#"{"error":"no"}"#);
        let unknown = call("d", r#"{"x":3}"#);
        assert!(unknown.contains(r#""id":"d""#) && unknown.contains("not_recorded"));
        assert!(unknown.contains(r#"{\"x\":1,\"y\":2}"#), "{unknown}");
    }

    #[test]
    fn pushes_follow_what_they_were_recorded_after() {
        let mut script = Script::of(&frames(RECORDED), true);
        let pong = texts(script.hear(r#"{"action":"ping"}"#));
        assert_eq!(pong, [r#"{"type":"pong"}"#]);
        let subscribe = r#"{"instruments":["ES"],"action":"subscribe"}"#;
        let pushed = [
            r#"{"type":"marketData","n":1}"#,
            r#"{"type":"marketData","n":2}"#,
        ];
        assert_eq!(texts(script.hear(subscribe)), pushed);
        for (args, last) in [("{}", false), (r#"{"x":1,"y":2}"#, false), ("{}", true)] {
            let frame = format!(r#"{{"action":"rpc","id":"1","api":"A","args":{args}}}"#);
            let dropped = texts(script.hear(&frame))
                .last()
                .is_some_and(|text| text == "dropped");
            assert_eq!(dropped, last, "all was played");
        }
        let other = texts(script.hear(r#"{"action":"subscribe","instruments":["NQ"]}"#));
        let nearest = r#"the nearest is {"action":"subscribe","instruments":["ES"]}"#;
        assert!(other[0].ends_with(nearest), "{}", other[0]);
        assert!(other[1].contains("not_recorded"));
    }
}
