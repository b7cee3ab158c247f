//! House rules for `components.schemas`: a component is an object, an open enum, or any JSON, and says what it is.

use std::collections::HashMap;

use heck::{ToPascalCase, ToSnakeCase};

use super::enums;
use crate::source::{Entry, Node, Problem, Value};

/// The formats that have a type of their own, as (type, format, the type in `crate::values`).
///
/// A property's number always has one of them: plain numbers would go through `f64` and lose digits.
pub const FORMATS: &[(&str, &str, &str)] = &[
    ("number", "decimal", "Decimal"),
    ("integer", "decimal", "Decimal"),
    ("string", "decimal", "Decimal"),
    ("string", "id", "Id"),
    ("string", "date-time", "DateTime"),
    // An instant, as far as the vendor's documents go, although its examples are none.
    ("string", "maybe-date-time", "DateTime"),
    ("string", "local-date-time", "LocalDateTime"),
    ("number", "epoch-seconds", "EpochSeconds"),
    ("integer", "epoch-milliseconds", "EpochMillis"),
];

/// Names that the generated module, or the macros in it, use for something else.
pub const TAKEN: &[&str] = &[
    "Self", "String", "Option", "Some", "None", "Result", "Ok", "Err", "Vec", "Box", "From",
    "Unknown",
];

/// What a component becomes in Rust.
#[derive(Debug, PartialEq, Eq)]
pub enum Sort {
    Object,
    OpenEnum,
    Json,
}

pub fn sort(schema: &Node) -> Option<Sort> {
    let has = |key| schema.get(key).is_some();
    match schema.word("type") {
        Some("object") if has("properties") && !has("enum") => Some(Sort::Object),
        Some("string") if has("enum") && !has("properties") => Some(Sort::OpenEnum),
        None if !has("type") && !has("properties") && !has("enum") && !has("nullable") => {
            Some(Sort::Json)
        }
        _ => None,
    }
}

pub fn check(document: &Node, problems: &mut Vec<Problem>) {
    let components = document.members(&["components", "schemas"]);
    check_names(components, problems);
    for component in components {
        match sort(&component.node) {
            Some(Sort::Object) => check_object(document, &component.node, problems),
            Some(Sort::OpenEnum) => enums::check(&component.node, problems),
            Some(Sort::Json) => {}
            None => problems.push(Problem::new(
                component.node.at,
                format!(
                    "`{}` must be an object with properties, a string with an enum, or, without a type, any JSON",
                    component.key
                ),
            )),
        }
    }
}

fn check_names(components: &[Entry], problems: &mut Vec<Problem>) {
    for Entry { at, key, .. } in components {
        let answered = key
            .strip_suffix("Body")
            .filter(|name| components.iter().any(|other| other.key == *name));
        let text = if *key != key.to_pascal_case()
            || !key.starts_with(|first: char| first.is_ascii_uppercase())
        {
            format!(
                "`{key}` names a Rust type: write it as `{}`",
                key.to_pascal_case()
            )
        } else if TAKEN.contains(&key.as_str()) {
            format!("a type called `{key}` clashes with generated code: choose another name")
        } else if let Some(name) = answered {
            format!(
                "`{key}` clashes with the generated type of an answer with a `{name}`: choose another name"
            )
        } else {
            continue;
        };
        problems.push(Problem::new(*at, text));
    }
}

fn check_object(document: &Node, schema: &Node, problems: &mut Vec<Problem>) {
    if schema.is("nullable") {
        let at = schema.get("nullable").map_or(schema.at, |node| node.at);
        problems.push(Problem::new(
            at,
            "a component that is null has no type: make the property that refers to it optional",
        ));
    }
    if let Some(Node {
        at,
        value: Value::Flag(false),
    }) = schema.get("additionalProperties")
    {
        problems.push(Problem::new(
            *at,
            "an answer with a new member would fail: remove it, services add members",
        ));
    }
    let properties = schema.members(&["properties"]);
    if properties.is_empty() {
        problems.push(Problem::new(
            schema.at,
            "an object without properties: name them, or leave the type out for any JSON",
        ));
    }
    let required: Vec<&Node> = schema
        .get("required")
        .map_or(&[][..], Node::items)
        .iter()
        .collect();
    for name in &required {
        if name
            .text()
            .is_none_or(|name| properties.iter().all(|property| property.key != name))
        {
            let name = name.text().unwrap_or_default();
            let at = required
                .iter()
                .find(|node| node.text() == Some(name))
                .map_or(schema.at, |node| node.at);
            problems.push(Problem::new(
                at,
                format!("`{name}` is required but is no property: declare it or correct the name"),
            ));
        }
    }
    check_fields(properties, problems);
    for property in properties {
        let is_required = required
            .iter()
            .any(|name| name.text() == Some(&property.key));
        check_property(document, property, is_required, problems);
    }
}

