//! From the tree of a file to the model: with `openapiv3`, so that what is typed here is what the generator is given.

use std::collections::HashSet;

use openapiv3::{
    OpenAPI, Parameter as Typed, ParameterSchemaOrContent, ReferenceOr, Schema, SchemaKind,
    StringFormat, Type, VariantOrUnknownOrEmpty,
};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::lint;
use crate::model::{
    Component, Format, Kind, Location, Model, Operation, Parameter, Place, Plain, Property,
    Response, SecurityScheme, Shape, Sign, Sort, Statuses, Word,
};
use crate::source::{self, Entry, Node, Problem, Value};

/// A spec in which nothing is wrong.
#[derive(Debug)]
pub struct Spec {
    /// The file's stem, which names the Rust module.
    pub service: String,
    pub model: Model,
    pub(crate) document: Node,
    pub(crate) openapi: OpenAPI,
}

impl Spec {
    /// Reads and judges a spec; all that is wrong with it, in the order of the file.
    pub fn read(service: &str, yaml: &str) -> Result<Self, Vec<Problem>> {
        let document = source::parse(yaml).map_err(|problem| vec![problem])?;
        let problems = lint::check(service, &document);
        if !problems.is_empty() {
            return Err(problems);
        }
        let spec = Self::of(service, document).map_err(|problem| vec![problem])?;
        let kept = serde_json::to_value(&spec.openapi).unwrap_or_default();
        let mut lost = Vec::new();
        find_lost(&spec.document, &kept, &mut lost);
        if lost.is_empty() { Ok(spec) } else { Err(lost) }
    }

    /// The spec of a tree, without a judgement of it.
    pub(crate) fn of(service: &str, document: Node) -> Result<Self, Problem> {
        Ok(Self {
            service: service.to_owned(),
            model: model(&document)?,
            openapi: typed(&document)?,
            document,
        })
    }

    /// The whole spec as JSON: members in their order, numbers in their spelling.
    pub fn to_json(&self) -> String {
        self.document.to_json()
    }
}

fn typed<T: DeserializeOwned>(node: &Node) -> Result<T, Problem> {
    serde_json::from_str(&node.to_json()).map_err(|error| {
        let text = error.to_string();
        // The place in the JSON, which nobody sees.
        let text = text.split(" at line 1 column").next().unwrap_or_default();
        Problem::new(node.at, format!("this is not OpenAPI 3.0: {text}"))
    })
}

/// Finds what `openapiv3` has not kept, since the generator would not know of it. The spelling of numbers may change.
fn find_lost(node: &Node, kept: &Json, lost: &mut Vec<Problem>) {
    let is_kept = match (&node.value, kept) {
        (Value::Map(entries), Json::Object(kept)) => {
            for Entry { at, key, node } in entries.iter() {
                match kept.get(key) {
                    Some(kept) => find_lost(node, kept, lost),
                    None if is_nothing(&node.value) => {}
                    None => lost.push(Problem::new(
                        *at,
                        format!("`{key}` would not come to the generator: leave it out"),
                    )),
                }
            }
            true
        }
        (Value::List(items), Json::Array(kept)) => {
            let pairs = items.iter().zip(kept);
            pairs.for_each(|(item, kept)| find_lost(item, kept, lost));
            items.len() == kept.len()
        }
        (Value::Text(text), Json::String(kept)) => text == kept,
        (Value::Flag(flag), Json::Bool(kept)) => flag == kept,
        (Value::Number(_), Json::Number(_)) => true,
        (Value::Null, Json::Null) => true,
        _ => false,
    };
    if !is_kept {
        let text = "this would come to the generator as something else: write it in another way";
        lost.push(Problem::new(node.at, text));
    }
}

/// What may be left out as well.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Flag(false) => true,
        Value::List(items) => items.is_empty(),
        Value::Map(entries) => entries.is_empty(),
        Value::Number(_) | Value::Text(_) | Value::Flag(true) => false,
    }
}

fn model(document: &Node) -> Result<Model, Problem> {
    let openapi = Reader { document };
    let text = |node: Option<&Node>| node.and_then(Node::text).unwrap_or_default().to_owned();
    let server = document.get("servers").and_then(|all| all.items().first());
    let schemes = document.members(&["components", "securitySchemes"]).iter();
    let components = document.members(&["components", "schemas"]).iter();
    let paths = document.members(&["paths"]).iter();
    let operations = paths.flat_map(|path| openapi.operations(path));
    Ok(Model {
        title: text(document.at_path(["info", "title"])),
        version: text(document.at_path(["info", "version"])),
        base_url: text(server.and_then(|server| server.get("url"))),
        wrapper: document.word("x-wrapper").map(str::to_owned),
        schemes: schemes.map(scheme).collect::<Result<_, _>>()?,
        operations: operations.collect::<Result<_, _>>()?,
        components: components
            .map(|component| openapi.component(component))
            .collect::<Result<_, _>>()?,
    })
}

