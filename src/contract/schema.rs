//! A spec's components, and what checks look up in them.
//!
//! The lint of `crates/spec` lets a component be only an object, an open enum, or any JSON.

use std::fmt;

use executions_spec::model::{Component, Format, Kind, Plain, Property, Shape, Sort, Word};

#[derive(Debug)]
pub(super) struct Schemas {
    components: Vec<Component>,
    /// In the same places.
    names: Vec<Names>,
}

/// The properties of an object by the lengths of their names and of their other names, which leaves two or three to compare
/// with.
type Names = Vec<Vec<(Box<str>, usize)>>;

impl Schemas {
    pub fn new(components: Vec<Component>) -> Self {
        let names = components.iter().map(|component| match &component.sort {
            Sort::Object(properties) => names(properties),
            Sort::Enum { .. } | Sort::Any => Vec::new(),
        });
        Self {
            names: names.collect(),
            components,
        }
    }

    pub fn get(&self, place: usize) -> &Component {
        &self.components[place]
    }

    pub fn named(&self, name: &str) -> Option<usize> {
        let mut components = self.components.iter();
        components.position(|component| component.name == name)
    }

    /// The place of the property that a member of the object in `place` is.
    pub fn property(&self, place: usize, name: &str) -> Option<usize> {
        let mut names = self.names[place].get(name.len())?.iter();
        let found = names.find(|(known, _)| **known == *name);
        found.map(|(_, property)| *property)
    }

    /// Returns true if the spec lets a null stand in the place of the value.
    pub fn allows_null(&self, shape: &Shape, nullable: bool) -> bool {
        let component = match shape {
            Shape::Component(place) => Some(&self.get(*place).sort),
            _ => None,
        };
        nullable
            || matches!(
                component,
                Some(Sort::Enum { nullable: true, .. } | Sort::Any)
            )
    }
}

/// What the spec says of a value, in a few words.
#[derive(Clone, Copy)]
pub(super) struct Expected<'a> {
    pub schemas: &'a Schemas,
    pub shape: &'a Shape,
    /// Of the property itself; a component says so on its own.
    pub nullable: bool,
}

impl fmt::Display for Expected<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.shape {
            Shape::Plain(plain) => f.write_str(plain_words(*plain))?,
            Shape::Array(_) => f.write_str("array")?,
            Shape::Component(place) => {
                let component = self.schemas.get(*place);
                match &component.sort {
                    Sort::Object(_) => write!(f, "object {}", component.name)?,
                    Sort::Enum { words, .. } => f.write_str(&one_of(words))?,
                    Sort::Any => f.write_str("any JSON")?,
                }
            }
        }
        match self.schemas.allows_null(self.shape, self.nullable) {
            true => f.write_str(" or null"),
            false => Ok(()),
        }
    }
}

fn names(properties: &[Property]) -> Names {
    let mut by_length = Names::new();
    for (place, property) in properties.iter().enumerate() {
        for name in property.aliases.iter().chain([&property.name]) {
            let lengths = by_length.len().max(name.len() + 1);
            by_length.resize_with(lengths, Vec::new);
            by_length[name.len()].push((name.as_str().into(), place));
        }
    }
    by_length
}

/// The words of an enum, or the first of them.
fn one_of(words: &[Word]) -> String {
    let mut list = String::from("one of ");
    for (index, word) in words.iter().enumerate() {
        if list.len() + word.text.len() > MOST_LISTED {
            return format!("{list}… ({} words)", words.len());
        }
        list += if index > 0 { ", " } else { "" };
        list += &word.text;
    }
    list
}

const MOST_LISTED: usize = 60;

fn plain_words(plain: Plain) -> &'static str {
    match (plain.kind, plain.format) {
        (Kind::Boolean, _) => "boolean",
        (Kind::Integer, Format::EpochMilliseconds) => "integer, milliseconds since 1970",
        (_, Format::EpochMilliseconds) => "number, milliseconds since 1970",
        (_, Format::EpochSeconds) => "number, seconds since 1970",
        (Kind::Integer, _) => "integer",
        (Kind::Number, _) => "number",
        (Kind::String, Format::Decimal) => "string that holds a number",
        (Kind::String, Format::Id) => "string, an id",
        (Kind::String, Format::DateTime) => "string, a time with its zone",
        (Kind::String, Format::LocalDateTime) => "string, a time without a zone",
        (Kind::String, _) => "string",
    }
}
