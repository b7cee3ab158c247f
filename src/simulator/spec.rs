//! Reads the examples in the specs.
//!
//! The simulator reads the specs by itself, so that it and the clients cannot share a bug which no test would see.

use std::io;

use axum::http::StatusCode;
use serde::Deserialize;

use super::object::Object;
use super::response::JsonResponse;

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

    /// The vendor document's own payload: the example named `document` under 200, of the GET at this path.
    ///
    /// # Errors
    /// The spec has lost it; said at start, so that no request finds out.
    pub(super) fn document(&self, path: &str) -> io::Result<Object> {
        self.example(path, StatusCode::OK, Some("document"))
            .ok_or_else(|| self.lost(&format!("example `document` for {path} 200")))
    }

    /// The response with an error status: the spec's first example.
    ///
    /// # Errors
    /// The spec has none.
    pub(super) fn refusal(&self, path: &str, status: StatusCode) -> io::Result<JsonResponse> {
        self.example(path, status, None)
            .map(|body| JsonResponse::new(status, body))
            .ok_or_else(|| self.lost(&format!("example of an error for {path} {status}")))
    }

    /// A field of an example.
    pub(super) fn part<T: for<'a> Deserialize<'a>>(
        &self,
        example: &Object,
        name: &str,
    ) -> io::Result<T> {
        let field = example.member(name).flatten();
        field.ok_or_else(|| self.lost(&format!("usable `{name}` in its example `document`")))
    }

    /// The example of this name, or the first.
    fn example(&self, path: &str, status: StatusCode, name: Option<&str>) -> Option<Object> {
        let names = ["paths", path, "get", "responses", status.as_str()];
        let examples =
            self.at(names
                .into_iter()
                .chain(["content", "application/json", "examples"]))?;
        let name = name.or_else(|| examples.names().next())?;
        self.follow(examples.object(name)?)?.object("value")
    }

    fn at<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Option<Object> {
        names
            .into_iter()
            .try_fold(self.root.clone(), |at, name| self.follow(at.object(name)?))
    }

    /// What a `$ref` into `components` stands for; anything else is itself.
    fn follow(&self, object: Object) -> Option<Object> {
        match object.member::<String>("$ref")? {
            Some(target) => self.at(target.strip_prefix("#/")?.split('/')),
            None => Some(object),
        }
    }

    fn lost(&self, what: &str) -> io::Error {
        io::Error::other(format!("the spec of {} has no {what}", self.service))
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
    fn the_first_example_under_a_status_is_the_refusal() {
        let spec = spec(
            r##"{"paths":{"/a":{"parameters":[],"get":{"operationId":"get_a","responses":{
                "404":{"$ref":"#/components/responses/Gone"}}}}},
                "components":{
                    "responses":{"Gone":{"content":{"application/json":{"examples":{"z":{"$ref":"#/components/examples/Z"},"a":{"value":{}}}}}}},
                    "examples":{"Z":{"value":{"message":"from the spec"}}}}}"##,
        );
        let gone = spec.refusal("/a", StatusCode::NOT_FOUND).expect("known");
        assert_eq!(gone.body.to_text(), r#"{"message":"from the spec"}"#);
        assert!(spec.refusal("/a", StatusCode::UNAUTHORIZED).is_err());
    }

    #[test]
    fn a_spec_without_the_documents_example_is_said_at_start() {
        assert!(spec(r#"{"paths":{}}"#).document("/a").is_err());
        assert!(spec("{}").refusal("/a", StatusCode::IM_A_TEAPOT).is_err());
    }
}
