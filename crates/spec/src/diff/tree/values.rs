//! Members whose value says all: which of them mean something, and which only read differently.

use super::super::change::{Grade, Kind};
use super::super::cursor::{pairs, same};
use super::{HARMLESS, Rule, SILENT, Side, Walk};
use crate::source::{Node, Value};

/// What a change of a member counts as.
pub type Table = &'static [(&'static str, Rule)];

pub const INFO: Table = &[
    ("title", HARMLESS),
    ("version", SILENT),
    ("termsOfService", SILENT),
    ("contact", HARMLESS),
    ("license", SILENT),
];

pub const SERVER: Table = &[("variables", SILENT)];

/// Only this crate's own generator makes Rust of how requests are signed.
const SIGNING: Rule = Rule::Rust {
    untouched: Grade::Silent,
    assumed: &[Grade::Silent],
};

pub const SCHEME: Table = &[
    ("type", SIGNING),
    ("scheme", SIGNING),
    ("in", SIGNING),
    ("name", SIGNING),
    ("bearerFormat", HARMLESS),
    ("flows", SILENT),
    ("openIdConnectUrl", SILENT),
];

impl<'a> Walk<'a> {
    /// Compares what `handled` does not name by a table; text for people and extensions are the same everywhere.
    pub fn table(
        &mut self,
        of: &str,
        old: Side<'_, 'a>,
        new: Side<'_, 'a>,
        handled: &[&str],
        table: Table,
    ) {
        for (key, old, new) in pairs(old, new) {
            let (old, new) = (old.as_ref(), new.as_ref());
            if handled.contains(&key) {
                continue;
            }
            match table.iter().find(|(known, _)| *known == key) {
                Some((_, rule)) => self.value(&format!("`{key}` of {of}"), old, new, *rule),
                None => self.other(of, key, old, new),
            }
        }
    }

    /// A member that no table has: text for people, an extension, or something that is not understood.
    pub fn other(&mut self, of: &str, key: &str, old: Side<'_, 'a>, new: Side<'_, 'a>) {
        let name = format!("`{key}` of {of}");
        match key {
            "description" => self.description(of, old, new),
            "summary" | "example" | "examples" | "externalDocs" | "tags" => {
                self.value(&name, old, new, HARMLESS);
            }
            "deprecated" => self.deprecated(of, old, new),
            key if key.starts_with("x-") => self.value(&name, old, new, HARMLESS),
            _ => self.value(&name, old, new, Rule::Gap),
        }
    }

    /// A value that is what it was, or is not.
    pub fn value(&mut self, name: &str, old: Side<'_, 'a>, new: Side<'_, 'a>, rule: Rule) {
        match (old, new) {
            (Some(before), Some(after)) if !same(before.node, after.node) => {
                let what = match (short(before.node), short(after.node)) {
                    (Some(was), Some(is)) => format!("{name} is {is}, it was {was}"),
                    _ => format!("{name} changed"),
                };
                self.report(what, old, new, rule, Kind::Changed);
            }
            (None, Some(after)) => {
                let is = short(after.node)
                    .map(|is| format!(": {is}"))
                    .unwrap_or_default();
                self.report(format!("{name} is new{is}"), None, new, rule, Kind::Changed);
            }
            (Some(before), None) => {
                let was = short(before.node)
                    .map(|was| format!(", it was {was}"))
                    .unwrap_or_default();
                self.report(
                    format!("{name} is gone{was}"),
                    old,
                    None,
                    rule,
                    Kind::Changed,
                );
            }
            _ => {}
        }
    }

    /// Where every word is the same only the typing changed.
    fn description(&mut self, of: &str, old: Side<'_, 'a>, new: Side<'_, 'a>) {
        let words = |side: Side<'_, 'a>| {
            let text = side
                .and_then(|cursor| cursor.node.text())
                .unwrap_or_default();
            // A point or a sign before a digit belongs to the number: 0.1 is not 01, nor -1 the same as 1.
            let letters: Vec<char> = text.chars().collect();
            let is_digit = |index: Option<usize>| {
                index
                    .and_then(|index| letters.get(index))
                    .is_some_and(char::is_ascii_digit)
            };
            let kept = letters
                .iter()
                .enumerate()
                .map(|(index, letter)| match letter {
                    ',' if is_digit(index.checked_sub(1)) && is_digit(index.checked_add(1)) => ',',
                    '.' | '-' | '–' if is_digit(index.checked_add(1)) => *letter,
                    letter if is_punctuation(*letter) || letter.is_whitespace() => ' ',
                    // A letter, a digit, or what says something by itself: £, %, ≤, ±.
                    letter => *letter,
                });
            let text: String = kept.flat_map(char::to_lowercase).collect();
            text.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let text = |side: Side<'_, 'a>| side.and_then(|cursor| cursor.node.text());
        if text(old) == text(new) {
            return;
        }
        match (old, new) {
            (None, _) => self.report(
                format!("{of} has a description now"),
                None,
                new,
                HARMLESS,
                Kind::Changed,
            ),
            (_, None) => self.report(
                format!("the description of {of} is gone"),
                old,
                None,
                SILENT,
                Kind::Changed,
            ),
            _ if words(old) == words(new) => {
                self.report(
                    format!("the description of {of} is typed in another way"),
                    old,
                    new,
                    HARMLESS,
                    Kind::Changed,
                );
            }
            _ => {
                let quote = |side: Side<'_, 'a>| {
                    side.and_then(|cursor| short(cursor.node))
                        .unwrap_or_default()
                };
                let what = format!(
                    "the description of {of} says {}, it said {}",
                    quote(new),
                    quote(old)
                );
                self.report(what, old, new, SILENT, Kind::Changed);
            }
        }
    }

    fn deprecated(&mut self, of: &str, old: Side<'_, 'a>, new: Side<'_, 'a>) {
        let is = |side: Side<'_, 'a>| {
            side.is_some_and(|cursor| matches!(cursor.node.value, Value::Flag(true)))
        };
        match (is(old), is(new)) {
            (false, true) => self.report(
                format!("{of} is deprecated"),
                old,
                new,
                SILENT,
                Kind::Deprecated,
            ),
            (true, false) => self.report(
                format!("{of} is no longer deprecated"),
                old,
                new,
                HARMLESS,
                Kind::Changed,
            ),
            _ => {}
        }
    }
}

/// What sets words apart or off, in prose and in Markdown.
fn is_punctuation(letter: char) -> bool {
    matches!(letter, '.' | ',' | ';' | ':' | '?' | '\'' | '"' | '`' | '*' | '_' | '#' | '-' | '|' | '\\')
        || matches!(letter, '(' | ')' | '[' | ']' | '{' | '}' | '«' | '»')
        // Dashes, quotation marks, bullets, dots.
        || matches!(letter, '\u{2010}'..='\u{2027}')
}

/// A value as it can stand in a sentence.
pub fn short(node: &Node) -> Option<String> {
    const MOST: usize = 120;
    match &node.value {
        Value::List(items) if items.len() > 6 => None,
        Value::Map(_) => None,
        Value::Text(text) => {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let cut: String = text.chars().take(MOST).collect();
            let dots = if cut.len() < text.len() { "…" } else { "" };
            Some(format!("`{cut}{dots}`"))
        }
        Value::List(_) => Some(format!("`{}`", node.to_json())).filter(|text| text.len() <= MOST),
        _ => Some(node.to_json()),
    }
}
