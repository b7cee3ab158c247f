//! House rules for paths: what an operation is called, takes and answers.

use std::collections::HashMap;

use heck::{ToPascalCase, ToShoutySnakeCase, ToSnakeCase};

use super::names::{Names, field, is_taken};
use super::schemas;
use crate::model::{Place, Statuses};
use crate::source::{Entry, Node, Problem, Value};

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

pub fn check(document: &Node, problems: &mut Vec<Problem>) {
    check_requirements(document, document, problems);
    let mut calls = Names::new("call", "choose another operationId");
    let mut bounds = HashMap::new();
    for path in document.members(&["paths"]) {
        if !path.key.starts_with('/') || placeholders(&path.key).is_none() {
            problems.push(Problem::new(
                path.at,
                "a path begins with a slash and holds no more than letters, digits, {parameters} with a name each, and -._~!$&'()*+,;=:@%",
            ));
        }
        let Some(operation) = path.node.get("get") else {
            continue;
        };
        if let Some(id) = operation.get("operationId") {
            let word = id.text().unwrap_or_default();
            let call = word.to_pascal_case();
            problems.extend(if word != word.to_snake_case() || !is_method(word) {
                let text = format!("`{word}` names a Rust method: write it like `get_execution`");
                Some(Problem::new(id.at, text))
            } else if TAKEN_OPERATIONS.contains(&word) || is_taken(&call) {
                let text = format!(
                    "`{word}` is a method that every client has: choose another operationId"
                );
                Some(Problem::new(id.at, text))
            } else {
                calls.add(id.at, word, call)
            });
        }
        check_parameters(document, path, operation, problems);
        check_bounds(document, path, operation, &mut bounds, problems);
        check_responses(document, operation, problems);
        check_requirements(document, operation, problems);
    }
}

/// Whether a name in lower case can be a method's, a module's or, in capitals, a constant's.
pub fn is_method(name: &str) -> bool {
    name.is_ascii() && name != "gen" && syn::parse_str::<syn::Ident>(name).is_ok()
}

fn check_requirements(document: &Node, holder: &Node, problems: &mut Vec<Problem>) {
    let schemes = document.at_path(["components", "securitySchemes"]);
    let is_scheme = |name: &str| schemes.is_some_and(|schemes| schemes.get(name).is_some());
    for requirement in holder.get("security").map_or(&[][..], Node::items) {
        let names = requirement.entries();
        if names.len() != 1 {
            let text = "a request is signed in one way: name one scheme in each requirement";
            problems.push(Problem::new(requirement.at, text));
        }
        for Entry { at, key, .. } in names.iter().filter(|entry| !is_scheme(&entry.key)) {
            let text = format!(
                "`{key}` is no security scheme: declare it under components.securitySchemes"
            );
            problems.push(Problem::new(*at, text));
        }
    }
}

/// The methods that an operation may have.
pub const METHODS: &[&str] = &["get"];

/// The parameters of an operation, those of its path included, references followed.
pub fn parameters<'a>(
    document: &'a Node,
    path: &'a Node,
    operation: &'a Node,
) -> impl Iterator<Item = (Place, &'a Node)> {
    [path, operation]
        .into_iter()
        .flat_map(|holder| holder.get("parameters"))
        .flat_map(Node::items)
        .map(|parameter| (parameter.at, document.resolve(parameter)))
}

fn check_parameters(document: &Node, path: &Entry, operation: &Node, problems: &mut Vec<Problem>) {
    let mut arguments = Names::new("argument", "keep one");
    let known = problems.len();
    for (at, parameter) in parameters(document, &path.node, operation) {
        let name = parameter.word("name").unwrap_or_default();
        let argument = field(name).filter(|argument| argument != TAKEN_PARAMETER);
        problems.extend(match argument {
            Some(argument) => arguments.add(at, name, argument),
            None => Some(Problem::new(
                at,
                format!("a parameter cannot be called `{name}` in generated code: leave it out, or ask for the client to have it"),
            )),
        });
        problems.extend(misplaced(&path.key, parameter, name).map(|text| Problem::new(at, text)));
        check_plain(parameter.get("schema"), problems);
    }
    // A name that is not in the path and one that is nowhere declared are one mistake.
    if problems.len() == known {
        let declared = |name| {
            parameters(document, &path.node, operation).any(|(_, parameter)| {
                parameter.word("name") == Some(name) && parameter.word("in") == Some("path")
            })
        };
        let names = placeholders(&path.key).unwrap_or_default();
        let missing = names.into_iter().filter(|name| !declared(name));
        let text = |name| {
            format!("the path has {{{name}}} but no such path parameter is declared: add it")
        };
        problems.extend(missing.map(|name| Problem::new(path.at, text(name))));
    }
}

/// The bounds of all operations stand side by side, as constants.
fn check_bounds(
    document: &Node,
    path: &Entry,
    operation: &Node,
    bounds: &mut HashMap<String, u64>,
    problems: &mut Vec<Problem>,
) {
    let id = operation.word("operationId").unwrap_or_default();
    for (at, parameter) in parameters(document, &path.node, operation) {
        let name = parameter.word("name").unwrap_or_default();
        let schema = parameter.get("schema");
        let has = |key| schema.is_some_and(|schema| schema.get(key).is_some());
        let constant = constant(&format!("{id}_{}", name.to_snake_case()));
        if has("minimum")
            && has("maximum")
            && let Some(line) = bounds.insert(constant.clone(), at.line)
        {
            let text = format!(
                "the bounds of `{name}` and those on line {line} both become the constant `{constant}`: choose another operationId for one"
            );
            problems.push(Problem::new(at, text));
        }
    }
}

