//! Schemas: what becomes types, and what of them only reads differently.

mod members;

use heck::ToPascalCase;

use super::super::change::{Grade, Kind};
use super::super::cursor::{Cursor, is_prose, pairs, shape};
use super::values::{Table, short};
use super::{BREAKS, Rule, SILENT, STRUCTURE, Side, Subject, Walk};

/// What may make other Rust, and so is told in one sentence a schema.
const STRUCTURAL: [&str; 8] = [
    "type",
    "format",
    "nullable",
    "$ref",
    "additionalProperties",
    "default",
    "x-aliases",
    "x-rust-type",
];

const CONSTRAINT: Rule = Rule::Rust {
    untouched: Grade::Silent,
    assumed: &[Grade::Decode],
};

/// Conditions that the generator drops or makes types of, and the rest.
const SCHEMA: Table = &[
    ("minimum", CONSTRAINT),
    ("maximum", CONSTRAINT),
    ("exclusiveMinimum", CONSTRAINT),
    ("exclusiveMaximum", CONSTRAINT),
    ("multipleOf", CONSTRAINT),
    ("minLength", CONSTRAINT),
    ("maxLength", CONSTRAINT),
    ("pattern", CONSTRAINT),
    ("minItems", CONSTRAINT),
    ("maxItems", CONSTRAINT),
    ("uniqueItems", CONSTRAINT),
    ("minProperties", CONSTRAINT),
    ("maxProperties", CONSTRAINT),
    ("readOnly", SILENT),
    ("writeOnly", SILENT),
    (
        "title",
        Rule::Rust {
            untouched: Grade::Harmless,
            assumed: BREAKS,
        },
    ),
];

const HANDLED: [&str; 13] = [
    "type",
    "format",
    "nullable",
    "$ref",
    "additionalProperties",
    "default",
    "x-aliases",
    "x-rust-type",
    "enum",
    "required",
    "properties",
    "items",
    "not",
];

/// How many references are followed from one into the next, each from the place of the other file's.
const MOST_UNFOLDED: usize = 32;

const CHOICES: [&str; 3] = ["allOf", "oneOf", "anyOf"];

impl<'a> Walk<'a> {
    pub(super) fn schemas(&mut self, old: Side<'_, 'a>, new: Side<'_, 'a>) {
        let all = pairs(old, new);
        let gone: Vec<_> = all
            .iter()
            .filter(|(.., new)| new.is_none())
            .cloned()
            .collect();
        let added: Vec<_> = all
            .iter()
            .filter(|(_, old, _)| old.is_none())
            .cloned()
            .collect();
        let renamed = renames(&gone, &added);
        for (was, is) in &renamed {
            self.renamed.push((was.to_string(), is.to_string()));
        }
        for (key, old, new) in &all {
            let ty = key.to_pascal_case();
            self.unit = format!(
                "/components/schemas/{}",
                key.replace('~', "~0").replace('/', "~1")
            );
            self.subjects = vec![Subject::Type(ty.clone())];
            self.place_of(format!("types::{ty}"), old.as_ref(), new.as_ref());
            match (old, new) {
                (Some(old), Some(new)) => self.schema(&format!("`{key}`"), &ty, old, new),
                (None, new) if renamed.iter().all(|(_, is)| is != key) => {
                    let rule = Rule::Rust {
                        untouched: Grade::Harmless,
                        assumed: &[Grade::Harmless],
                    };
                    self.subjects = vec![Subject::Whole(ty)];
                    self.report(
                        format!("the schema `{key}` is new"),
                        None,
                        new.as_ref(),
                        rule,
                        Kind::Added,
                    );
                }
                (old, None) => {
                    self.subjects = vec![Subject::Whole(ty)];
                    let to = renamed.iter().find(|(was, _)| was == key);
                    let Some((_, is)) = to else {
                        self.report(
                            format!("the schema `{key}` is gone"),
                            old.as_ref(),
                            None,
                            STRUCTURE,
                            Kind::Removed,
                        );
                        continue;
                    };
                    let new = all
                        .iter()
                        .find(|(other, ..)| other == is)
                        .and_then(|(.., new)| new.clone());
                    self.subjects.push(Subject::Whole(is.to_pascal_case()));
                    let what = format!("the schema `{key}` is now called `{is}`, perhaps");
                    self.report(what, old.as_ref(), new.as_ref(), STRUCTURE, Kind::Changed);
                    if let (Some(old), Some(new)) = (old, new) {
                        self.schema(&format!("`{is}`"), &is.to_pascal_case(), old, &new);
                    }
                }
                _ => {}
            }
        }
        self.unit.clear();
        self.subjects.clear();
    }

