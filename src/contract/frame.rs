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
use super::json::{JsonType, members, object, text};
use super::reading::{Push, pushes};
use super::verdict::{Findings, Verdict};
use super::walk::Walk;
use crate::transport::body::is_refusal;

/// What stands for a message of no known operation.
const FRAME: &str = "frame";

/// Judges what was received as a text, in answer to a call of `api` where it answers one.
pub(super) fn verdict(
    contract: &Contract,
    api: Option<&str>,
    data: &Bytes,
    at: Timestamp,
) -> Verdict {
    let mut findings = Findings::default();
    let operation = match object(data) {
        Ok(text) => judge(contract, api, data, text, &mut findings),
        Err(found) => unread(found, &mut findings),
    };
    findings.verdict(contract.service(), &operation, None, at)
}

/// What is no text is read by nobody.
pub(super) fn binary(contract: &Contract, at: Timestamp) -> Verdict {
    let mut findings = Findings::default();
    let operation = unread(Found::kind("a binary frame"), &mut findings);
    findings.verdict(contract.service(), &operation, None, at)
}

fn unread(found: Found, findings: &mut Findings) -> String {
    let expected = || "a text frame with a JSON object".to_owned();
    findings.add("", Rule::Frame, Grade::Breaks, expected, found);
    FRAME.to_owned()
}

/// Adds what is to be said of a frame, and names what it belongs to.
fn judge(
    contract: &Contract,
    api: Option<&str>,
    frame: &Bytes,
    text: &str,
    findings: &mut Findings,
) -> String {
    let envelope = Envelope::read(text);
    let sort = envelope.sort();
    let mut known = pushes(contract.service).iter();
    if let Some(push) = known.find(|push| push.word == sort) {
        pushed(contract, push, text, findings);
        return push.word.to_owned();
    }
    let operation = api.and_then(|api| contract.called(api));
    let name = match (operation, api.and_then(shown)) {
        (Some(operation), _) => operation.id.to_string(),
        (None, Some(api)) => api.to_owned(),
        (None, None) => FRAME.to_owned(),
    };
    let mut whole = |rule, grade, expected: &str, found| {
        findings.add("", rule, grade, || expected.to_owned(), found);
    };
    if envelope.is_refusal(&sort) {
        let found = Found::kind("a refusal");
        whole(Rule::Refused, Grade::Note, "an answer", found);
        return name;
    }
    match operation {
        _ if !envelope.has("id") && sort == "pong" => {}
        _ if !envelope.has("id") => {
            let found = Found::word("another", &sort);
            let expected = "a documented type of frame";
            whole(Rule::Frame, Grade::Drift, expected, found);
        }
        Some(operation) => answer(contract, operation, frame, &envelope, findings),
        None => {
            let found = Found::kind("an answer to another");
            let expected = "an answer to a call of the spec";
            whole(Rule::Operation, Grade::Note, expected, found);
        }
    }
    name
}

fn answer(
    contract: &Contract,
    operation: &Operation,
    frame: &Bytes,
    envelope: &Envelope<'_>,
    findings: &mut Findings,
) {
    let Some(data) = envelope.get("data") else {
        let expected = || "the answer in `data`".to_owned();
        let found = Found::kind("nothing");
        findings.add("/data", Rule::Frame, Grade::Drift, expected, found);
        let beside = ["id", "type", "action"];
        return over_socket(contract, operation, "", frame, &beside, findings);
    };
    let mut walk = walk(contract, findings);
    for (index, (name, json)) in envelope.0.iter().enumerate() {
        if !KNOWN.contains(&&**name) {
            walk.unknown(name, json);
        } else if envelope.0[..index].iter().any(|(other, _)| other == name) {
            walk.second(name);
        }
    }
    let data = frame.slice_ref(data.as_bytes());
    over_socket(contract, operation, "/data", &data, &[], findings);
}

/// What may stand beside an answer.
const KNOWN: [&str; 7] = ["id", "type", "action", "data", "error", "success", "status"];
/// No envelope has more, and of one that has the rest is passed over.
const MOST_MEMBERS: usize = 64;

/// A frame's members in the order they came.
struct Envelope<'a>(Vec<(String, &'a str)>);

impl<'a> Envelope<'a> {
    fn read(text: &'a str) -> Self {
        let mut found = Vec::new();
        members(text, |name, json| {
            if found.len() < MOST_MEMBERS || KNOWN.contains(&name) && found.len() < 2 * MOST_MEMBERS
            {
                found.push((name.to_owned(), json));
            }
        });
        Self(found)
    }

    fn get(&self, name: &str) -> Option<&'a str> {
        let mut members = self.0.iter();
        members
            .find(|(known, _)| known == name)
            .map(|(_, json)| *json)
    }

    fn has(&self, name: &str) -> bool {
        self.get(name)
            .is_some_and(|json| JsonType::of(json) != JsonType::Null)
    }

    /// What it calls itself.
    fn sort(&self) -> String {
        let word = |name| self.get(name).and_then(text);
        let sort = word("type").or_else(|| word("action"));
        sort.unwrap_or_default().into_owned()
    }

    fn is_refusal(&self, sort: &str) -> bool {
        sort == "error" || is_refusal(self.get("success"), self.get("error"))
    }
}

fn pushed(contract: &Contract, push: &Push, text: &str, findings: &mut Findings) {
    if let Some(component) = contract.schemas.named(push.component) {
        walk(contract, findings).body(component, text, &["type", "action"]);
    }
}

fn walk<'a>(contract: &'a Contract, findings: &'a mut Findings) -> Walk<'a> {
    Walk {
        schemas: &contract.schemas,
        findings,
        most: Grade::Breaks,
        pointer: String::new(),
        is_read: false,
    }
}
