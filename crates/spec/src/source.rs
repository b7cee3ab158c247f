//! A spec as it stands in its file: every key and value with its line and column, every number as it is spelt there.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned, UserMessageFormatter};

use crate::model::Place;

/// What is wrong with a spec, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    pub at: Place,
    pub text: String,
}

impl Problem {
    pub fn new(at: Place, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { at, text }
    }
}

/// A value and where it begins.
#[derive(Debug)]
pub struct Node {
    pub at: Place,
    pub value: Value,
}

/// YAML that is also JSON.
#[derive(Debug)]
pub enum Value {
    Null,
    Flag(bool),
    /// The digits of the file, since `1.0` and a 20-digit integer do not survive a detour through `f64`.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// One member of a mapping.
#[derive(Debug)]
pub struct Entry {
    pub at: Place,
    pub key: String,
    pub node: Node,
}

/// Reads one YAML document. Duplicate keys and numbers that JSON has no form for are problems.
pub fn parse(yaml: &str) -> Result<Node, Problem> {
    // Without `strict_booleans` an unquoted `no` or `y`, as in an enum, becomes a boolean.
    let options = serde_saphyr::options! { strict_booleans: true, with_snippet: false };
    let raw: Spanned<Raw> =
        serde_saphyr::from_str_with_options(yaml, options).map_err(|error| {
            let at = error.location().map_or(Place::START, place);
            // The other words are for those who call the reader.
            let words = error.without_snippet();
            let text = one_line(&words.render_with_formatter(&UserMessageFormatter));
            let place = format!(" at line {}, column {}", at.line, at.column);
            let text = text.strip_suffix(&place).unwrap_or(&text);
            Problem::new(at, format!("this YAML cannot be read: {text}"))
        })?;
    spell(raw, yaml)
}

/// Joins the lines of another library's message, as a problem is one line.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Node {
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The members of a mapping, none if it is something else.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list, none if it is something else.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a member.
    pub fn word(&self, key: &str) -> Option<&str> {
        self.get(key)?.text()
    }

    /// Whether a member is there and `true`.
    pub fn is(&self, key: &str) -> bool {
        matches!(
            self.get(key).map(|node| &node.value),
            Some(Value::Flag(true))
        )
    }

    /// Follows names from here: `["components", "schemas", "Error"]`.
    pub fn at_path<'a>(&self, path: impl IntoIterator<Item = &'a str>) -> Option<&Node> {
        path.into_iter().try_fold(self, |node, key| node.get(key))
    }

    /// The members of a mapping further down, none if it is not there.
    pub fn members(&self, path: &[&str]) -> &[Entry] {
        self.at_path(path.iter().copied())
            .map_or(&[], Node::entries)
    }

    /// What a `$ref` of this document points to; the node itself when it is none or points nowhere.
    pub fn resolve<'a>(&'a self, node: &'a Node) -> &'a Node {
        let target = node.word("$ref").and_then(|to| to.strip_prefix("#/"));
        target
            .and_then(|path| self.at_path(path.split('/')))
            .unwrap_or(node)
    }

    /// The same value as JSON: members in their order, numbers in their spelling.
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        self.write_json(&mut out);
        out
    }

    fn write_json(&self, out: &mut String) {
        match &self.value {
            Value::Null => out.push_str("null"),
            Value::Flag(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Value::Number(digits) => out.push_str(digits),
            Value::Text(text) => write_text(text, out),
            Value::List(items) => {
                write_joined('[', ']', items, out, |item, out| item.write_json(out));
            }
            Value::Map(entries) => write_joined('{', '}', entries, out, |entry, out| {
                write_text(&entry.key, out);
                out.push(':');
                entry.node.write_json(out);
            }),
        }
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

fn write_joined<T>(
    open: char,
    close: char,
    parts: &[T],
    out: &mut String,
    write: fn(&T, &mut String),
) {
    out.push(open);
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(part, out);
    }
    out.push(close);
}

/// What the YAML reader hands over, before the numbers are looked up in the text.
enum Raw {
    Null,
    Flag(bool),
    Number,
    Text(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<String>, Spanned<Raw>)>),
}

fn spell(raw: Spanned<Raw>, yaml: &str) -> Result<Node, Problem> {
    let at = place(raw.referenced);
    let value = match raw.value {
        Raw::Null => Value::Null,
        Raw::Flag(flag) => Value::Flag(flag),
        Raw::Number => Value::Number(digits(raw.defined, yaml).ok_or_else(|| {
            Problem::new(at, "JSON has no such number: write it in decimal, like 1.5")
        })?),
        Raw::Text(text) => Value::Text(text),
        Raw::List(items) => {
            let items = items.into_iter().map(|item| spell(item, yaml));
            Value::List(items.collect::<Result<_, _>>()?)
        }
        Raw::Map(entries) => {
            let entries = entries.into_iter().map(|(key, value)| {
                let at = place(key.referenced);
                let node = spell(value, yaml)?;
                let key = key.value;
                Ok(Entry { at, key, node })
            });
            Value::Map(entries.collect::<Result<_, _>>()?)
        }
    };
    Ok(Node { at, value })
}

fn digits(location: Location, yaml: &str) -> Option<String> {
    let span = location.span();
    let start = usize::try_from(span.byte_offset()?).ok()?;
    let end = start + usize::try_from(span.byte_len()?).ok()?;
    let text = yaml.get(start..end)?.trim();
    serde_json::from_str::<serde_json::Number>(text).ok()?;
    Some(text.to_owned())
}

fn place(location: Location) -> Place {
    let line = location.line().max(1);
    let column = location.column().max(1);
    Place { line, column }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("YAML that is also JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Raw, E> {
        Ok(Raw::Flag(flag))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Raw, E> {
        Ok(Raw::Number)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Raw, E> {
        Ok(Raw::Number)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Raw, E> {
        Ok(Raw::Number)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Map(entries))
    }
}
