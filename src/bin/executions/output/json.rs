//! JSON text made and taken apart without reading its numbers: every digit stays as it came.

use std::fmt;
use std::io;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::failure::Failure;

/// Indented, with a line end.
pub fn pretty(value: &impl Serialize) -> Result<String, Failure> {
    Ok(laid_out(&text(value)?, Some(0)) + "\n")
}

/// On one line, whatever the layout of what came from a service.
pub fn line(value: &impl Serialize) -> Result<String, Failure> {
    Ok(laid_out(&text(value)?, None) + "\n")
}

fn text(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| Failure::output(io::Error::other(error)))
}

/// The same JSON with a line for every element and member, or with no white space at all between its tokens.
fn laid_out(json: &str, depth: Option<usize>) -> String {
    let Some(parts) = parts(json) else {
        return json.trim().to_owned();
    };
    let line_break = |depth: Option<usize>| match depth {
        Some(depth) if !parts.is_empty() => "\n".to_owned() + &"  ".repeat(depth),
        _ => String::new(),
    };
    let deeper = depth.map(|depth| depth + 1);
    let lines = parts.iter().map(|(name, value)| {
        let colon = if depth.is_some() { ": " } else { ":" };
        let name = name.map_or_else(String::new, |name| name.to_owned() + colon);
        line_break(deeper) + &name + &laid_out(value, deeper)
    });
    let inside = lines.collect::<Vec<_>>().join(",") + &line_break(depth);
    match json.trim().starts_with('{') {
        true => format!("{{{inside}}}"),
        false => format!("[{inside}]"),
    }
}

/// Each plain value of the JSON by its path, in the order it came: `events[0].title`, `Started`.
pub fn leaves(json: &str) -> Vec<(String, String)> {
    let mut leaves = Vec::new();
    collect("", json, &mut leaves);
    leaves
}

fn collect(path: &str, json: &str, leaves: &mut Vec<(String, String)>) {
    // A text that no Rust string can hold (a lone surrogate) is shown as it came.
    let plain = |json: &str| serde_json::from_str(json).unwrap_or_else(|_| laid_out(json, None));
    match parts(json) {
        Some(parts) if !parts.is_empty() => {
            for (index, (name, value)) in parts.into_iter().enumerate() {
                let path = match name {
                    None => format!("{path}[{index}]"),
                    Some(name) if path.is_empty() => plain(name),
                    Some(name) => format!("{path}.{}", plain(name)),
                };
                collect(&path, value, leaves);
            }
        }
        _ => leaves.push((path.to_owned(), plain(json))),
    }
}

/// The elements of an array or the members of an object; `None` of a plain value.
fn parts(json: &str) -> Option<Vec<Part<'_>>> {
    let parts: Parts<'_> = serde_json::from_str(json).ok()?;
    Some(parts.0)
}

/// A member with its name, or an element, as they are written.
type Part<'a> = (Option<&'a str>, &'a str);

/// In their order, a name that comes twice included.
struct Parts<'a>(Vec<Part<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for Parts<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Parts<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array or an object")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Parts<'de>, A::Error> {
                let mut parts = Vec::new();
                while let Some(value) = elements.next_element::<&RawValue>()? {
                    parts.push((None, value.get()));
                }
                Ok(Parts(parts))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Parts<'de>, A::Error> {
                let mut parts = Vec::new();
                while let Some((name, value)) = members.next_entry::<&RawValue, &RawValue>()? {
                    parts.push((Some(name.get()), value.get()));
                }
                Ok(Parts(parts))
            }
        }

        deserializer.deserialize_any(InOrder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_white_space_between_tokens_is_taken_out() {
        let json = "{ \"a b\" :\t1.50 ,\r\n \"c\": [ \"x \\\" y\\\\\" , 123456789012345678901234567890.10 ] }";
        assert_eq!(
            laid_out(json, None),
            "{\"a b\":1.50,\"c\":[\"x \\\" y\\\\\",123456789012345678901234567890.10]}"
        );
    }

    #[test]
    fn indentation_changes_nothing_but_white_space() {
        let json = r#"{"a":{"b":[1.50,"x,{\"y\"}:\\"],"c":{}},"d":[]}"#;
        let text = laid_out(json, Some(0));
        assert_eq!(laid_out(&text, None), json);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines,
            [
                "{",
                "  \"a\": {",
                "    \"b\": [",
                "      1.50,",
                "      \"x,{\\\"y\\\"}:\\\\\"",
                "    ],",
                "    \"c\": {}",
                "  },",
                "  \"d\": []",
                "}",
            ]
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
