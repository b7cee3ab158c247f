//! A recording held against the specs.

use std::borrow::Cow;
use std::collections::HashMap;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use jiff::Timestamp;
use url::Url;

use super::json::{member, text};
use super::{Contract, Report, Unchecked, Verdict, frame};
use crate::observe::Direction;
use crate::recording::{Entry, Frame, Recording};
use crate::reference::Service;

/// Checks every answer and every received WebSocket message of a recording, whoever wrote it.
///
/// Which service an entry is of is what a [`Recorder`](crate::recording::Recorder) wrote beside it. In another program's file
/// (a browser's), it is the service whose public host the entry's URL has, or else the only one with an operation of that
/// method and path; so traffic with a server of one's own is judged as well. What is of no service, what got no answer,
/// what was recorded without its whole body and what cannot be read is counted as [unchecked](Report::unchecked).
///
/// The call that a WebSocket message answers is what the recorder wrote beside it, or else the one that was sent with its id.
///
/// ```
/// use executions::contract::{Unchecked, check_recording};
/// use executions::recording::Recording;
///
/// let har = r#"{"log": {"entries": [
///     {"request": {"method": "GET", "url": "https://api.b3os.org/v1/executions/exec_1"},
///      "response": {"status": 404, "headers": [{"name": "content-type", "value": "application/json"}],
///                   "content": {"text": "{\"success\": false, \"error\": \"none\"}"}}},
///     {"request": {"method": "GET", "url": "https://example.com/"}, "response": {"status": 200}}
/// ]}}"#;
/// let report = check_recording(&Recording::read(har.as_bytes())?);
/// assert_eq!((report.exchanges(), report.grade()), (1, None));
/// assert!(report.unchecked().eq([(Unchecked::Service, 1)]));
/// # Ok::<(), executions::Error>(())
/// ```
pub fn check_recording(recording: &Recording) -> Report {
    let mut report = Report::new();
    for entry in &recording.entries {
        match judged(entry) {
            Ok(verdicts) => verdicts.iter().for_each(|verdict| report.add(verdict)),
            Err(why) => report.leave(why, 1),
        }
    }
    report.leave(Unchecked::Unread, recording.unread.len() as u64);
    report
}

fn judged(entry: &Entry) -> Result<Vec<Verdict>, Unchecked> {
    let contract = contract(entry).ok_or(Unchecked::Service)?;
    let at = entry.started.unwrap_or_else(Timestamp::now);
    if let Some(frames) = &entry.messages {
        return Ok(messages(contract, frames, at));
    }
    let answer = entry.answer.as_ref().ok_or(Unchecked::Unanswered)?;
    let written = entry.operation.as_deref().filter(|_| own(entry).is_some());
    let operation = written.or_else(|| operation(contract, entry));
    // No spec describes a handshake.
    let operation = operation.filter(|name| *name != HANDSHAKE);
    let operation = operation.ok_or(Unchecked::Operation)?;
    if answer.is_incomplete {
        return Err(Unchecked::Incomplete);
    }
    let (status, headers) = (answer.status.as_u16(), headers(&answer.headers));
    let verdict = contract.check(operation, status, &headers, &answer.body, at);
    Ok(vec![verdict])
}

/// What the handshake of a WebSocket is recorded as.
const HANDSHAKE: &str = "connect_socket";

/// The one that a recorder wrote beside it; other programs may have members of that name, with other words.
fn own(entry: &Entry) -> Option<&'static Contract> {
    Contract::named(entry.service.as_deref()?)
}

fn contract(entry: &Entry) -> Option<&'static Contract> {
    if let Some(contract) = own(entry) {
        return Some(contract);
    }
    let url = Url::parse(&entry.url).ok()?;
    let contracts = || Service::ALL.iter().map(|service| Contract::of(*service));
    let at = |url: &Url| Some((url.host_str()?.to_owned(), url.port_or_known_default()?));
    let is_there = |contract: &&Contract| {
        let own = Url::parse(contract.about.base_url).ok();
        let own = own.as_ref().and_then(at);
        // A WebSocket's scheme has the port of http's.
        own.is_some() && own == at(&url)
    };
    if let Some(contract) = contracts().find(is_there) {
        return Some(contract);
    }
    let fits = |contract: &&Contract| match entry.messages {
        Some(_) => {
            let socket = contract.service.provider().socket;
            socket.is_some_and(|(path, _)| url.path().ends_with(path))
        }
        None => operation(contract, entry).is_some(),
    };
    let mut fitting = contracts().filter(fits);
    let first = fitting.next()?;
    fitting.next().is_none().then_some(first)
}

fn operation<'a>(contract: &'a Contract, entry: &Entry) -> Option<&'a str> {
    let method = Method::from_bytes(entry.method.as_bytes()).ok()?;
    let url = Url::parse(&entry.url).ok()?;
    contract.operation_at(&method, url.path())
}

fn headers(recorded: &[(String, String)]) -> HeaderMap {
    let pairs = recorded.iter().filter_map(|(name, value)| {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        Some((name, HeaderValue::from_str(value).ok()?))
    });
    pairs.collect()
}

/// A text that the frame's object has under this name.
fn word(frame: &Frame, name: &str) -> Option<String> {
    let json = std::str::from_utf8(&frame.data).ok()?;
    text(member(json, name)?).map(Cow::into_owned)
}

/// More open calls than any client has; of a hostile file the rest are not followed.
const MOST_CALLS: usize = 100_000;

fn messages(contract: &Contract, frames: &[Frame], at: Timestamp) -> Vec<Verdict> {
    let mut calls: HashMap<String, String> = HashMap::new();
    let mut verdicts = Vec::new();
    for message in frames {
        let at = message.at.unwrap_or(at);
        let id = word(message, "id");
        if message.direction == Direction::Sent {
            let called = id.zip(word(message, "api"));
            calls.extend(called.filter(|_| calls.len() < MOST_CALLS));
            continue;
        }
        let called = id.and_then(|id| calls.get(&id));
        let api = message.api.as_ref().or(called).map(String::as_str);
        verdicts.push(frame::verdict(
            contract,
            api,
            message.is_text,
            &message.data,
            at,
        ));
    }
    verdicts
}
