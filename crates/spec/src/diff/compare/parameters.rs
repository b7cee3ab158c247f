//! Parameters: what a call must and may give.

use std::collections::BTreeMap;

use heck::ToSnakeCase;

use super::super::change::{Grade, Heading};
use super::super::document::Document;
use super::super::surface::Call;
use super::super::types::Effect;
use super::schemas::noun_of;
use super::{Comparison, Pair, Subject};
use crate::model::{Location, Parameter};

impl Comparison<'_> {
    pub(super) fn parameter(&mut self, id: &str, pair: Pair<Parameter>) {
        let of = Subject {
            named: format!("the parameter `{}` of `{id}`", pair.last().name),
            at: pair.at(|it| it.at),
            item: Some(id.to_owned()),
        };
        let gone = Effect::new(Grade::Compile, "a call that gives it no longer compiles");
        let new = match pair.last().required {
            true => Effect::new(Grade::Compile, "every call must give it"),
            false => Effect::new(Grade::Harmless, "no call must give it"),
        };
        let Some((was, is)) = self.both(pair, &of, gone, new) else {
            return;
        };
        let mut effect = self.taken(id, was, is);
        let found = self.of_parameter(was, is, &mut effect);
        let is_wider = bounds(&mut effect, was, is);
        if !found.is_empty() {
            let what = format!("{}: {}", of.named, found.join("; "));
            let change = self.push(&of, what, effect);
            if is_wider && change.grade == Grade::Harmless {
                // A call that failed works now: that is new, and asks for a version that says so.
                change.heading = Heading::Added;
            }
        }
        self.description(&of, &was.description, &is.description);
    }

    /// Says what callers must write differently, by comparing what the two generated calls take.
    fn taken(&self, id: &str, was: &Parameter, is: &Parameter) -> Effect {
        let given = |document: &'_ Document, parameter| {
            let call = document.surface.operations.get(id)?;
            given(call, parameter)
        };
        match (given(self.old, was), given(self.new, is)) {
            (Some((true, _)), Some((false, _))) => {
                let words = "it need not be given any more: it has a setter";
                Effect::new(Grade::Compile, words)
            }
            (Some((false, _)), Some((true, _))) => {
                Effect::new(Grade::Compile, "every call must give it now")
            }
            (Some((_, before)), Some((_, after))) if before != after => {
                let words = format!("it is given as `{after}`, it was as `{before}`");
                Effect::new(Grade::Compile, words)
            }
            _ => Effect::default(),
        }
    }

    /// The differences in words; what they do to a request is added to the effect.
    fn of_parameter(&self, was: &Parameter, is: &Parameter, effect: &mut Effect) -> Vec<String> {
        let Parameter {
            at: _,
            name,
            location,
            required,
            description: _,
            shape,
            minimum,
            maximum,
            min_length,
            pattern,
            default,
        } = was;
        let mut found = Vec::new();
        let mut differ = |grade, what: String| {
            effect.grades.insert(grade);
            found.push(what);
        };
        if *name != is.name && (*location, is.location) != (Location::Path, Location::Path) {
            let what = format!("it is sent as `{}`, it was as `{name}`", is.name);
            differ(Grade::Silent, what);
        } else if *name != is.name {
            let what = "it has another name, which is not sent";
            differ(Grade::Harmless, what.to_owned());
        }
        if *location != is.location {
            let (is, was) = (place(is.location), place(*location));
            differ(
                Grade::Silent,
                format!("it is sent in {is}, it was in {was}"),
            );
        }
        let before = noun_of(&self.old.spec.model, shape);
        let after = noun_of(&self.new.spec.model, &is.shape);
        if before != after {
            differ(Grade::Silent, format!("it is {after}, it was {before}"));
        }
        if (min_length, pattern) != (&is.min_length, &is.pattern) {
            let what = "other texts are said to be right";
            differ(Grade::Silent, what.to_owned());
        }
        if *default != is.default {
            let value = |default: &Option<String>| default.clone().unwrap_or("nothing".into());
            let (is, was) = (value(&is.default), value(default));
            let what = format!("the service takes {is} where it is not given, it took {was}");
            differ(Grade::Silent, what);
        }
        if *required != is.required {
            let now = if is.required { "now" } else { "no longer" };
            found.push(format!("it is {now} required"));
        }
        for (bound, was, is) in [
            ("minimum", *minimum, is.minimum),
            ("maximum", *maximum, is.maximum),
        ] {
            let shown = |it: Option<u64>| it.map_or("nothing".to_owned(), |it| it.to_string());
            if was != is {
                let (is, was) = (shown(is), shown(was));
                found.push(format!("its {bound} is {is}, it was {was}"));
            }
        }
        found
    }
}

/// Returns whether the call requires the parameter, and the type it takes.
fn given(call: &Call, parameter: &Parameter) -> Option<(bool, String)> {
    let name = parameter.name.to_snake_case();
    // A keyword gets a line after it.
    let names = [name.clone(), format!("{name}_")];
    let find = |of: &BTreeMap<String, String>| names.iter().find_map(|name| of.get(name)).cloned();
    let required = find(&call.required).map(|rust| (true, rust));
    required.or_else(|| find(&call.optional).map(|rust| (false, rust)))
}

/// Adds what new bounds do to a call, and returns true if a call may now give more. The client checks a parameter that has
/// both bounds; a single bound is checked by the service alone.
fn bounds(effect: &mut Effect, was: &Parameter, is: &Parameter) -> bool {
    let name = &is.name;
    let (was_checked, is_checked) = (was.range().is_some(), is.range().is_some());
    let refused = match is_checked {
        true => "is refused",
        false => "may be refused by the service",
    };
    let taken = match was_checked {
        true => "is no longer refused",
        false => "is right for the service now",
    };
    let mut is_wider = false;
    for (side, limit, was, is, is_tighter) in [
        (
            "under",
            "down to",
            was.minimum,
            is.minimum,
            is.minimum > was.minimum,
        ),
        (
            "over",
            "up to",
            was.maximum,
            is.maximum,
            is.maximum < was.maximum,
        ),
    ] {
        let (grade, words) = match (was, is) {
            (was, is) if was == is => continue,
            (None, Some(is)) => (
                Grade::Silent,
                format!("a `{name}` {side} {is} {refused} now"),
            ),
            (Some(was), Some(is)) if is_tighter => (
                Grade::Silent,
                format!("a `{name}` {side} {is} {refused}, it was {was}"),
            ),
            (Some(was), Some(is)) => (
                Grade::Harmless,
                format!("a `{name}` {side} {was} {taken}, {limit} {is}"),
            ),
            (was, None) => (
                Grade::Harmless,
                format!("a `{name}` {side} {} {taken}", was.unwrap_or_default()),
            ),
        };
        is_wider |= grade == Grade::Harmless;
        effect.add(&[grade], words);
    }
    if was_checked && !is_checked {
        let words = "code of the client that checks it no longer compiles, and the service gets what it refused";
        effect.add(&[Grade::Compile, Grade::Silent], words);
    }
    is_wider
}

fn place(location: Location) -> &'static str {
    match location {
        Location::Path => "the path",
        Location::Query => "the query",
        Location::Header => "a header",
    }
}
