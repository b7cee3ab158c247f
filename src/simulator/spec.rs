//! Reads the examples in the specs: the one place that knows what the services answer.
//!
//! The simulator reads the specs by itself, so that it and the clients cannot share a bug which no test would see.

use std::io;

use super::object::Object;

/// Error bodies that nobody has documented, so that the specs have no example of them. They are in the form the
/// service gives its other answers; an example in the spec under the same status comes first.
const UNDOCUMENTED: [(&str, &str, &str); 4] = [
    (
        "CrossTrade",
        "401",
        r#"{"success":false,"error":"unauthorized","detail":"Missing or invalid bearer token"}"#,
    ),
    (
        "CrossTrade",
        "404",
        r#"{"success":false,"error":"execution_not_found","detail":"Execution not found"}"#,
    ),
    (
        "B3OS",
        "401",
        r#"{"code":401,"message":"unauthorized","requestId":""}"#,
    ),
    (
        "B3OS",
        "404",
        r#"{"code":404,"message":"execution not found","requestId":""}"#,
    ),
];

/// A service's spec, opened for its examples.
#[derive(Debug)]
pub(super) struct Spec {
    service: &'static str,
    root: Object,
}

impl Spec {
    /// `text` is the service's OpenAPI document as JSON.
    pub(super) fn open(service: &'static str, text: &str) -> io::Result<Self> {
        let root = serde_json::from_str(text).map_err(|why| {
            io::Error::other(format!(
                "the embedded spec of {service} is no JSON object: {why}"
            ))
        })?;
        Ok(Self { service, root })
    }

    /// The vendor document's own payload: the example named `document` under 200.
    ///
    /// # Errors
    /// The spec has lost it; said at start, so that no request finds out.
    pub(super) fn document(&self, operation: &str) -> io::Result<Object> {
        self.examples(operation, "200")
            .and_then(|examples| self.value(&examples.object("document")?))
            .ok_or_else(|| self.lost(operation, "200", "document"))
    }

    /// The body under an error status: the spec's first example, else what is known of the service's errors.
    pub(super) fn refusal(&self, operation: &str, status: &str) -> io::Result<Object> {
        let documented = self.examples(operation, status).and_then(|examples| {
            let (_, first) = examples.members().next()?;
            self.value(&Object::of(first)?)
        });
        let known = || {
            UNDOCUMENTED
                .iter()
                .find(|(service, code, _)| (*service, *code) == (self.service, status))
                .copied()
        };
        documented
            .or_else(|| known().map(|(_, _, body)| Object::literal(body)))
            .ok_or_else(|| self.lost(operation, status, "an error"))
    }

    /// A named object inside an example.
    pub(super) fn part(&self, example: &Object, name: &str) -> io::Result<Object> {
        example.object(name).ok_or_else(|| {
            io::Error::other(format!(
                "the example `document` of {} has no object `{name}`",
                self.service
            ))
        })
    }

    fn examples(&self, operation: &str, status: &str) -> Option<Object> {
        let responses = self.operation(operation)?.object("responses")?;
        let response = self.follow(responses.object(status)?)?;
        response
            .object("content")?
            .object("application/json")?
            .object("examples")
    }

    fn operation(&self, id: &str) -> Option<Object> {
        let quoted = serde_json::to_string(id).ok()?;
        self.root
            .object("paths")?
            .members()
            .filter_map(|(_, path)| Object::of(path)?.object("get"))
            .find(|operation| {
                operation
                    .get("operationId")
                    .is_some_and(|found| found.get() == quoted)
            })
    }

    fn value(&self, example: &Object) -> Option<Object> {
        self.follow(example.clone())?.object("value")
    }

    /// What a `$ref` into `components` stands for; anything else is itself.
    fn follow(&self, object: Object) -> Option<Object> {
        let Some(target) = object.get("$ref") else {
            return Some(object);
        };
        let target: String = serde_json::from_str(target.get()).ok()?;
        target
            .strip_prefix("#/")?
            .split('/')
            .try_fold(self.root.clone(), |at, name| at.object(name))
    }

    fn lost(&self, operation: &str, status: &str, example: &str) -> io::Error {
        io::Error::other(format!(
            "the spec of {} has no example `{example}` for {operation} {status}",
            self.service
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(text: &str) -> Spec {
        Spec {
            service: "B3OS",
            root: serde_json::from_str(text).expect("valid JSON"),
        }
    }

    #[test]
    fn the_first_example_under_a_status_comes_before_the_table() {
        let spec = spec(
            r##"{"paths":{"/a":{"parameters":[],"get":{"operationId":"get_a","responses":{
                "404":{"$ref":"#/components/responses/Gone"}}}}},
                "components":{
                    "responses":{"Gone":{"content":{"application/json":{"examples":{"z":{"$ref":"#/components/examples/Z"},"a":{"value":{}}}}}}},
                    "examples":{"Z":{"value":{"message":"from the spec"}}}}}"##,
        );
        let body = |status| {
            spec.refusal("get_a", status)
                .map(|body| body.to_bytes())
                .expect("known")
        };
        assert_eq!(body("404"), br#"{"message":"from the spec"}"#);
        assert!(body("401").starts_with(br#"{"code":401"#));
    }

    #[test]
    fn every_body_in_the_table_is_a_json_object() {
        for (_, _, body) in UNDOCUMENTED {
            assert!(!Object::literal(body).to_bytes().is_empty());
        }
    }

    #[test]
    fn a_spec_without_the_documents_example_is_said_at_start() {
        assert!(spec(r#"{"paths":{}}"#).document("get_a").is_err());
        assert!(spec("{}").refusal("get_a", "418").is_err());
    }
}
