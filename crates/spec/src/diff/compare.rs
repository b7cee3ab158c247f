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

/// The part of a spec that a change is about.
struct Subject {
    /// As a sentence has it.
    named: String,
    at: At,
    /// Its name in Rust, if it has one.
    item: Option<String>,
}

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

/// A list of which one is used, so that its order says nothing.
fn alternatives(names: &[String]) -> String {
    let mut names = names.to_vec();
    names.sort();
    names.join(" or ")
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
            self.whole(&["info", "version"], what, Grade::Silent);
        }
        if *base_url != is.base_url {
            let words = format!("requests go to {}, they went to {base_url}", is.base_url);
            let effect = Effect::new(Grade::Silent, words);
            self.whole(&["servers"], "the server is another", effect);
        }
        if *wrapper != is.wrapper {
            let name = |wrapper: &Option<String>| match wrapper {
                Some(name) => format!("`{name}`"),
                None => "no member".to_owned(),
            };
            let (is, was) = (name(&is.wrapper), name(wrapper));
            let words = format!("an answer is looked for in {is} too, it was in {was}");
            let effect = Effect::new(Grade::Decode, words);
            self.whole(&["x-wrapper"], "the wrapper is another", effect);
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

    /// Tells of a difference of the document as a whole.
    fn whole(&mut self, path: &[&str], what: impl Into<String>, effect: impl Into<Effect>) {
        let place = |document: &Document| Some(document.spec.document.at_path(path)?.at);
        let of = Subject {
            named: String::new(),
            at: (place(self.old), place(self.new)),
            item: None,
        };
        self.push(&of, what, effect).heading = Heading::Changed;
    }

    fn scheme(&mut self, pair: Pair<SecurityScheme>) {
        let of = Subject {
            named: format!("the way to sign `{}`", pair.last().name),
            at: pair.at(|it| it.at),
            item: None,
        };
        let words = "code of the client that signs with it no longer compiles";
        let gone = Effect::new(Grade::Compile, words);
        let Some((was, is)) = self.both(pair, &of, gone, Grade::Harmless) else {
            return;
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
            self.push(&of, format!("{} is another", of.named), effect);
        }
        self.description(&of, description, &is.description);
    }

    /// Both versions of a member. Tells of one that is gone or new, with what that does.
    fn both<'b, T>(
        &mut self,
        pair: Pair<'b, T>,
        of: &Subject,
        gone: impl Into<Effect>,
        new: impl Into<Effect>,
    ) -> Option<(&'b T, &'b T)> {
        match pair {
            Pair::Both(was, is) => return Some((was, is)),
            Pair::Gone(_) => self.push(of, format!("{} is gone", of.named), gone),
            Pair::New(_) => self.push(of, format!("{} is new", of.named), new),
        };
        None
    }

    /// Tells of a description. Where every word is the same only the typing changed.
    fn description(&mut self, of: &Subject, was: &str, is: &str) {
        let named = &of.named;
        if was == is {
            return;
        }
        if was.is_empty() {
            let what = format!("{named} has a description now");
            self.push(of, what, Grade::Harmless);
        } else if is.is_empty() {
            let what = format!("the description of {named} is gone");
            self.push(of, what, Grade::Silent);
        } else if words(was) == words(is) {
            let what = format!("the description of {named} is typed in another way");
            self.push(of, what, Grade::Harmless);
        } else {
            let (is, was) = (quoted(is), quoted(was));
            let what = format!("the description of {named} says {is}, it said {was}");
            self.push(of, what, Grade::Silent);
        }
    }

    fn rest(&mut self) {
        let (old, new) = (rest(&self.old.spec.document), rest(&self.new.spec.document));
        let pointers: BTreeSet<&String> = old.found.keys().chain(new.found.keys()).collect();
        for pointer in pointers {
            let (was, is) = (old.found.get(pointer), new.found.get(pointer));
            let json = |side: Option<&(model::Place, &Node)>| side.map(|(_, node)| node.to_json());
            if json(was) != json(is) && !old.is_told(&new, pointer) {
                let of = Subject {
                    named: format!("what stands at {pointer}"),
                    at: (was.map(|it| it.0), is.map(|it| it.0)),
                    item: self.owner(pointer),
                };
                let what = format!("{} makes no Rust, and differs", of.named);
                self.push(&of, what, Grade::Harmless).heading = Heading::Changed;
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
                    Form::Enum(_) | Form::Alias(_) => None,
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
    fn push(
        &mut self,
        of: &Subject,
        what: impl Into<String>,
        effect: impl Into<Effect>,
    ) -> &mut Change {
        let place = |document: &Document, at: Option<model::Place>| {
            at.map(|model::Place { line, column }| Place {
                file: document.label.clone(),
                line,
                column,
            })
        };
        let effect = effect.into();
        let (grade, also) = Change::grades(effect.grades);
        let service = &self.new.spec.service;
        // What programs name is said with the path that they write.
        let whole = |text: String| text.replace("`types::", &format!("`{service}::types::"));
        let items = of.item.iter().map(|item| format!("{service}::{item}"));
        self.all.push(Change {
            grade,
            also,
            what: what.into(),
            effects: effect.words.into_iter().map(whole).collect(),
            old: place(self.old, of.at.0),
            new: place(self.new, of.at.1),
            items: items.collect(),
            heading: match of.at {
                (None, _) => Heading::Added,
                (_, None) => Heading::Removed,
                _ => Heading::Changed,
            },
        });
        let last = self.all.len() - 1;
        &mut self.all[last]
    }
}
