//! Two models side by side: each difference once, with what the Rust of both says it does.
//!
//! Everything is paired by its key, so the time is that of sorting. The parts of the models are taken apart without `..`: a
//! field that a model gains does not compile here until it is compared.

mod operations;
mod schemas;

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::ops::Range;

use super::change::{Change, Changes, Grade, Heading, Place};
use super::document::Document;
use super::rest::rest;
use super::surface::Form;
use super::types::Effect;
use super::words::{quoted, words};
use crate::model::{self, Model, SecurityScheme, Sign};
use crate::source::Node;

/// Everything that differs between two versions of a document, graded.
///
/// The items are called after the new version's service.
pub fn compare(old: &Document, new: &Document) -> Changes {
    let mut comparison = Comparison {
        old,
        new,
        all: Vec::new(),
        shared: HashMap::new(),
    };
    comparison.document();
    let mut all = comparison.all;
    let line = |change: &Change| {
        let place = change.new.as_ref().or(change.old.as_ref());
        place.map(|place| (place.line, place.column))
    };
    all.sort_by(|one, other| {
        other
            .grade
            .cmp(&one.grade)
            .then(line(one).cmp(&line(other)))
    });
    Changes {
        service: new.spec.service.clone(),
        all,
    }
}

struct Comparison<'a> {
    old: &'a Document,
    new: &'a Document,
    all: Vec<Change>,
    /// What was found in a parameter or response that operations may refer to, and the last of them.
    shared: HashMap<At, (Range<usize>, String)>,
}

/// Where something is in the old document, and in the new.
type At = (Option<model::Place>, Option<model::Place>);

