//! One answer against its operation: status, content type, what the client makes of it, and its members.

use bytes::Bytes;
use executions_spec::model::{Operation, Response};
use http::HeaderMap;

use super::Contract;
use super::finding::{Found, Grade, OTHER, Rule, shown};
use super::json::{JsonType, member, members, object};
use super::operation::media_type;
use super::reading::Reading;
use super::verdict::Findings;
use super::walk::Walk;
use crate::transport::body::checked_text;

/// An answer over HTTP.
pub(super) fn over_http(
    contract: &Contract,
    operation: &Operation,
    status: u16,
    headers: &HeaderMap,
    body: &Bytes,
    findings: &mut Findings,
) {
    let mut check = Check::new(contract, operation, headers, body, findings);
    let is_success = (200..300).contains(&status);
    let answer = operation.response(status);
    match answer {
        None => {
            let expected = || "a documented status".to_owned();
            check.add(
                Rule::Status,
                Grade::Drift,
                expected,
                Found::kind("another one"),
            );
        }
        Some(answer) => check.content_type(answer, is_success),
    }
    // The client reads every success as it does the documented one.
    match answer.or_else(|| operation.success().filter(|_| is_success)) {
        Some(answer) if is_success => check.success(answer),
        Some(answer) => check.error(answer),
        None => {}
    }
}

/// The data of an answer over a WebSocket, which comes with neither status nor headers.
pub(super) fn over_socket(
    contract: &Contract,
    operation: &Operation,
    pointer: &str,
    data: &Bytes,
    beside: &[&str],
    findings: &mut Findings,
) {
    let headers = HeaderMap::new();
    let mut check = Check::new(contract, operation, &headers, data, findings);
    check.pointer = pointer;
    check.beside = beside;
    if let Some(answer) = operation.success() {
        check.success(answer);
    }
}

struct Check<'a> {
    contract: &'a Contract,
    operation: &'a Operation,
    headers: &'a HeaderMap,
    body: &'a Bytes,
    findings: &'a mut Findings,
    /// Of the body.
    pointer: &'a str,
    /// Members that are not the body's own.
    beside: &'a [&'a str],
    /// Whether the client's type has read it.
    is_read: bool,
}

impl<'a> Check<'a> {
    fn new(
        contract: &'a Contract,
        operation: &'a Operation,
        headers: &'a HeaderMap,
        body: &'a Bytes,
        findings: &'a mut Findings,
    ) -> Self {
        Self {
            contract,
            operation,
            headers,
            body,
            findings,
            pointer: "",
            beside: &[],
            is_read: false,
        }
    }

    /// An answer without a content type is read as what it should be.
    fn content_type(&mut self, answer: &Response, is_success: bool) {
        let came = media_type(self.headers);
        let is_documented = |came: &str| answer.media_types.iter().any(|kind| kind == came);
        if self.body.is_empty() || came.as_deref().is_some_and(is_documented) {
            return;
        }
        let grade = match &came {
            Some(came) if is_success && !is_json(came) => Grade::Breaks,
            _ => Grade::Drift,
        };
        let expected = || answer.media_types.join(" or ");
        let found = came.map_or(Found::kind("nothing"), |came| Found::media_type(&came));
        self.add(Rule::ContentType, grade, expected, found);
    }

    fn success(&mut self, answer: &Response) {
        let beside = self.beside;
        let (reading, place) = self.reading();
        let text = match reading {
            // Whoever has read it has checked it.
            Reading::Fits => checked_text(self.body).ok(),
            _ => self.text(Grade::Breaks),
        };
        let Some(text) = text else {
            return;
        };
        if reading == Reading::Refused {
            let expected = || "a success".to_owned();
            self.add(
                Rule::Refused,
                Grade::Note,
                expected,
                Found::kind("a refusal"),
            );
            if let Some(error) = self.operation.error() {
                self.walk(Grade::Drift).body(error, text, beside);
            }
            return;
        }
        let Some(schema) = answer.body else {
            return;
        };
        let inside = place.and_then(|wrapper| Some((wrapper, member(text, wrapper)?)));
        self.is_read = reading == Reading::Fits;
        match inside.filter(|(_, inside)| JsonType::of(inside) != JsonType::Null) {
            Some((wrapper, inside)) => self.wrapper(text, wrapper, inside, schema),
            None => self.walk(Grade::Breaks).body(schema, text, beside),
        }
        if let Reading::Unfit(place) = reading
            && !self.findings.is_broken()
        {
            self.refused_by_type(place.as_deref());
        }
    }

    /// What the client makes of it, and where it finds it: it looks into a wrapper only where it cannot read what is there.
    fn reading(&self) -> (Reading, Option<&'static str>) {
        let read = |wrapper| match self.contract.read(self.operation) {
            Some(read) => read(self.headers, self.body, wrapper),
            None => Reading::Unfit(None),
        };
        let bare = read(None);
        match self.contract.wrapper() {
            Some(wrapper) if bare != Reading::Fits => (read(Some(wrapper)), Some(wrapper)),
            _ => (bare, None),
        }
    }

    fn wrapper(&mut self, text: &str, wrapper: &str, inside: &str, schema: usize) {
        let expected = || format!("the answer, bare or in `{wrapper}`");
        self.add(
            Rule::Wrapped,
            Grade::Note,
            expected,
            Found::kind("a wrapper"),
        );
        let beside = self.beside;
        let mut walk = self.walk(Grade::Breaks);
        members(text, |name, json| {
            if name != wrapper && name != "success" && !beside.contains(&name) {
                walk.unknown(name, json);
            }
        });
        walk.inside(wrapper, schema, inside);
    }

    /// The decoder knows something that no schema says, as that an answer holds nothing at all.
    fn refused_by_type(&mut self, place: Option<&str>) {
        let mut pointer = self.pointer.to_owned();
        for step in place
            .unwrap_or_default()
            .split(['.', '['])
            .filter(|step| !step.is_empty())
        {
            pointer.push('/');
            pointer.push_str(match step.ends_with(']') {
                true => "*",
                false => shown(step).unwrap_or(OTHER),
            });
        }
        let expected = || "what the client's type reads".to_owned();
        let found = Found::kind("what it refuses");
        self.findings
            .add(&pointer, Rule::Unreadable, Grade::Breaks, expected, found);
    }

    fn error(&mut self, answer: &Response) {
        let is_json = media_type(self.headers).is_none_or(|kind| is_json(&kind));
        let (true, Some(schema)) = (is_json, answer.body) else {
            return;
        };
        if let Some(text) = self.text(Grade::Drift) {
            let beside = self.beside;
            self.walk(Grade::Drift).body(schema, text, beside);
        }
    }

    /// The body, once it is known to be the text of a JSON object.
    fn text(&mut self, grade: Grade) -> Option<&'a str> {
        match object(self.body) {
            Ok(text) => Some(text),
            Err(found) => {
                self.add(Rule::Body, grade, || "a JSON object".to_owned(), found);
                None
            }
        }
    }

    fn walk(&mut self, most: Grade) -> Walk<'_> {
        Walk {
            schemas: &self.contract.schemas,
            findings: self.findings,
            most,
            pointer: self.pointer.to_owned(),
            is_read: self.is_read,
        }
    }

    fn add(&mut self, rule: Rule, grade: Grade, expected: impl FnOnce() -> String, found: Found) {
        self.findings
            .add(self.pointer, rule, grade, expected, found);
    }
}

fn is_json(media_type: &str) -> bool {
    media_type == "application/json" || media_type.ends_with("+json")
}
