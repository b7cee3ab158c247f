//! The part of a spec that progenitor is given: only what it gets right.
//!
//! It allows one type for all errors of an operation, and panics otherwise. The transport reads errors by itself, so they
//! are left out. Bounds are left out too: a minimum of 1 would make a parameter's type `NonZero`, a pattern a type of its own.

use openapiv3::{
    Components, IntegerFormat, IntegerType, MediaType, OpenAPI, Operation as Input,
    Parameter as Typed, ParameterData, ParameterSchemaOrContent, PathItem, ReferenceOr, Response,
    Schema, SchemaKind, StatusCode, StringType, Type, VariantOrUnknownOrEmpty,
};

use crate::Spec;
use crate::model::{Kind, Location, Operation, Parameter, Statuses};

pub fn input(spec: &Spec) -> OpenAPI {
    let mut openapi = OpenAPI {
        openapi: "3.0.3".to_owned(),
        info: spec.openapi.info.clone(),
        ..OpenAPI::default()
    };
    let mut components = Components::default();
    if let Some(theirs) = &spec.openapi.components {
        components.schemas.clone_from(&theirs.schemas);
        let schemas = components.schemas.values_mut();
        schemas.filter_map(item).for_each(clean);
    }
    openapi.components = Some(components);
    for operation in &spec.model.operations {
        let paths = &mut openapi.paths.paths;
        let none = || ReferenceOr::Item(PathItem::default());
        let path = paths.entry(operation.path.clone()).or_insert_with(none);
        if let ReferenceOr::Item(path) = path {
            path.get = Some(operation_input(spec, operation));
        }
    }
    openapi
}

fn item<T>(of: &mut ReferenceOr<T>) -> Option<&mut T> {
    match of {
        ReferenceOr::Item(item) => Some(item),
        ReferenceOr::Reference { .. } => None,
    }
}

/// Takes this crate's own keys out, which would keep a property from getting the type of its format.
fn clean(schema: &mut Schema) {
    schema.schema_data.extensions.clear();
    if let SchemaKind::Type(Type::Object(object)) = &mut schema.schema_kind {
        let properties = object.properties.values_mut();
        properties
            .filter_map(item)
            .for_each(|property| clean(property));
    }
}

fn operation_input(spec: &Spec, operation: &Operation) -> Input {
    let mut input = Input {
        operation_id: Some(operation.id.clone()),
        summary: Some(operation.summary.clone()),
        description: operation.description.clone(),
        ..Input::default()
    };
    let parameters = operation.parameters.iter();
    input.parameters = parameters
        .map(|it| ReferenceOr::Item(parameter_input(it)))
        .collect();
    let success = operation.success();
    if let Some((success, body)) = success.and_then(|success| Some((success, success.body?))) {
        let name = &spec.model.components[body].name;
        let json = MediaType {
            schema: Some(ReferenceOr::ref_(&format!("#/components/schemas/{name}"))),
            ..MediaType::default()
        };
        let response = Response {
            content: [("application/json".to_owned(), json)].into(),
            ..Response::default()
        };
        let status = match success.statuses {
            Statuses::One(status) => StatusCode::Code(status),
            Statuses::Hundred(digit) => StatusCode::Range(digit),
            Statuses::Default => return input,
        };
        let responses = &mut input.responses.responses;
        responses.insert(status, ReferenceOr::Item(response));
    }
    input
}

fn parameter_input(parameter: &Parameter) -> Typed {
    let kind = match parameter.plain.kind {
        Kind::Integer => Type::Integer(IntegerType {
            format: if parameter.minimum.is_some() {
                VariantOrUnknownOrEmpty::Unknown("uint64".to_owned())
            } else {
                VariantOrUnknownOrEmpty::Item(IntegerFormat::Int64)
            },
            ..IntegerType::default()
        }),
        Kind::Boolean => Type::Boolean(openapiv3::BooleanType::default()),
        Kind::String | Kind::Number => Type::String(StringType::default()),
    };
    let schema = Schema {
        schema_data: openapiv3::SchemaData::default(),
        schema_kind: SchemaKind::Type(kind),
    };
    let parameter_data = ParameterData {
        name: parameter.name.clone(),
        description: Some(parameter.description.clone()),
        required: parameter.required,
        deprecated: None,
        format: ParameterSchemaOrContent::Schema(ReferenceOr::Item(schema)),
        example: None,
        examples: Default::default(),
        explode: None,
        extensions: Default::default(),
    };
    match parameter.location {
        Location::Path => Typed::Path {
            parameter_data,
            style: Default::default(),
        },
        Location::Query => Typed::Query {
            parameter_data,
            allow_reserved: false,
            style: Default::default(),
            allow_empty_value: None,
        },
        Location::Header => Typed::Header {
            parameter_data,
            style: Default::default(),
        },
    }
}
