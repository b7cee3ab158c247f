//! Operations: where they go, what they take, what they bring.

use heck::ToSnakeCase;

use super::super::change::{Grade, Heading};
use super::super::surface::Call;
use super::super::types::Effect;
use super::super::words::quoted;
use super::schemas::noun_of_plain;
use super::{Comparison, pairs};
use crate::model::{Location, Operation, Parameter, Response, Statuses};

impl Comparison<'_> {
    pub(super) fn operation(&mut self, was: Option<&Operation>, is: Option<&Operation>) {
        let at = (was.map(|it| it.at), is.map(|it| it.at));
        let (Some(was), Some(is)) = (was, is) else {
            let Some(Operation { id, .. }) = was.or(is) else {
                return;
            };
            let (what, of, grade) = match is {
                Some(_) => ("is new", Heading::Added, Grade::Harmless),
                None => ("is gone", Heading::Removed, Grade::Compile),
            };
            let mut effect = Effect::default();
            effect.grades.insert(grade);
            let what = format!("the operation `{id}` {what}");
            return self.push(what, at, effect, vec![id.clone()], of);
        };
        let Operation {
            at: _,
            id,
            method,
            path,
            summary,
            description,
            parameters,
            responses,
            security,
        } = was;
        let items = [id.clone()];
        let mut change = |what: String, grade| {
            let mut effect = Effect::default();
            effect.grades.insert(grade);
            self.push(what, at, effect, items.to_vec(), Heading::Changed);
        };
        let is_named = |name: &str| {
            let in_path = |of: &Operation| of.path.contains(&format!("{{{name}}}"));
            in_path(was) && in_path(is)
        };
        let (before, after) = (
            shown(method, path, is_named),
            shown(&is.method, &is.path, is_named),
        );
        if before != after {
            let (is, was) = (after, before);
            change(format!("`{id}` asks {is}, it asked {was}"), Grade::Silent);
        }
        if *summary != is.summary {
            let what = format!("the summary of `{id}` is {}", quoted(&is.summary));
            change(what, Grade::Harmless);
        }
        let sorted = |names: &[String]| {
            let mut names = names.to_vec();
            names.sort();
            names.join(" or ")
        };
        let (before, after) = (sorted(security), sorted(&is.security));
        if before != after {
            let what = format!("`{id}` is signed by {after}, it was by {before}");
            change(what, Grade::Silent);
        }
        let named = format!("`{id}`");
        let (before, after) = (description.as_deref(), is.description.as_deref());
        self.description(&named, at, before, after, &items);
        // By the name in Rust, for one may have another name on the wire.
        let key = |parameter: &Parameter| parameter.name.to_snake_case();
        for (was, is) in pairs(parameters, &is.parameters, key) {
            let at = (was.map(|it| it.at), is.map(|it| it.at));
            self.once(id, at, |it| it.parameter(id, was, is));
        }
        let key = |response: &Response| match response.statuses {
            statuses if statuses.is_success() => None,
            statuses => Some(shown_statuses(statuses)),
        };
        for (was, is) in pairs(responses, &is.responses, key) {
            let at = (was.map(|it| it.at), is.map(|it| it.at));
            self.once(id, at, |it| it.response(id, was, is));
        }
    }

    fn parameter(&mut self, id: &str, was: Option<&Parameter>, is: Option<&Parameter>) {
        let at = (was.map(|it| it.at), is.map(|it| it.at));
        let items = vec![id.to_owned()];
        let (Some(was), Some(is)) = (was, is) else {
            let Some(Parameter { name, required, .. }) = was.or(is) else {
                return;
            };
            let mut effect = Effect::default();
            let (what, of) = match (is, required) {
                (Some(_), true) => {
                    effect.add(&[Grade::Compile], "every call must give it");
                    ("is new, and required", Heading::Added)
                }
                (Some(_), false) => {
                    effect.add(&[Grade::Harmless], "no call must give it");
                    ("is new, and optional", Heading::Added)
                }
                (None, _) => {
                    effect.add(&[Grade::Compile], "a call that gives it no longer compiles");
                    ("is gone", Heading::Removed)
                }
            };
            let what = format!("the parameter `{name}` of `{id}` {what}");
            return self.push(what, at, effect, items, of);
        };
        let mut effect = self.taken(id, was, is);
        let Parameter {
            at: _,
            name,
            location,
            required,
            description,
            plain,
            minimum,
            maximum,
            min_length,
            pattern,
            default,
        } = was;
        let of = format!("the parameter `{}` of `{id}`", is.name);
        let mut found: Vec<String> = Vec::new();
        if *name != is.name && (*location, is.location) != (Location::Path, Location::Path) {
            let words = format!("it is sent as `{}`, it was as `{name}`", is.name);
            effect.add(&[Grade::Silent], words);
            found.push("it has another name".to_owned());
        } else if *name != is.name {
            found.push("it has another name, which is not sent".to_owned());
            effect.grades.insert(Grade::Harmless);
        }
        if *location != is.location {
            let (is, was) = (place(is.location), place(*location));
            effect.add(
                &[Grade::Silent],
                format!("it is sent in {is}, it was in {was}"),
            );
            found.push("it has another place".to_owned());
        }
        if *required != is.required {
            found.push("whether it must be given is not the same".to_owned());
        }
        if *plain != is.plain {
            let (is, was) = (noun_of_plain(is.plain), noun_of_plain(*plain));
            effect.add(&[Grade::Silent], format!("it is {is}, it was {was}"));
            found.push("it is of another type".to_owned());
        }
        if (minimum, maximum) != (&is.minimum, &is.maximum) {
            for (bound, was, is) in [
                ("minimum", *minimum, is.minimum),
                ("maximum", *maximum, is.maximum),
            ] {
                let shown = |it: Option<u64>| it.map_or("nothing".to_owned(), |it| it.to_string());
                if was != is {
                    found.push(format!(
                        "its {bound} is {}, it was {}",
                        shown(is),
                        shown(was)
                    ));
                }
            }
            bounds(&mut effect, was, is);
        }
        if (min_length, pattern) != (&is.min_length, &is.pattern) {
            found.push("other texts are said to be right".to_owned());
            effect.grades.insert(Grade::Silent);
        }
        if *default != is.default {
            let value = |default: &Option<String>| default.clone().unwrap_or("nothing".into());
            let (is, was) = (value(&is.default), value(default));
            let words = format!("the service takes {is} where it is not given, it took {was}");
            effect.add(&[Grade::Silent], words);
            found.push("its default is not the same".to_owned());
        }
        if !found.is_empty() {
            let what = format!("{of}: {}", found.join("; "));
            self.push(what, at, effect, items.clone(), Heading::Changed);
        }
        self.description(&of, at, Some(description), Some(&is.description), &items);
    }

    /// What callers must write otherwise, by what the generated call takes.
    fn taken(&self, id: &str, was: &Parameter, is: &Parameter) -> Effect {
        let mut effect = Effect::default();
        let call = |document: &super::Document| document.surface.operations.get(id).cloned();
        let (Some(old), Some(new)) = (call(self.old), call(self.new)) else {
            return effect;
        };
        let (before, after) = (given(&old, was), given(&new, is));
        match (before, after) {
            (Some((true, _)), Some((false, _))) => {
                effect.add(
                    &[Grade::Compile],
                    "it need not be given any more: it has a setter",
                );
            }
            (Some((false, _)), Some((true, _))) => {
                effect.add(&[Grade::Compile], "every call must give it now");
            }
            (Some((_, before)), Some((_, after))) if before != after => {
                let words = format!("it is given as `{after}`, it was as `{before}`");
                effect.add(&[Grade::Compile], words);
            }
            _ => {}
        }
        effect
    }

    fn response(&mut self, id: &str, was: Option<&Response>, is: Option<&Response>) {
        let at = (was.map(|it| it.at), is.map(|it| it.at));
        let is_success = was.or(is).is_some_and(|it| it.statuses.is_success());
        let mut effect = Effect::default();
        let mut items = Vec::new();
        let (what, of) = match (was, is) {
            (Some(was), Some(is)) => {
                let Response {
                    at: _,
                    statuses,
                    media_types,
                    body,
                } = was;
                let name = |document: &super::Document, body: Option<usize>| {
                    let body = body.map(|body| &document.spec.model.components[body].name);
                    body.map_or("nothing".to_owned(), |name| format!("`{name}`"))
                };
                let (before, after) = (name(self.old, *body), name(self.new, is.body));
                if before != after {
                    let words = format!("`{id}` brings {after}, it brought {before}");
                    let grades: &[Grade] = match is_success {
                        true => &[Grade::Compile, Grade::Decode],
                        false => &[Grade::Silent],
                    };
                    effect.add(grades, words);
                }
                if *statuses != is.statuses {
                    let (is, was) = (shown_statuses(is.statuses), shown_statuses(*statuses));
                    effect.add(
                        &[Grade::Silent],
                        format!("the status is {is}, it was {was}"),
                    );
                }
                let sorted = |types: &[String]| {
                    let mut types = types.to_vec();
                    types.sort();
                    types.join(" or ")
                };
                let (before, after) = (sorted(media_types), sorted(&is.media_types));
                if before != after {
                    let words = format!("the content is {after}, it was {before}");
                    effect.add(&[Grade::Silent], words);
                }
                if effect.words.is_empty() {
                    return;
                }
                ("is another", Heading::Changed)
            }
            (None, Some(_)) => ("is new", Heading::Added),
            (_, None) => ("is gone", Heading::Removed),
        };
        if of != Heading::Changed {
            effect.grades.insert(Grade::Silent);
        }
        if is_success {
            items.push(id.to_owned());
        }
        let statuses = was
            .or(is)
            .map_or(String::new(), |it| shown_statuses(it.statuses));
        self.push(
            format!("the answer {statuses} of `{id}` {what}"),
            at,
            effect,
            items,
            of,
        );
    }
}

