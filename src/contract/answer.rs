//! One answer against its operation: status, content type, what the client makes of it, and its members.

use bytes::Bytes;
use executions_spec::model::{Operation, Response};
use http::{HeaderMap, header};

use super::Contract;
use super::finding::{Found, Grade, OTHER, Rule, shown};
use super::findings::Findings;
use super::json::{JsonType, member, members, object};
use super::reading::{Reading, any};
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
    let mut check = Check {
        contract,
        operation,
        headers,
        body,
        beside: &[],
        walk: Walk::new(&contract.schemas, findings),
    };
    let is_success = (200..300).contains(&status);
    // A default response is for errors.
    let is_meant = |response: &&Response| !is_success || response.statuses.is_success();
    let documented = operation.response(status).filter(is_meant);
    match documented {
        None => {
            let (expected, found) = ("a documented status", "another one");
            check.walk.say(Rule::Status, Grade::Drift, expected, found);
        }
        Some(response) => check.content_type(response, is_success),
    }
    // The client reads every success as it does the documented one.
    match documented.or_else(|| operation.success().filter(|_| is_success)) {
        Some(response) if is_success => check.success(response),
        Some(response) => check.error(response),
        None => {}
    }
}

/// The data of an answer over a WebSocket, which comes with neither status nor headers. The walk is where the data stands,
/// and members with the names `beside` are not the data's own.
pub(super) fn over_socket(
    contract: &Contract,
    operation: &Operation,
    data: &Bytes,
    beside: &[&str],
    walk: Walk<'_>,
) {
    let check = Check {
        contract,
        operation,
        headers: &HeaderMap::new(),
        body: data,
        beside,
        walk,
    };
    if let Some(response) = operation.success() {
        check.success(response);
    }
}

struct Check<'a> {
    contract: &'a Contract,
    operation: &'a Operation,
    headers: &'a HeaderMap,
    body: &'a Bytes,
    /// Members that are not the body's own.
    beside: &'a [&'a str],
    /// Stands at the body.
    walk: Walk<'a>,
}

impl<'a> Check<'a> {
    /// An answer without a content type is read as what it should be.
    fn content_type(&mut self, response: &Response, is_success: bool) {
        let came = media_type(self.headers);
        let is_documented = |came: &str| response.media_types.iter().any(|kind| kind == came);
        if self.body.is_empty() || came.as_deref().is_some_and(is_documented) {
            return;
        }
        let grade = match &came {
            Some(came) if is_success && !is_json(came) => Grade::Breaks,
            _ => Grade::Drift,
        };
        let expected = response.media_types.join(" or ");
        let found = came.map_or(Found::kind("nothing"), |came| Found::media_type(&came));
        self.walk.add(Rule::ContentType, grade, expected, found);
    }