fn scheme(Entry { at, key, node }: &Entry) -> Result<SecurityScheme, Problem> {
    use openapiv3::SecurityScheme as Typed;
    let (sign, description) = match typed(node)? {
        Typed::APIKey {
            name, description, ..
        } => (Sign::Header(name.to_ascii_lowercase()), description),
        Typed::HTTP {
            scheme,
            description,
            ..
        } if scheme == "basic" => (Sign::Basic, description),
        Typed::HTTP { description, .. } => (Sign::Bearer, description),
        _ => return Err(Problem::new(*at, "the client cannot sign in this way")),
    };
    Ok(SecurityScheme {
        at: *at,
        name: key.clone(),
        description: description.unwrap_or_default(),
        sign,
    })
}

/// Makes the parts of a model, each of a node and with its place.
struct Reader<'a> {
    document: &'a Node,
}

impl Reader<'_> {
    fn operations(&self, path: &Entry) -> impl Iterator<Item = Result<Operation, Problem>> {
        let methods = path.node.entries().iter();
        methods
            .filter(|entry| lint::operations::METHODS.contains(&entry.key.as_str()))
            .map(|method| self.operation(path, method))
    }

    fn operation(&self, path: &Entry, method: &Entry) -> Result<Operation, Problem> {
        let read: openapiv3::Operation = typed(&method.node)?;
        let parameters = lint::operations::parameters(self.document, &path.node, &method.node);
        let responses = method.node.members(&["responses"]).iter();
        let requirements = [&method.node, self.document]
            .into_iter()
            .find_map(|holder| holder.get("security"));
        let requirements = requirements.map_or(&[][..], Node::items).iter();
        Ok(Operation {
            at: method.at,
            id: read.operation_id.unwrap_or_default(),
            method: method.key.clone(),
            path: path.key.clone(),
            summary: read.summary.unwrap_or_default(),
            description: read.description,
            parameters: parameters
                .map(|(at, node)| parameter(at, node))
                .collect::<Result<_, _>>()?,
            responses: responses
                .map(|response| self.response(response))
                .collect::<Result<_, _>>()?,
            security: requirements
                .flat_map(Node::entries)
                .map(|scheme| scheme.key.clone())
                .collect(),
        })
    }

    fn response(&self, Entry { at, key, node }: &Entry) -> Result<Response, Problem> {
        let read: openapiv3::Response = typed(self.document.resolve(node))?;
        let statuses =
            Statuses::read(key).ok_or_else(|| Problem::new(*at, "this is no HTTP status"))?;
        let json = read.content.get("application/json");
        let body = match json.and_then(|json| json.schema.as_ref()) {
            Some(ReferenceOr::Reference { reference }) => Some(self.place_of(*at, reference)?),
            _ => None,
        };
        let media_types = read.content.keys().map(|name| name.to_lowercase());
        Ok(Response {
            at: *at,
            statuses,
            media_types: media_types.collect(),
            body,
        })
    }

    /// The place among the components of the one that a reference is to.
    fn place_of(&self, at: Place, reference: &str) -> Result<usize, Problem> {
        let name = reference.rsplit('/').next().unwrap_or_default();
        let components = self.document.at_path(["components", "schemas"]);
        components
            .and_then(|components| components.position(name))
            .ok_or_else(|| Problem::new(at, format!("`{reference}` does not exist")))
    }

    fn component(&self, Entry { at, key, node }: &Entry) -> Result<Component, Problem> {
        let read: Schema = typed(node)?;
        let nullable = read.schema_data.nullable;
        let sort = match read.schema_kind {
            SchemaKind::Type(Type::Object(object)) => {
                let properties = node.members(&["properties"]).iter();
                let required: HashSet<String> = object.required.into_iter().collect();
                let properties = properties.map(|property| {
                    let required = required.contains(&property.key);
                    self.property(property, required)
                });
                Sort::Object(properties.collect::<Result<_, _>>()?)
            }
            SchemaKind::Type(Type::String(_)) => {
                let words = node.get("enum").map_or(&[][..], Node::items).iter();
                let words = words.filter_map(|word| {
                    let text = word.text()?.to_owned();
                    Some(Word { at: word.at, text })
                });
                let words = words.collect();
                Sort::Enum { words, nullable }
            }
            _ => Sort::Any,
        };
        Ok(Component {
            at: *at,
            name: key.clone(),
            description: read.schema_data.description.unwrap_or_default(),
            sort,
        })
    }

    fn property(
        &self,
        Entry { at, key, node }: &Entry,
        required: bool,
    ) -> Result<Property, Problem> {
        let read: Schema = typed(node)?;
        let aliases = node.get("x-aliases").map_or(&[][..], Node::items).iter();
        Ok(Property {
            at: *at,
            name: key.clone(),
            aliases: aliases.filter_map(Node::text).map(str::to_owned).collect(),
            required,
            nullable: read.schema_data.nullable,
            description: read.schema_data.description.clone().unwrap_or_default(),
            shape: self.shape(*at, &read)?,
        })
    }

    fn shape(&self, at: Place, schema: &Schema) -> Result<Shape, Problem> {
        let refused = || Problem::new(at, "the client has no type for this schema");
        match &schema.schema_kind {
            SchemaKind::AllOf { all_of } => match &all_of[..] {
                [ReferenceOr::Reference { reference }] => {
                    Ok(Shape::Component(self.place_of(at, reference)?))
                }
                _ => Err(refused()),
            },
            SchemaKind::Type(Type::Array(array)) => {
                let items = match &array.items {
                    Some(ReferenceOr::Reference { reference }) => {
                        Shape::Component(self.place_of(at, reference)?)
                    }
                    Some(ReferenceOr::Item(items)) => self.shape(at, items)?,
                    None => return Err(refused()),
                };
                Ok(Shape::Array(Box::new(items)))
            }
            _ => plain(schema).map(Shape::Plain).ok_or_else(refused),
        }
    }
}

