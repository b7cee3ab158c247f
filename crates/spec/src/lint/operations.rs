//! House rules for paths: what an operation is called, does and is signed by.

use heck::{ToPascalCase, ToSnakeCase};

use super::Reader;
use super::names::{Names, bounds, is_method, is_taken};
use crate::model::{Component, Effect, Operation};
use crate::source::{Entry, Node, Value};

const METHODS: [&str; 3] = ["get", "post", "delete"];

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

impl Reader<'_> {
    pub(super) fn operations(&mut self, components: &mut Vec<Component>) -> Vec<Operation> {
        let security = self.requirements(self.document);
        let mut calls = Names::new("call", "choose another operationId");
        let mut operations = Vec::new();
        for path in self.document.members(&["paths"]) {
            if !path.key.starts_with('/') || placeholders(&path.key).is_none() {
                let text = "a path begins with a slash and holds no more than letters, digits, {parameters} with a name each, and -._~!$&'()*+,;=:@%";
                self.problem(path.at, text);
            }
            let methods = path.node.entries().iter();
            let methods = methods.filter(|it| METHODS.contains(&it.key.as_str()));
            if methods.clone().next().is_none() {
                let text = "a path has at least one operation: get, post or delete";
                self.problem(path.at, text);
            }
            for method in methods {
                let Entry { at, key, node } = method;
                let id = self.id(node, &mut calls);
                let parameters = self.parameters(path, &id, node, components);
                operations.push(Operation {
                    at: *at,
                    method: key.clone(),
                    path: path.key.clone(),
                    effect: self.effect(method),
                    rpc: node.word("x-rpc").map(str::to_owned),
                    summary: node.string(&["summary"]),
                    description: node.word("description").map(str::to_owned),
                    body: self.body(method, &parameters, components),
                    responses: self.responses(&id, node, components),
                    security: match node.get("security") {
                        Some(_) => self.requirements(node),
                        None => security.clone(),
                    },
                    id,
                    parameters,
                });
            }
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

    /// Reads the effect. The spec has to say it of everything but a GET.
    fn effect(&mut self, Entry { at, key, node }: &Entry) -> Effect {
        let (effect, refuses_before) = (node.entry("x-effect"), node.entry("x-refuses-before"));
        let problem = match (key.as_str(), effect, node.word("x-effect")) {
            ("get", Some(effect), _) => Some((effect.at, "a get is a read: leave `x-effect` out")),
            ("get", None, _) | (_, _, Some("read" | "write")) => None,
            (_, Some(effect), _) => Some((effect.node.at, "`x-effect` is read or write")),
            (_, None, _) => {
                let text = "an operation needs `x-effect`: read if it may be sent again when its answer is lost, else write";
                Some((*at, text))
            }
        };
        if let Some((at, text)) = problem {
            self.problem(at, text);
        }
        if node.word("x-effect") == Some("write") {
            let refuses_before = self.refuses_before(node);
            return Effect::Write { refuses_before };
        }
        if let Some(Entry { at, .. }) = refuses_before {
            let text = "a read may be sent again whatever refused it: leave `x-refuses-before` out";
            self.problem(*at, text);
        }
        Effect::Read
    }

    fn refuses_before(&mut self, operation: &Node) -> Vec<u16> {
        let mut statuses = Vec::new();
        for node in operation.list("x-refuses-before") {
            let status = match &node.value {
                Value::Number(digits) => digits.parse().ok(),
                _ => None,
            };
            match status.filter(|status| matches!(status, 400..=407 | 409..=499)) {
                Some(status) if statuses.contains(&status) => {
                    self.problem(node.at, format!("{status} is listed twice: leave one out"));
                }
                Some(status) => statuses.push(status),
                None => {
                    let text = "a service that refuses before it acts says so with 400 to 499, but not 408, by which it may have begun: leave it out";
                    self.problem(node.at, text);
                }
            }
        }
        statuses
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
}

/// The names in braces. Nothing if one has no end, no name or another's, or if the path holds what paths do not.
pub(super) fn placeholders(path: &str) -> Option<Vec<&str>> {
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