    fn success(mut self, response: &Response) {
        let Some(schema) = response.body else {
            return;
        };
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
            let (expected, found) = ("a success", "a refusal");
            self.walk.say(Rule::Refused, Grade::Note, expected, found);
            if let Some(error) = self.operation.error() {
                self.walk.most = Grade::Drift;
                self.walk.body(error, text, self.beside);
            }
            return;
        }
        let inside = place.and_then(|wrapper| Some((wrapper, member(text, wrapper)?)));
        match inside.filter(|(_, inside)| JsonType::of(inside) != JsonType::Null) {
            Some((wrapper, inside)) => self.wrapper(text, wrapper, inside, schema),
            None => self.walk.body(schema, text, self.beside),
        }
        if let Reading::Unfit(place) = reading
            && self.walk.findings.grade != Some(Grade::Breaks)
        {
            self.refused_by_type(&place.unwrap_or_default());
        }
    }

    /// What the client makes of it, and where it finds it: it looks into a wrapper only where it cannot read what is there.
    fn reading(&self) -> (Reading, Option<&'static str>) {
        let Some(decode) = self.contract.decoder(&self.operation.id) else {
            return (any(self.body), None);
        };
        let read = |wrapper| Reading::of(decode(self.headers, self.body, wrapper));
        let bare = read(None);
        match self.contract.about.wrapper {
            Some(wrapper) if bare != Reading::Fits => (read(Some(wrapper)), Some(wrapper)),
            _ => (bare, None),
        }
    }

    fn wrapper(&mut self, text: &str, wrapper: &str, inside: &str, schema: usize) {
        let expected = format_args!("the answer, bare or in `{wrapper}`");
        self.walk
            .say(Rule::Wrapped, Grade::Note, expected, "a wrapper");
        members(text, |name, json| {
            if name != wrapper && name != "success" && !self.beside.contains(&name) {
                self.walk.unknown(name, JsonType::of(json).found());
            }
        });
        self.walk.inside(wrapper, schema, inside);
    }

    /// The decoder knows something that no schema says, as that an answer holds nothing at all.
    fn refused_by_type(mut self, place: &str) {
        let steps = place.split(['.', '[']).filter(|step| !step.is_empty());
        for step in steps {
            self.walk.pointer += "/";
            self.walk.pointer += match step.ends_with(']') {
                true => "*",
                false => shown(step).unwrap_or(OTHER),
            };
        }
        let (expected, found) = ("what the client's type reads", "what it refuses");
        self.walk
            .say(Rule::Unreadable, Grade::Breaks, expected, found);
    }

    fn error(mut self, response: &Response) {
        let is_json = media_type(self.headers).is_none_or(|kind| is_json(&kind));
        let (true, Some(schema)) = (is_json, response.body) else {
            return;
        };
        if let Some(text) = self.text(Grade::Drift) {
            self.walk.most = Grade::Drift;
            self.walk.body(schema, text, self.beside);
        }
    }

    /// The body, once it is known to be the text of a JSON object.
    fn text(&mut self, grade: Grade) -> Option<&'a str> {
        match object(self.body) {
            Ok(text) => Some(text),
            Err(found) => {
                self.walk.add(Rule::Body, grade, "a JSON object", found);
                None
            }
        }
    }
}

/// The content type without its parameters, in lower case.
fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?;
    let value = String::from_utf8_lossy(value.as_bytes());
    let essence = value.split(';').next().unwrap_or_default();
    Some(essence.trim().to_ascii_lowercase())
}

fn is_json(media_type: &str) -> bool {
    media_type == "application/json" || media_type.ends_with("+json")
}

#[cfg(test)]
mod tests {
    use executions_spec::Spec;
    use jiff::Timestamp;

    use super::super::schema::Schemas;
    use super::*;
    use crate::reference::Service;

    const SPEC: &str = r##"
openapi: 3.0.3
info: {title: Things, version: '1'}
servers: [{url: 'https://things.example.org'}]
paths:
  /things/{id}:
    get:
      operationId: get_thing
      summary: Gets a thing.
      parameters:
        - {name: id, in: path, required: true, description: Which., schema: {type: string}}
      responses:
        '200':
          description: The thing.
          content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
        default:
          description: Why there is none.
          content: {application/json: {schema: {$ref: '#/components/schemas/Error'}}}
    delete:
      operationId: delete_thing
      summary: Deletes a thing.
      x-effect: write
      parameters:
        - {name: id, in: path, required: true, description: Which., schema: {type: string}}
      responses: {'204': {description: Done.}}
  /notes/{id}:
    get:
      operationId: get_notes
      summary: Gets what somebody wrote of a thing.
      parameters:
        - {name: id, in: path, required: true, description: Which., schema: {type: string}}
      responses:
        '200':
          description: Anything.
          content: {application/json: {schema: {$ref: '#/components/schemas/Notes'}}}
components:
  schemas:
    Thing:
      type: object
      description: A thing.
      required: [name]
      properties:
        name: {type: string, description: Its name.}
        count: {type: integer, format: decimal, description: How many.}
        fees: {description: By name., allOf: [{$ref: '#/components/schemas/Fees'}]}
    Fees:
      type: object
      description: Fees by name.
      additionalProperties: {type: number, format: decimal}
    Error:
      type: object
      description: A refusal.
      properties:
        reason: {type: string, description: In words.}
    Notes: {description: Any JSON.}
"##;

