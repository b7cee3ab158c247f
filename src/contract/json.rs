//! JSON as text: read one level at a time, so that every digit and every second member of a name is still there, and nothing
//! is kept of what nobody asks for.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::finding::Found;
use crate::transport::body::checked_text;

/// The JSON type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum JsonType {
    Null,
    Boolean,
    /// `1.0` and `1e3` are integers too.
    Integer,
    Number,
    Text,
    Array,
    Object,
}

impl JsonType {
    pub fn of(json: &str) -> Self {
        match json.as_bytes().first() {
            Some(b'n') => Self::Null,
            Some(b't' | b'f') => Self::Boolean,
            Some(b'"') => Self::Text,
            Some(b'[') => Self::Array,
            Some(b'{') => Self::Object,
            _ if is_integral(json) => Self::Integer,
            _ => Self::Number,
        }
    }

    pub const fn found(self) -> Found {
        Found::kind(match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number with a fraction",
            Self::Text => "string",
            Self::Array => "array",
            Self::Object => "object",
        })
    }
}

/// A body as the text of a JSON object, or what it is instead.
pub(super) fn object(body: &[u8]) -> Result<&str, Found> {
    let found = |words| Err(Found::kind(words));
    let Ok(text) = std::str::from_utf8(body) else {
        return found("bytes that are no UTF-8");
    };
    let json = match serde_json::from_str::<&RawValue>(text) {
        Ok(json) => JsonType::of(json.get()),
        Err(_) if text.trim_ascii().is_empty() => return found("nothing"),
        Err(_) if text.starts_with('\u{feff}') => return found("text with a byte order mark"),
        Err(error) if error.is_eof() => return found("JSON that ends in the middle"),
        Err(_) => return found("text that is no JSON"),
    };
    match (json, checked_text(body)) {
        (JsonType::Object, Ok(text)) => Ok(text),
        (JsonType::Object, Err(_)) => found("JSON that nests too deep"),
        (other, _) => Err(other.found()),
    }
}

/// Whether a JSON number has no fraction, by its digits.
fn is_integral(number: &str) -> bool {
    let digits = number.strip_prefix('-').unwrap_or(number);
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return true;
    }
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = fraction.trim_end_matches('0');
    let whole = whole.trim_start_matches(['-', '0']);
    if whole.is_empty() && fraction.is_empty() {
        return true;
    }
    let zeros = whole.len() - whole.trim_end_matches('0').len();
    match exponent.parse::<i64>() {
        Ok(exponent) if exponent < 0 => {
            fraction.is_empty() && zeros as u64 >= exponent.unsigned_abs()
        }
        Ok(exponent) => exponent as u64 >= fraction.len() as u64,
        Err(_) => !exponent.starts_with('-'),
    }
}

/// Hands over an object's members in the order they came. Returns false if it is no object, or once a name is no Unicode.
pub(super) fn members<'a>(json: &'a str, each: impl FnMut(&str, &'a str)) -> bool {
    let mut reader = serde_json::Deserializer::from_str(json);
    reader.deserialize_map(Each(each)).is_ok()
}

struct Each<F>(F);

impl<'de, F: FnMut(&str, &'de str)> Visitor<'de> for Each<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some((name, member)) = map.next_entry::<Characters<'de>, &RawValue>()? {
            self.0(&name.0, member.get());
        }
        Ok(())
    }
}

/// The first member of this name.
pub(super) fn member<'a>(json: &'a str, wanted: &str) -> Option<&'a str> {
    let mut found = None;
    members(json, |name, member| {
        if name == wanted {
            found.get_or_insert(member);
        }
    });
    found
}

/// An array's elements in the order they came; none where it is no array.
pub(super) fn elements(json: &str) -> Vec<&RawValue> {
    serde_json::from_str(json).unwrap_or_default()
}

/// The characters of a JSON string; `None` where they are no Unicode, as with half a surrogate pair.
pub(super) fn text(json: &str) -> Option<Cow<'_, str>> {
    let characters: Characters<'_> = serde_json::from_str(json).ok()?;
    Some(characters.0)
}

/// Borrowed where there are no escapes, which serde does only inside of a type.
#[derive(Deserialize)]
struct Characters<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_an_integer_by_its_value_however_it_is_written() {
        for integer in [
            "0",
            "-0",
            "0.0",
            "-0.000e-7",
            "7",
            "1.0",
            "1.50e1",
            "1e3",
            "1e400",
            "120e-1",
            "123456789012345678901234567890",
            "1e99999999999999999999",
        ] {
            assert_eq!(JsonType::of(integer), JsonType::Integer, "{integer}");
        }
        for number in [
            "0.5",
            "1.05e1",
            "15e-1",
            "1e-400",
            "1e-99999999999999999999",
            "9007199254740993.0000000000000000000001",
        ] {
            assert_eq!(JsonType::of(number), JsonType::Number, "{number}");
        }
    }

    #[test]
    fn members_come_in_their_order_and_twice_if_they_came_twice() {
        let mut seen = Vec::new();
        let json = r#" {"b": 1.50, "a\u0062": [ {} ], "b": null} "#;
        assert!(members(json, |name, json| seen.push((name.to_owned(), json))));
        let expected = [("b", "1.50"), ("ab", "[ {} ]"), ("b", "null")];
        assert!(
            seen.iter()
                .map(|(name, json)| (name.as_str(), *json))
                .eq(expected)
        );
        assert_eq!(member(json, "b"), Some("1.50"));
        assert!(!members("1", |_, _| {}) && elements("\"\"").is_empty());
    }
}