/// A schema's kind and format, if the client has a type for both.
fn plain(schema: &Schema) -> Option<Plain> {
    let SchemaKind::Type(kind) = &schema.schema_kind else {
        return None;
    };
    let (kind, format) = match kind {
        Type::String(string) => {
            let format = match &string.format {
                VariantOrUnknownOrEmpty::Item(StringFormat::DateTime) => Some("date-time"),
                other => word(other),
            };
            (Kind::String, format)
        }
        Type::Number(number) => (Kind::Number, word(&number.format)),
        Type::Integer(integer) => (Kind::Integer, word(&integer.format)),
        Type::Boolean(_) => (Kind::Boolean, None),
        Type::Object(_) | Type::Array(_) => return None,
    };
    let format = match format {
        Some(word) => Format::named(word)?,
        None => Format::None,
    };
    Some(Plain { kind, format })
}

/// A format that `openapiv3` has no name for.
fn word<T>(format: &VariantOrUnknownOrEmpty<T>) -> Option<&str> {
    match format {
        VariantOrUnknownOrEmpty::Unknown(word) => Some(word),
        _ => None,
    }
}

fn parameter(at: Place, node: &Node) -> Result<Parameter, Problem> {
    let refused = || Problem::new(at, "the client cannot send this parameter");
    let read: Typed = typed(node)?;
    let (location, data) = match read {
        Typed::Path { parameter_data, .. } => (Location::Path, parameter_data),
        Typed::Query { parameter_data, .. } => (Location::Query, parameter_data),
        Typed::Header { parameter_data, .. } => (Location::Header, parameter_data),
        Typed::Cookie { .. } => return Err(refused()),
    };
    let ParameterSchemaOrContent::Schema(ReferenceOr::Item(schema)) = &data.format else {
        return Err(refused());
    };
    let (mut bounds, mut length, mut pattern) = ((None, None), None, None);
    match &schema.schema_kind {
        SchemaKind::Type(Type::Integer(integer)) => {
            bounds = (integer.minimum, integer.maximum);
        }
        SchemaKind::Type(Type::String(string)) => {
            length = string.min_length;
            pattern.clone_from(&string.pattern);
        }
        _ => {}
    }
    let count = |bound: Option<i64>| bound.and_then(|bound| u64::try_from(bound).ok());
    Ok(Parameter {
        at,
        name: data.name,
        location,
        required: data.required,
        description: data.description.unwrap_or_default(),
        plain: plain(schema).ok_or_else(refused)?,
        minimum: count(bounds.0),
        maximum: count(bounds.1),
        min_length: length.and_then(|length| u64::try_from(length).ok()),
        pattern,
        default: node.at_path(["schema", "default"]).map(Node::to_json),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_generator_would_not_be_given_is_said_at_its_place() {
        let at = |line, column| Place { line, column };
        let yaml = "openapi: 3.0.3\ninfo: {title: A, version: '1', colour: red, contact: }\npaths: {}\ncomponents:\n  schemas: {A: {type: string, enum: [a, null], nullable: false}}\n";
        let document = source::parse(yaml).unwrap();
        let openapi: OpenAPI = typed(&document).unwrap();
        let mut lost = Vec::new();
        find_lost(
            &document,
            &serde_json::to_value(openapi).unwrap(),
            &mut lost,
        );
        assert_eq!(lost.len(), 1, "{lost:?}");
        assert_eq!(lost[0].at, at(2, 32));
        assert!(
            lost[0]
                .text
                .contains("`colour` would not come to the generator")
        );
    }
}
