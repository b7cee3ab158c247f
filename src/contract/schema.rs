//! A spec's components as the checks need them.
//!
//! `build.rs` lets a component be only an object, an open enum, or any JSON, and refuses every keyword beyond those read here.

use std::collections::HashMap;

use serde_json::Value;

/// Where a component stands in [`Schemas`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reference(usize);

#[derive(Debug, Default)]
pub(super) struct Schemas {
    components: Vec<Component>,
    names: HashMap<String, usize>,
}

#[derive(Debug)]
pub(super) enum Component {
    Object(Object),
    Words {
        words: Vec<Box<str>>,
        nullable: bool,
    },
    Any,
}

#[derive(Debug)]
pub(super) struct Object {
    pub name: Box<str>,
    pub members: Vec<Member>,
    /// By the lengths of their names and of their other names, which leave two or three to compare with.
    by_length: Vec<Vec<(Box<str>, usize)>>,
}

impl Object {
    pub fn find(&self, name: &str) -> Option<usize> {
        let mut names = self.by_length.get(name.len())?.iter();
        let found = names.find(|(known, _)| **known == *name);
        found.map(|(_, index)| *index)
    }
}

#[derive(Debug)]
pub(super) struct Member {
    pub name: Box<str>,
    pub required: bool,
    pub nullable: bool,
    pub shape: Shape,
}

#[derive(Debug)]
pub(super) enum Shape {
    Plain(Plain),
    Array(Box<Shape>),
    Component(Reference),
}

/// A value that is neither object nor array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plain {
    pub sort: Sort,
    pub format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Text,
    Number,
    Integer,
    Boolean,
}

/// The formats of `crates/spec`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    None,
    Decimal,
    Id,
    DateTime,
    MaybeDateTime,
    LocalDateTime,
    EpochSeconds,
    EpochMillis,
}

impl Schemas {
    pub fn read(spec: &Value) -> Self {
        let none = serde_json::Map::new();
        let components = spec["components"]["schemas"].as_object().unwrap_or(&none);
        let names = components.keys().cloned();
        let mut schemas = Self {
            components: Vec::new(),
            names: names.zip(0..).collect(),
        };
        schemas.components = components
            .iter()
            .map(|(name, schema)| schemas.component(name, schema))
            .collect();
        schemas
    }

    pub fn get(&self, reference: Reference) -> &Component {
        &self.components[reference.0]
    }

    pub fn named(&self, name: &str) -> Option<Reference> {
        self.names.get(name).copied().map(Reference)
    }

    /// What a schema's `$ref` is to.
    pub fn referred(&self, schema: &Value) -> Option<Reference> {
        self.named(schema["$ref"].as_str()?.rsplit('/').next()?)
    }

    fn component(&self, name: &str, schema: &Value) -> Component {
        if let Some(properties) = schema["properties"].as_object() {
            let is_required = |name: &str| {
                let required = schema["required"].as_array();
                required.is_some_and(|names| names.iter().any(|required| required == name))
            };
            let members: Vec<Member> = properties
                .iter()
                .map(|(name, property)| self.member(name, property, is_required(name)))
                .collect();
            let mut by_length: Vec<Vec<(Box<str>, usize)>> = Vec::new();
            for (index, (name, property)) in properties.iter().enumerate() {
                let aliases = property["x-aliases"].as_array().into_iter().flatten();
                let aliases = aliases.filter_map(Value::as_str);
                for name in aliases.chain([name.as_str()]) {
                    let lengths = by_length.len().max(name.len() + 1);
                    by_length.resize_with(lengths, Vec::new);
                    by_length[name.len()].push((name.into(), index));
                }
            }
            let name = name.into();
            return Component::Object(Object {
                name,
                members,
                by_length,
            });
        }
        match schema["enum"].as_array() {
            Some(words) => Component::Words {
                words: words
                    .iter()
                    .filter_map(|word| word.as_str().map(Box::from))
                    .collect(),
                nullable: schema["nullable"] == true,
            },
            None => Component::Any,
        }
    }

    fn member(&self, name: &str, property: &Value, required: bool) -> Member {
        let shape = match self.referred(&property["allOf"][0]) {
            Some(component) => Shape::Component(component),
            None => self.shape(property),
        };
        Member {
            name: name.into(),
            required,
            nullable: property["nullable"] == true,
            shape,
        }
    }

    fn shape(&self, schema: &Value) -> Shape {
        if let Some(component) = self.referred(schema) {
            return Shape::Component(component);
        }
        if schema["type"] == "array" {
            return Shape::Array(Box::new(self.shape(&schema["items"])));
        }
        let sort = match schema["type"].as_str() {
            Some("number") => Sort::Number,
            Some("integer") => Sort::Integer,
            Some("boolean") => Sort::Boolean,
            _ => Sort::Text,
        };
        let format = match schema["format"].as_str() {
            Some("decimal") => Format::Decimal,
            Some("id") => Format::Id,
            Some("date-time") => Format::DateTime,
            Some("maybe-date-time") => Format::MaybeDateTime,
            Some("local-date-time") => Format::LocalDateTime,
            Some("epoch-seconds") => Format::EpochSeconds,
            Some("epoch-milliseconds") => Format::EpochMillis,
            _ => Format::None,
        };
        Shape::Plain(Plain { sort, format })
    }

    /// What the spec says of a value, in a few words.
    pub fn expected(&self, shape: &Shape, nullable: bool) -> String {
        let (words, nullable) = match shape {
            Shape::Plain(plain) => (plain.expected().to_owned(), nullable),
            Shape::Array(_) => ("array".to_owned(), nullable),
            Shape::Component(component) => match self.get(*component) {
                Component::Object(object) => (format!("object {}", object.name), nullable),
                Component::Words { words, nullable } => (one_of(words), *nullable),
                Component::Any => ("any JSON".to_owned(), true),
            },
        };
        match nullable {
            true => format!("{words} or null"),
            false => words,
        }
    }
}

/// The words of an enum, or the first of them.
fn one_of(words: &[Box<str>]) -> String {
    let mut list = String::from("one of ");
    for (index, word) in words.iter().enumerate() {
        if list.len() + word.len() > MOST_LISTED {
            return format!("{list}… ({} words)", words.len());
        }
        list += if index > 0 { ", " } else { "" };
        list += word;
    }
    list
}

const MOST_LISTED: usize = 60;

impl Plain {
    fn expected(self) -> &'static str {
        match (self.sort, self.format) {
            (Sort::Boolean, _) => "boolean",
            (Sort::Integer, Format::EpochMillis) => "integer, milliseconds since 1970",
            (_, Format::EpochMillis) => "number, milliseconds since 1970",
            (_, Format::EpochSeconds) => "number, seconds since 1970",
            (Sort::Integer, _) => "integer",
            (Sort::Number, _) => "number",
            (Sort::Text, Format::Decimal) => "string that holds a number",
            (Sort::Text, Format::Id) => "string, an id",
            (Sort::Text, Format::DateTime) => "string, a time with its zone",
            (Sort::Text, Format::LocalDateTime) => "string, a time without a zone",
            (Sort::Text, _) => "string",
        }
    }
}