impl Comparison<'_> {
    fn document(&mut self) {
        let (was, is) = (&self.old.spec.model, &self.new.spec.model);
        let Model {
            // They are among the rest.
            title: _,
            description: _,
            version,
            base_url,
            wrapper,
            schemes,
            operations,
            components,
        } = was;
        self.value(
            "version",
            ["info", "version"],
            version,
            &is.version,
            Grade::Silent,
        );
        if *base_url != is.base_url {
            let at = self.places(|document| document.get("servers"));
            let effect = format!("requests go to {}, they went to {base_url}", is.base_url);
            self.add("the server is another", at, Grade::Silent, Some(effect));
        }
        if *wrapper != is.wrapper {
            let name = |wrapper: &Option<String>| match wrapper {
                Some(name) => format!("`{name}`"),
                None => "no member".to_owned(),
            };
            let at = self.places(|document| document.get("x-wrapper"));
            let effect = format!(
                "an answer is looked for in {} too, it was in {}",
                name(&is.wrapper),
                name(wrapper)
            );
            self.add("the wrapper is another", at, Grade::Decode, Some(effect));
        }
        for (was, is) in pairs(schemes, &is.schemes, |scheme| scheme.name.clone()) {
            self.scheme(was, is);
        }
        for (was, is) in pairs(operations, &is.operations, |operation| operation.id.clone()) {
            self.operation(was, is);
        }
        for (was, is) in pairs(components, &is.components, |component| {
            component.name.clone()
        }) {
            self.component(was, is);
        }
        self.rest();
    }

    fn value(&mut self, of: &str, path: [&str; 2], was: &str, is: &str, grade: Grade) {
        if was != is {
            let at = self.places(|document| document.at_path(path));
            let what = format!("the {of} is {}, it was {}", quoted(is), quoted(was));
            self.add(&what, at, grade, None);
        }
    }

    fn scheme(&mut self, was: Option<&SecurityScheme>, is: Option<&SecurityScheme>) {
        let at = (was.map(|it| it.at), is.map(|it| it.at));
        match (was, is) {
            (Some(was), Some(is)) => {
                let SecurityScheme {
                    at: _,
                    name,
                    description,
                    sign,
                } = was;
                if *sign != is.sign {
                    let words = |sign: &Sign| match sign {
                        Sign::Bearer => "a bearer token".to_owned(),
                        Sign::Basic => "user name and password".to_owned(),
                        Sign::Header(header) => format!("the header `{header}`"),
                    };
                    let (is, was) = (words(&is.sign), words(sign));
                    let effect = format!("requests are signed by {is}, they were by {was}");
                    let what = format!("the way to sign `{name}` is another");
                    self.add(&what, at, Grade::Silent, Some(effect));
                }
                let of = format!("the way to sign `{name}`");
                self.description(&of, at, Some(description), Some(&is.description), &[]);
            }
            (Some(was), None) => {
                let effect = "code of the client that signs with it no longer compiles";
                let what = format!("the way to sign `{}` is gone", was.name);
                self.add(&what, at, Grade::Compile, Some(effect.to_owned()));
            }
            (None, Some(is)) => {
                let what = format!("the way to sign `{}` is new", is.name);
                self.add(&what, at, Grade::Harmless, None);
            }
            (None, None) => {}
        }
    }

    /// Compares a part that has a place in both documents once, whichever operations refer to it.
    fn once(&mut self, id: &str, at: At, compare: impl FnOnce(&mut Self)) {
        let is_in_both = at.0.is_some() && at.1.is_some();
        let Some((found, last)) = self.shared.get_mut(&at).filter(|_| is_in_both) else {
            let begin = self.all.len();
            compare(self);
            let found = begin..self.all.len();
            self.shared.insert(at, (found, id.to_owned()));
            return;
        };
        let service = &self.new.spec.service;
        for change in &mut self.all[found.clone()] {
            let both = format!("`{last}` and `{id}`");
            change.what = change.what.replacen(&format!("`{last}`"), &both, 1);
            if !change.items.is_empty() {
                change.items.push(format!("{service}::{id}"));
            }
        }
        id.clone_into(last);
    }

    /// Where every word is the same only the typing changed.
    fn description(
        &mut self,
        of: &str,
        at: At,
        was: Option<&str>,
        is: Option<&str>,
        items: &[String],
    ) {
        let (before, after) = (was.unwrap_or_default(), is.unwrap_or_default());
        if before == after {
            return;
        }
        let (what, grade) = if before.is_empty() {
            (format!("{of} has a description now"), Grade::Harmless)
        } else if after.is_empty() {
            (format!("the description of {of} is gone"), Grade::Silent)
        } else if words(before) == words(after) {
            let what = format!("the description of {of} is typed in another way");
            (what, Grade::Harmless)
        } else {
            let (after, before) = (quoted(after), quoted(before));
            let what = format!("the description of {of} says {after}, it said {before}");
            (what, Grade::Silent)
        };
        let mut effect = Effect::default();
        effect.grades.insert(grade);
        self.push(what, at, effect, items.to_vec(), Heading::Changed);
    }

    fn rest(&mut self) {
        let (old, new) = (rest(&self.old.spec.document), rest(&self.new.spec.document));
        let pointers: BTreeSet<&String> = old.found.keys().chain(new.found.keys()).collect();
        for pointer in pointers {
            let (was, is) = (old.found.get(pointer), new.found.get(pointer));
            let json = |side: Option<&(model::Place, &Node)>| side.map(|(_, node)| node.to_json());
            if json(was) != json(is) && !old.is_told(&new, pointer) {
                let at = (was.map(|it| it.0), is.map(|it| it.0));
                let what = format!("what stands at {pointer} makes no Rust, and differs");
                let items = self.owner(pointer).into_iter().collect();
                let mut effect = Effect::default();
                effect.grades.insert(Grade::Harmless);
                self.push(what, at, effect, items, Heading::Changed);
            }
        }
    }

    /// The operation, type or field that has a part of the new document in it.
    fn owner(&self, pointer: &str) -> Option<String> {
        let Document { spec, surface, .. } = self.new;
        let name = |step: &str| step.replace("~1", "/").replace("~0", "~");
        let steps: Vec<String> = pointer.split('/').skip(1).map(name).collect();
        let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
        match steps[..] {
            ["paths", path, method, ..] => {
                let mut all = spec.model.operations.iter();
                let of = all.find(|it| (it.path.as_str(), it.method.as_str()) == (path, method));
                of.map(|it| it.id.clone())
            }
            ["components", "schemas", of, "properties", property, ..] => {
                match &surface.types.get(of)?.form {
                    Form::Struct(fields) => {
                        Some(format!("types::{of}::{}", fields.get(property)?.name))
                    }
                    Form::Enum(_) => None,
                }
            }
            ["components", "schemas", of, ..] => surface
                .types
                .contains_key(of)
                .then(|| format!("types::{of}")),
            _ => None,
        }
    }

    fn places(&self, find: impl Fn(&Node) -> Option<&Node>) -> At {
        let at = |document: &Document| find(&document.spec.document).map(|node| node.at);
        (at(self.old), at(self.new))
    }

    fn add(&mut self, what: &str, at: At, grade: Grade, words: Option<String>) {
        let effect = Effect {
            grades: [grade].into(),
            words: words.into_iter().collect(),
        };
        self.push(what.to_owned(), at, effect, Vec::new(), Heading::Changed);
    }

    fn push(&mut self, what: String, at: At, effect: Effect, items: Vec<String>, of: Heading) {
        let place = |document: &Document, at: Option<model::Place>| {
            at.map(|model::Place { line, column }| Place {
                file: document.label.clone(),
                line,
                column,
            })
        };
        let (grade, also) = Change::grades(effect.grades);
        let service = &self.new.spec.service;
        // What programs name is said with the path that they write.
        let whole = |text: String| text.replace("`types::", &format!("`{service}::types::"));
        self.all.push(Change {
            grade,
            also,
            what,
            effects: effect.words.into_iter().map(whole).collect(),
            old: place(self.old, at.0),
            new: place(self.new, at.1),
            items: items
                .iter()
                .map(|item| format!("{service}::{item}"))
                .collect(),
            heading: of,
        });
    }
}

/// The members of two lists by their keys: those of the new one in its order, then those that are gone.
fn pairs<'a, T, K: Hash + Eq>(
    old: &'a [T],
    new: &'a [T],
    key: impl Fn(&T) -> K,
) -> Vec<(Option<&'a T>, Option<&'a T>)> {
    let mut left: HashMap<K, &T> = old.iter().map(|member| (key(member), member)).collect();
    let new = new.iter().map(|is| (left.remove(&key(is)), Some(is)));
    let mut pairs: Vec<_> = new.collect();
    let gone = old.iter().filter(|member| left.contains_key(&key(member)));
    pairs.extend(gone.map(|was| (Some(was), None)));
    pairs
}

/// Whether those that both lists have come in the same order.
fn is_in_order<T, K: Hash + Eq>(old: &[T], new: &[T], key: impl Fn(&T) -> K) -> bool {
    let places: HashMap<K, usize> = new.iter().map(&key).zip(0..).collect();
    let kept = old.iter().filter_map(|member| places.get(&key(member)));
    kept.is_sorted()
}
