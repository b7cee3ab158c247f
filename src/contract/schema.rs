//! A spec's components, and what checks look up in them.
//!
//! The lint of `crates/spec` lets a component be only an object, an open enum, an array, a map, or any JSON.

use std::fmt;

use executions_spec::model::{Component, Format, Plain, Primitive, Shape, Sort, Word};

#[derive(Debug)]
pub(super) struct Schemas(pub Vec<Component>);

impl Schemas {
    pub fn get(&self, place: usize) -> &Component {
        &self.0[place]
    }

    pub fn named(&self, name: &str) -> Option<usize> {
        let mut components = self.0.iter();
        components.position(|component| component.name == name)
    }

    /// Returns true if the spec lets a null stand in the place of the value.
    pub fn allows_null(&self, shape: &Shape, nullable: bool) -> bool {
        let Shape::Component(place) = shape else {
            return nullable;
        };
        let sort = &self.get(*place).sort;
        nullable || matches!(sort, Sort::Enum { nullable: true, .. } | Sort::Any)
    }
}

/// Prints a value's type as the spec has it, in a few words.
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
            Shape::Map(_) => f.write_str("object")?,
            Shape::Component(place) => {
                let component = self.schemas.get(*place);
                match &component.sort {
                    Sort::Object(_) => write!(f, "object {}", component.name)?,
                    Sort::Enum { words, .. } => f.write_str(&one_of(words))?,
                    Sort::Alias(shape) => write!(
                        f,
                        "{}",
                        Self {
                            shape,
                            nullable: false,
                            ..*self
                        }
                    )?,
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
        (Primitive::Boolean, _) => "boolean",
        (Primitive::Integer, Format::EpochMilliseconds) => "integer, milliseconds since 1970",
        (_, Format::EpochMilliseconds) => "number, milliseconds since 1970",
        (_, Format::EpochSeconds) => "number, seconds since 1970",
        (Primitive::Integer, _) => "integer",
        (Primitive::Number, _) => "number",
        (Primitive::String, Format::Decimal) => "string that holds a number",
        (Primitive::String, Format::Id) => "string, an id",
        (Primitive::String, Format::DateTime) => "string, a time with its zone",
        (Primitive::String, Format::LocalDateTime) => "string, a time without a zone",
        (Primitive::String, _) => "string",
    }
}