/// Two properties, or a property and another's alias, must not come down to one field or one member.
fn check_fields(properties: &[Entry], problems: &mut Vec<Problem>) {
    let mut fields: HashMap<String, &str> = HashMap::new();
    for Entry { at, key, .. } in properties {
        let field = key.to_snake_case();
        if !field.starts_with(|first: char| first.is_ascii_lowercase()) {
            problems.push(Problem::new(
                *at,
                format!("`{key}` makes no Rust field: a name needs a letter first"),
            ));
        } else if let Some(other) = fields.insert(field.clone(), key) {
            let text = format!(
                "`{key}` and `{other}` both become the field `{field}`: keep one, with the other under its x-aliases"
            );
            problems.push(Problem::new(*at, text));
        }
    }
    let mut members: Vec<&str> = properties
        .iter()
        .map(|property| property.key.as_str())
        .collect();
    for alias in properties
        .iter()
        .flat_map(|property| property.node.get("x-aliases"))
        .flat_map(Node::items)
    {
        let name = alias.text().unwrap_or_default();
        if members.contains(&name) || name.is_empty() {
            problems.push(Problem::new(
                alias.at,
                format!("the alias `{name}` is another member's name: remove it"),
            ));
        }
        members.push(name);
    }
}

fn check_property(document: &Node, property: &Entry, required: bool, problems: &mut Vec<Problem>) {
    let Entry { key, node, .. } = property;
    let nullable = node.is("nullable");
    let mut problem = |at, text: String| problems.push(Problem::new(at, text));
    if let Some(all_of) = node.get("allOf") {
        let [reference] = all_of.items() else {
            return problem(
                all_of.at,
                format!("`{key}` refers to exactly one component: allOf: [{{$ref: ...}}]"),
            );
        };
        if let Some(beside) = node
            .entries()
            .iter()
            .find(|entry| ["type", "format", "items"].contains(&entry.key.as_str()))
        {
            problem(
                beside.at,
                format!("`{}` beside allOf is ignored: remove it", beside.key),
            );
        }
        if required && document.resolve(reference).is("nullable") {
            problem(
                node.at,
                format!(
                    "`{key}` is required and can be null, which its type cannot: do not require it"
                ),
            );
        }
        if let Some(nullable) = node.entry("nullable") {
            problem(nullable.at, "`nullable` beside allOf means nothing in 3.0: leave the property optional, an optional one may be null".into());
        }
        return;
    }
    let items = node.get("items");
    match (node.word("type"), items) {
        (Some("array"), None) => problem(node.at, format!("`{key}` needs `items`")),
        (Some("array"), Some(items)) => {
            if !required && !nullable {
                let text = format!(
                    "`{key}` is an optional array, and a null would fail the answer: add nullable: true"
                );
                problem(node.at, text);
            }
            if items.get("$ref").is_none() {
                check_plain(items, problems);
            }
        }
        (_, Some(_)) => problem(
            node.at,
            format!("`{key}` has items but is no array: write type: array"),
        ),
        (_, None) => check_plain(node, problems),
    }
}

/// A value that is neither object nor array.
fn check_plain(node: &Node, problems: &mut Vec<Problem>) {
    let kind = node.word("type").unwrap_or_default();
    let formats = || {
        FORMATS
            .iter()
            .filter(|known| known.0 == kind)
            .map(|known| known.1)
    };
    let text = match (kind, node.word("format")) {
        ("string" | "boolean", None) => return,
        ("number" | "integer", None) => "a number without format would lose digits: add format: decimal".to_owned(),
        ("string" | "boolean" | "number" | "integer", Some(format)) if formats().any(|known| known == format) => return,
        ("string" | "boolean" | "number" | "integer", Some(format)) => {
            let known = formats().collect::<Vec<_>>().join(", ");
            format!("a {kind} has no format `{format}`, it would be ignored: leave it out, or use one of: {known}")
        }
        ("object", _) => "what stands inline gets a name nobody chose: make it a component, or refer to one without type for any JSON".to_owned(),
        ("", _) => "this has neither a type nor a reference: add one".to_owned(),
        (kind, _) => format!("`{kind}` cannot stand here: use string, number, integer or boolean, or refer to a component"),
    };
    let culprit = node.get("format").or_else(|| node.get("type"));
    problems.push(Problem::new(culprit.map_or(node.at, |node| node.at), text));
}
