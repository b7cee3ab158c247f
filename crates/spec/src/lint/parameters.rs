//! House rules for parameters: where they are sent, and what they may be.

use heck::ToPascalCase;

use super::Reader;
use super::names::{Names, field, is_header};
use super::operations::placeholders;
use crate::model::{Component, Format, Location, Parameter, Place, Plain, Primitive, Shape, Sort};
use crate::source::{Entry, Node, Value};

/// A variable in the methods.
const TAKEN: &str = "header_map";
/// The keys that bound a parameter, each with the type it is for.
const BOUNDS: [(&str, &str); 4] = [
    ("minimum", "integer"),
    ("maximum", "integer"),
    ("minLength", "string"),
    ("pattern", "string"),
];

impl Reader<'_> {
    /// The parameters of an operation, those of its path included, references followed.
    pub(super) fn parameters(
        &mut self,
        path: &Entry,
        id: &str,
        operation: &Node,
        components: &mut Vec<Component>,
    ) -> Vec<Parameter> {
        let known = self.problems.len();
        let mut arguments = Names::new("argument", "keep one");
        let listed = path.node.list("parameters").iter();
        let listed = listed.chain(operation.list("parameters"));
        let parameters = listed.filter_map(|listed| {
            let parameter = self.parameter(&path.key, id, listed, components)?;
            let Parameter { at, name, .. } = &parameter;
            match field(name).filter(|argument| argument != TAKEN) {
                Some(argument) => self.problems.extend(arguments.add(*at, name, argument)),
                None => self.problem(*at, taken(name)),
            }
            Some(parameter)
        });
        let parameters: Vec<_> = parameters.collect();
        // A name that is not in the path and one that is nowhere declared are one mistake.
        if self.problems.len() == known {
            for name in placeholders(&path.key).unwrap_or_default() {
                let mut in_path = parameters.iter().filter(|it| it.location == Location::Path);
                if !in_path.any(|parameter| parameter.name == name) {
                    let text = format!(
                        "the path has {{{name}}} but no such path parameter is declared: add it"
                    );
                    self.problem(path.at, text);
                }
            }
        }
        parameters
    }

    fn parameter(
        &mut self,
        path: &str,
        id: &str,
        listed: &Node,
        components: &mut Vec<Component>,
    ) -> Option<Parameter> {
        let node = self.document.resolve(listed);
        let schema = node.get("schema")?;
        let location = self.location(path, listed.at, node);
        self.check_bounds_of(schema);
        self.check_style(node, location);
        let shape = match schema.word("type") {
            Some("array") => self.array(location, id, node, components),
            _ => self.value(id, node, schema, components),
        };
        Some(Parameter {
            at: listed.at,
            name: node.string(&["name"]),
            location,
            required: node.is("required"),
            description: node.string(&["description"]),
            shape: shape?,
            minimum: schema.count("minimum"),
            maximum: schema.count("maximum"),
            min_length: schema.count("minLength"),
            pattern: schema.word("pattern").map(str::to_owned),
            default: schema.get("default").map(Node::to_json),
        })
    }

    fn location(&mut self, path: &str, at: Place, parameter: &Node) -> Location {
        let name = parameter.string(&["name"]);
        let is_in_path = || placeholders(path).is_none_or(|names| names.contains(&name.as_str()));
        let (location, problem) = match parameter.word("in") {
            Some("path") if !parameter.is("required") => (
                Location::Path,
                format!("the path parameter `{name}` needs required: true"),
            ),
            Some("path") if !is_in_path() => (
                Location::Path,
                format!("`{name}` is not in the path `{path}`: add it there or correct the name"),
            ),
            Some("path") => return Location::Path,
            Some("query") => return Location::Query,
            Some("header") if is_header(&name) => return Location::Header,
            Some("header") => (
                Location::Header,
                format!("`{name}` is no header name: use letters, digits, - and _"),
            ),
            _ => (
                Location::Query,
                format!("`{name}` must be in: path, query or header; cookies are not supported"),
            ),
        };
        self.problem(at, problem);
        location
    }

    fn check_bounds_of(&mut self, schema: &Node) {
        for (key, of) in BOUNDS {
            let Some(Entry { at, node, .. }) = schema.entry(key) else {
                continue;
            };
            if matches!(node.value, Value::Number(_)) && schema.count(key).is_none() {
                self.problem(node.at, format!("`{key}` must be a whole number from 0"));
            } else if schema.word("type") != Some(of) {
                let text = format!("`{key}` is for the type {of}: leave it out");
                self.problem(*at, text);
            }
        }
    }

    /// The generator sends arrays in one form, whatever the document says.
    fn check_style(&mut self, parameter: &Node, location: Location) {
        let is_array = parameter.at_path(&["schema", "items"]).is_some();
        let is_sent =
            |node: &Node| matches!(node.value, Value::Flag(true)) || node.text() == Some("form");
        for Entry { at, key, node } in ["style", "explode"]
            .iter()
            .filter_map(|key| parameter.entry(key))
        {
            if !is_array || location != Location::Query {
                let text = format!("`{key}` is for an array in a query: leave it out");
                self.problem(*at, text);
            } else if !is_sent(node) {
                let text = "an array is sent as `a=1&a=2`, which is style: form with explode: true: for another form use type: string, and give its whole text";
                self.problem(node.at, text);
            }
        }
    }

    fn array(
        &mut self,
        location: Location,
        id: &str,
        parameter: &Node,
        components: &mut Vec<Component>,
    ) -> Option<Shape> {
        let schema = parameter.get("schema")?;
        if location != Location::Query {
            let text =
                "an array is sent only in a query: use type: string, and give its whole text";
            self.problem(schema.place(&["type"]), text);
            return None;
        }
        let Some(items) = schema.get("items") else {
            self.problem(schema.at, "an array needs `items`");
            return None;
        };
        for Entry { at, key, .. } in ["enum", "format"]
            .iter()
            .filter_map(|key| schema.entry(key))
        {
            self.problem(*at, format!("`{key}` is of the items: write it there"));
        }
        let items = self.value(id, parameter, items, components)?;
        Some(Shape::Array(Box::new(items)))
    }

    /// Reads a parameter's schema, or that of its items. An enum that stands there is a type named after operation and parameter.
    fn value(
        &mut self,
        id: &str,
        parameter: &Node,
        schema: &Node,
        components: &mut Vec<Component>,
    ) -> Option<Shape> {
        if schema.get("$ref").is_some() {
            let place = self.target(schema)?;
            if matches!(components[place].sort, Sort::Enum { .. }) {
                return Some(Shape::Component(place));
            }
            let text = "a parameter refers to an enum and nothing else: write its type here";
            self.problem(schema.at, text);
            return None;
        }
        let word = schema.word("type").unwrap_or_default();
        let kind = Primitive::named(word);
        for Entry { at, key, .. } in ["items", "enum"].iter().filter_map(|key| schema.entry(key)) {
            let of = if key == "items" { "array" } else { "string" };
            if word != of {
                self.problem(*at, format!("`{key}` is for the type {of}: leave it out"));
                return None;
            }
        }
        if schema.get("enum").is_some() {
            if let Some(Entry { at, .. }) = schema.entry("format") {
                self.problem(*at, "an enum has no `format`: leave it out");
            }
            let name = parameter.string(&["name"]);
            let component = Component {
                at: schema.at,
                name: format!("{id}_{name}").to_pascal_case(),
                description: parameter.string(&["description"]),
                sort: self.open_enum(schema),
            };
            return Some(Shape::Component(self.inline(component, components)));
        }
        match kind {
            Some(kind @ Primitive::Integer) if schema.get("format").is_none() => {
                let format = Format::None;
                Some(Shape::Plain(Plain { kind, format }))
            }
            Some(_) => self.plain(schema).map(Shape::Plain),
            None => {
                let text = format!(
                    "a parameter cannot be of type `{word}`: use string, and say in the description what it holds"
                );
                self.problem(schema.place(&["type"]), text);
                None
            }
        }
    }
}

/// A name that generated code has for something else.
pub(super) fn taken(name: &str) -> String {
    format!(
        "a parameter cannot be called `{name}` in generated code: leave it out, or ask for the client to have it"
    )
}
