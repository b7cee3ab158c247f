//! The Rust names that a spec asks for, and names that Rust cannot have.

use std::collections::HashMap;

use heck::{ToPascalCase, ToShoutySnakeCase, ToSnakeCase};

use crate::model::{Operation, Parameter, Place};
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

/// Returns true if a lower-case name can name a method, a module or, in capitals, a constant.
pub fn is_method(name: &str) -> bool {
    name.is_ascii() && name != "gen" && syn::parse_str::<syn::Ident>(name).is_ok()
}

/// Returns true if a header can have this name.
pub fn is_header(name: &str) -> bool {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    !name.is_empty() && name.chars().all(is_plain)
}

/// The name of the constant that is made of a name.
pub fn constant(name: &str) -> String {
    name.to_shouty_snake_case()
}

/// The name of the constant that has both bounds of a parameter.
pub fn bounds(operation: &Operation, parameter: &Parameter) -> String {
    let name = parameter.name.to_snake_case();
    constant(&format!("{}_{name}", operation.id))
}

/// The names in one place, by what they become.
pub struct Names {
    noun: &'static str,
    advice: &'static str,
    made: HashMap<String, String>,
}

impl Names {
    pub fn new(noun: &'static str, advice: &'static str) -> Self {
        let made = HashMap::new();
        Self { noun, advice, made }
    }

    /// A problem if another name becomes the same.
    pub fn add(&mut self, at: Place, name: &str, made: String) -> Option<Problem> {
        let Self { noun, advice, .. } = self;
        let other = self.made.insert(made.clone(), name.to_owned())?;
        let text = format!("`{name}` and `{other}` both become the {noun} `{made}`: {advice}");
        Some(Problem::new(at, text))
    }
}