/// What is wrong with where a parameter goes.
fn misplaced(path: &str, parameter: &Node, name: &str) -> Option<String> {
    match parameter.word("in") {
        Some("path") if !parameter.is("required") => {
            Some(format!("the path parameter `{name}` needs required: true"))
        }
        Some("path") if placeholders(path).is_some_and(|names| !names.contains(&name)) => Some(
            format!("`{name}` is not in the path `{path}`: add it there or correct the name"),
        ),
        Some("path" | "query") => None,
        Some("header") if is_header(name) => None,
        Some("header") => Some(format!(
            "`{name}` is no header name: use letters, digits, - and _"
        )),
        _ => Some(format!(
            "`{name}` must be in: path, query or header; cookies are not supported"
        )),
    }
}

/// The names in braces. Nothing if one has no end, no name or another's, or if the path holds what paths do not.
fn placeholders(path: &str) -> Option<Vec<&str>> {
    let mut names = Vec::new();
    let is_plain = |text: &str| {
        text.chars()
            .all(|it| it.is_ascii_alphanumeric() || "/-._~!$&'()*+,;=:@%".contains(it))
    };
    let (before, parts) = path.split_once('{').unwrap_or((path, ""));
    for part in parts.split('{').filter(|_| path.contains('{')) {
        let (name, after) = part.split_once('}')?;
        if name.is_empty() || name.contains('`') || names.contains(&name) || !is_plain(after) {
            return None;
        }
        names.push(name);
    }
    is_plain(before).then_some(names)
}

fn check_plain(schema: Option<&Node>, problems: &mut Vec<Problem>) {
    let Some(schema) = schema else { return };
    let kind = schema.word("type").unwrap_or_default();
    if !["string", "integer", "boolean"].contains(&kind) {
        let at = schema.get("type").map_or(schema.at, |node| node.at);
        problems.push(Problem::new(
            at,
            format!("a parameter cannot be of type `{kind}`: use string, integer or boolean"),
        ));
    }
    for (key, of) in [
        ("minimum", "integer"),
        ("maximum", "integer"),
        ("minLength", "string"),
        ("pattern", "string"),
    ] {
        let Some(entry) = schema.entry(key) else {
            continue;
        };
        let is_fit = match &entry.node.value {
            Value::Number(digits) => digits.parse::<u64>().is_ok(),
            _ => true,
        };
        if !is_fit {
            problems.push(Problem::new(
                entry.node.at,
                format!("`{key}` must be a whole number from 0"),
            ));
        } else if kind != of {
            problems.push(Problem::new(
                entry.at,
                format!("`{key}` is for the type {of}: leave it out"),
            ));
        }
    }
}

fn check_responses(document: &Node, operation: &Node, problems: &mut Vec<Problem>) {
    let Some(responses) = operation.get("responses") else {
        return;
    };
    for Entry { at, key, .. } in responses.entries() {
        let is_status = key != "2XX" && Statuses::read(key).is_some();
        if !is_status {
            problems.push(Problem::new(*at, format!("`{key}` is no status of an answer: use 200 to 599, 4XX, 5XX or default, and name a success")));
        }
    }
    let successes: Vec<&Entry> = successes(operation).collect();
    match successes[..] {
        [success] => check_success(document, success, problems),
        [] => problems.push(Problem::new(
            responses.at,
            "no response is a success: add `200` with its schema",
        )),
        [_, second, ..] => problems.push(Problem::new(
            second.at,
            "one operation has one success: keep the answer that the client reads",
        )),
    }
}

/// The responses that the generated method decodes.
pub fn successes(operation: &Node) -> impl Iterator<Item = &Entry> {
    operation
        .members(&["responses"])
        .iter()
        .filter(|response| response.key.starts_with('2'))
}

fn check_success(document: &Node, success: &Entry, problems: &mut Vec<Problem>) {
    let response = document.resolve(&success.node);
    let content = response.members(&["content"]);
    let mut problem = |at, text: &str| problems.push(Problem::new(at, text));
    let [media] = content else {
        let at = content.get(1).map_or(success.node.at, |second| second.at);
        return problem(at, "a success has exactly one content: application/json");
    };
    if media.key != "application/json" {
        problem(
            media.at,
            "a success is read as JSON: write application/json",
        );
    }
    let Some(schema) = media.node.get("schema") else {
        return;
    };
    if schema.get("$ref").is_none()
        || !matches!(
            schemas::sort(document.resolve(schema)),
            Some(schemas::Sort::Object | schemas::Sort::Json)
        )
    {
        problem(
            schema.at,
            "a success must be a $ref to an object under components.schemas, or to a component without type for any JSON",
        );
    }
}

/// Whether a header can be called so.
pub fn is_header(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_')
}

/// The name of the constant that is made of a name.
pub fn constant(name: &str) -> String {
    name.to_shouty_snake_case()
}
