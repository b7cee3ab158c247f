//! The public Rust of a generated module: what a program can name, and what its types read.

mod attributes;
pub mod compare;
mod read;
mod show;

use std::collections::{BTreeMap, BTreeSet};

pub use read::read;

/// The public Rust that a document becomes; prints as a text that stays the same as long as it does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surface {
    pub(super) types: BTreeMap<String, Type>,
    /// By the name of the client's method.
    pub(super) operations: BTreeMap<String, Operation>,
    /// Bounds and ways to sign, by module and name.
    pub(super) constants: BTreeMap<String, Constant>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Type {
    pub form: Form,
    pub is_non_exhaustive: bool,
    /// Derived and implemented.
    pub traits: BTreeSet<String>,
    /// What the type asks of serde as a whole, such as `untagged`.
    pub serde: BTreeSet<String>,
    /// The code that refuses values, such as texts that are too long.
    pub conditions: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    Struct(Vec<Field>),
    /// A struct around one value, or another name for it.
    Wrapper(String),
    /// `is_open` keeps a word that it does not know.
    Enum {
        variants: Vec<Variant>,
        is_open: bool,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub name: String,
    pub rust: String,
    /// Its name in JSON.
    pub member: String,
    pub serde: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    pub name: String,
    /// In JSON.
    pub word: String,
    pub payload: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    pub arguments: Vec<(String, String)>,
    pub answer: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constant {
    pub rust: String,
    pub value: String,
}

impl Field {
    pub fn is_optional(&self) -> bool {
        self.rust.starts_with("Option<")
    }

    /// Whether an answer without it fails.
    pub fn is_needed(&self) -> bool {
        let has_default = self.serde.iter().any(|word| word.starts_with("default"));
        let reads_option = self
            .serde
            .iter()
            .any(|word| word.starts_with("deserialize_with"));
        !has_default
            && (!self.is_optional() || reads_option)
            && !self.serde.contains("flatten")
            && !self.serde.contains("skip")
    }

    /// The type of a value that is there and not null.
    pub fn plain(&self) -> &str {
        self.rust
            .strip_prefix("Option<")
            .and_then(|rest| rest.strip_suffix('>'))
            .unwrap_or(&self.rust)
    }

    pub fn aliases(&self) -> BTreeSet<&str> {
        self.serde
            .iter()
            .filter_map(|word| word.strip_prefix("alias = "))
            .collect()
    }
}

impl Surface {
    /// The item of a type's member, by its name in JSON.
    pub(super) fn field(&self, of: &str, member: &str) -> Option<String> {
        match &self.types.get(of)?.form {
            Form::Struct(fields) => fields
                .iter()
                .find(|field| field.member == member)
                .map(|field| format!("types::{of}::{}", field.name)),
            _ => None,
        }
    }

    /// The item of an enum's word.
    pub(super) fn variant(&self, of: &str, word: &str) -> Option<String> {
        match &self.types.get(of)?.form {
            Form::Enum { variants, .. } => variants
                .iter()
                .find(|variant| variant.word == word)
                .map(|variant| format!("types::{of}::{}", variant.name)),
            _ => None,
        }
    }
}
