//! Operations: where they go, and what they bring.

use heck::ToSnakeCase;

use super::super::change::Grade;
use super::super::document::Document;
use super::super::types::Effect;
use super::super::words::quoted;
use super::{Comparison, Pair, Subject, alternatives, pairs};
use crate::model::{self, Operation, RequestBody, Response, Shape, Statuses};

impl Comparison<'_> {
    pub(super) fn operation(&mut self, pair: Pair<Operation>) {
        let of = Subject {
            named: format!("`{}`", pair.last().id),
            at: pair.at(|it| it.at),
            item: Some(pair.last().id.clone()),
        };
        let named = &of.named;
        let Some((was, is)) = self.both(pair, &of, Grade::Compile, Grade::Harmless) else {
            return;
        };
        let Operation {
            at: _,
            id,
            method: _,
            path: _,
            effect,
            rpc,
            summary,
            description,
            parameters,
            body,
            responses,
            security,
        } = was;
        let (before, after) = (shown(was, is), shown(is, was));
        if before != after {
            let what = format!("{named} asks {after}, it asked {before}");
            self.push(&of, what, Grade::Silent);
        }
        if *effect != is.effect {
            let (is, was) = (effect_words(&is.effect), effect_words(effect));
            let what = format!("{named} is {is}, it was {was}");
            self.push(&of, what, Grade::Silent);
        }
        if *rpc != is.rpc {
            let called = |rpc: &Option<String>| rpc.clone().unwrap_or_else(|| "nothing".to_owned());
            let what = format!(
                "{named} is called {} over the WebSocket, it was {}",
                called(&is.rpc),
                called(rpc)
            );
            self.push(&of, what, Grade::Silent);
        }
        if *summary != is.summary {
            let what = format!("the summary of {named} is {}", quoted(&is.summary));
            self.push(&of, what, Grade::Harmless);
        }
        let (before, after) = (alternatives(security), alternatives(&is.security));
        if before != after {
            let what = format!("{named} is signed by {after}, it was by {before}");
            self.push(&of, what, Grade::Silent);
        }
        let text = |description: &'_ Option<String>| description.clone().unwrap_or_default();
        self.description(&of, &text(description), &text(&is.description));
        // By the name in Rust, for one may have another name on the wire.
        for pair in pairs(parameters, &is.parameters, |it| it.name.to_snake_case()) {
            self.parameter(id, pair);
        }
        let bodies = [body.as_slice(), is.body.as_slice()];
        for pair in pairs(bodies[0], bodies[1], |_| ()) {
            self.request_body(id, pair);
        }
        let key = |response: &Response| match response.statuses {
            statuses if statuses.is_success() => None,
            statuses => Some(shown_statuses(statuses)),
        };
        for pair in pairs(responses, &is.responses, key) {
            self.response(id, pair);
        }
    }

    fn request_body(&mut self, id: &str, pair: Pair<RequestBody>) {
        let of = Subject {
            named: format!("the body of `{id}`"),
            at: pair.at(|it| it.at),
            item: Some(id.to_owned()),
        };
        let gone = Effect::new(Grade::Compile, "a call that gives it no longer compiles");
        let new = Effect::new(Grade::Compile, "every call must give it");
        let Some((was, is)) = self.both(pair, &of, gone, new) else {
            return;
        };
        let RequestBody {
            at: _,
            description,
            component,
        } = was;
        let name = |document: &'_ Document, place: usize| {
            format!("`types::{}`", document.spec.model.components[place].name)
        };
        let (before, after) = (name(self.old, *component), name(self.new, is.component));
        if before != after {
            let (was, is) = (Shape::Component(*component), Shape::Component(is.component));
            let words = format!("it is given as {after}, it was as {before}");
            let mut effect = Effect::new(Grade::Compile, words);
            if !self.is_alike(&was, &is) {
                effect.add(&[Grade::Silent], "other JSON is sent");
            }
            self.push(&of, format!("{} is another", of.named), effect);
        }
        let text = |description: &'_ Option<String>| description.clone().unwrap_or_default();
        self.description(&of, &text(description), &text(&is.description));
    }

    fn response(&mut self, id: &str, pair: Pair<Response>) {
        let (Pair::Both(first, _) | Pair::Gone(first) | Pair::New(first)) = pair;
        let of = Subject {
            named: format!("the answer {} of `{id}`", shown_statuses(first.statuses)),
            at: pair.at(|it| it.at),
            item: first.statuses.is_success().then(|| id.to_owned()),
        };
        if let Some((was, is)) = self.both(pair, &of, Grade::Silent, Grade::Silent) {
            let effect = self.differences(id, was, is);
            if !effect.grades.is_empty() {
                self.push(&of, format!("{} is another", of.named), effect);
            }
        }
    }

    fn differences(&self, id: &str, was: &Response, is: &Response) -> Effect {
        let Response {
            at: _,
            statuses,
            media_types,
            body,
        } = was;
        let mut effect = Effect::default();
        let name = |document: &Document, body: Option<usize>| {
            let body = body.map(|body| &document.spec.model.components[body].name);
            body.map_or("nothing".to_owned(), |name| format!("`{name}`"))
        };
        let (before, after) = (name(self.old, *body), name(self.new, is.body));
        if before != after {
            let words = format!("`{id}` brings {after}, it brought {before}");
            let is_alike = body.zip(is.body).is_some_and(|(was, is)| {
                self.is_alike(&Shape::Component(was), &Shape::Component(is))
            });
            let grades: &[Grade] = match (statuses.is_success(), is_alike) {
                (true, true) => &[Grade::Compile],
                (true, false) => &[Grade::Compile, Grade::Decode],
                (false, _) => &[Grade::Silent],
            };
            effect.add(grades, words);
        }
        if *statuses != is.statuses {
            let (is, was) = (shown_statuses(is.statuses), shown_statuses(*statuses));
            let words = format!("the status is {is}, it was {was}");
            effect.add(&[Grade::Silent], words);
        }
        let (before, after) = (alternatives(media_types), alternatives(&is.media_types));
        if before != after {
            let words = format!("the content is {after}, it was {before}");
            effect.add(&[Grade::Silent], words);
        }
        effect
    }
}

/// The method and the path. A parameter's name is not sent, so only one that the other version has too is told: it may have
/// changed places.
fn shown(operation: &Operation, other: &Operation) -> String {
    let mut shown = format!("`{} ", operation.method.to_uppercase());
    let mut parts = operation.path.split('{');
    shown += parts.next().unwrap_or_default();
    for part in parts {
        let (name, rest) = part.split_once('}').unwrap_or((part, ""));
        let named = format!("{{{name}}}");
        shown += match other.path.contains(&named) {
            true => &named,
            false => "{}",
        };
        shown += rest;
    }
    shown + "`"
}

fn effect_words(effect: &model::Effect) -> String {
    let statuses = match effect {
        model::Effect::Read => return "a read, which may be sent again".to_owned(),
        model::Effect::Write { refuses_before } => refuses_before.iter().map(u16::to_string),
    };
    match statuses.collect::<Vec<_>>()[..] {
        [] => "a write, which is sent once".to_owned(),
        ref statuses => format!(
            "a write, which the service refuses before it acts by {}",
            statuses.join(", ")
        ),
    }
}

fn shown_statuses(statuses: Statuses) -> String {
    match statuses {
        Statuses::One(status) => status.to_string(),
        Statuses::Hundred(digit) => format!("{digit}XX"),
        Statuses::Default => "default".to_owned(),
    }
}
