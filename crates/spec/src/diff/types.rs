//! What a change of a generated type does: to code that names it, and to what it reads.

use std::collections::BTreeSet;

use super::change::Grade;
use super::surface::{Field, Form, Type};

/// What is done, and the sentences that say it.
#[derive(Default)]
pub struct Effect {
    pub grades: BTreeSet<Grade>,
    pub words: Vec<String>,
}

impl Effect {
    pub fn add(&mut self, grades: &[Grade], words: impl Into<String>) {
        self.grades.extend(grades);
        self.words.push(words.into());
    }
}

/// A property that only the new type has.
pub fn gained(item: &str, field: &Field) -> Effect {
    let mut effect = Effect::default();
    let mut words = format!("`{item}` is new: `{}`", field.rust);
    let mut grade = Grade::Harmless;
    if field.is_needed() {
        grade = Grade::Decode;
        words += ", and answers without it fail";
    }
    effect.add(&[grade], words);
    effect
}

/// A property that only the old type had.
pub fn lost(item: &str, field: &Field) -> Effect {
    let mut effect = Effect::default();
    effect.add(&[Grade::Compile], format!("`{item}` is gone"));
    if field.is_needed() {
        effect.add(&[Grade::Decode], "answers without it no longer fail");
    }
    effect
}

/// A field of the same property.
pub fn field(item: &str, was: &Field, is: &Field) -> Effect {
    let mut effect = Effect::default();
    if was == is {
        return effect;
    }
    let mut words = Vec::new();
    let mut add = |grade, text: String| {
        effect.grades.insert(grade);
        words.push(text);
    };
    if was.name != is.name {
        add(Grade::Compile, format!("is now called `{}`", is.name));
    }
    if was.rust != is.rust {
        add(
            Grade::Compile,
            format!("was `{}`, is `{}`", was.rust, is.rust),
        );
    }
    if was.is_needed() != is.is_needed() {
        let now = if is.is_needed() {
            "fail now"
        } else {
            "no longer fail"
        };
        add(Grade::Decode, format!("answers without it {now}"));
    }
    if was.plain() != is.plain() {
        add(Grade::Decode, "other values decode than before".into());
    } else if was.is_optional() != is.is_optional() {
        let now = if is.is_optional() {
            "no longer fails"
        } else {
            "fails now"
        };
        add(Grade::Decode, format!("null {now}"));
    }
    let of = |field: &Field, is_alias: bool| -> BTreeSet<String> {
        let words = field.serde.iter();
        // What tells a missing value is told by `is_needed`.
        let words = words.filter(|word| {
            word.starts_with("alias") == is_alias && !word.starts_with("deserialize_with")
        });
        words.cloned().collect()
    };
    let (before, after) = (of(was, true), of(is, true));
    if !before.is_subset(&after) {
        add(
            Grade::Decode,
            "is no longer read under every name it was".into(),
        );
    } else if before != after {
        add(Grade::Silent, "is read under another name too".into());
    }
    if of(was, false) != of(is, false) && was.is_needed() == is.is_needed() {
        add(
            Grade::Decode,
            "another value is read where it is missing".into(),
        );
    }
    if !words.is_empty() {
        effect.words.push(format!("`{item}` {}", words.join("; ")));
    }
    effect
}

/// What a type can no longer do, and what it can now.
pub fn traits(item: &str, was: &Type, is: &Type) -> Effect {
    let mut effect = Effect::default();
    for lost in was.traits.difference(&is.traits) {
        effect.add(&[Grade::Compile], format!("`{item}` is no longer `{lost}`"));
    }
    for gained in is.traits.difference(&was.traits) {
        effect.add(&[Grade::Harmless], format!("`{item}` is now `{gained}`"));
    }
    effect
}

/// A component that is a type of another form, or none any more.
pub fn form(item: &str, was: Option<&Type>, is: Option<&Type>) -> Effect {
    let mut effect = Effect::default();
    let name = |made: &Type| match made.form {
        Form::Struct(_) => "a struct",
        Form::Enum(_) => "an enum",
    };
    match (was, is) {
        (Some(was), Some(is)) => {
            let words = format!("`{item}` is {}, it was {}", name(is), name(was));
            effect.add(&[Grade::Compile, Grade::Decode], words);
        }
        (Some(_), None) => effect.add(&[Grade::Compile], format!("`{item}` is gone")),
        (None, Some(_)) => effect.add(&[Grade::Harmless], format!("`{item}` is new")),
        (None, None) => {}
    }
    effect
}
