//! A spec as it stands in its file: every key and value with its line and column, every number as it is spelt there.

use std::collections::HashMap;
use std::{fmt, ops, thread};

use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer, ser};
use serde_json::value::RawValue;
use serde_saphyr::{Location, NonFiniteFloatPolicy, Spanned, UserMessageFormatter};

use crate::model::Place;

/// What is wrong with a spec, and what to do about it: one line, in which every character is seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    pub at: Place,
    pub text: String,
}

impl Problem {
    pub fn new(at: Place, text: impl Into<String>) -> Self {
        let text = one_line(&text.into());
        // Names of any length and letters may be in it.
        let text = text.chars().take(1_000).map(shown).collect();
        Self { at, text }
    }

    /// With its file: `specs/refold.yaml:29:20: …`.
    pub fn line(&self, file: &str) -> String {
        let Place { line, column } = self.at;
        format!("{file}:{line}:{column}: {}", self.text)
    }
}

/// A value and where it begins.
#[derive(Debug)]
pub struct Node {
    pub at: Place,
    pub value: Value,
    /// Where its text is, even if an alias repeats it here.
    defined: Location,
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
    Map(Members),
}

/// A mapping, in the order of the file.
#[derive(Debug)]
pub struct Members {
    entries: Vec<Entry>,
    index: HashMap<String, usize>,
}

impl ops::Deref for Members {
    type Target = [Entry];

    fn deref(&self) -> &[Entry] {
        &self.entries
    }
}

/// One member of a mapping.
#[derive(Debug)]
pub struct Entry {
    pub at: Place,
    pub key: String,
    pub node: Node,
}

/// A number whose text has not been looked up yet.
const UNSPELT: Value = Value::Number(String::new());

/// The size of the largest file.
const MAX_BYTES: usize = 4 << 20;
/// The most values in a file, including those that aliases and merges repeat.
const MAX_VALUES: usize = 100_000;
/// The most references on the way to what is meant.
const MAX_REFERENCES: usize = 8;

/// Decodes a file: UTF-8, or UTF-16 with a byte order mark, which PowerShell writes.
pub fn decode(bytes: &[u8]) -> Result<String, Problem> {
    let not_text = |at| Problem::new(at, "this is not text in UTF-8 or UTF-16: save it as UTF-8");
    let wide = |of: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[2..]
            .chunks_exact(2)
            .map(|it| of([it[0], it[1]]))
            .collect();
        let text = String::from_utf16(&units).ok();
        text.filter(|_| bytes.len().is_multiple_of(2))
            .ok_or_else(|| not_text(Place::START))
    };
    match bytes {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        _ => str::from_utf8(bytes).map(str::to_owned).map_err(|error| {
            let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let line = before.matches('\n').count() as u64 + 1;
            let last = before.rsplit('\n').next().unwrap_or_default();
            let column = last.chars().count() as u64 + 1;
            not_text(Place { line, column })
        }),
    }
}

/// Reads one YAML document. Duplicate keys are problems.
pub fn parse(yaml: &str) -> Result<Node, Problem> {
    let yaml = yaml.strip_prefix('\u{feff}').unwrap_or(yaml);
    if yaml.len() > MAX_BYTES {
        let text = format!(
            "this file is longer than {} MiB: split the service in two",
            MAX_BYTES >> 20
        );
        return Err(Problem::new(Place::START, text));
    }
    let read = || {
        let mut document: Node =
            serde_saphyr::from_str_with_options(yaml, options()).map_err(unreadable)?;
        document.spell(yaml)?;
        Ok(document)
    };
    // The deepest documents need more stack than tests' threads have, or the main thread on Windows.
    let wide = thread::Builder::new().stack_size(16 << 20);
    thread::scope(
        |scope| match wide.spawn_scoped(scope, read).map(|it| it.join()) {
            Ok(Ok(result)) => result,
            _ => Err(Problem::new(
                Place::START,
                "there is no memory to read this file",
            )),
        },
    )
}

fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        // An unquoted `no` or `y`, as in an enum, is no boolean.
        strict_booleans: true,
        // `68534049e7548` is an identifier, see `number`.
        non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
        reject_unsupported_tags: true,
        with_snippet: false,
        // A hundred aliases to one anchor are nothing unusual; what they unfold to is counted.
        budget: serde_saphyr::budget! { max_nodes: MAX_VALUES, enforce_alias_anchor_ratio: false },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: MAX_VALUES },
    }
}

fn unreadable(error: serde_saphyr::Error) -> Problem {
    let at = error.location().map_or(Place::START, place);
    // The other words are for those who call the reader.
    let words = error.without_snippet();
    let text = one_line(&words.render_with_formatter(&UserMessageFormatter));
    let place = format!(" at line {}, column {}", at.line, at.column);
    let text = text.strip_suffix(&place).unwrap_or(&text);
    Problem::new(at, format!("this YAML cannot be read: {text}"))
}

/// Joins the lines of another library's message, as a problem is one line.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns true if a character is a control or is invisible, so that a reader sees another text than the compiler.
pub fn is_hidden(letter: char) -> bool {
    // As the first character of a text, a combining accent would be escaped too.
    let escaped = String::from_iter(['a', letter]).escape_debug().count() > 2;
    escaped && !letter.is_whitespace() && !matches!(letter, '"' | '\'' | '\\')
        || letter.is_control()
}

