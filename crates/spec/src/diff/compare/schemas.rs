//! Components: objects with their properties, enums with their words, arrays and maps.

use std::collections::{BTreeMap, HashMap, HashSet};

use heck::{ToPascalCase, ToSnakeCase};

use super::super::change::Grade;
use super::super::surface::{Field, Form, Type};
use super::super::types::{self, Effect};
use super::{Comparison, Pair, Subject, alternatives, pairs};
use crate::model::{Component, Format, Model, Plain, Primitive, Property, Shape, Sort, Word};

impl Comparison<'_> {
    pub(super) fn component(&mut self, pair: Pair<Component>) {
        let name = &pair.last().name;
        let path = format!("types::{name}");
        let (old, new) = (self.old, self.new);
        let (old, new) = (old.surface.types.get(name), new.surface.types.get(name));
        let of = Subject {
            named: format!("`{name}`"),
            at: pair.at(|it| it.at),
            // Any JSON has no type of its own.
            item: old.or(new).map(|_| path.clone()),
        };
        let named = &of.named;
        let (gone, made) = (types::form(&path, old, None), types::form(&path, None, new));
        let Some((was, is)) = self.both(pair, &of, gone, made) else {
            return;
        };
        let Component {
            at: _,
            name: _,
            description,
            sort,
        } = was;
        self.description(&of, description, &is.description);
        match (sort, &is.sort) {
            (Sort::Object(before), Sort::Object(after)) => {
                // By the name in Rust, for one may have another name in JSON.
                let was_written = old.is_some_and(|it| it.is_written);
                for pair in pairs(before, after, |it| it.name.to_snake_case()) {
                    self.property(name, pair, [old, new].map(fields), was_written);
                }
                self.order(&of, before, after, |it| it.name.clone());
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
                    self.push(&of, what, Grade::Silent);
                }
                self.words(name, before, after);
                self.order(&of, before, after, |it| it.text.clone());
            }
            (Sort::Alias(before), Sort::Alias(after)) => {
                let is = noun_of(&self.new.spec.model, after);
                let was = noun_of(&self.old.spec.model, before);
                let mut effect = types::alias(&path, old, new, self.is_alike(before, after));
                if effect.grades.is_empty() && is != was {
                    effect.grades.insert(Grade::Silent);
                }
                if !effect.grades.is_empty() {
                    self.push(&of, format!("{named} is {is}, it was {was}"), effect);
                }
            }
            (Sort::Any, Sort::Any) => {}
            (before, after) => {
                let what = format!("{named} is {}, it was {}", noun(after), noun(before));
                self.push(&of, what, types::form(&path, old, new));
                return;
            }
        }
        if let (Some(was), Some(is)) = (old, new) {
            let effect = types::traits(&path, was, is);
            if !effect.words.is_empty() {
                self.push(&of, format!("{named} can be made in another way"), effect);
            }
        }
    }

    /// Tells if the members that both lists have stand in another order.
    fn order<T>(&mut self, of: &Subject, old: &[T], new: &[T], key: fn(&T) -> String) {
        let places: HashMap<String, usize> = new.iter().map(key).zip(0..).collect();
        let kept = old.iter().filter_map(|member| places.get(&key(member)));
        if !kept.is_sorted() {
            let what = format!("the members of {} stand in another order", of.named);
            self.push(of, what, Grade::Harmless);
        }
    }

    /// Compares a property, by its fields in both versions of the type.
    fn property(
        &mut self,
        of: &str,
        pair: Pair<Property>,
        [old, new]: [&Fields; 2],
        was_written: bool,
    ) {
        let (was, is) = match pair {
            Pair::Both(was, is) => (Some(was), Some(is)),
            Pair::Gone(was) => (Some(was), None),
            Pair::New(is) => (None, Some(is)),
        };
        let before = was.and_then(|was| old.get(&was.name));
        let after = is.and_then(|is| new.get(&is.name));
        let Some(field) = after.or(before) else {
            return;
        };
        let path = format!("types::{of}::{}", field.name);
        let of = Subject {
            named: format!("`{}` of `{of}`", pair.last().name),
            at: pair.at(|it| it.at),
            item: Some(path.clone()),
        };
        let gone = before.map_or_else(Effect::default, |field| types::lost(&path, field));
        let made = after.map_or_else(Effect::default, |field| {
            types::gained(&path, field, was_written)
        });
        let Some((was, is)) = self.both(pair, &of, gone, made) else {
            return;
        };
        let mut effect = match before.zip(after) {
            Some((before, after)) => {
                let is_alike = self.is_alike(&was.shape, &is.shape);
                types::field(&path, before, after, is_alike)
            }
            None => Effect::default(),
        };
        if was.name != is.name {
            let words = format!("`{path}` is `{}` in JSON, it was `{}`", is.name, was.name);
            effect.add(&[Grade::Decode], words);
        }
        let mut what = self.of_property(was, is);
        if what.is_empty() && !effect.words.is_empty() {
            "what it refers to is another type".clone_into(&mut what);
        }
        if !what.is_empty() {
            if effect.grades.is_empty() {
                effect.grades.insert(Grade::Silent);
            }
            self.push(&of, format!("{}: {what}", of.named), effect);
        }
        self.description(&of, &was.description, &is.description);
    }

    /// Describes the differences between two versions of a property.
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

    /// Returns true if two shapes are read from the same JSON. Components in them may have other names; one that keeps its
    /// name has changes of its own.
    pub(super) fn is_alike(&self, was: &Shape, is: &Shape) -> bool {
        let (old, new) = (&self.old.spec.model, &self.new.spec.model);
        let mut seen = HashSet::new();
        let mut left = vec![(was, is)];
        while let Some((was, is)) = left.pop() {
            let inner = match (meant(old, was), meant(new, is)) {
                (Shape::Plain(was), Shape::Plain(is)) => (was == is).then(Vec::new),
                (Shape::Array(was), Shape::Array(is)) | (Shape::Map(was), Shape::Map(is)) => {
                    Some(vec![(&**was, &**is)])
                }
                (Shape::Component(was), Shape::Component(is)) => {
                    let (was, is) = (&old.components[*was], &new.components[*is]);
                    if was.name == is.name || !seen.insert((&was.name, &is.name)) {
                        continue;
                    }
                    inner_shapes(&was.sort, &is.sort)
                }
                _ => None,
            };
            let Some(inner) = inner else { return false };
            left.extend(inner);
        }
        true
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
            let of = Subject {
                named: format!("the word `{text}` of `{of}`"),
                at: pair.at(|word| word.at),
                item: Some(item),
            };
            self.push(&of, what, effect);
        }
    }
}