    fn shorts(operation: &str, status: u16, body: &str) -> Vec<(Rule, Grade, String)> {
        let spec = Spec::read("things", SPEC).expect("it passes the lint");
        let contract = Contract {
            service: Service::Hummingbot,
            about: &crate::generated::hummingbot::SERVICE,
            schemas: Schemas(spec.model.components),
            operations: spec.model.operations,
        };
        let json = header::HeaderValue::from_static("application/json");
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, json)]);
        let body = Bytes::copy_from_slice(body.as_bytes());
        let verdict = contract.check(operation, status, &headers, &body, Timestamp::UNIX_EPOCH);
        let findings = verdict.findings().iter();
        let short = findings.map(|one| (one.rule, one.grade, one.pointer.to_string()));
        short.collect()
    }

    #[test]
    fn an_answer_under_a_default_response_is_judged_by_it() {
        for status in [404, 418, 500] {
            let judged = |body| shorts("get_thing", status, body);
            let drift = |rule, pointer: &str| vec![(rule, Grade::Drift, pointer.to_owned())];
            assert_eq!(judged(r#"{"reason": "gone"}"#), []);
            assert_eq!(judged("{}"), []);
            let unknown = judged(r#"{"reason": "gone", "code": 7}"#);
            assert_eq!(unknown, drift(Rule::Member, "/code"));
            assert_eq!(judged(r#"{"reason": 7}"#), drift(Rule::Type, "/reason"));
            assert_eq!(judged("oops"), drift(Rule::Body, ""));
        }
    }

    #[test]
    fn a_success_is_read_as_the_documented_one_though_a_default_response_covers_its_status() {
        assert_eq!(shorts("get_thing", 200, r#"{"name": "a", "count": 1}"#), []);
        let breaks = |rule, pointer: &str| (rule, Grade::Breaks, pointer.to_owned());
        let missing = breaks(Rule::Missing, "/name");
        let status = (Rule::Status, Grade::Drift, String::new());
        for (code, expected) in [(200, vec![missing.clone()]), (201, vec![missing, status])] {
            assert_eq!(shorts("get_thing", code, r#"{"count": 1}"#), expected);
        }
        let wrong = shorts("get_thing", 200, r#"{"name": 1, "count": "x"}"#);
        let types = ["/count", "/name"].map(|pointer| breaks(Rule::Type, pointer));
        assert_eq!(wrong, types);
    }

    #[test]
    fn a_success_without_content_is_judged_by_its_status() {
        assert_eq!(shorts("delete_thing", 204, ""), []);
        let status = (Rule::Status, Grade::Drift, String::new());
        assert_eq!(shorts("delete_thing", 200, "{}"), [status]);
    }

    #[test]
    fn the_values_of_a_map_are_judged_and_its_names_are_not_told() {
        let judged = |fees: &str| {
            shorts(
                "get_thing",
                200,
                &format!(r#"{{"name": "a", "fees": {fees}}}"#),
            )
        };
        assert_eq!(judged(r#"{"x": 1.50, "y": 2}"#), []);
        let breaks = |pointer: &str| [(Rule::Type, Grade::Breaks, pointer.to_owned())];
        assert_eq!(judged(r#"{"x": "secret"}"#), breaks("/fees/*"));
        assert_eq!(judged("[1]"), breaks("/fees"));
    }

    #[test]
    fn a_success_that_is_any_json_is_taken_as_it_is() {
        for body in [
            "{}",
            r#"{"a": {"b": [1e400, null]}, "a": "twice"}"#,
            r#"[1, "two", {"three": 3}]"#,
            "null",
            "5804.5",
            r#""some words""#,
        ] {
            assert_eq!(shorts("get_notes", 200, body), [], "{body}");
        }
        let refused = (Rule::Refused, Grade::Note, String::new());
        let refusal = r#"{"success": false, "error": "x"}"#;
        assert_eq!(shorts("get_notes", 200, refusal), [refused]);
        for body in ["", "oops", r#"{"a": "#] {
            let broken = (Rule::Body, Grade::Breaks, String::new());
            assert_eq!(shorts("get_notes", 200, body), [broken], "{body}");
        }
    }
}
