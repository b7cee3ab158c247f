//! The document that progenitor is given: what it gets right of a model, and nothing else.
//!
//! It allows one type for all errors of an operation, and panics otherwise. The transport reads errors by itself, so they
//! are left out. Bounds are left out too: a minimum of 1 would make a parameter's type `NonZero`, a pattern a type of its own.

use openapiv3::OpenAPI;
use serde_json::{Map, Value as Json, json};

use crate::model::{
    Component, Format, Model, Operation, Parameter, Plain, Property, Shape, Sort, Statuses,
};

pub fn input(model: &Model) -> serde_json::Result<OpenAPI> {
    let schemas = model.components.iter();
    let schemas = schemas.map(|it| (it.name.clone(), schema(model, it)));
    let mut paths = Map::new();
    for operation in &model.operations {
        let input = operation_input(model, operation);
        let methods = paths.entry(operation.path.clone()).or_insert(json!({}));
        methods[&operation.method] = input;
    }
    serde_json::from_value(json!({
        "openapi": "3.0.3",
        "info": { "title": model.title, "version": model.version, "description": model.description },
        "paths": paths,
        "components": { "schemas": schemas.collect::<Map<_, _>>() },
    }))
}

fn schema(model: &Model, component: &Component) -> Json {
    let Sort::Object(properties) = &component.sort else {
        // Another type takes its place, see `settings`.
        return json!({});
    };
    let required = properties.iter().filter(|it| it.required);
    let schemas = properties.iter();
    let schemas = schemas.map(|it| (it.name.clone(), property_schema(model, it)));
    json!({
        "type": "object",
        "description": component.description,
        "required": required.map(|it| &it.name).collect::<Vec<_>>(),
        "properties": schemas.collect::<Map<_, _>>(),
    })
}

fn property_schema(model: &Model, property: &Property) -> Json {
    let mut schema = match &property.shape {
        Shape::Component(place) => json!({ "allOf": [reference(model, *place)] }),
        shape => shape_schema(model, shape),
    };
    schema["description"] = json!(property.description);
    schema["nullable"] = json!(property.nullable);
    schema
}

fn shape_schema(model: &Model, shape: &Shape) -> Json {
    match shape {
        Shape::Plain(Plain { kind, format }) => match format {
            Format::None => json!({ "type": kind }),
            format => json!({ "type": kind, "format": format }),
        },
        Shape::Array(items) => json!({ "type": "array", "items": shape_schema(model, items) }),
        Shape::Map(values) => {
            json!({ "type": "object", "additionalProperties": shape_schema(model, values) })
        }
        Shape::Component(place) => reference(model, *place),
    }
}

fn reference(model: &Model, place: usize) -> Json {
    let name = &model.components[place].name;
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn operation_input(model: &Model, operation: &Operation) -> Json {
    let parameters = operation.parameters.iter();
    let parameters = parameters.map(|it| parameter_input(model, it));
    let json = |place| json!({ "application/json": { "schema": reference(model, place) } });
    let mut responses = Map::new();
    if let Some(success) = operation.success()
        && let Statuses::One(status) = success.statuses
    {
        let content = success.body.map_or(json!({}), json);
        let response = json!({ "description": "", "content": content });
        responses.insert(status.to_string(), response);
    }
    let mut input = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "description": operation.description,
        "parameters": parameters.collect::<Vec<_>>(),
        "responses": responses,
    });
    if let Some(body) = &operation.body {
        input["requestBody"] = json!({ "required": true, "content": json(body.component) });
    }
    input
}

fn parameter_input(model: &Model, parameter: &Parameter) -> Json {
    let mut schema = shape_schema(model, &parameter.shape);
    let innermost = match &parameter.shape {
        Shape::Array(_) => &mut schema["items"],
        _ => &mut schema,
    };
    // An integer without a format of the dialect's own would be an `i64` if it had no bound.
    if *innermost == json!({ "type": "integer" }) {
        innermost["format"] = json!(match parameter.minimum {
            Some(_) => "uint64",
            None => "int64",
        });
    }
    json!({
        "name": parameter.name,
        "in": parameter.location,
        "description": parameter.description,
        "required": parameter.required,
        "schema": schema,
    })
}
