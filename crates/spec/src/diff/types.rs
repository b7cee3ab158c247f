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

impl From<Grade> for Effect {
    fn from(grade: Grade) -> Self {
        let grades = [grade].into();
        let words = Vec::new();
        Self { grades, words }
    }
}

impl Effect {
    pub fn new(grade: Grade, words: impl Into<String>) -> Self {
        let mut effect = Self::default();
        effect.add(&[grade], words);
        effect
    }

    pub fn add(&mut self, grades: &[Grade], words: impl Into<String>) {
        self.grades.extend(grades);
        self.words.push(words.into());
    }
}

/// A property that only the new type has; whether programs could write the old one down.
pub fn gained(item: &str, field: &Field, was_written: bool) -> Effect {
    let words = format!("`{item}` is new: `{}`", field.rust);
    let mut effect = match field.is_needed() {
        true => Effect::new(Grade::Decode, words + ", and answers without it fail"),
        false => Effect::new(Grade::Harmless, words),
    };
    if was_written {
        let words = "code that makes one with every field no longer compiles";
        effect.add(&[Grade::Compile], words);
    }
    effect
}

/// A property that only the old type had.
pub fn lost(item: &str, field: &Field) -> Effect {
    let mut effect = Effect::new(Grade::Compile, format!("`{item}` is gone"));
    if field.is_needed() {
        effect.add(&[Grade::Decode], "answers without it no longer fail");
    }
    effect
}

/// A field of the same property. Where `is_alike`, a value that is there is read as before, though its type may have another
/// name.
pub fn field(item: &str, was: &Field, is: &Field, is_alike: bool) -> Effect {
    let mut effect = Effect::default();
    let mut words = Vec::new();
    let mut add = |grade, text: String| {
        effect.grades.insert(grade);
        words.push(text);
    };
    if was.name != is.name {
        add(Grade::Compile, format!("is now called `{}`", is.name));
    }
    if was.rust != is.rust {
        let text = format!("was `{}`, is `{}`", was.rust, is.rust);
        add(Grade::Compile, text);
    }
    if was.is_needed() != is.is_needed() {
        let now = match is.is_needed() {
            true => "fail now",
            false => "no longer fail",
        };
        add(Grade::Decode, format!("answers without it {now}"));
    }
    if was.plain() != is.plain() && !is_alike {
        add(Grade::Decode, "other values decode than before".into());
    } else if was.is_optional() != is.is_optional() {
        let now = match is.is_optional() {
            true => "no longer fails",
            false => "fails now",
        };
        add(Grade::Decode, format!("null {now}"));
    }
    let (before, after) = (was.aliases(), is.aliases());
    if !before.is_subset(&after) {
        let text = "is no longer read under every name it was";
        add(Grade::Decode, text.into());
    } else if before != after {
        add(Grade::Silent, "is read under another name too".into());
    }
    if was.fallbacks() != is.fallbacks() && was.is_needed() == is.is_needed() {
        let text = "another value is read where it is missing";
        add(Grade::Decode, text.into());
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
    match (was.is_written, is.is_written) {
        (true, false) => {
            let words =
                format!("`{item}` can no longer be written with its fields: it is not sent");
            effect.add(&[Grade::Compile], words);
        }
        (false, true) => {
            let words = format!("`{item}` can be written with its fields: it is sent");
            effect.add(&[Grade::Harmless], words);
        }
        _ => {}
    }
    effect
}

/// Another name of a type, and what it names. Where `is_alike`, the same is read.
pub fn alias(item: &str, was: Option<&Type>, is: Option<&Type>, is_alike: bool) -> Effect {
    let mut effect = Effect::default();
    if let (Some(Form::Alias(was)), Some(Form::Alias(is))) =
        (was.map(|it| &it.form), is.map(|it| &it.form))
        && was != is
    {
        let grades = [Grade::Compile, Grade::Decode];
        let grades = if is_alike { &grades[..1] } else { &grades };
        effect.add(grades, format!("`{item}` is `{is}`, it was `{was}`"));
    }
    effect
}

/// A component that is a type of another form, or none any more.
pub fn form(item: &str, was: Option<&Type>, is: Option<&Type>) -> Effect {
    let name = |made: &Type| match made.form {
        Form::Struct(_) => "a struct",
        Form::Enum(_) => "an enum",
        Form::Alias(_) => "an alias",
    };
    match (was, is) {
        (Some(was), Some(is)) => {
            let words = format!("`{item}` is {}, it was {}", name(is), name(was));
            let mut effect = Effect::new(Grade::Compile, words);
            effect.grades.insert(Grade::Decode);
            effect
        }
        (Some(_), None) => Effect::new(Grade::Compile, format!("`{item}` is gone")),
        (None, Some(_)) => Effect::new(Grade::Harmless, format!("`{item}` is new")),
        (None, None) => Effect::default(),
    }
}
