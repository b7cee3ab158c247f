//! What a recorded WebSocket says, and after what. No I/O.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use axum::extract::ws::{Message, Utf8Bytes};
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
    opening: Arc<[Said]>,
    /// The answers to calls, and the pushes that followed on other messages.
    replies: Turns<Heard, Arc<[Said]>>,
    /// The connection is dropped once all of it was played.
    drops: bool,
}

pub(super) enum Step {
    Say(Message),
    /// What was heard is not in the recording; an error that says so follows.
    Miss(Missed),
    Drop,
}

/// A client's message. Of a call only what it calls and with what: its id is another each time.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Heard {
    Call { api: String, args: Value },
    Other(Value),
}

/// A message of the service, and where in it the id of a call stands, if it has one.
#[derive(Clone)]
struct Said {
    is_text: bool,
    data: Bytes,
    id: Option<Range<usize>>,
}

impl Script {
    pub fn of(frames: &[Frame], drops: bool) -> Self {
        let mut collected = Collected::default();
        for frame in frames {
            match frame.direction {
                Direction::Sent => collected.sent(frame),
                Direction::Received => collected.received(frame),
            }
        }
        let replies = collected.replies.into_iter();
        Self {
            opening: collected.opening.into(),
            replies: Turns::of(replies.map(|(heard, said)| (heard, said.into()))),
            drops,
        }
    }

    pub fn opening(&self) -> Vec<Step> {
        let said = self.opening.iter().map(|said| Step::Say(said.under(None)));
        said.chain(self.end()).collect()
    }

    /// What follows on a message of the client's.
    pub fn hear(&mut self, text: &str) -> Vec<Step> {
        let frame: Value = serde_json::from_str(text).unwrap_or_default();
        if is_ping(&frame) {
            return vec![Step::Say(said(&json!({"type": "pong"})))];
        }
        let (id, heard) = Heard::of(frame);
        let replies = self.replies.next(|known| *known == heard);
        let mut steps: Vec<Step> = match replies {
            Some(replies) => {
                let replies = replies.iter();
                replies
                    .map(|said| Step::Say(said.under(id.as_ref())))
                    .collect()
            }
            None => self.unknown(id, &heard),
        };
        steps.extend(self.end());
        steps
    }

    fn end(&self) -> Option<Step> {
        let is_over = self.drops && self.replies.are_over();
        is_over.then_some(Step::Drop)
    }

    fn unknown(&self, id: Option<Value>, heard: &Heard) -> Vec<Step> {
        let is_alike = |known: &&Heard| heard.is_call() == known.is_call();
        let known = self.replies.keys().filter(is_alike).map(Heard::to_string);
        let missed = Missed::among(heard.to_string(), known);
        let mut error = missed.to_json();
        match id {
            Some(id) => error["id"] = id,
            None => error["type"] = "error".into(),
        }
        vec![Step::Miss(missed), Step::Say(said(&error))]
    }
}

/// The messages of a recording, in its order.
#[derive(Default)]
struct Collected {
    opening: Vec<Said>,
    replies: Vec<(Heard, Vec<Said>)>,
    /// The places of the calls, by the ids they were recorded with.
    calls: HashMap<String, usize>,
    /// The places of those that are not answered yet.
    open: Vec<usize>,
    /// Where the latest message stands that is no call, which pushes follow.
    pushed: Option<usize>,
}

impl Collected {
    fn sent(&mut self, frame: &Frame) {
        let Ok(value) = serde_json::from_slice::<Value>(&frame.data) else {
            return;
        };
        if is_ping(&value) {
            return;
        }
        let place = self.replies.len();
        let (id, heard) = Heard::of(value);
        self.replies.push((heard, Vec::new()));
        match id {
            Some(id) => {
                self.calls.insert(id.to_string(), place);
                self.open.push(place);
            }
            None => self.pushed = Some(place),
        }
    }

    fn received(&mut self, frame: &Frame) {
        let text = std::str::from_utf8(&frame.data).unwrap_or_default();
        let value: Value = serde_json::from_str(text).unwrap_or_default();
        let id = value.get("id").filter(|id| !id.is_null());
        let call = match (id, &self.open[..]) {
            (Some(id), _) => self.calls.get(&id.to_string()).copied(),
            // A refusal that names no call is for the only one that is open.
            (None, [open]) if is_refusal(&value) => Some(*open),
            (None, _) => None,
        };
        if call.is_none() && is_pong(&value) {
            return;
        }
        self.open.retain(|open| Some(*open) != call);
        let place = call.or(self.pushed);
        let replies = place.and_then(|place| self.replies.get_mut(place));
        let said = replies.map_or(&mut self.opening, |(_, said)| said);
        said.push(Said {
            is_text: frame.is_text,
            data: frame.data.clone(),
            id: call.and(id).and_then(|_| place_of_id(text)),
        });
    }
}

impl Heard {
    /// A call's id comes beside it.
    fn of(frame: Value) -> (Option<Value>, Self) {
        let args = frame.get("args").cloned().unwrap_or_default();
        match (frame["api"].as_str(), frame.get("id")) {
            (Some(api), Some(id)) if frame["action"] == "rpc" => {
                let api = api.to_owned();
                (Some(id.clone()), Self::Call { api, args })
            }
            _ => (None, Self::Other(frame)),
        }
    }

    fn is_call(&self) -> bool {
        matches!(self, Self::Call { .. })
    }
}

impl fmt::Display for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call { api, args } => write!(f, "{api} {args}"),
            Self::Other(frame) => frame.fmt(f),
        }
    }
}

impl Said {
    /// The message, byte for byte but for the id where there is another.
    fn under(&self, id: Option<&Value>) -> Message {
        let data = match (id, &self.id) {
            (Some(id), Some(place)) => {
                let id = id.to_string();
                let (before, after) = (&self.data[..place.start], &self.data[place.end..]);
                [before, id.as_bytes(), after].concat().into()
            }
            _ => self.data.clone(),
        };
        match Utf8Bytes::try_from(data.clone()) {
            Ok(text) if self.is_text => Message::Text(text),
            _ => Message::Binary(data),
        }
    }
}

fn said(frame: &Value) -> Message {
    Message::text(frame.to_string())
}

fn is_ping(frame: &Value) -> bool {
    frame["action"] == "ping"
}

fn is_pong(frame: &Value) -> bool {
    frame["type"] == "pong" || frame["action"] == "pong"
}

fn is_refusal(frame: &Value) -> bool {
    !frame["error"].is_null() || frame["type"] == "error"
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
            Step::Say(message) => message.into_text().expect("text").to_string(),
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
