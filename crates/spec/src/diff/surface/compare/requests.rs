//! What requests are made with: methods, their arguments, bounds and ways to sign.

use super::super::{Constant, Operation, Surface};
use super::{Deltas, Grade};

pub fn of_operations(deltas: &mut Deltas, old: &Surface, new: &Surface) {
    for (name, was) in &old.operations {
        let item = format!("Client::{name}");
        match new.operations.get(name) {
            None => deltas.add(&item, None, &[Grade::Compile], format!("`{item}` is gone")),
            Some(is) => of_operation(deltas, &item, was, is),
        }
    }
    for name in new
        .operations
        .keys()
        .filter(|name| !old.operations.contains_key(*name))
    {
        let item = format!("Client::{name}");
        deltas.add(&item, None, &[Grade::Harmless], format!("`{item}` is new"));
    }
}

fn of_operation(deltas: &mut Deltas, item: &str, was: &Operation, is: &Operation) {
    let find = |of: &Operation, name: &str| {
        of.arguments
            .iter()
            .find(|(other, _)| other == name)
            .cloned()
    };
    for (name, before) in &was.arguments {
        match find(is, name) {
            None => deltas.add(
                item,
                Some(name),
                &[Grade::Compile],
                format!("`{item}` no longer takes `{name}`"),
            ),
            Some((_, after)) if after != *before => {
                let effect = format!("`{item}` takes `{name}: {after}`, it took `{before}`");
                deltas.add(item, Some(name), &[Grade::Compile], effect);
            }
            Some(_) => {}
        }
    }
    for (name, rust) in &is.arguments {
        if find(was, name).is_none() {
            deltas.add(
                item,
                Some(name),
                // What may be passed has a setter, which nobody must call.
                &[if rust.starts_with("Option<") {
                    Grade::Harmless
                } else {
                    Grade::Compile
                }],
                format!("`{item}` takes `{name}: {rust}` too"),
            );
        }
    }
    if was.answer != is.answer {
        let effect = format!(
            "`{item}` answers with `{}`, it was `{}`",
            is.answer, was.answer
        );
        deltas.add(
            item,
            Some("answer"),
            &[Grade::Compile, Grade::Decode],
            effect,
        );
    }
}

pub fn of_constants(deltas: &mut Deltas, old: &Surface, new: &Surface) {
    for (item, was) in &old.constants {
        match new.constants.get(item) {
            None => deltas.add(item, None, &[Grade::Compile], format!("`{item}` is gone")),
            Some(Constant { rust, .. }) if *rust != was.rust => {
                deltas.add(
                    item,
                    None,
                    &[Grade::Compile],
                    format!("`{item}` is a `{rust}`, it was a `{}`", was.rust),
                );
            }
            Some(Constant { value, .. }) if *value != was.value => {
                deltas.add(
                    item,
                    None,
                    &[Grade::Silent],
                    format!("`{item}` is {value}, it was {}", was.value),
                );
            }
            Some(_) => {}
        }
    }
    for item in new
        .constants
        .keys()
        .filter(|item| !old.constants.contains_key(*item))
    {
        deltas.add(item, None, &[Grade::Harmless], format!("`{item}` is new"));
    }
}