/// Writes a hidden character as `U+202E`, any other as it is.
pub fn shown(letter: char) -> String {
    match letter {
        letter if is_hidden(letter) => format!("U+{:04X}", u32::from(letter)),
        letter => letter.into(),
    }
}

impl Node {
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().get(self.position(key)?)
    }

    /// Which of the members has this name.
    pub fn position(&self, key: &str) -> Option<usize> {
        match &self.value {
            Value::Map(members) => members.index.get(key).copied(),
            _ => None,
        }
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

    /// The items of a member that is a list, none if it is not there.
    pub fn list(&self, key: &str) -> &[Node] {
        self.get(key).map_or(&[], Node::items)
    }

    /// The text of a member.
    pub fn word(&self, key: &str) -> Option<&str> {
        self.get(key)?.text()
    }

    /// The text of a member further down, empty if it is not there.
    pub fn string(&self, path: &[&str]) -> String {
        let node = self.at_path(path);
        node.and_then(Node::text).unwrap_or_default().to_owned()
    }

    /// The whole number, not below 0, that a member is.
    pub fn count(&self, key: &str) -> Option<u64> {
        match &self.get(key)?.value {
            Value::Number(digits) => digits.parse().ok(),
            _ => None,
        }
    }

    /// Whether a member is there and `true`.
    pub fn is(&self, key: &str) -> bool {
        matches!(
            self.get(key).map(|node| &node.value),
            Some(Value::Flag(true))
        )
    }

    /// Follows names from here: `["components", "schemas", "Error"]`.
    pub fn at_path(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The members of a mapping further down, none if it is not there.
    pub fn members(&self, path: &[&str]) -> &[Entry] {
        self.at_path(path).map_or(&[], Node::entries)
    }

    /// Where a member further down is, or where this is if it is not there.
    pub fn place(&self, path: &[&str]) -> Place {
        self.at_path(path).map_or(self.at, |node| node.at)
    }

    /// Follows `$ref`s of this document to the end; a node without one is the end. `None` if a reference points nowhere, or if
    /// they form a circle.
    pub fn target<'a>(&'a self, mut node: &'a Node) -> Option<&'a Node> {
        for _ in 0..=MAX_REFERENCES {
            let Some(reference) = node.word("$ref") else {
                return Some(node);
            };
            let path = reference.strip_prefix("#/")?.split('/');
            node = self.at_path(&Vec::from_iter(path))?;
        }
        None
    }

    /// Does the same in a document whose references the grammar has checked.
    pub fn resolve<'a>(&'a self, node: &'a Node) -> &'a Node {
        self.target(node).unwrap_or(node)
    }

    /// The same value as JSON: members in their order, numbers in their spelling.
    pub fn to_json(&self) -> String {
        // Every number was found to be JSON, so there is nothing to fail at.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Takes every number as the text spells it.
    fn spell(&mut self, yaml: &str) -> Result<(), Problem> {
        match &mut self.value {
            Value::Number(_) => {
                self.value = number(self.defined, yaml).ok_or_else(|| {
                    let text = "it cannot be told how this number is written: quote it";
                    Problem::new(self.at, text)
                })?;
            }
            Value::List(items) => items.iter_mut().try_for_each(|item| item.spell(yaml))?,
            Value::Map(Members { entries, .. }) => {
                let mut nodes = entries.iter_mut().map(|entry| &mut entry.node);
                nodes.try_for_each(|node| node.spell(yaml))?;
            }
            Value::Null | Value::Flag(_) | Value::Text(_) => {}
        }
        Ok(())
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.value {
            Value::Null => serializer.serialize_unit(),
            Value::Flag(flag) => serializer.serialize_bool(*flag),
            Value::Number(digits) => RawValue::from_string(digits.clone())
                .map_err(ser::Error::custom)?
                .serialize(serializer),
            Value::Text(text) => serializer.serialize_str(text),
            Value::List(items) => serializer.collect_seq(items),
            Value::Map(entries) => {
                serializer.collect_map(entries.iter().map(|it| (&it.key, &it.node)))
            }
        }
    }
}

/// Keeps a number in its spelling. What YAML counts as a number and JSON does not is a text, for it rather is an identifier:
/// `044925`, `+4123`, `0x1F`, `68534049e7548`.
fn number(location: Location, yaml: &str) -> Option<Value> {
    let span = location.span();
    let start = usize::try_from(span.byte_offset()?).ok()?;
    let end = start + usize::try_from(span.byte_len()?).ok()?;
    let text = yaml.get(start..end)?.trim().to_owned();
    Some(match serde_json::from_str::<serde_json::Number>(&text) {
        Ok(_) => Value::Number(text),
        Err(_) => Value::Text(text),
    })
}

fn place(location: Location) -> Place {
    let line = location.line().max(1);
    let column = location.column().max(1);
    Place { line, column }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Spanned {
            value,
            referenced,
            defined,
        } = Spanned::deserialize(deserializer)?;
        let at = place(referenced);
        Ok(Self { at, value, defined })
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("YAML that is also JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Flag(flag))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Value, E> {
        Ok(UNSPELT)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Value, E> {
        Ok(UNSPELT)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Value, E> {
        Ok(UNSPELT)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let (mut entries, mut index) = (Vec::new(), HashMap::new());
        while let Some((key, node)) = map.next_entry::<Spanned<String>, Node>()? {
            let at = place(key.referenced);
            let key = key.value;
            index.insert(key.clone(), entries.len());
            entries.push(Entry { at, key, node });
        }
        Ok(Value::Map(Members { entries, index }))
    }
}
