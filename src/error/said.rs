//! What a service says in the body of a refusal, whatever form it chose.

use http::StatusCode;
use serde_json::{Map, Value};

/// The machine code, the text and the request id found in an error body; each absent where the body has none.
///
/// One reader serves all four: their documents name the same things differently (`error`, `error_code`, `http_error_type`,
/// `detail`, `requestId`, `request_id`) and contradict themselves about which.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Said {
    pub code: Option<String>,
    pub message: Option<String>,
    pub request_id: Option<String>,
    /// The HTTP status that the body itself names as a number.
    pub status: Option<StatusCode>,
}

impl Said {
    /// Reads what can be read: a body that is not JSON says nothing here, and is shown as text instead.
    pub fn read(body: &[u8]) -> Self {
        match serde_json::from_slice(body) {
            Ok(Value::Object(body)) => Self::of(&body),
            _ => Self::default(),
        }
    }

    fn of(body: &Map<String, Value>) -> Self {
        let text = |from: &Map<String, Value>, names: &[&str]| {
            names
                .iter()
                .find_map(|name| words(from.get(*name)?))
                .filter(|text| !text.is_empty())
        };
        // B3OS's introduction: {"success": false, "error": {"message", "code"}}.
        let nested = body.get("error").and_then(Value::as_object);
        let detail = body.get("detail");
        let mut said = Self {
            code: nested
                .and_then(|error| text(error, &["code", "type"]))
                .or_else(|| text(body, &["error_code", "error", "code", "http_error_type"]))
                .or_else(|| first_validation_type(detail?)),
            message: nested
                .and_then(|error| text(error, &["message", "detail"]))
                .or_else(|| text(body, &["message"]))
                .or_else(|| detail.and_then(spoken_detail)),
            request_id: text(body, &["requestId", "request_id"]),
            status: text(body, &["code", "status_code"]).and_then(|code| refusing(&code)),
        };
        // A lone `error` is a code where it is one word (`invalid_account`), a sentence otherwise ("Invalid request").
        if said.message.is_none() && said.code.as_deref().is_some_and(|code| code.contains(' ')) {
            said.message = said.code.take();
        }
        said
    }
}

fn refusing(code: &str) -> Option<StatusCode> {
    let status = StatusCode::from_bytes(code.as_bytes()).ok()?;
    (status.is_client_error() || status.is_server_error()).then_some(status)
}

fn words(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// FastAPI: `detail` is a text, or with 422 a list of `{"type", "loc", "msg"}`.
fn spoken_detail(detail: &Value) -> Option<String> {
    let problems = match detail {
        Value::Array(problems) => problems,
        other => return words(other),
    };
    let lines: Vec<String> = problems
        .iter()
        .filter_map(|problem| {
            let place: Vec<String> = problem["loc"]
                .as_array()?
                .iter()
                .filter_map(words)
                .collect();
            Some(format!("{}: {}", place.join("."), words(&problem["msg"])?))
        })
        .collect();
    (!lines.is_empty()).then(|| lines.join("; "))
}

fn first_validation_type(detail: &Value) -> Option<String> {
    words(&detail.as_array()?.first()?["type"])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(code: &str, message: &str, request_id: &str) -> Said {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Said {
            code: some(code),
            message: some(message),
            request_id: some(request_id),
            status: None,
        }
    }

    #[test]
    fn every_documented_error_form_is_understood() {
        for (body, expected) in [
            (
                r#"{"error": "Invalid request"}"#,
                said("", "Invalid request", ""),
            ),
            (
                r#"{"success": false, "error": "invalid_account", "detail": "Account Sim999 not found"}"#,
                said("invalid_account", "Account Sim999 not found", ""),
            ),
            (
                r#"{"detail":"Incorrect username or password"}"#,
                said("", "Incorrect username or password", ""),
            ),
            (
                r#"{"detail":[{"type":"missing","loc":["body","executor_types",0],"msg":"Field required"}]}"#,
                said("missing", "body.executor_types.0: Field required", ""),
            ),
            (
                r#"{"code":404,"message":"not found","requestId":"abc-123"}"#,
                said("404", "not found", "abc-123"),
            ),
            (
                r#"{"success":false,"error":{"message":"Bad key","code":"UNAUTHORIZED"}}"#,
                said("UNAUTHORIZED", "Bad key", ""),
            ),
            (
                r#"{"status_code":401,"http_error_type":"UNAUTHORIZED","error_code":"SERVER_ERROR","message":"Invalid Credentials","request_id":"89bd"}"#,
                said("SERVER_ERROR", "Invalid Credentials", "89bd"),
            ),
            (
                r#"{"http_error_type":"BAD_REQUEST","error":"INVALID_LINKED_ACCOUNT_ID","message":"no"}"#,
                said("INVALID_LINKED_ACCOUNT_ID", "no", ""),
            ),
            (r#"{"error":null,"message":""}"#, Said::default()),
            ("[1]", Said::default()),
            ("<html>", Said::default()),
            ("", Said::default()),
        ] {
            let read = Said {
                status: None,
                ..Said::read(body.as_bytes())
            };
            assert_eq!(read, expected, "{body}");
        }
    }

    #[test]
    fn only_a_number_that_refuses_is_a_status() {
        for (body, status) in [
            (r#"{"code":404}"#, Some(404)),
            (r#"{"code":"503","message":"m"}"#, Some(503)),
            (r#"{"status_code":401,"error_code":"X"}"#, Some(401)),
            (r#"{"code":200}"#, None),
            (r#"{"code":302}"#, None),
            (r#"{"code":1404}"#, None),
            (r#"{"code":"NOT_FOUND"}"#, None),
        ] {
            let read = Said::read(body.as_bytes()).status;
            assert_eq!(read.map(|status| status.as_u16()), status, "{body}");
        }
    }
}
