//! The public Rust of a generated module: what a program can name, and what its types read.

mod read;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub use read::read;

/// The public Rust that a document becomes; prints as a text that stays the same as long as it does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surface {
    pub(super) types: BTreeMap<String, Type>,
    /// By the id of the operation.
    pub(super) operations: BTreeMap<String, Call>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Type {
    pub form: Form,
    /// Derived and implemented.
    pub traits: BTreeSet<String>,
    /// Programs write all its fields down, as it is sent.
    pub is_written: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// By their names in JSON.
    Struct(BTreeMap<String, Field>),
    /// The variants by their words.
    Enum(BTreeMap<String, String>),
    /// Another name of this type.
    Alias(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub name: String,
    pub rust: String,
    /// What is asked of serde but for its name.
    pub serde: BTreeSet<String>,
}

/// What an operation takes, by name, and what it brings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Call {
    pub required: BTreeMap<String, String>,
    pub optional: BTreeMap<String, String>,
    pub success: String,
}

impl Field {
    pub fn is_optional(&self) -> bool {
        self.rust.starts_with("Option<")
    }

    /// Whether an answer without it fails.
    pub fn is_needed(&self) -> bool {
        let asks = |word| self.serde.iter().any(|asked| asked.starts_with(word));
        !asks("default") && (!self.is_optional() || asks("deserialize_with"))
    }

    /// The other names that it is read under.
    pub fn aliases(&self) -> BTreeSet<&String> {
        let asked = self.serde.iter();
        asked.filter(|word| word.starts_with("alias")).collect()
    }

    /// The serde attributes that say which value is used if the field is missing. `is_needed` says if that is an error.
    pub fn fallbacks(&self) -> BTreeSet<&String> {
        let is_told =
            |word: &str| word.starts_with("alias") || word.starts_with("deserialize_with");
        self.serde.iter().filter(|word| !is_told(word)).collect()
    }

    /// The type of a value that is there and not null.
    pub fn plain(&self) -> &str {
        let inside = self.rust.strip_prefix("Option<");
        inside
            .and_then(|rest| rest.strip_suffix('>'))
            .unwrap_or(&self.rust)
    }
}

impl fmt::Display for Surface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, call) in &self.operations {
            let required = call.required.iter();
            let required = required.map(|(name, rust)| format!("{name}: {rust}"));
            let optional = call.optional.iter();
            let optional = optional.map(|(name, rust)| format!("{name}: {rust} = None"));
            let arguments: Vec<String> = required.chain(optional).collect();
            writeln!(f, "fn {name}({}) -> {}", arguments.join(", "), call.success)?;
        }
        for (name, made) in &self.types {
            let told = |name: &&str| matches!(*name, "Default" | "Copy" | "Eq" | "Hash" | "Ord");
            let marks = made.traits.iter().map(String::as_str).filter(told);
            let marks = bracketed(marks.chain(made.is_written.then_some("sent")));
            match &made.form {
                Form::Struct(fields) => {
                    writeln!(f, "\nstruct {name}{marks}")?;
                    for (member, field) in fields {
                        write!(f, "    {}: {}", field.name, field.rust)?;
                        if *member != field.name {
                            write!(f, " = {member:?}")?;
                        }
                        let serde = field.serde.iter().map(String::as_str);
                        writeln!(f, "{}", bracketed(serde))?;
                    }
                }
                Form::Alias(rust) => writeln!(f, "\ntype {name} = {rust}")?,
                Form::Enum(variants) => {
                    writeln!(f, "\nenum {name} and any other word{marks}")?;
                    for (word, variant) in variants {
                        writeln!(f, "    {variant} = {word:?}")?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// A list to stand behind something, if there is anything in it.
fn bracketed<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<&str> = words.collect();
    match words.is_empty() {
        true => String::new(),
        false => format!(" [{}]", words.join(", ")),
    }
}
