//! Components: objects with their properties, enums with their words.

use heck::{ToPascalCase, ToSnakeCase};

use super::super::change::{Grade, Heading};
use super::super::surface::{Field, Form, Type};
use super::super::types::{self, Effect};
use super::{At, Comparison, is_in_order, pairs};
use crate::model::{Component, Format, Kind, Model, Plain, Property, Shape, Sort, Word};

impl Comparison<'_> {
    pub(super) fn component(&mut self, was: Option<&Component>, is: Option<&Component>) {
        let at = (was.map(|it| it.at), is.map(|it| it.at));
        let Some(Component { name, .. }) = was.or(is) else {
            return;
        };
        let item = format!("types::{name}");
        let old = self.old.surface.types.get(name);
        let new = self.new.surface.types.get(name);
        let (Some(was), Some(is)) = (was, is) else {
            let (what, of) = match was {
                Some(_) => (format!("`{name}` is gone"), Heading::Removed),
                None => (format!("`{name}` is new"), Heading::Added),
            };
            let items = old.or(new).map(|_| item.clone()).into_iter().collect();
            let effect = types::form(&item, old, new);
            return self.push(what, at, effect, items, of);
        };
        let Component {
            at: _,
            name: _,
            description,
            sort,
        } = was;
        let items = [item.clone()];
        let named = format!("`{name}`");
        self.description(&named, at, Some(description), Some(&is.description), &items);
        match (sort, &is.sort) {
            (Sort::Object(before), Sort::Object(after)) => {
                let (old, new) = (fields(old), fields(new));
                // By the name in Rust, for one may have another name in JSON.
                for (was, is) in pairs(before, after, |it| it.name.to_snake_case()) {
                    self.property(name, was, is, old, new);
                }
                let is_in_order = is_in_order(before, after, |it| it.name.clone());
                self.order(is_in_order, name, at);
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
                    let what = format!("`{name}`: {}", can_be_null(*nullable));
                    self.add(&what, at, Grade::Silent, None);
                }
                self.words(name, before, after);
                self.order(is_in_order(before, after, |it| it.text.clone()), name, at);
            }
            (Sort::Any, Sort::Any) => {}
            (before, after) => {
                let what = format!("`{name}` is {}, it was {}", noun(after), noun(before));
                let effect = types::form(&item, old, new);
                return self.push(what, at, effect, items.to_vec(), Heading::Changed);
            }
        }
        if let (Some(was), Some(is)) = (old, new) {
            let effect = types::traits(&item, was, is);
            if !effect.words.is_empty() {
                let what = format!("`{name}` can be made in another way");
                self.push(what, at, effect, items.to_vec(), Heading::Changed);
            }
        }
    }

    fn order(&mut self, is_in_order: bool, name: &str, at: At) {
        if !is_in_order {
            let what = format!("the members of `{name}` stand in another order");
            let mut effect = Effect::default();
            effect.grades.insert(Grade::Harmless);
            self.push(
                what,
                at,
                effect,
                vec![format!("types::{name}")],
                Heading::Changed,
            );
        }
    }

    fn property(
        &mut self,
        of: &str,
        was: Option<&Property>,
        is: Option<&Property>,
        old: Option<&Fields>,
        new: Option<&Fields>,
    ) {
        let at = (was.map(|it| it.at), is.map(|it| it.at));
        let Some(Property { name, .. }) = is.or(was) else {
            return;
        };
        let before = old.zip(was).and_then(|(fields, was)| fields.get(&was.name));
        let after = new.zip(is).and_then(|(fields, is)| fields.get(&is.name));
        let Some(Field { name: rust, .. }) = after.or(before) else {
            return;
        };
        let item = format!("types::{of}::{rust}");
        let named = format!("`{name}` of `{of}`");
        let items = vec![item.clone()];
        match (was.zip(before), is.zip(after)) {
            (Some((was, before)), Some((is, after))) => {
                let mut what = self.differences(was, is);
                let mut effect = types::field(&item, before, after);
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
                    let what = format!("{named}: {what}");
                    self.push(what, at, effect, items.clone(), Heading::Changed);
                }
                let (was, is) = (&was.description, &is.description);
                self.description(&named, at, Some(was), Some(is), &items);
            }
            (Some((_, before)), None) => {
                let effect = types::lost(&item, before);
                self.push(
                    format!("{named} is gone"),
                    at,
                    effect,
                    items,
                    Heading::Removed,
                );
            }
            (None, Some((_, after))) => {
                let effect = types::gained(&item, after);
                self.push(format!("{named} is new"), at, effect, items, Heading::Added);
            }
            (None, None) => {}
        }
    }

    fn differences(&self, was: &Property, is: &Property) -> String {
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
        let sorted = |names: &[String]| {
            let mut names = names.to_vec();
            names.sort();
            names
        };
        if sorted(aliases) != sorted(&is.aliases) {
            found.push("its other names are not the same".to_owned());
        }
        found.join("; ")
    }

    fn words(&mut self, of: &str, before: &[Word], after: &[Word]) {
        let variant = |word: &Word| word.text.to_pascal_case();
        let found = pairs(before, after, |word| word.text.clone());
        let gone: Vec<&Word> = found
            .iter()
            .filter(|it| it.1.is_none())
            .filter_map(|it| it.0)
            .collect();
        let gone: std::collections::HashMap<String, &Word> =
            gone.into_iter().map(|word| (variant(word), word)).collect();
        let mut respelt = std::collections::HashSet::new();
        for (_, is) in found.iter().filter(|pair| pair.0.is_none()) {
            let Some(is) = is else { continue };
            let name = variant(is);
            let item = format!("types::{of}::{name}");
            let mut effect = Effect::default();
            let (what, was, heading) = match gone.get(&name) {
                Some(was) => {
                    respelt.insert(name);
                    let words = format!("`{item}` is {:?} in JSON, it was {:?}", is.text, was.text);
                    effect.add(&[Grade::Decode], words);
                    let what = format!("the word `{}` of `{of}` is now `{}`", was.text, is.text);
                    (what, Some(was.at), Heading::Changed)
                }
                None => {
                    // A word that an open enum does not know is kept, and no program can match all of them.
                    effect.add(
                        &[Grade::Silent],
                        format!("`{item}` is new: it was `Unknown`"),
                    );
                    (
                        format!("the word `{}` of `{of}` is new", is.text),
                        None,
                        Heading::Added,
                    )
                }
            };
            self.push(what, (was, Some(is.at)), effect, vec![item], heading);
        }
        for was in found
            .iter()
            .filter(|pair| pair.1.is_none())
            .filter_map(|pair| pair.0)
        {
            let name = variant(was);
            if respelt.contains(&name) {
                continue;
            }
            let item = format!("types::{of}::{name}");
            let mut effect = Effect::default();
            effect.add(&[Grade::Compile], format!("`{item}` is gone"));
            let what = format!("the word `{}` of `{of}` is gone", was.text);
            self.push(
                what,
                (Some(was.at), None),
                effect,
                vec![item],
                Heading::Removed,
            );
        }
    }
}

type Fields = std::collections::BTreeMap<String, Field>;

fn fields(made: Option<&Type>) -> Option<&Fields> {
    match &made?.form {
        Form::Struct(fields) => Some(fields),
        Form::Enum(_) => None,
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
    let kinds = Kind::ALL.iter().find(|(known, _)| *known == kind);
    let formats = Format::ALL.iter().find(|(known, ..)| *known == format);
    let kind = kinds.map_or("", |(_, word)| word);
    match formats {
        Some((_, word, _)) => format!("`{kind}` of format `{word}`"),
        None => format!("`{kind}`"),
    }
}
