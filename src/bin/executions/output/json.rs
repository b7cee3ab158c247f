//! JSON text made and taken apart without reading its numbers: every digit stays as it came.

use std::fmt;
use std::io;
use std::iter;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::failure::Failure;

/// Indented, with a line end.
pub fn pretty(value: &impl Serialize) -> Result<String, Failure> {
    Ok(indented(&compact(&text(value)?)) + "\n")
}

/// On one line, whatever the layout of what came from a service.
pub fn line(value: &impl Serialize) -> Result<String, Failure> {
    Ok(compact(&text(value)?) + "\n")
}

fn text(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| Failure::Output(io::Error::other(error)))
}

/// The same JSON without the white space between its tokens.
fn compact(json: &str) -> String {
    let mut strings = Strings::default();
    json.chars()
        .filter(|&c| strings.holds(c) || !matches!(c, ' ' | '\t' | '\n' | '\r'))
        .collect()
}

/// The same JSON, compact before, with a line for every element and member.
fn indented(json: &str) -> String {
    let mut strings = Strings::default();
    let mut text = String::with_capacity(json.len() * 2);
    let mut depth = 0;
    let mut chars = json.chars().peekable();
    while let Some(c) = chars.next() {
        let is_text = strings.holds(c);
        let is_empty = matches!(chars.peek(), Some('}' | ']'));
        match c {
            _ if is_text => text.push(c),
            '{' | '[' if is_empty => {
                text.push(c);
                text.extend(chars.next());
            }
            '{' | '[' => {
                depth += 1;
                text.push(c);
                break_line(&mut text, depth);
            }
            '}' | ']' => {
                depth -= 1;
                break_line(&mut text, depth);
                text.push(c);
            }
            ',' => {
                text.push(c);
                break_line(&mut text, depth);
            }
            ':' => text.push_str(": "),
            _ => text.push(c),
        }
    }
    text
}

fn break_line(text: &mut String, depth: usize) {
    text.push('\n');
    text.extend(iter::repeat_n("  ", depth));
}

/// Follows JSON text character by character, to tell its strings from the rest.
#[derive(Default)]
struct Strings {
    is_inside: bool,
    is_escaped: bool,
}

impl Strings {
    /// Whether the next character belongs to a string, quotes included.
    fn holds(&mut self, c: char) -> bool {
        let was_inside = self.is_inside;
        self.is_inside = match (was_inside, c) {
            (true, '"') => self.is_escaped,
            (false, '"') => true,
            _ => was_inside,
        };
        self.is_escaped = was_inside && c == '\\' && !self.is_escaped;
        was_inside || self.is_inside
    }
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
    fn indentation_changes_nothing_but_white_space() {
        let json = r#"{"a":{"b":[1.50,"x,{\"y\"}:\\"],"c":{}},"d":[]}"#;
        let text = indented(json);
        assert_eq!(compact(&text), json);
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
