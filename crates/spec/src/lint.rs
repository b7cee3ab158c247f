//! House rules for a whole spec: what the generator would panic on, drop or get wrong is said here, with its place.

use heck::ToSnakeCase;

mod dialect;
mod enums;
mod grammar;
mod names;
pub(crate) mod operations;
mod schemas;

use crate::model::Place;
use crate::source::{Entry, Node, Problem};
use names::Names;
use operations::is_header;

/// All problems of a spec, in the order of the file.
pub fn check(service: &str, document: &Node) -> Vec<Problem> {
    let mut problems = Vec::new();
    check_service(service, &mut problems);
    if let Some(version) = document.get("openapi")
        && !version
            .text()
            .is_some_and(|version| version.starts_with("3.0."))
    {
        // A document of another version would fail in a hundred places for this one reason.
        problems.push(Problem::new(
            version.at,
            "only OpenAPI 3.0 is supported: write the document as openapi: 3.0.3",
        ));
        return problems;
    }
    grammar::check(document, document, &dialect::DOCUMENT, &mut problems);
    // The rules below read what the grammar has found in order; on a malformed spec they would only add noise.
    if problems.is_empty() {
        check_head(document, &mut problems);
        schemas::check(document, &mut problems);
        check_schemes(document, &mut problems);
        operations::check(document, &mut problems);
    }
    problems.sort();
    problems.dedup();
    problems
}

fn check_service(service: &str, problems: &mut Vec<Problem>) {
    if service != service.to_snake_case() || !operations::is_method(service) {
        let text = format!(
            "the file's name names a Rust module: call it `{}.yaml`",
            service.to_snake_case()
        );
        problems.push(Problem::new(Place::START, text));
    }
}

fn check_head(document: &Node, problems: &mut Vec<Problem>) {
    if let Some(version) = document.at_path(["info", "version"])
        && !version.text().is_some_and(|text| {
            !text.is_empty() && text.chars().all(|letter| letter.is_ascii_graphic())
        })
    {
        problems.push(Problem::new(
            version.at,
            "the version becomes a header's value: use visible ASCII characters only",
        ));
    }
    let Some(servers) = document.get("servers") else {
        return;
    };
    if servers.items().is_empty() {
        problems.push(Problem::new(
            servers.at,
            "the first server is the client's default address: list one",
        ));
    }
    for server in servers.items() {
        let url = server.word("url").unwrap_or_default();
        let is_whole = ["https://", "http://"].iter().any(|scheme| {
            url.strip_prefix(scheme)
                .is_some_and(|host| !host.is_empty())
        });
        if !is_whole
            || url.ends_with('/')
            || url.contains(['{', '?', '#'])
            || url.contains(char::is_whitespace)
        {
            let at = server.get("url").map_or(server.at, |url| url.at);
            problems.push(Problem::new(
                at,
                format!(
                    "`{url}` must be a whole http(s) URL without variables, query or final slash"
                ),
            ));
        }
    }
    if let Some(wrapper) = document.get("x-wrapper")
        && wrapper.text().is_none_or(str::is_empty)
    {
        problems.push(Problem::new(
            wrapper.at,
            "x-wrapper names the member that holds the answer: give it a name",
        ));
    }
}

fn check_schemes(document: &Node, problems: &mut Vec<Problem>) {
    let mut constants = Names::new("constant", "rename one");
    for Entry { at, key, node } in document.members(&["components", "securitySchemes"]) {
        let name = node.word("name");
        match (node.word("type"), node.word("scheme"), node.word("in")) {
            (Some("http"), Some("bearer" | "basic"), None) if name.is_none() => {}
            (Some("apiKey"), None, Some("header")) if name.is_some_and(is_header) => {}
            _ => problems.push(Problem::new(
                *at,
                format!("`{key}` is a way to sign that the client does not have: use http bearer, http basic, or an apiKey in a named header"),
            )),
        }
        let constant = operations::constant(key);
        problems.extend(
            if constant.is_ascii() && constant.starts_with(char::is_alphabetic) {
                constants.add(*at, key, constant)
            } else {
                let text =
                    format!("`{key}` names a Rust constant: begin it with a letter from a to z");
                Some(Problem::new(*at, text))
            },
        );
    }
}