/// Whether the call must be given the parameter, and as which type.
fn given<'a>(call: &'a Call, parameter: &Parameter) -> Option<(bool, &'a str)> {
    let name = parameter.name.to_snake_case();
    // A keyword gets a line after it.
    let names = [name.clone(), format!("{name}_")];
    let find = |of: &'a std::collections::BTreeMap<String, String>| {
        names.iter().find_map(|name| of.get(name))
    };
    let required = find(&call.required).map(|rust| (true, rust.as_str()));
    required.or_else(|| find(&call.optional).map(|rust| (false, rust.as_str())))
}

/// The client itself refuses what lies outside of both bounds.
fn bounds(effect: &mut Effect, was: &Parameter, is: &Parameter) {
    let name = &is.name;
    let has_both =
        |parameter: &Parameter| parameter.minimum.is_some() && parameter.maximum.is_some();
    let mut told = |bound: &str, was: Option<u64>, is: Option<u64>| {
        let words = match (was, is) {
            (was, is) if was == is => return,
            (Some(was), Some(is)) => format!("a `{name}` {bound} {is} is refused, it was {was}"),
            (None, Some(is)) => format!("a `{name}` {bound} {is} is refused now"),
            (_, None) => format!("a `{name}` {bound} any number is no longer refused"),
        };
        effect.add(&[Grade::Silent], words);
    };
    told("under", was.minimum, is.minimum);
    told("over", was.maximum, is.maximum);
    if has_both(was) && !has_both(is) {
        let words = "code of the client that checks it no longer compiles";
        effect.add(&[Grade::Compile], words);
    }
}

/// The method and the path. A parameter's name is not sent, so only one that both versions have is told: it may have
/// changed places.
fn shown(method: &str, path: &str, is_named: impl Fn(&str) -> bool) -> String {
    let mut shown = format!("`{} ", method.to_uppercase());
    for (index, part) in path.split('{').enumerate() {
        match part.split_once('}').filter(|_| index > 0) {
            Some((name, rest)) if is_named(name) => shown += &format!("{{{name}}}{rest}"),
            Some((_, rest)) => shown += &format!("{{}}{rest}"),
            None => shown += part,
        }
    }
    shown + "`"
}

fn shown_statuses(statuses: Statuses) -> String {
    match statuses {
        Statuses::One(status) => status.to_string(),
        Statuses::Hundred(digit) => format!("{digit}XX"),
        Statuses::Default => "default".to_owned(),
    }
}

fn place(location: Location) -> &'static str {
    match location {
        Location::Path => "the path",
        Location::Query => "the query",
        Location::Header => "a header",
    }
}
