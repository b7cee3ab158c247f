//! One received message of a WebSocket: a push, or the answer to a call.
//!
//! Which is which is told as `rpc` tells it, and only what the vendor documents is under contract: `{"id":…,"data":…}`, and the
//! frames pushed. How a call is refused and a subscription acknowledged it does not say.

use bytes::Bytes;
use executions_spec::model::Operation;
use jiff::Timestamp;

use super::Contract;
use super::answer::over_socket;
use super::finding::{Found, Grade, Rule, shown};
use super::findings::Findings;
use super::json::{JsonType, member, members, object, text as characters};
use super::operation::called;
use super::verdict::Verdict;
use super::walk::Walk;
use crate::transport::body::refuses;

/// What stands for a message of no known operation.
const FRAME: &str = "frame";

/// Judges a message that was received, in answer to a call of `api` where it answers one.
pub(super) fn verdict(
    contract: &Contract,
    api: Option<&str>,
    is_text: bool,
    data: &Bytes,
    at: Timestamp,
) -> Verdict {
    let mut findings = Findings::default();
    let text = match is_text {
        true => object(data),
        false => Err(Found::kind("a binary frame")),
    };
    let operation = match text {
        Ok(text) => judge(contract, api, data, text, &mut findings),
        Err(found) => {
            let expected = "a text frame with a JSON object";
            let mut walk = Walk::new(&contract.schemas, &mut findings);
            walk.add(Rule::Frame, Grade::Breaks, expected, found);
            FRAME
        }
    };
    Verdict::new(contract.about.name, operation, None, at, &findings)
}

/// Adds what is to be said of a frame, and names what it belongs to.
fn judge<'a>(
    contract: &'a Contract,
    api: Option<&'a str>,
    frame: &Bytes,
    text: &str,
    findings: &mut Findings,
) -> &'a str {
    let mut walk = Walk::new(&contract.schemas, findings);
    let word = |name| member(text, name).and_then(characters);
    let sort = word("type").or_else(|| word("action")).unwrap_or_default();
    let mut known = contract.service.provider().pushes.iter();
    if let Some((push, component)) = known.find(|(push, _)| **push == *sort) {
        if let Some(component) = contract.schemas.named(component) {
            walk.body(component, text, &["type", "action"]);
        }
        return push;
    }
    let operation = api.and_then(|api| called(&contract.operations, api));
    let name: &str = match operation {
        Some(operation) => &operation.id,
        None => api.and_then(shown).unwrap_or(FRAME),
    };
    let has_id = member(text, "id").is_some_and(|id| id != "null");
    match operation {
        _ if sort == "error" || matches!(refuses(text, None), Ok(true)) => {
            walk.say(Rule::Refused, Grade::Note, "an answer", "a refusal");
        }
        _ if !has_id && sort == "pong" => {}
        _ if !has_id => {
            let found = Found::word("another", &sort);
            let expected = "a documented type of frame";
            walk.add(Rule::Frame, Grade::Drift, expected, found);
        }
        Some(operation) => judge_answer(contract, operation, frame, text, walk),
        None => {
            let expected = "an answer to a call of the spec";
            walk.say(
                Rule::Operation,
                Grade::Note,
                expected,
                "an answer to another",
            );
        }
    }
    name
}

/// The answer to a call of the spec, in its envelope.
fn judge_answer(
    contract: &Contract,
    operation: &Operation,
    frame: &Bytes,
    text: &str,
    mut walk: Walk<'_>,
) {
    let Some(data) = member(text, "data") else {
        walk.within("data", |walk| {
            walk.say(Rule::Frame, Grade::Drift, "the answer in `data`", "nothing");
        });
        let beside = ["id", "type", "action"];
        return over_socket(contract, operation, frame, &beside, walk);
    };
    let mut seen: Vec<String> = Vec::new();
    members(text, |name, json| match name {
        _ if !BESIDE.contains(&name) => walk.unknown(name, JsonType::of(json).found()),
        _ if seen.iter().any(|seen| seen == name) => walk.second(name, Grade::Breaks),
        _ => seen.push(name.to_owned()),
    });
    walk.pointer += "/data";
    let data = frame.slice_ref(data.as_bytes());
    over_socket(contract, operation, &data, &[], walk);
}

/// The fields that a frame with an answer may have.
const BESIDE: [&str; 7] = ["id", "type", "action", "data", "error", "success", "status"];
