//! JSON text made and taken apart without reading its numbers: every digit stays as it came.

use std::fmt;
use std::io;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::failure::Failure;

/// Indented, with a line end. What came from a service keeps its own layout.
pub fn pretty(value: &impl Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(value).map_err(unwritable)?;
    Ok(text + "\n")
}

/// On one line, whatever the layout of what came from a service.
pub fn line(value: &impl Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string(value).map_err(unwritable)?;
    Ok(compact(&text) + "\n")
}

fn unwritable(error: serde_json::Error) -> Failure {
    Failure::Output(io::Error::other(error))
}

/// The same JSON without the white space between its tokens.
fn compact(json: &str) -> String {
    let (mut in_string, mut escaped) = (false, false);
    json.chars()
        .filter(|&c| {
            if !in_string {
                in_string = c == '"';
                return !matches!(c, ' ' | '\t' | '\n' | '\r');
            }
            in_string = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            true
        })
        .collect()
}

/// Each plain value of the JSON by its path, in the order it came: `events[0].title`, `Started`.
pub fn leaves(json: &str) -> Vec<(String, String)> {
    let mut leaves = Vec::new();
    collect("", json, &mut leaves);
    leaves
}

fn collect(path: &str, json: &str, leaves: &mut Vec<(String, String)>) {
    let json = json.trim();
    match json.as_bytes().first() {
        Some(b'{') => {
            if let Ok(Members(members)) = serde_json::from_str(json)
                && !members.is_empty()
            {
                for (name, value) in members {
                    let dot = if path.is_empty() { "" } else { "." };
                    collect(&format!("{path}{dot}{name}"), value.get(), leaves);
                }
                return;
            }
        }
        Some(b'[') => {
            if let Ok(elements) = serde_json::from_str::<Vec<&RawValue>>(json)
                && !elements.is_empty()
            {
                for (index, value) in elements.iter().enumerate() {
                    collect(&format!("{path}[{index}]"), value.get(), leaves);
                }
                return;
            }
        }
        _ => {}
    }
    // A text that no Rust string can hold (a lone surrogate) is shown as it came.
    let text = serde_json::from_str::<String>(json).unwrap_or_else(|_| compact(json));
    leaves.push((path.to_owned(), text));
}

/// An object's members in their order, a name that comes twice included.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_white_space_between_tokens_is_taken_out() {
        let json = "{ \"a b\" :\t1.50 ,\r\n \"c\": [ \"x \\\" y\\\\\" , 123456789012345678901234567890.10 ] }";
        assert_eq!(
            compact(json),
            "{\"a b\":1.50,\"c\":[\"x \\\" y\\\\\",123456789012345678901234567890.10]}"
        );
    }

    #[test]
    fn every_plain_value_is_found_by_its_path_with_its_digits() {
        let json = r#"{"b": 1.50, "a": {"x": [true, {"y": null}], "z": {}}, "t": "é\n", "b": 1e400, "s": "\ud800", "e": [ ]}"#;
        let found: Vec<_> = leaves(json);
        let found: Vec<_> = found
            .iter()
            .map(|(p, v)| (p.as_str(), v.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                ("b", "1.50"),
                ("a.x[0]", "true"),
                ("a.x[1].y", "null"),
                ("a.z", "{}"),
                ("t", "é\n"),
                ("b", "1e400"),
                ("s", "\"\\ud800\""),
                ("e", "[]"),
            ]
        );
    }
}