/// The shapes in two components pair by pair, if all else of them is read from the same JSON.
fn inner_shapes<'a>(was: &'a Sort, is: &'a Sort) -> Option<Vec<(&'a Shape, &'a Shape)>> {
    match (was, is) {
        (Sort::Object(was), Sort::Object(is)) => {
            let facts = |it: &Property| (it.required, it.nullable, alternatives(&it.aliases));
            let pairs = pairs(was, is, |it| it.name.clone()).into_iter();
            let inner = pairs.map(|pair| match pair {
                Pair::Both(was, is) if facts(was) == facts(is) => Some((&was.shape, &is.shape)),
                _ => None,
            });
            inner.collect()
        }
        (Sort::Enum { words: was, .. }, Sort::Enum { words: is, .. }) => {
            let pairs = pairs(was, is, |word| word.text.clone());
            let is_same = pairs.iter().all(|pair| matches!(pair, Pair::Both(..)));
            is_same.then(Vec::new)
        }
        (Sort::Any, Sort::Any) => Some(Vec::new()),
        _ => None,
    }
}

/// A shape, or the one that it is another name of.
fn meant<'a>(model: &'a Model, mut shape: &'a Shape) -> &'a Shape {
    while let Shape::Component(place) = shape
        && let Sort::Alias(inner) = &model.components[*place].sort
    {
        shape = inner;
    }
    shape
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
        Sort::Alias(Shape::Map(_)) => "a map",
        Sort::Alias(_) => "an array",
    }
}

/// A shape in words.
pub(super) fn noun_of(model: &Model, shape: &Shape) -> String {
    match shape {
        Shape::Plain(plain) => noun_of_plain(*plain),
        Shape::Array(items) => format!("an array of {}", noun_of(model, items)),
        Shape::Map(values) => format!("a map of {}", noun_of(model, values)),
        Shape::Component(place) => format!("`{}`", model.components[*place].name),
    }
}

fn noun_of_plain(Plain { kind, format }: Plain) -> String {
    let kinds = Primitive::ALL.iter().find(|(known, _)| *known == kind);
    let formats = Format::ALL.iter().find(|(known, ..)| *known == format);
    let kind = kinds.map_or("", |(_, word)| word);
    match formats {
        Some((_, word, _)) => format!("`{kind}` of format `{word}`"),
        None => format!("`{kind}`"),
    }
}
