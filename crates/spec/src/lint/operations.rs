//! House rules for paths: what an operation is called, takes and answers.

use std::collections::HashMap;

use heck::{ToShoutySnakeCase, ToSnakeCase};

use super::schemas;
use crate::model::Place;
use crate::source::{Entry, Node, Problem, Value};

/// Methods that every generated client has, and names its methods' bodies use.
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
];
const TAKEN_PARAMETERS: &[&str] = &["header_map", "info", "self"];

pub fn check(document: &Node, problems: &mut Vec<Problem>) {
    check_requirements(document, document, problems);
    let mut ids: HashMap<&str, Place> = HashMap::new();
    for path in document.members(&["paths"]) {
        if !path.key.starts_with('/') || path.key.contains(['?', '#']) {
            problems.push(Problem::new(
                path.at,
                "a path begins with a slash and holds neither query nor fragment",
            ));
        }
        let Some(operation) = path.node.get("get") else {
            continue;
        };
        if let Some(id) = operation.get("operationId") {
            let word = id.text().unwrap_or_default();
            if word != word.to_snake_case() || syn::parse_str::<syn::Ident>(word).is_err() {
                problems.push(Problem::new(
                    id.at,
                    format!("`{word}` names a Rust method: write it like `get_execution`"),
                ));
            } else if TAKEN_OPERATIONS.contains(&word) {
                problems.push(Problem::new(
                    id.at,
                    format!(
                        "`{word}` is a method that every client has: choose another operationId"
                    ),
                ));
            } else if let Some(first) = ids.insert(word, id.at) {
                let text = format!(
                    "`{word}` is the operationId on line {} too: choose another",
                    first.line
                );
                problems.push(Problem::new(id.at, text));
            }
        }
        check_parameters(document, path, operation, problems);
        check_responses(document, operation, problems);
        check_requirements(document, operation, problems);
    }
}

fn check_requirements(document: &Node, holder: &Node, problems: &mut Vec<Problem>) {
    let schemes = document.members(&["components", "securitySchemes"]);
    for requirement in holder.get("security").map_or(&[][..], Node::items) {
        for Entry { at, key, .. } in requirement.entries() {
            if schemes.iter().all(|scheme| scheme.key != *key) {
                problems.push(Problem::new(
                    *at,
                    format!(
                        "`{key}` is no security scheme: declare it under components.securitySchemes"
                    ),
                ));
            }
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
    let mut arguments: HashMap<String, &str> = HashMap::new();
    let known = problems.len();
    for (at, parameter) in parameters(document, &path.node, operation) {
        let name = parameter.word("name").unwrap_or_default();
        let argument = name.to_snake_case();
        let can_be_called = argument.starts_with(|first: char| first.is_ascii_lowercase());
        if !can_be_called || TAKEN_PARAMETERS.contains(&argument.as_str()) {
            let text = format!(
                "a parameter cannot be called `{name}` in generated code: choose another name"
            );
            problems.push(Problem::new(at, text));
        } else if let Some(other) = arguments.insert(argument.clone(), name) {
            let text =
                format!("`{name}` and `{other}` both become the argument `{argument}`: keep one");
            problems.push(Problem::new(at, text));
        }
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
        let missing = placeholders(&path.key).filter(|name| !declared(name));
        let text = |name| {
            format!("the path has {{{name}}} but no such path parameter is declared: add it")
        };
        problems.extend(missing.map(|name| Problem::new(path.at, text(name))));
    }
}

/// What is wrong with where a parameter goes.
fn misplaced(path: &str, parameter: &Node, name: &str) -> Option<String> {
    match parameter.word("in") {
        Some("path") if !parameter.is("required") => {
            Some(format!("the path parameter `{name}` needs required: true"))
        }
        Some("path") if placeholders(path).all(|placeholder| placeholder != name) => Some(format!(
            "`{name}` is not in the path `{path}`: add it there or correct the name"
        )),
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

fn placeholders(path: &str) -> impl Iterator<Item = &str> {
    path.split('{')
        .skip(1)
        .map(|rest| rest.split_once('}').map_or(rest, |(name, _)| name))
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
    for bound in [schema.get("minimum"), schema.get("maximum")]
        .into_iter()
        .flatten()
    {
        let is_count =
            matches!(&bound.value, Value::Number(digits) if digits.parse::<u64>().is_ok());
        if kind != "integer" || !is_count {
            problems.push(Problem::new(
                bound.at,
                "a bound must be a whole number from 0, of an integer",
            ));
        }
    }
}

fn check_responses(document: &Node, operation: &Node, problems: &mut Vec<Problem>) {
    let Some(responses) = operation.get("responses") else {
        return;
    };
    for Entry { at, key, .. } in responses.entries() {
        let is_status = matches!(key.parse::<u16>(), Ok(200..=599))
            || ["3XX", "4XX", "5XX", "default"].contains(&key.as_str());
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
        || schemas::sort(document.resolve(schema)) != Some(schemas::Sort::Object)
    {
        problem(
            schema.at,
            "a success must be a $ref to an object under components.schemas",
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
