//! Two models side by side: each difference once, with what the Rust of both says it does.
//!
//! Everything is paired by its key, so the time is that of sorting. The parts of the models are taken apart without `..`: a
//! field that a model gains does not compile here until it is compared.

mod operations;
mod parameters;
mod schemas;

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

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
    };
    comparison.document();
    let mut all = comparison.all;
    all.sort_by_key(|change| {
        let place = change.new.as_ref().or(change.old.as_ref());
        let place = place.map(|place| (place.line, place.column));
        (Reverse(change.grade), place)
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
}

/// Where something is in the old document, and in the new.
type At = (Option<model::Place>, Option<model::Place>);

/// A member of a list in one of the documents, or in both.
enum Pair<'a, T> {
    Gone(&'a T),
    New(&'a T),
    Both(&'a T, &'a T),
}

impl<'a, T> Pair<'a, T> {
    /// The member; the new one of two.
    fn last(&self) -> &'a T {
        match *self {
            Self::Gone(it) | Self::New(it) | Self::Both(_, it) => it,
        }
    }

    fn at(&self, place: impl Fn(&T) -> model::Place) -> At {
        match *self {
            Self::Gone(was) => (Some(place(was)), None),
            Self::New(is) => (None, Some(place(is))),
            Self::Both(was, is) => (Some(place(was)), Some(place(is))),
        }
    }
}

/// The members of two lists by their keys: those of the new one in its order, then those that are gone.
fn pairs<'a, T, K: Hash + Eq>(
    old: &'a [T],
    new: &'a [T],
    key: impl Fn(&T) -> K,
) -> Vec<Pair<'a, T>> {
    let mut left: HashMap<K, &T> = old.iter().map(|member| (key(member), member)).collect();
    let new = new.iter().map(|is| match left.remove(&key(is)) {
        Some(was) => Pair::Both(was, is),
        None => Pair::New(is),
    });
    let mut pairs: Vec<_> = new.collect();
    let gone = old.iter().filter(|member| left.contains_key(&key(member)));
    pairs.extend(gone.map(Pair::Gone));
    pairs
}

/// Whether those that both lists have come in the same order.
fn is_in_order<T, K: Hash + Eq>(old: &[T], new: &[T], key: impl Fn(&T) -> K) -> bool {
    let places: HashMap<K, usize> = new.iter().map(&key).zip(0..).collect();
    let kept = old.iter().filter_map(|member| places.get(&key(member)));
    kept.is_sorted()
}

/// A list of which one is used, so that its order says nothing.
fn alternatives(names: &[String]) -> String {
    let names: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    Vec::from_iter(names).join(" or ")
}

impl Comparison<'_> {
    fn document(&mut self) {
        let is = &self.new.spec.model;
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
        } = &self.old.spec.model;
        if *version != is.version {
            let (is, was) = (quoted(&is.version), quoted(version));
            let what = format!("the version is {is}, it was {was}");
            self.whole(&what, &["info", "version"], Grade::Silent.into());
        }
        if *base_url != is.base_url {
            let words = format!("requests go to {}, they went to {base_url}", is.base_url);
            let effect = Effect::new(Grade::Silent, words);
            self.whole("the server is another", &["servers"], effect);
        }
        if *wrapper != is.wrapper {
            let name = |wrapper: &Option<String>| match wrapper {
                Some(name) => format!("`{name}`"),
                None => "no member".to_owned(),
            };
            let (is, was) = (name(&is.wrapper), name(wrapper));
            let words = format!("an answer is looked for in {is} too, it was in {was}");
            let effect = Effect::new(Grade::Decode, words);
            self.whole("the wrapper is another", &["x-wrapper"], effect);
        }
        for pair in pairs(schemes, &is.schemes, |it| it.name.clone()) {
            self.scheme(pair);
        }
        for pair in pairs(operations, &is.operations, |it| it.id.clone()) {
            self.operation(pair);
        }
        for pair in pairs(components, &is.components, |it| it.name.clone()) {
            self.component(pair);
        }
        self.rest();
    }

    /// A difference of the document as a whole.
    fn whole(&mut self, what: &str, path: &[&str], effect: Effect) {
        let at = |document: &Document| {
            let node = document.spec.document.at_path(path.iter().copied());
            node.map(|node| node.at)
        };
        let at = (at(self.old), at(self.new));
        self.push(what.to_owned(), at, effect, None).heading = Heading::Changed;
    }

    fn scheme(&mut self, pair: Pair<SecurityScheme>) {
        let at = pair.at(|it| it.at);
        let named = format!("the way to sign `{}`", pair.last().name);
        let (was, is) = match pair {
            Pair::Both(was, is) => (was, is),
            Pair::Gone(_) => {
                let words = "code of the client that signs with it no longer compiles";
                let effect = Effect::new(Grade::Compile, words);
                self.push(format!("{named} is gone"), at, effect, None);
                return;
            }
            Pair::New(_) => {
                self.push(format!("{named} is new"), at, Grade::Harmless.into(), None);
                return;
            }
        };
        let SecurityScheme {
            at: _,
            name: _,
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
            let words = format!("requests are signed by {is}, they were by {was}");
            let effect = Effect::new(Grade::Silent, words);
            self.push(format!("{named} is another"), at, effect, None);
        }
        self.description(&named, at, [description, &is.description], None);
    }

    /// Where every word is the same only the typing changed.
    fn description(&mut self, of: &str, at: At, [was, is]: [&str; 2], item: Option<&str>) {
        if was == is {
            return;
        }
        let (what, grade) = if was.is_empty() {
            (format!("{of} has a description now"), Grade::Harmless)
        } else if is.is_empty() {
            (format!("the description of {of} is gone"), Grade::Silent)
        } else if words(was) == words(is) {
            let what = format!("the description of {of} is typed in another way");
            (what, Grade::Harmless)
        } else {
            let (is, was) = (quoted(is), quoted(was));
            let what = format!("the description of {of} says {is}, it said {was}");
            (what, Grade::Silent)
        };
        self.push(what, at, grade.into(), item);
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
                let item = self.owner(pointer);
                let change = self.push(what, at, Grade::Harmless.into(), item.as_deref());
                change.heading = Heading::Changed;
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
            ["components", "schemas", of, ..] => {
                let is_type = surface.types.contains_key(of);
                is_type.then(|| format!("types::{of}"))
            }
            _ => None,
        }
    }

    /// Adds a change. What only one document has is new or gone.
    fn push(&mut self, what: String, at: At, effect: Effect, item: Option<&str>) -> &mut Change {
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
            items: item
                .iter()
                .map(|item| format!("{service}::{item}"))
                .collect(),
            heading: match at {
                (None, _) => Heading::Added,
                (_, None) => Heading::Removed,
                _ => Heading::Changed,
            },
        });
        let last = self.all.len() - 1;
        &mut self.all[last]
    }
}
