//! What of a surface is no longer as it was, and what that does.

mod requests;

use std::collections::BTreeSet;

use super::super::change::Grade;
use super::{Field, Form, Surface, Type, Variant};
use requests::{of_constants, of_operations};

/// One difference between two surfaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delta {
    /// Such as `types::Execution::price`, `Client::get_execution` or `bounds::X`.
    pub item: String,
    /// The argument, the trait or the like of the item, where it is not the item as a whole.
    pub part: Option<String>,
    pub grades: BTreeSet<Grade>,
    /// What it does, in a sentence.
    pub effect: String,
}

pub fn deltas(old: &Surface, new: &Surface) -> Vec<Delta> {
    let mut deltas = Deltas(Vec::new());
    for (name, was) in &old.types {
        let item = format!("types::{name}");
        match new.types.get(name) {
            None => deltas.add(&item, None, &[Grade::Compile], format!("`{item}` is gone")),
            Some(is) => of_type(&mut deltas, &item, was, is),
        }
    }
    for name in new
        .types
        .keys()
        .filter(|name| !old.types.contains_key(*name))
    {
        let item = format!("types::{name}");
        deltas.add(&item, None, &[Grade::Harmless], format!("`{item}` is new"));
    }
    of_operations(&mut deltas, old, new);
    of_constants(&mut deltas, old, new);
    deltas.0
}

struct Deltas(Vec<Delta>);

impl Deltas {
    fn add(&mut self, item: &str, part: Option<&str>, grades: &[Grade], effect: String) {
        self.0.push(Delta {
            item: item.to_owned(),
            part: part.map(str::to_owned),
            grades: grades.iter().copied().collect(),
            effect,
        });
    }
}

fn of_type(deltas: &mut Deltas, item: &str, was: &Type, is: &Type) {
    match (&was.form, &is.form) {
        (Form::Struct(before), Form::Struct(after)) => {
            let can_be_written = !was.is_non_exhaustive;
            of_fields(deltas, item, before, after, can_be_written);
        }
        (
            Form::Enum {
                variants: before,
                is_open: was_open,
            },
            Form::Enum {
                variants: after,
                is_open,
            },
        ) => {
            if was_open != is_open {
                let words = if *is_open {
                    "is open to other words now"
                } else {
                    "refuses words it does not know now"
                };
                deltas.add(
                    item,
                    Some("open"),
                    &[Grade::Compile, Grade::Decode],
                    format!("`{item}` {words}"),
                );
            }
            of_variants(deltas, item, before, after, *was_open && *is_open);
            if is.serde.contains("untagged") && order(before, after) != order(after, before) {
                let effect =
                    format!("`{item}` is read as another variant where more than one fits");
                deltas.add(item, Some("order"), &[Grade::Decode], effect);
            }
        }
        (Form::Wrapper(before), Form::Wrapper(after)) => {
            if before != after {
                let effect = format!("`{item}` holds `{after}`, it held `{before}`");
                deltas.add(item, None, &[Grade::Compile, Grade::Decode], effect);
            }
        }
        _ => {
            let effect = format!("`{item}` is {}, it was {}", sort(&is.form), sort(&was.form));
            deltas.add(item, None, &[Grade::Compile, Grade::Decode], effect);
        }
    }
    if !was.is_non_exhaustive && is.is_non_exhaustive {
        deltas.add(
            item,
            Some("non_exhaustive"),
            &[Grade::Compile],
            format!("`{item}` can no longer be written out"),
        );
    }
    for lost in was.traits.difference(&is.traits) {
        deltas.add(
            item,
            Some(lost),
            &[Grade::Compile],
            format!("`{item}` is no longer `{lost}`"),
        );
    }
    for gained in is.traits.difference(&was.traits) {
        deltas.add(
            item,
            Some(gained),
            &[Grade::Harmless],
            format!("`{item}` is now `{gained}`"),
        );
    }
    if was.serde != is.serde {
        deltas.add(
            item,
            Some("serde"),
            &[Grade::Decode],
            format!("`{item}` is read in another way"),
        );
    }
    let readers = |made: &Type| made.conditions.keys().cloned().collect::<BTreeSet<_>>();
    if was.conditions != is.conditions
        && (readers(was) == readers(is) || is.conditions.is_empty() != was.conditions.is_empty())
    {
        deltas.add(
            item,
            Some("conditions"),
            &[Grade::Decode],
            format!("`{item}` takes other values than before"),
        );
    }
}

fn sort(form: &Form) -> &'static str {
    match form {
        Form::Struct(_) => "a struct with fields",
        Form::Wrapper(_) => "another type's wrapper",
        Form::Enum { .. } => "an enum",
    }
}

