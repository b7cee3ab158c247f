//! A spec's operations: their paths, and what each may answer.

use http::{HeaderMap, Method, header};
use serde_json::Value;

use super::schema::{Reference, Schemas};

#[derive(Debug)]
pub(super) struct Operation {
    pub id: Box<str>,
    method: Method,
    /// `None` for a parameter.
    segments: Vec<Option<Box<str>>>,
    answers: Vec<(Statuses, Answer)>,
}

/// The key of an answer in a spec.
#[derive(Debug, PartialEq, Eq)]
enum Statuses {
    One(u16),
    /// `5XX`, by its first digit.
    Hundred(u16),
    Default,
}

/// What the spec says of an operation's answer with some status.
#[derive(Debug)]
pub(super) struct Answer {
    /// In lower case, as `application/json`.
    pub media_types: Vec<Box<str>>,
    /// Of its JSON.
    pub schema: Option<Reference>,
}

pub(super) fn operations(spec: &Value, schemas: &Schemas) -> Vec<Operation> {
    let paths = spec["paths"].as_object().into_iter().flatten();
    let operations = paths.flat_map(|(path, item)| {
        let operations = item.as_object().into_iter().flatten();
        operations.filter_map(move |(method, operation)| {
            let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes()).ok()?;
            let id = operation["operationId"].as_str()?.into();
            let responses = operation["responses"].as_object().into_iter().flatten();
            let answers = responses.filter_map(|(status, response)| {
                let answer = answer(followed(spec, response), schemas);
                Some((Statuses::read(status)?, answer))
            });
            let segments = path.trim_start_matches('/').split('/').map(|segment| {
                let is_parameter = segment.starts_with('{');
                (!is_parameter).then(|| segment.into())
            });
            Some(Operation {
                id,
                method,
                segments: segments.collect(),
                answers: answers.collect(),
            })
        })
    });
    operations.collect()
}

fn followed<'a>(spec: &'a Value, response: &'a Value) -> &'a Value {
    let target = response["$ref"]
        .as_str()
        .and_then(|to| to.strip_prefix('#'));
    target
        .and_then(|pointer| spec.pointer(pointer))
        .unwrap_or(response)
}

fn answer(response: &Value, schemas: &Schemas) -> Answer {
    let content = response["content"].as_object().into_iter().flatten();
    Answer {
        media_types: content
            .map(|(kind, _)| kind.to_lowercase().into())
            .collect(),
        schema: schemas.referred(&response["content"]["application/json"]["schema"]),
    }
}

impl Statuses {
    fn read(key: &str) -> Option<Self> {
        match key.as_bytes() {
            b"default" => Some(Self::Default),
            [digit @ b'1'..=b'5', b'X', b'X'] => Some(Self::Hundred(u16::from(digit - b'0'))),
            _ => key.parse().ok().map(Self::One),
        }
    }
}

impl Operation {
    /// The most particular answer for a status.
    pub fn answer(&self, status: u16) -> Option<&Answer> {
        let keys = [
            Statuses::One(status),
            Statuses::Hundred(status / 100),
            Statuses::Default,
        ];
        let find = |key: &Statuses| self.answers.iter().find(|(statuses, _)| statuses == key);
        keys.iter().find_map(find).map(|(_, answer)| answer)
    }

    /// Its success, of which build.rs allows one.
    pub fn success(&self) -> Option<&Answer> {
        let is_success = |statuses: &Statuses| match statuses {
            Statuses::One(status) => (200..300).contains(status),
            Statuses::Hundred(digit) => *digit == 2,
            Statuses::Default => false,
        };
        let mut answers = self.answers.iter();
        answers
            .find(|(statuses, _)| is_success(statuses))
            .map(|(_, answer)| answer)
    }

    /// What the service's errors look like, by the first documented one.
    pub fn error(&self) -> Option<Reference> {
        let is_error = |statuses: &Statuses| match statuses {
            Statuses::One(status) => *status >= 400,
            Statuses::Hundred(digit) => *digit >= 4,
            Statuses::Default => true,
        };
        let mut errors = self.answers.iter().filter(|(key, _)| is_error(key));
        errors.find_map(|(_, answer)| answer.schema)
    }

    /// The segments of its path, with these values for its parameters in turn.
    pub fn path<'a>(&'a self, values: &[&'a str]) -> Vec<&'a str> {
        let mut values = values.iter().copied();
        let segments = self.segments.iter();
        let filled = segments.map(|segment| match segment {
            Some(segment) => segment,
            None => values.next().unwrap_or_default(),
        });
        filled.collect()
    }

    /// `GetExecution` for `get_execution`: what the WebSocket calls it.
    pub fn is_called(&self, api: &str) -> bool {
        let words = self.id.split('_').flat_map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|first| first.to_ascii_uppercase());
            first.into_iter().chain(letters)
        });
        words.eq(api.chars())
    }
}

/// The operation of a request, by as much of the end of its path as fits: a base URL may bring segments of its own.
pub(super) fn at<'a>(
    operations: &'a [Operation],
    method: &Method,
    path: &str,
) -> Option<&'a Operation> {
    let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let fits = |operation: &&Operation, given: &[&str]| {
        let pairs = operation.segments.iter().zip(given);
        operation.method == *method
            && operation.segments.len() == given.len()
            && pairs.into_iter().all(|(segment, given)| match segment {
                Some(segment) => **segment == **given,
                None => !given.is_empty(),
            })
    };
    let end = |operation: &&Operation| {
        let start = segments.len().saturating_sub(operation.segments.len());
        fits(operation, &segments[start..])
    };
    let by_length = |operation: &&Operation| operation.segments.len();
    operations.iter().filter(end).max_by_key(by_length)
}

/// The content type without its parameters, in lower case.
pub(super) fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?;
    let value = String::from_utf8_lossy(value.as_bytes());
    let essence = value.split(';').next().unwrap_or_default();
    Some(essence.trim().to_ascii_lowercase())
}
