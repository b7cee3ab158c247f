//! What differs between two documents, each difference with its place and with the Rust it may concern.

mod answers;
mod operations;
mod parameters;
mod schemas;
mod values;

use std::collections::{BTreeMap, HashSet};

use super::change::{Grade, Kind, Place};
use super::cursor::{Cursor, pairs};
use super::document::Document;
use crate::model::Place as At;

/// One difference between the trees.
#[derive(Debug)]
pub struct Finding {
    pub what: String,
    pub old: Option<Place>,
    pub new: Option<Place>,
    pub subjects: Vec<Subject>,
    pub rule: Rule,
    pub kind: Kind,
    /// The pointer of the schema or operation that it is a part of.
    pub unit: String,
}

/// How a finding is graded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// By what became of the generated Rust: `untouched` where it stays the same, `assumed` where there is none.
    Rust {
        untouched: Grade,
        assumed: &'static [Grade],
    },
    Always(Grade),
    /// It differs, and nobody knows what that does.
    Gap,
}

/// Breaks both ways where there is no Rust to look at.
pub const BREAKS: &[Grade] = &[Grade::Compile, Grade::Decode];
pub const STRUCTURE: Rule = Rule::Rust {
    untouched: Grade::Silent,
    assumed: BREAKS,
};
pub const SILENT: Rule = Rule::Always(Grade::Silent);
pub const HARMLESS: Rule = Rule::Always(Grade::Harmless);

/// What Rust a finding may concern.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    Type(String),
    /// A type with all that is in it.
    Whole(String),
    /// What a type derives.
    Traits(String),
    Member(String, String),
    Word(String, String),
    Operation(String),
    Argument(String, String),
    Answer(String),
    Constant(String),
}

/// All findings, and where the Rust comes from.
#[derive(Debug, Default)]
pub struct Found {
    pub findings: Vec<Finding>,
    /// The places of what becomes a type or a method, by the item's name.
    pub places: BTreeMap<String, (Option<Place>, Option<Place>)>,
}

/// `lost` are the parts, by their pointer, that no Rust can be made of any more, and why.
pub fn walk(old: &Document, new: &Document, lost: &BTreeMap<String, String>) -> Found {
    let mut walk = Walk {
        labels: [old.label(), new.label()],
        found: Found::default(),
        unit: String::new(),
        subjects: Vec::new(),
        seen: HashSet::new(),
        renamed: Vec::new(),
        unfolded: HashSet::new(),
        depth: 0,
    };
    let (old, new) = (old.cursor(), new.cursor());
    walk.document(&old, &new);
    for (pointer, reason) in lost {
        let (was, is) = (old.find(pointer), new.find(pointer));
        let (part, old, new) = match pointer.as_str() {
            "" => ("the document".to_owned(), Some(&old), Some(&new)),
            pointer => (format!("`{pointer}`"), was.as_ref(), is.as_ref()),
        };
        let what = format!("no Rust can be made of {part} any more: {}", brief(reason));
        walk.report(what, old, new, Rule::Always(Grade::Compile), Kind::Changed);
    }
    walk.found
}

/// A generator's words without the schema that it may print after them.
fn brief(reason: &str) -> String {
    let line = reason.lines().next().unwrap_or_default();
    let words = line.split(['{', '[']).next().unwrap_or_default();
    words
        .trim_end_matches([' ', ':'])
        .chars()
        .take(160)
        .collect()
}

pub struct Walk<'a> {
    labels: [&'a str; 2],
    found: Found,
    unit: String,
    /// What the place that is being compared is used by.
    subjects: Vec<Subject>,
    /// Pairs of pointers that were compared, with what they are used by: shared parts are used by many, and may use themselves.
    seen: HashSet<(String, String, Vec<Subject>)>,
    /// Component schemas that have another name now.
    renamed: Vec<(String, String)>,
    /// By unit, the pairs of pointers that were compared in the place of a reference.
    unfolded: HashSet<(String, String, String)>,
    /// How many references the walk is behind.
    depth: usize,
}

type Side<'c, 'a> = Option<&'c Cursor<'a>>;

impl<'a> Walk<'a> {
    fn document(&mut self, old: &Cursor<'a>, new: &Cursor<'a>) {
        for (key, old, new) in pairs(Some(old), Some(new)) {
            let (old, new) = (old.as_ref(), new.as_ref());
            match key {
                "openapi" => self.value(key, old, new, HARMLESS),
                "info" => self.table("the document", old, new, &[], values::INFO),
                "servers" => self.servers("the document", old, new),
                "security" => self.value("the security of all operations", old, new, SILENT),
                "paths" => self.paths(old, new),
                "components" => self.components(old, new),
                "tags" | "externalDocs" => self.value(key, old, new, HARMLESS),
                "x-wrapper" => self.value(
                    "the member that holds the answer (`x-wrapper`)",
                    old,
                    new,
                    Rule::Always(Grade::Decode),
                ),
                key => self.other("the document", key, old, new),
            }
        }
    }