fn of_fields(deltas: &mut Deltas, item: &str, before: &[Field], after: &[Field], is_plain: bool) {
    for was in before {
        let place = format!("{item}::{}", was.name);
        match after.iter().find(|is| is.member == was.member) {
            None => {
                let mut grades = vec![Grade::Compile];
                // A member that the type no longer knows is passed over, unless the type refuses it.
                if was.is_needed() {
                    grades.push(Grade::Decode);
                }
                deltas.add(&place, None, &grades, format!("`{place}` is gone"));
            }
            Some(is) => of_field(deltas, &place, was, is),
        }
    }
    for is in after {
        if before.iter().any(|was| was.member == is.member) {
            continue;
        }
        let place = format!("{item}::{}", is.name);
        let mut grades = Vec::new();
        let mut effect = format!("`{place}` is new: `{}`", is.rust);
        if is_plain {
            grades.push(Grade::Compile);
            effect += ", and the struct is one that programs write out";
        }
        if is.is_needed() {
            grades.push(Grade::Decode);
            effect += ", and answers without it fail";
        }
        if grades.is_empty() {
            grades.push(Grade::Harmless);
        }
        deltas.add(&place, None, &grades, effect);
    }
}

fn of_field(deltas: &mut Deltas, item: &str, was: &Field, is: &Field) {
    let mut grades = Vec::new();
    let mut effect = Vec::new();
    if was.name != is.name {
        grades.push(Grade::Compile);
        effect.push(format!("is now called `{}`", is.name));
    }
    if was.rust != is.rust {
        grades.push(Grade::Compile);
        effect.push(format!("was `{}`, is `{}`", was.rust, is.rust));
    }
    if was.is_needed() != is.is_needed() {
        grades.push(Grade::Decode);
        let words = if is.is_needed() {
            "answers without it fail now"
        } else {
            "answers without it no longer fail"
        };
        effect.push(words.to_owned());
    }
    if was.plain() != is.plain() {
        grades.push(Grade::Decode);
        effect.push("other values decode than before".to_owned());
    } else if was.is_optional() != is.is_optional() {
        grades.push(Grade::Decode);
        let words = if is.is_optional() {
            "null no longer fails"
        } else {
            "null fails now"
        };
        effect.push(words.to_owned());
    }
    let (old_names, new_names) = (was.aliases(), is.aliases());
    if old_names.difference(&new_names).next().is_some() {
        grades.push(Grade::Decode);
        effect.push("it is no longer read under every name it was".to_owned());
    } else if old_names != new_names {
        grades.push(Grade::Silent);
        effect.push("it is read under another name too".to_owned());
    }
    let rest = |field: &Field| {
        let words = field.serde.iter();
        let words = words
            .filter(|word| !word.starts_with("alias") && !word.starts_with("deserialize_with"));
        words.cloned().collect::<Vec<_>>()
    };
    if rest(was) != rest(is) && was.is_needed() == is.is_needed() {
        grades.push(Grade::Decode);
        effect.push("what is read where it is missing changed".to_owned());
    }
    if !grades.is_empty() {
        deltas.add(
            item,
            None,
            &grades,
            format!("`{item}` {}", effect.join("; ")),
        );
    }
}

/// The names of those that are in the other as well.
fn order<'a>(variants: &'a [Variant], other: &[Variant]) -> Vec<&'a str> {
    let kept = |variant: &&Variant| other.iter().any(|known| known.name == variant.name);
    let kept = variants.iter().filter(kept);
    kept.map(|variant| variant.name.as_str()).collect()
}

fn of_variants(
    deltas: &mut Deltas,
    item: &str,
    before: &[Variant],
    after: &[Variant],
    is_open: bool,
) {
    // An open enum keeps a word it does not know, and no program can match it exhaustively.
    let (gone, new): (&[Grade], &[Grade]) = match is_open {
        true => (&[Grade::Compile], &[Grade::Silent]),
        false => (
            &[Grade::Compile, Grade::Decode],
            &[Grade::Compile, Grade::Decode],
        ),
    };
    for was in before {
        let place = format!("{item}::{}", was.name);
        match after.iter().find(|is| is.name == was.name) {
            None => deltas.add(&place, None, gone, format!("`{place}` is gone")),
            Some(is) => {
                if is.word != was.word {
                    let effect =
                        format!("`{place}` is {:?} in JSON, it was {:?}", is.word, was.word);
                    deltas.add(&place, None, &[Grade::Decode], effect);
                }
                if is.payload != was.payload {
                    let effect = format!(
                        "`{place}` holds `{}`, it held `{}`",
                        is.payload, was.payload
                    );
                    deltas.add(&place, None, &[Grade::Compile, Grade::Decode], effect);
                }
            }
        }
    }
    for is in after {
        if before.iter().all(|was| was.name != is.name) {
            let place = format!("{item}::{}", is.name);
            let words = if is_open {
                "was `Unknown`"
            } else {
                "a match over all variants no longer compiles"
            };
            deltas.add(&place, None, new, format!("`{place}` is new: {words}"));
        }
    }
}
