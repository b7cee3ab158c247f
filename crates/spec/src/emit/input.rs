//! What progenitor is given of a spec: only what it handles.

use serde_json::{Value as Json, json};

use crate::lint::operations::{parameters, successes};
use crate::source::{Entry, Node};

/// The spec as progenitor can take it.
///
/// It allows one type for all successes and one for all errors of an operation, and panics otherwise. The transport reads
/// errors by itself, so they are left out. An answer's type is not `X` but a stand-in for `body::X`: the transport reads
/// the bytes too, and only wants to know as what.
pub fn input(document: &Node) -> Json {
    let mut schemas = json!({});
    for Entry { key, node, .. } in document.members(&["components", "schemas"]) {
        schemas[key] = schema_input(node);
    }
    let mut paths = json!({});
    for Entry { key, node, .. } in document.members(&["paths"]) {
        let Some(operation) = node.get("get") else {
            continue;
        };
        let mut responses = json!({});
        if let Some((status, answer)) = answer(document, operation) {
            let stand_in = format!("{answer}Body");
            let schema = json!({ "$ref": format!("#/components/schemas/{stand_in}") });
            responses[status] = json!({ "description": "", "content": { "application/json": { "schema": schema } } });
            schemas[&stand_in] = json!({ "type": "object" });
        }
        paths[key] = json!({ "get": {
            "operationId": operation.word("operationId"),
            "summary": operation.word("summary"),
            "description": operation.word("description"),
            "parameters": parameters(document, node).map(|(_, parameter)| parameter_input(parameter)).collect::<Vec<_>>(),
            "responses": responses,
        } });
    }
    json!({
        "openapi": "3.0.3",
        "info": document.get("info").map(to_value),
        "paths": paths,
        "components": { "schemas": schemas },
    })
}

/// The status of an operation's success and the component its body is.
pub fn answer<'a>(document: &'a Node, operation: &'a Node) -> Option<(&'a str, &'a str)> {
    let success = successes(operation).next()?;
    let response = document.resolve(&success.node);
    let reference = response
        .at_path(["content", "application/json", "schema", "$ref"])?
        .text()?;
    Some((&success.key, reference.rsplit('/').next()?))
}

/// A parameter without its bounds: a minimum of 1 would make its type `NonZero`, a pattern a type of its own.
fn parameter_input(parameter: &Node) -> Json {
    let kind = parameter.at_path(["schema", "type"]).and_then(Node::text);
    let is_count = parameter.at_path(["schema", "minimum"]).is_some();
    let schema = match kind {
        Some("integer") if is_count => json!({ "type": "integer", "format": "uint64" }),
        Some("integer") => json!({ "type": "integer", "format": "int64" }),
        other => json!({ "type": other }),
    };
    json!({
        "name": parameter.word("name"),
        "in": parameter.word("in"),
        "required": parameter.is("required"),
        "description": parameter.word("description"),
        "schema": schema,
    })
}

/// A component without this crate's own key, which would keep a property from being taken for one of `FORMATS`.
fn schema_input(schema: &Node) -> Json {
    let mut input = to_value(schema);
    let properties = input
        .get_mut("properties")
        .and_then(Json::as_object_mut)
        .into_iter()
        .flatten();
    for property in properties.filter_map(|(_, property)| property.as_object_mut()) {
        property.remove("x-aliases");
    }
    input
}

fn to_value(node: &Node) -> Json {
    serde_json::from_str(&node.to_json()).unwrap_or_default()
}
