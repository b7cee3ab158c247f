//! A spec in the place of another: finds what code that was written for the other would miss.

use std::collections::HashMap;

use crate::model::{
    Component, Format, Model, Operation, Parameter, Place, Plain, Property, Response, Shape, Sort,
};
use crate::source::Problem;

/// Names all that `own` has and `theirs` has not, or has with another Rust type, each at its place in `theirs`. `theirs` may
/// add anything that not every call would have to give.
pub fn missing(own: &Model, theirs: &Model) -> Vec<Problem> {
    let mut check = Check {
        own,
        theirs,
        problems: Vec::new(),
    };
    check.document();
    check.problems.sort();
    check.problems
}

struct Check<'a> {
    own: &'a Model,
    theirs: &'a Model,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn say(&mut self, at: Place, what: impl Into<String>) {
        let what = what.into();
        let text = format!(
            "{what}, unlike in the crate's own spec, for which its code is written: change it back"
        );
        self.problems.push(Problem::new(at, text));
    }

    fn document(&mut self) {
        let (own, theirs) = (self.own, self.theirs);
        let there = by(&theirs.schemes, |it| &it.name);
        for scheme in &own.schemes {
            if !there.contains_key(&*scheme.name) {
                let what = format!("the way to sign `{}` is missing", scheme.name);
                self.say(Place::START, what);
            }
        }
        let there = by(&theirs.operations, |it| &it.id);
        for operation in &own.operations {
            match there.get(&*operation.id) {
                Some(theirs) => self.operation(operation, theirs),
                None => {
                    let what = format!("the operation `{}` is missing", operation.id);
                    self.say(Place::START, what);
                }
            }
        }
        let there = by(&theirs.components, |it| &it.name);
        let sent = own.sent();
        for (place, component) in own.components.iter().enumerate() {
            match there.get(&*component.name) {
                Some(theirs) => {
                    self.component(component, theirs);
                    if sent.contains(&place) {
                        self.sent(component, theirs);
                    }
                }
                None => {
                    let what = format!("the component `{}` is missing", component.name);
                    self.say(Place::START, what);
                }
            }
        }
    }

    fn operation(&mut self, own: &Operation, theirs: &Operation) {
        let id = &own.id;
        let there = by(&theirs.parameters, |it| &it.name);
        for parameter in &own.parameters {
            match there.get(&*parameter.name) {
                Some(theirs) => self.parameter(id, parameter, theirs),
                None => {
                    let what = format!("the parameter `{}` of `{id}` is missing", parameter.name);
                    self.say(theirs.at, what);
                }
            }
        }
        let known = by(&own.parameters, |it| &it.name);
        for added in &theirs.parameters {
            if added.required && !known.contains_key(&*added.name) {
                let what = format!("the parameter `{}` of `{id}` is required", added.name);
                self.say(added.at, what);
            }
        }
        let body = |model: &Model, operation: &Operation| {
            let body = operation.body.as_ref();
            body.map(|body| model.components[body.component].name.clone())
        };
        if body(self.own, own) != body(self.theirs, theirs) {
            self.say(theirs.at, format!("the body of `{id}` is another"));
        }
        let success = |model: &Model, operation: &Operation| {
            let body = operation.success().and_then(|it: &Response| it.body);
            body.map(|place| model.components[place].name.clone())
        };
        if success(self.own, own) != success(self.theirs, theirs) {
            let at = theirs.success().map_or(theirs.at, |it| it.at);
            self.say(at, format!("the success of `{id}` is another"));
        }
        if own.rpc.is_some() && theirs.rpc.is_none() {
            self.say(theirs.at, format!("the `x-rpc` of `{id}` is missing"));
        }
    }

    fn parameter(&mut self, of: &str, own: &Parameter, theirs: &Parameter) {
        let is_unsigned = |it: &Parameter| it.minimum.is_some();
        let named = format!("the parameter `{}` of `{of}`", own.name);
        if own.required != theirs.required
            || is_unsigned(own) != is_unsigned(theirs)
            || !self.is_same(&own.shape, &theirs.shape)
        {
            self.say(theirs.at, format!("{named} has another type"));
        } else if own.range().is_some() && theirs.range().is_none() {
            self.say(theirs.at, format!("{named} has no minimum and maximum"));
        }
    }

    fn component(&mut self, own: &Component, theirs: &Component) {
        let name = &own.name;
        match (&own.sort, &theirs.sort) {
            (Sort::Object(own), Sort::Object(properties)) => {
                let there = by(properties, |it| &it.name);
                for property in own {
                    match there.get(&*property.name) {
                        Some(theirs) => self.property(name, property, theirs),
                        None => {
                            let what = format!("`{}` of `{name}` is missing", property.name);
                            self.say(theirs.at, what);
                        }
                    }
                }
            }
            (Sort::Enum { words: own, .. }, Sort::Enum { words, .. }) => {
                let there = by(words, |it| &it.text);
                for word in own.iter().filter(|it| !there.contains_key(&*it.text)) {
                    let what = format!("the word `{}` of `{name}` is missing", word.text);
                    self.say(theirs.at, what);
                }
            }
            (Sort::Any, Sort::Any) => {}
            (Sort::Alias(own), Sort::Alias(shape)) if self.is_same(own, shape) => {}
            _ => self.say(theirs.at, format!("`{name}` has another type")),
        }
    }

    /// The code that makes what is sent does not know what else would be required.
    fn sent(&mut self, own: &Component, theirs: &Component) {
        let (Sort::Object(known), Sort::Object(properties)) = (&own.sort, &theirs.sort) else {
            return;
        };
        let known = by(known, |it| &it.name);
        for added in properties {
            if added.required && !known.contains_key(&*added.name) {
                let what = format!("`{}` of `{}` is required", added.name, own.name);
                self.say(added.at, what);
            }
        }
    }

    fn property(&mut self, of: &str, own: &Property, theirs: &Property) {
        let is_option = |it: &Property| !it.required || it.nullable;
        if is_option(own) != is_option(theirs) || !self.is_same(&own.shape, &theirs.shape) {
            let what = format!("`{}` of `{of}` has another type", own.name);
            self.say(theirs.at, what);
        }
    }

    /// Returns true if two shapes have one Rust type. A component is checked by itself.
    fn is_same(&self, own: &Shape, theirs: &Shape) -> bool {
        match (own, theirs) {
            (Shape::Plain(own), Shape::Plain(theirs)) => rust(*own) == rust(*theirs),
            (Shape::Array(own), Shape::Array(theirs)) | (Shape::Map(own), Shape::Map(theirs)) => {
                self.is_same(own, theirs)
            }
            (Shape::Component(own), Shape::Component(theirs)) => {
                self.own.components[*own].name == self.theirs.components[*theirs].name
            }
            _ => false,
        }
    }
}

/// The format that decides on the Rust type of a plain value, else its kind.
fn rust(Plain { kind, format }: Plain) -> Result<&'static str, crate::model::Primitive> {
    let mut formats = Format::ALL.iter();
    let named = formats.find(|(known, ..)| *known == format);
    named.map(|(_, _, rust)| *rust).ok_or(kind)
}

fn by<T>(all: &[T], name: fn(&T) -> &String) -> HashMap<&str, &T> {
    all.iter().map(|it| (name(it).as_str(), it)).collect()
}
