//! One received message of a WebSocket: a push, or the answer to a call.
//!
//! Which is which is told as `rpc` tells it, and only what the vendor documents is under contract: `{"id":…,"data":…}`, and the
//! frames pushed. How a call is refused and a subscription acknowledged it does not say.

use bytes::Bytes;
use jiff::Timestamp;

use super::Contract;
use super::answer::over_socket;
use super::finding::{Found, Grade, Rule, shown};
use super::json::{Kind, member, members, object, text};
use super::reading::{Push, pushes};
use super::verdict::{Findings, Verdict};
use super::walk::Walk;

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
    let sort = word(text, "type").or_else(|| word(text, "action"));
    let sort = sort.unwrap_or_default();
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
    if is_refusal(text, &sort) {
        let expected = || "an answer".to_owned();
        findings.add(
            "",
            Rule::Refused,
            Grade::Note,
            expected,
            Found::kind("a refusal"),
        );
        return name;
    }
    let has_id = member(text, "id").is_some_and(|id| Kind::of(id) != Kind::Null);
    match operation {
        _ if !has_id && sort == "pong" => {}
        _ if !has_id => {
            let expected = || "a documented type of frame".to_owned();
            let found = Found::word("another", &sort);
            findings.add("", Rule::Frame, Grade::Drift, expected, found);
        }
        Some(operation) => {
            envelope(contract, text, findings);
            match member(text, "data") {
                Some(data) => {
                    let data = frame.slice_ref(data.as_bytes());
                    over_socket(contract, operation, "/data", &data, &[], findings);
                }
                None => {
                    let expected = || "the answer in `data`".to_owned();
                    let found = Found::kind("nothing");
                    findings.add("/data", Rule::Frame, Grade::Drift, expected, found);
                    let beside = ["id", "type", "action"];
                    over_socket(contract, operation, "", frame, &beside, findings);
                }
            }
        }
        None => {
            let expected = || "an answer to a call of the spec".to_owned();
            let found = Found::kind("an answer to another");
            findings.add("", Rule::Operation, Grade::Note, expected, found);
        }
    }
    name
}

fn word(json: &str, name: &str) -> Option<String> {
    text(member(json, name)?).map(|word| word.into_owned())
}

fn is_refusal(text: &str, sort: &str) -> bool {
    sort == "error"
        || member(text, "error").is_some_and(|error| Kind::of(error) != Kind::Null)
        || member(text, "success") == Some("false")
}

fn pushed(contract: &Contract, push: &Push, text: &str, findings: &mut Findings) {
    if let Some(component) = contract.schemas.named(push.component) {
        walk(contract, findings).body(component, text, &["type", "action"]);
    }
    if !(push.reads)(text) && !findings.is_broken() {
        let expected = || "what the client's type reads".to_owned();
        let found = Found::kind("what it refuses");
        findings.add("", Rule::Unreadable, Grade::Breaks, expected, found);
    }
}

/// What stands around the data.
fn envelope(contract: &Contract, text: &str, findings: &mut Findings) {
    if member(text, "data").is_none() {
        return;
    }
    let mut walk = walk(contract, findings);
    let mut seen = Vec::new();
    members(text, |name, json| {
        let is_known =
            ["id", "type", "action", "data", "error", "success", "status"].contains(&name);
        if !is_known {
            walk.unknown(name, json);
        } else if seen.iter().any(|seen| seen == name) {
            walk.second(name);
        } else {
            seen.push(name.to_owned());
        }
    });
}

fn walk<'a>(contract: &'a Contract, findings: &'a mut Findings) -> Walk<'a> {
    Walk {
        schemas: &contract.schemas,
        findings,
        most: Grade::Breaks,
        pointer: String::new(),
    }
}
