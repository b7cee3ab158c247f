//! House rules for paths: what an operation is called, takes and answers.

use heck::{ToPascalCase, ToSnakeCase};

use super::Reader;
use super::names::{Names, bounds, field, is_header, is_method, is_taken};
use crate::model::{
    Component, Effect, Format, Location, Operation, Parameter, Place, Plain, Primitive, Response,
    Sort, Statuses,
};
use crate::source::{Entry, Node, Value};

/// Methods that every generated client has, and what the module of the calls uses.
const TAKEN_OPERATIONS: &[&str] = &[
    "new",
    "new_with_client",
    "pre",
    "exec",
    "post",
    "client",
    "baseurl",
    "inner",
    "api_version",
    "error",
];
/// A variable in the methods.
const TAKEN_PARAMETER: &str = "header_map";
/// The keys that bound a parameter, each with the type it is for.
const BOUNDS: [(&str, &str); 4] = [
    ("minimum", "integer"),
    ("maximum", "integer"),
    ("minLength", "string"),
    ("pattern", "string"),
];

impl Reader<'_> {
    pub(super) fn operations(&mut self, components: &[Component]) -> Vec<Operation> {
        let security = self.requirements(self.document);
        let mut calls = Names::new("call", "choose another operationId");
        let mut operations = Vec::new();
        for path in self.document.members(&["paths"]) {
            if !path.key.starts_with('/') || placeholders(&path.key).is_none() {
                let text = "a path begins with a slash and holds no more than letters, digits, {parameters} with a name each, and -._~!$&'()*+,;=:@%";
                self.problem(path.at, text);
            }
            let Some(Entry { at, key, node }) = path.node.entry("get") else {
                continue;
            };
            operations.push(Operation {
                at: *at,
                id: self.id(node, &mut calls),
                method: key.clone(),
                path: path.key.clone(),
                effect: Effect::Read,
                rpc: node.word("x-rpc").map(str::to_owned),
                summary: node.string(&["summary"]),
                description: node.word("description").map(str::to_owned),
                parameters: self.parameters(path, node),
                responses: self.responses(node, components),
                security: match node.get("security") {
                    Some(_) => self.requirements(node),
                    None => security.clone(),
                },
            });
        }
        self.check_bounds(&operations);
        operations
    }

    fn id(&mut self, operation: &Node, calls: &mut Names) -> String {
        let at = operation.place(&["operationId"]);
        let id = operation.string(&["operationId"]);
        let call = id.to_pascal_case();
        if id != id.to_snake_case() || !is_method(&id) {
            let text = format!("`{id}` names a Rust method: write it like `get_execution`");
            self.problem(at, text);
        } else if TAKEN_OPERATIONS.contains(&id.as_str()) || is_taken(&call) {
            let text =
                format!("`{id}` is a method that every client has: choose another operationId");
            self.problem(at, text);
        } else {
            self.problems.extend(calls.add(at, &id, call));
        }
        id
    }

    fn requirements(&mut self, holder: &Node) -> Vec<String> {
        let schemes = ["components", "securitySchemes"];
        let mut names = Vec::new();
        for requirement in holder.list("security") {
            if requirement.entries().len() != 1 {
                let text = "a request is signed in one way: name one scheme in each requirement";
                self.problem(requirement.at, text);
            }
            for Entry { at, key, .. } in requirement.entries() {
                let known = self.document.at_path(&schemes);
                if known.is_none_or(|known| known.get(key).is_none()) {
                    let text = format!(
                        "`{key}` is no security scheme: declare it under components.securitySchemes"
                    );
                    self.problem(*at, text);
                }
                if names.contains(key) {
                    self.problem(*at, format!("`{key}` is listed twice: leave one out"));
                }
                names.push(key.clone());
            }
        }
        names
    }

    /// The parameters of an operation, those of its path included, references followed.
    fn parameters(&mut self, path: &Entry, operation: &Node) -> Vec<Parameter> {
        let known = self.problems.len();
        let mut arguments = Names::new("argument", "keep one");
        let listed = path.node.list("parameters").iter();
        let listed = listed.chain(operation.list("parameters"));
        let parameters = listed.filter_map(|listed| {
            let parameter = self.parameter(&path.key, listed)?;
            let Parameter { at, name, .. } = &parameter;
            match field(name).filter(|argument| argument != TAKEN_PARAMETER) {
                Some(argument) => self.problems.extend(arguments.add(*at, name, argument)),
                None => self.problem(*at, format!("a parameter cannot be called `{name}` in generated code: leave it out, or ask for the client to have it")),
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

    fn parameter(&mut self, path: &str, listed: &Node) -> Option<Parameter> {
        let node = self.document.resolve(listed);
        let schema = node.get("schema")?;
        let kind = self.kind(schema);
        let location = self.location(path, listed.at, node);
        Some(Parameter {
            at: listed.at,
            name: node.string(&["name"]),
            location,
            required: node.is("required"),
            description: node.string(&["description"]),
            plain: Plain {
                kind,
                format: Format::None,
            },
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

    /// The kind of a parameter's values, which its bounds must suit.
    fn kind(&mut self, schema: &Node) -> Primitive {
        let word = schema.word("type").unwrap_or_default();
        let kind = Primitive::named(word).filter(|kind| *kind != Primitive::Number);
        if kind.is_none() {
            let text =
                format!("a parameter cannot be of type `{word}`: use string, integer or boolean");
            self.problem(schema.place(&["type"]), text);
        }
        for (key, of) in BOUNDS {
            let Some(Entry { at, node, .. }) = schema.entry(key) else {
                continue;
            };
            if matches!(node.value, Value::Number(_)) && schema.count(key).is_none() {
                self.problem(node.at, format!("`{key}` must be a whole number from 0"));
            } else if word != of {
                let text = format!("`{key}` is for the type {of}: leave it out");
                self.problem(*at, text);
            }
        }
        kind.unwrap_or(Primitive::String)
    }

    /// The bounds of all operations stand side by side, as constants.
    fn check_bounds(&mut self, operations: &[Operation]) {
        let mut constants = Names::new("constant", "choose another operationId for one");
        for operation in operations {
            for parameter in operation
                .parameters
                .iter()
                .filter(|it| it.range().is_some())
            {
                let name = format!("{} of {}", parameter.name, operation.id);
                let constant = bounds(operation, parameter);
                self.problems
                    .extend(constants.add(parameter.at, &name, constant));
            }
        }
    }

    fn responses(&mut self, operation: &Node, components: &[Component]) -> Vec<Response> {
        let listed = operation.members(&["responses"]).iter();
        let successes = listed.clone().filter(|it| it.key.starts_with('2'));
        match successes.collect::<Vec<_>>()[..] {
            [success] => self.check_success(success, components),
            [] => {
                let text = "no response is a success: add `200` with its schema";
                self.problem(operation.place(&["responses"]), text);
            }
            [_, second, ..] => {
                let text = "one operation has one success: keep the answer that the client reads";
                self.problem(second.at, text);
            }
        }
        listed.filter_map(|listed| self.response(listed)).collect()
    }

    fn response(&mut self, Entry { at, key, node }: &Entry) -> Option<Response> {
        let statuses = Statuses::read(key);
        if statuses.is_none() {
            self.problem(*at, format!("`{key}` is no status of an answer: use 200 to 599, 4XX, 5XX or default, and name a success"));
        }
        let content = self.document.resolve(node).members(&["content"]).iter();
        let mut json = content.clone().filter(|it| it.key == "application/json");
        Some(Response {
            at: *at,
            statuses: statuses?,
            media_types: content.map(|it| it.key.to_lowercase()).collect(),
            body: json.find_map(|json| self.target(json.node.get("schema")?)),
        })
    }

    fn check_success(&mut self, success: &Entry, components: &[Component]) {
        let content = self.document.resolve(&success.node).members(&["content"]);
        let [media] = content else {
            let at = content.get(1).map_or(success.node.at, |second| second.at);
            let text = "a success has exactly one content: application/json";
            return self.problem(at, text);
        };
        if media.key != "application/json" {
            let text = "a success is read as JSON: write application/json";
            self.problem(media.at, text);
        }
        let Some(schema) = media.node.get("schema") else {
            return;
        };
        let body = self.target(schema).map(|body| &components[body].sort);
        if matches!(body, None | Some(Sort::Enum { .. })) {
            let text = "a success must be a $ref to an object under components.schemas, or to a component without type for any JSON";
            self.problem(schema.at, text);
        }
    }
}

/// The names in braces. Nothing if one has no end, no name or another's, or if the path holds what paths do not.
fn placeholders(path: &str) -> Option<Vec<&str>> {
    let mut names = Vec::new();
    let is_plain = |text: &str| {
        text.chars()
            .all(|it| it.is_ascii_alphanumeric() || "/-._~!$&'()*+,;=:@%".contains(it))
    };
    let mut parts = path.split('{');
    let before = parts.next().unwrap_or_default();
    for part in parts {
        let (name, after) = part.split_once('}')?;
        if name.is_empty() || name.contains('`') || names.contains(&name) || !is_plain(after) {
            return None;
        }
        names.push(name);
    }
    is_plain(before).then_some(names)
}
