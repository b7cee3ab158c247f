//! Components: objects with their properties, enums with their words.

use std::collections::{BTreeMap, HashMap};

use heck::{ToPascalCase, ToSnakeCase};

use super::super::change::Grade;
use super::super::surface::{Field, Form, Type};
use super::super::types::{self, Effect};
use super::{At, Comparison, Pair, alternatives, is_in_order, pairs};
use crate::model::{Component, Format, Model, Plain, Primitive, Property, Shape, Sort, Word};

impl Comparison<'_> {
    pub(super) fn component(&mut self, pair: Pair<Component>) {
        let at = pair.at(|it| it.at);
        let name = &pair.last().name;
        let (named, item) = (format!("`{name}`"), format!("types::{name}"));
        let (old, new) = (self.old, self.new);
        let (old, new) = (old.surface.types.get(name), new.surface.types.get(name));
        let (was, is) = match pair {
            Pair::Both(was, is) => (was, is),
            pair => {
                let what = match pair {
                    Pair::Gone(_) => format!("{named} is gone"),
                    _ => format!("{named} is new"),
                };
                let effect = types::form(&item, old, new);
                let item = old.or(new).map(|_| item.as_str());
                self.push(what, at, effect, item);
                return;
            }
        };
        let Component {
            at: _,
            name: _,
            description,
            sort,
        } = was;
        let texts = [&**description, &*is.description];
        self.description(&named, at, texts, Some(&item));
        match (sort, &is.sort) {
            (Sort::Object(before), Sort::Object(after)) => {
                // By the name in Rust, for one may have another name in JSON.
                for pair in pairs(before, after, |it| it.name.to_snake_case()) {
                    self.property(name, pair, [old, new].map(fields));
                }
                self.order(is_in_order(before, after, |it| it.name.clone()), name, at);
            }
            (
                Sort::Enum {
                    words: before,
                    nullable: was_nullable,
                },
                Sort::Enum {
                    words: after,
                    nullable,
                },
            ) => {
                if was_nullable != nullable {
                    let what = format!("{named}: {}", can_be_null(*nullable));
                    self.push(what, at, Grade::Silent.into(), None);
                }
                self.words(name, before, after);
                self.order(is_in_order(before, after, |it| it.text.clone()), name, at);
            }
            (Sort::Any, Sort::Any) => {}
            (before, after) => {
                let what = format!("{named} is {}, it was {}", noun(after), noun(before));
                let effect = types::form(&item, old, new);
                self.push(what, at, effect, Some(&item));
                return;
            }
        }
        if let (Some(was), Some(is)) = (old, new) {
            let effect = types::traits(&item, was, is);
            if !effect.words.is_empty() {
                let what = format!("{named} can be made in another way");
                self.push(what, at, effect, Some(&item));
            }
        }
    }

    fn order(&mut self, is_in_order: bool, name: &str, at: At) {
        if !is_in_order {
            let what = format!("the members of `{name}` stand in another order");
            let item = format!("types::{name}");
            self.push(what, at, Grade::Harmless.into(), Some(&item));
        }
    }

    /// A property of a type, whose fields both surfaces have.
    fn property(&mut self, of: &str, pair: Pair<Property>, [old, new]: [&Fields; 2]) {
        let at = pair.at(|it| it.at);
        let name = &pair.last().name;
        let named = format!("`{name}` of `{of}`");
        let item = |field: &Field| format!("types::{of}::{}", field.name);
        match pair {
            Pair::Both(was, is) => {
                let (Some(before), Some(after)) = (old.get(&was.name), new.get(name)) else {
                    return;
                };
                let item = item(after);
                let mut effect = types::field(&item, before, after, false);
                let mut what = self.of_property(was, is);
                if was.name != is.name {
                    let words = format!("`{item}` is `{}` in JSON, it was `{}`", is.name, was.name);
                    effect.add(&[Grade::Decode], words);
                }
                if what.is_empty() && !effect.words.is_empty() {
                    "what it refers to is another type".clone_into(&mut what);
                }
                if !what.is_empty() {
                    if effect.grades.is_empty() {
                        effect.grades.insert(Grade::Silent);
                    }
                    self.push(format!("{named}: {what}"), at, effect, Some(&item));
                }
                let texts = [&*was.description, &*is.description];
                self.description(&named, at, texts, Some(&item));
            }
            Pair::Gone(_) => {
                if let Some(field) = old.get(name) {
                    let effect = types::lost(&item(field), field);
                    self.push(format!("{named} is gone"), at, effect, Some(&item(field)));
                }
            }
            Pair::New(_) => {
                if let Some(field) = new.get(name) {
                    let effect = types::gained(&item(field), field);
                    self.push(format!("{named} is new"), at, effect, Some(&item(field)));
                }
            }
        }
    }

    /// What differs between two versions of a property, in words.
    fn of_property(&self, was: &Property, is: &Property) -> String {
        let Property {
            at: _,
            name,
            description: _,
            aliases,
            required,
            nullable,
            shape,
        } = was;
        let mut found = Vec::new();
        if *name != is.name {
            found.push(format!("it is called `{}`, it was `{name}`", is.name));
        }
        let before = noun_of(&self.old.spec.model, shape);
        let after = noun_of(&self.new.spec.model, &is.shape);
        if before != after {
            found.push(format!("it is {after}, it was {before}"));
        }
        if *required != is.required {
            let now = if is.required { "now" } else { "no longer" };
            found.push(format!("it is {now} required"));
        }
        if *nullable != is.nullable {
            found.push(can_be_null(is.nullable).to_owned());
        }
        if alternatives(aliases) != alternatives(&is.aliases) {
            found.push("its other names are not the same".to_owned());
        }
        found.join("; ")
    }

    fn words(&mut self, of: &str, before: &[Word], after: &[Word]) {
        let variant = |word: &Word| word.text.to_pascal_case();
        let found = pairs(before, after, |word| word.text.clone());
        let gone = found.iter().filter_map(|pair| match pair {
            Pair::Gone(was) => Some((variant(was), *was)),
            _ => None,
        });
        let mut gone: HashMap<String, &Word> = gone.collect();
        for pair in found {
            let variant = variant(pair.last());
            let item = format!("types::{of}::{variant}");
            let text = &pair.last().text;
            let (pair, what, effect) = match pair {
                Pair::Both(..) => continue,
                Pair::New(is) => match gone.remove(&variant) {
                    Some(was) => {
                        let words = format!("`{item}` is {text:?} in JSON, it was {:?}", was.text);
                        (
                            Pair::Both(was, is),
                            format!("the word `{}` of `{of}` is now `{text}`", was.text),
                            Effect::new(Grade::Decode, words),
                        )
                    }
                    // A word that an open enum does not know is kept, and no program can match all of them.
                    None => (
                        pair,
                        format!("the word `{text}` of `{of}` is new"),
                        Effect::new(Grade::Silent, format!("`{item}` is new: it was `Unknown`")),
                    ),
                },
                // It was told as the one that has its variant now.
                Pair::Gone(_) if !gone.contains_key(&variant) => continue,
                Pair::Gone(_) => (
                    pair,
                    format!("the word `{text}` of `{of}` is gone"),
                    Effect::new(Grade::Compile, format!("`{item}` is gone")),
                ),
            };
            self.push(what, pair.at(|word| word.at), effect, Some(&item));
        }
    }
}