    fn components(&mut self, old: Side<'_, 'a>, new: Side<'_, 'a>) {
        for (section, old, new) in pairs(old, new) {
            let (old, new) = (old.as_ref(), new.as_ref());
            match section {
                "schemas" => self.schemas(old, new),
                "securitySchemes" => self.schemes(old, new),
                "parameters" | "responses" | "requestBodies" | "headers" => {
                    self.shared(section, old, new)
                }
                "examples" => self.value("the examples", old, new, HARMLESS),
                section => self.other("components", section, old, new),
            }
        }
    }

    /// Parts that operations refer to are compared where they are used; what is left is used by none.
    fn shared(&mut self, section: &str, old: Side<'_, 'a>, new: Side<'_, 'a>) {
        self.unit.clear();
        for (key, old, new) in pairs(old, new) {
            let name = format!("the shared `{key}` of {section}");
            match (&old, &new) {
                (Some(before), Some(after)) => match section {
                    "parameters" => self.parameter("", before, after),
                    "responses" => self.answer(&name, before, after),
                    "requestBodies" => self.body(&name, before, after),
                    _ => self.header(&name, before, after),
                },
                (None, Some(_)) => self.report(
                    format!("{name} is new"),
                    None,
                    new.as_ref(),
                    HARMLESS,
                    Kind::Added,
                ),
                _ => self.report(
                    format!("{name} is gone"),
                    old.as_ref(),
                    None,
                    HARMLESS,
                    Kind::Removed,
                ),
            }
        }
    }

    fn schemes(&mut self, old: Side<'_, 'a>, new: Side<'_, 'a>) {
        use heck::ToShoutySnakeCase;
        for (key, old, new) in pairs(old, new) {
            let (old, new) = (old.as_ref(), new.as_ref());
            let name = format!("the security scheme `{key}`");
            self.subjects = vec![Subject::Constant(format!(
                "security::{}",
                key.to_shouty_snake_case()
            ))];
            self.unit.clear();
            match (old, new) {
                (Some(_), Some(_)) => self.table(&name, old, new, &[], values::SCHEME),
                (None, _) => self.report(
                    format!("{name} is new"),
                    None,
                    new,
                    rust(Grade::Silent),
                    Kind::Added,
                ),
                (_, None) => self.report(
                    format!("{name} is gone"),
                    old,
                    None,
                    rust(Grade::Silent),
                    Kind::Removed,
                ),
            }
        }
        self.subjects.clear();
    }

    fn servers(&mut self, of: &str, old: Side<'_, 'a>, new: Side<'_, 'a>) {
        let list = |side: Side<'_, 'a>| side.map(Cursor::items).unwrap_or_default();
        let (before, after) = (list(old), list(new));
        let urls = |list: &[Cursor<'a>]| -> Vec<String> {
            list.iter()
                .map(|server| server.word("url").unwrap_or_default().to_owned())
                .collect()
        };
        let (was, is) = (urls(&before), urls(&after));
        if was.first() != is.first() {
            let word =
                |url: Option<&String>| url.map_or("nowhere".to_owned(), |url| format!("`{url}`"));
            let what = format!(
                "requests of {of} go to {}, they went to {}",
                word(is.first()),
                word(was.first())
            );
            self.report(
                what,
                before.first().or(old),
                after.first().or(new),
                SILENT,
                Kind::Changed,
            );
        } else if was != is {
            let what = format!("{of} lists other servers after its first");
            self.report(what, old, new, HARMLESS, Kind::Changed);
        }
        for server in &before {
            let same = after
                .iter()
                .find(|other| other.word("url") == server.word("url"));
            if let Some(other) = same {
                self.table(
                    &format!("the server of {of}"),
                    Some(server),
                    Some(other),
                    &["url"],
                    values::SERVER,
                );
            }
        }
    }

    fn report(
        &mut self,
        what: String,
        old: Side<'_, 'a>,
        new: Side<'_, 'a>,
        rule: Rule,
        kind: Kind,
    ) {
        self.found.findings.push(Finding {
            what,
            old: place(old, self.labels[0]),
            new: place(new, self.labels[1]),
            subjects: self.subjects.clone(),
            rule,
            kind,
            unit: self.unit.clone(),
        });
    }

    /// Where the document has what becomes an item.
    fn place_of(&mut self, item: String, old: Side<'_, 'a>, new: Side<'_, 'a>) {
        let [was, is] = self.labels;
        self.found
            .places
            .insert(item, (place(old, was), place(new, is)));
    }

    /// Whether this pair was not compared before on behalf of the same Rust.
    fn is_first(&mut self, old: &Cursor<'a>, new: &Cursor<'a>) -> bool {
        let key = (
            old.pointer.clone(),
            new.pointer.clone(),
            self.subjects.clone(),
        );
        self.seen.insert(key)
    }

    /// Does something on behalf of other Rust, and comes back.
    fn on_behalf(&mut self, subjects: Vec<Subject>, work: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.subjects, subjects);
        work(self);
        self.subjects = outer;
    }
}

fn place(side: Side<'_, '_>, label: &str) -> Option<Place> {
    let cursor = side?;
    let At { line, column } = cursor.at;
    Some(Place {
        file: label.to_owned(),
        line,
        column,
        pointer: cursor.pointer.clone(),
    })
}

/// Graded by the generated Rust, and so where it stays the same; a compile break where there is none.
pub const fn rust(untouched: Grade) -> Rule {
    Rule::Rust {
        untouched,
        assumed: &[Grade::Compile],
    }
}
