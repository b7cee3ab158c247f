//! What progenitor calls things in Rust, and names that it would make one of.

use std::collections::HashMap;

use heck::{ToPascalCase, ToSnakeCase};

use crate::model::Place;
use crate::source::Problem;

/// Names that the generated modules, or the macros in them, use for something else.
const TAKEN: &[&str] = &[
    "Self", "String", "Option", "Some", "None", "Result", "Ok", "Err", "Vec", "Box", "From",
    "Unknown",
];

/// The field or argument that a name becomes, but for the `_` after a keyword. Nothing if that is not plain.
pub fn field(name: &str) -> Option<String> {
    let made = name.replace('\'', "").to_snake_case();
    let is_plain = name
        .chars()
        .all(|it| it.is_ascii() || !it.is_alphanumeric());
    (is_plain && made.starts_with(|first: char| first.is_ascii_lowercase())).then_some(made)
}

/// The type or variant that a name becomes. Nothing if that is not plain.
pub fn variant(name: &str) -> Option<String> {
    let made = name.to_pascal_case();
    let is_plain = made.starts_with(|first: char| first.is_ascii_uppercase())
        && made.chars().all(|it| it.is_ascii_alphanumeric());
    is_plain.then_some(made)
}

pub fn is_taken(name: &str) -> bool {
    TAKEN.contains(&name)
}

/// The names in one place, by what they become.
pub struct Names<'a> {
    noun: &'static str,
    advice: &'static str,
    made: HashMap<String, &'a str>,
}

impl<'a> Names<'a> {
    pub fn new(noun: &'static str, advice: &'static str) -> Self {
        let made = HashMap::new();
        Self { noun, advice, made }
    }

    /// A problem if another name becomes the same.
    pub fn add(&mut self, at: Place, name: &'a str, made: String) -> Option<Problem> {
        let Self { noun, advice, .. } = self;
        let other = self.made.insert(made.clone(), name)?;
        let text = format!("`{name}` and `{other}` both become the {noun} `{made}`: {advice}");
        Some(Problem::new(at, text))
    }
}