type Fields = BTreeMap<String, Field>;

fn fields(made: Option<&Type>) -> &Fields {
    static NONE: Fields = BTreeMap::new();
    match made.map(|made| &made.form) {
        Some(Form::Struct(fields)) => fields,
        _ => &NONE,
    }
}

fn can_be_null(nullable: bool) -> &'static str {
    match nullable {
        true => "it can be null now",
        false => "it can no longer be null",
    }
}

fn noun(sort: &Sort) -> &'static str {
    match sort {
        Sort::Object(_) => "an object",
        Sort::Enum { .. } => "an enum",
        Sort::Any => "any JSON",
    }
}

/// A shape in words.
fn noun_of(model: &Model, shape: &Shape) -> String {
    match shape {
        Shape::Plain(plain) => noun_of_plain(*plain),
        Shape::Array(items) => format!("an array of {}", noun_of(model, items)),
        Shape::Component(place) => format!("`{}`", model.components[*place].name),
    }
}

pub(super) fn noun_of_plain(Plain { kind, format }: Plain) -> String {
    let kinds = Primitive::ALL.iter().find(|(known, _)| *known == kind);
    let formats = Format::ALL.iter().find(|(known, ..)| *known == format);
    let kind = kinds.map_or("", |(_, word)| word);
    match formats {
        Some((_, word, _)) => format!("`{kind}` of format `{word}`"),
        None => format!("`{kind}`"),
    }
}