    /// Compares two schemas. `of` is what sentences call them, `ty` the type that is made of them if one is.
    pub(super) fn schema(&mut self, of: &str, ty: &str, old: &Cursor<'a>, new: &Cursor<'a>) {
        if !self.is_first(old, new) {
            return;
        }
        if old.is_lost() || new.is_lost() {
            let reference = new.reference().or(old.reference()).unwrap_or_default();
            let what = format!("{of} is `{reference}`, which is outside the file or nowhere,");
            return self.report(what, Some(old), Some(new), Rule::Gap, Kind::Changed);
        }
        let (was, is) = (old.resolve(), new.resolve());
        if let (Some(before), Some(after)) = (old.reference(), new.reference()) {
            self.beside(of, old, new);
            // Extensions are compared by no words of their own.
            if before == after && before.contains("/x-") {
                self.unfold(of, ty, &was, &is);
            }
            if before == after || self.is_renamed(before, after) {
                return;
            }
        }
        self.structure(of, ty, old, new);
        // A reference in the place of what stood here, or the other way round: what it says may have changed as well.
        if old.reference().is_some() != new.reference().is_some() {
            if was.word("type") == is.word("type") {
                self.unfold(of, ty, &was, &is);
            }
            return;
        }
        if old.reference().is_some() {
            return;
        }
        let get = |key: &str| (old.get(key), new.get(key));
        let (before, after) = get("enum");
        self.words(of, ty, before.as_ref(), after.as_ref());
        self.members(of, ty, old, new);
        for (key, name, end) in [
            ("items", "the items", "Item"),
            ("additionalProperties", "the values", "Value"),
            ("not", "what is excluded", "Not"),
        ] {
            if let (Some(before), Some(after)) = get(key)
                && !before.node.entries().is_empty()
                && !after.node.entries().is_empty()
            {
                self.within(
                    &format!("{name} of {of}"),
                    &format!("{ty}{end}"),
                    &before,
                    &after,
                );
            } else if key != "additionalProperties" {
                let (before, after) = get(key);
                self.value(
                    &format!("`{key}` of {of}"),
                    before.as_ref(),
                    after.as_ref(),
                    STRUCTURE,
                );
            }
        }
        for key in CHOICES {
            let (before, after) = get(key);
            self.choices(of, ty, key, before.as_ref(), after.as_ref());
        }
        let handled = [&HANDLED[..], &CHOICES[..]].concat();
        self.table(of, Some(old), Some(new), &handled, SCHEMA);
    }

    /// Compares what a reference leads to where it stands. Two files may lead into each other for ever: each pair once a unit.
    fn unfold(&mut self, of: &str, ty: &str, old: &Cursor<'a>, new: &Cursor<'a>) {
        let pair = (self.unit.clone(), old.pointer.clone(), new.pointer.clone());
        if !self.unfolded.insert(pair) {
            return;
        }
        if self.depth == MOST_UNFOLDED {
            let what = format!("{of} is behind more than {MOST_UNFOLDED} references,");
            return self.report(what, Some(old), Some(new), Rule::Gap, Kind::Changed);
        }
        self.depth += 1;
        self.schema(of, ty, old, new);
        self.depth -= 1;
    }

    /// What stands beside a reference, which generators pass over and people do not.
    fn beside(&mut self, of: &str, old: &Cursor<'a>, new: &Cursor<'a>) {
        for (key, old, new) in pairs(Some(old), Some(new)) {
            let (old, new) = (old.as_ref(), new.as_ref());
            match key {
                "$ref" => {}
                key if is_prose(key) || key == "deprecated" => self.other(of, key, old, new),
                key => self.value(
                    &format!("`{key}` beside the `$ref` of {of}"),
                    old,
                    new,
                    SILENT,
                ),
            }
        }
    }

    /// A schema inside another, of which the generator may make a type of its own.
    fn within(&mut self, of: &str, ty: &str, old: &Cursor<'a>, new: &Cursor<'a>) {
        let mut subjects = self.subjects.clone();
        subjects.push(Subject::Type(ty.to_owned()));
        self.on_behalf(subjects, |walk| walk.schema(of, ty, old, new));
    }

    fn is_renamed(&self, was: &str, is: &str) -> bool {
        let name = |reference: &str| reference.rsplit('/').next().unwrap_or_default().to_owned();
        self.renamed.contains(&(name(was), name(is)))
    }

