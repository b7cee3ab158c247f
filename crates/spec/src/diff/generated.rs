//! The Rust of a document, and of which parts there is none.

mod foreign;

use std::collections::BTreeMap;

use super::document::Document;
use super::surface::{Surface, read};
use crate::Spec;

/// What became of a document.
#[derive(Debug, Default)]
pub struct Made {
    pub surface: Surface,
    /// Why there is no Rust of a part, by its JSON pointer.
    pub left_out: BTreeMap<String, String>,
    /// Those of them, and the whole as an empty pointer, that the old document has Rust of.
    pub lost: BTreeMap<String, String>,
    /// Why there is no Rust at all.
    pub failure: Option<String>,
    /// How it was made, where that is not as this crate makes its own.
    pub note: Option<String>,
}

/// The Rust of two documents, made in the same way and without the parts that either has no Rust of.
pub fn both(old: &Document, new: &Document) -> (Made, Made) {
    let foreign = [old, new].into_iter().find_map(Document::foreign);
    let Some(reason) = foreign else {
        let (old, new) = (house(old), house(new));
        if old.failure.is_none() && new.failure.is_none() {
            return (old, new);
        }
        let (was, mut is) = (with_failure(&old, &new), with_failure(&new, &old));
        if old.failure.is_none() {
            let whole = |reason: &String| (String::new(), reason.clone());
            is.lost = is.failure.iter().map(whole).collect();
        }
        return (was, is);
    };
    let note = format!(
        "Compared as plain OpenAPI 3.0, by the Rust that progenitor makes of it, since not both are in the dialect of this \
         crate's specs/: {reason}"
    );
    let (mut old, mut new) = foreign::both(old, new);
    old.note = Some(note.clone());
    new.note = Some(note);
    (old, new)
}

/// The Rust of one document.
pub fn one(document: &Document) -> Made {
    match document.foreign() {
        None => house(document),
        Some(_) => foreign::both(document, document).1,
    }
}

fn with_failure(one: &Made, other: &Made) -> Made {
    Made {
        failure: one.failure.clone().or_else(|| other.failure.clone()),
        ..Made::default()
    }
}

fn house(document: &Document) -> Made {
    let service = document.service();
    let failed = |failure: String| Made {
        failure: Some(failure),
        ..Made::default()
    };
    let made = Spec::read(service, document.text()).and_then(|spec| spec.to_rust());
    let module = match made {
        Ok(module) => module,
        Err(problems) => {
            let texts: Vec<String> = problems
                .into_iter()
                .map(|problem| {
                    format!(
                        "{}:{}:{}: {}",
                        document.label(),
                        problem.at.line,
                        problem.at.column,
                        problem.text
                    )
                })
                .collect();
            return failed(texts.join("; "));
        }
    };
    match syn::parse_file(&module) {
        Ok(file) => Made {
            surface: read(service, &file),
            ..Made::default()
        },
        Err(error) => failed(error.to_string()),
    }
}