    fn structure(&mut self, of: &str, ty: &str, old: &Cursor<'a>, new: &Cursor<'a>) {
        let mut words = Vec::new();
        let mut place = (Some(old.clone()), Some(new.clone()));
        for key in STRUCTURAL {
            let (before, after) = (old.get(key), new.get(key));
            // A default is a value, whose members may have any name.
            let leave = |word: &str| key == "additionalProperties" && is_prose(word);
            let text =
                |side: &Option<Cursor<'a>>| side.as_ref().map(|side| shape(side.node, &leave));
            // Two schemas of a mapping's values are compared by themselves.
            let both = [&before, &after].into_iter().all(|side| {
                side.as_ref()
                    .is_some_and(|side| !side.node.entries().is_empty())
            });
            // Other members are allowed where nothing is said.
            let is_open = |side: &Option<Cursor<'a>>| text(side).is_none_or(|text| text == "true");
            let still_open = key == "additionalProperties" && is_open(&before) && is_open(&after);
            if still_open
                || text(&before) == text(&after)
                || (key == "additionalProperties" && both)
            {
                continue;
            }
            let say = |side: &Option<Cursor<'a>>| match side {
                None => "nothing".to_owned(),
                Some(side) if key == "default" => {
                    short(side.node).unwrap_or_else(|| "an object".to_owned())
                }
                Some(side) => short(side.node).unwrap_or_else(|| "a schema".to_owned()),
            };
            words.push(format!(
                "`{key}` is {}, it was {}",
                say(&after),
                say(&before)
            ));
            if words.len() == 1 {
                place = (before.or(place.0), after.or(place.1));
            }
        }
        if words.is_empty() {
            return;
        }
        let moved = old.reference().is_some() != new.reference().is_some()
            && shape(old.resolve().node, &is_prose) == shape(new.resolve().node, &is_prose);
        let is_default = words.len() == 1 && words[0].starts_with("`default`");
        let rule = match (moved, is_default) {
            (true, _) => Rule::Rust {
                untouched: Grade::Harmless,
                assumed: BREAKS,
            },
            (_, true) => Rule::Rust {
                untouched: Grade::Silent,
                assumed: &[Grade::Decode],
            },
            _ => STRUCTURE,
        };
        let mut subjects = self.subjects.clone();
        subjects.push(Subject::Traits(ty.to_owned()));
        self.on_behalf(subjects, |walk| {
            let what = format!("{of}: {}", words.join("; "));
            walk.report(
                what,
                place.0.as_ref(),
                place.1.as_ref(),
                rule,
                Kind::Changed,
            );
        });
    }

    fn choices(&mut self, of: &str, ty: &str, key: &str, old: Side<'_, 'a>, new: Side<'_, 'a>) {
        let list = |side: Side<'_, 'a>| side.map(Cursor::items).unwrap_or_default();
        let (before, after) = (list(old), list(new));
        if before.len() != after.len() {
            let mut subjects = self.subjects.clone();
            subjects.push(Subject::Whole(ty.to_owned()));
            return self.on_behalf(subjects, |walk| {
                let what = format!(
                    "`{key}` of {of} has {} schemas, it had {}",
                    after.len(),
                    before.len()
                );
                walk.report(what, old, new, STRUCTURE, Kind::Changed);
            });
        }
        for (at, (was, is)) in before.iter().zip(&after).enumerate() {
            let name = match (after.len(), key) {
                (1, "allOf") => of.to_owned(),
                _ => format!("schema {at} in `{key}` of {of}"),
            };
            let (inner, whole) = match key {
                "allOf" => (ty.to_owned(), Subject::Whole(ty.to_owned())),
                _ => (format!("{ty}Variant{at}"), Subject::Whole(ty.to_owned())),
            };
            let mut subjects = self.subjects.clone();
            subjects.push(whole);
            self.on_behalf(subjects, |walk| walk.schema(&name, &inner, was, is));
        }
    }
}

/// Schemas that look alike, one gone and one new; where several do, it is not known which became which.
fn renames<'a>(
    gone: &[super::super::cursor::Pair<'a>],
    added: &[super::super::cursor::Pair<'a>],
) -> Vec<(&'a str, &'a str)> {
    let looks = |side: &Option<Cursor<'a>>| {
        side.as_ref()
            .map(|side| shape(side.node, &is_prose))
            .unwrap_or_default()
    };
    let mut renames = Vec::new();
    for (was, old, _) in gone {
        let mut alike = added.iter().filter(|(.., new)| looks(new) == looks(old));
        let rivals = gone
            .iter()
            .filter(|(_, other, _)| looks(other) == looks(old))
            .count();
        if let (Some((is, ..)), None, 1) = (alike.next(), alike.next(), rivals) {
            renames.push((*was, *is));
        }
    }
    renames
}
