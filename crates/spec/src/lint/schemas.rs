//! House rules for `components.schemas`: a component is an object, an open enum, or any JSON, and says what it is.

use std::collections::HashSet;

use super::enums;
use super::names::{Names, field, is_taken, variant};
use crate::model::{Format, Kind};
use crate::source::{Entry, Node, Problem, Value};

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
    let Some(components) = document.at_path(["components", "schemas"]) else {
        return;
    };
    check_names(components, problems);
    for component in components.entries() {
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

fn check_names(components: &Node, problems: &mut Vec<Problem>) {
    for Entry { at, key, .. } in components.entries() {
        let answered = key
            .strip_suffix("Body")
            .filter(|name| components.get(name).is_some());
        let text = if variant(key).as_deref() != Some(key) {
            match variant(key) {
                Some(name) => format!("`{key}` names a Rust type: write it as `{name}`"),
                None => format!(
                    "`{key}` names a Rust type: write it with letters from A to Z and digits, the first a capital letter"
                ),
            }
        } else if is_taken(key) {
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
    let listed = schema.get("required").map_or(&[][..], Node::items).iter();
    for node in listed.clone() {
        let name = node.text().unwrap_or_default();
        if schema.at_path(["properties", name]).is_none() {
            let text =
                format!("`{name}` is required but is no property: declare it or correct the name");
            problems.push(Problem::new(node.at, text));
        }
    }
    check_fields(properties, problems);
    let required: HashSet<&str> = listed.filter_map(Node::text).collect();
    for property in properties {
        let is_required = required.contains(property.key.as_str());
        check_property(document, property, is_required, problems);
    }
}

/// Two properties, or a property and another's alias, must not come down to one field or one member.
fn check_fields(properties: &[Entry], problems: &mut Vec<Problem>) {
    let mut fields = Names::new("field", "keep one, with the other under its x-aliases");
    for Entry { at, key, .. } in properties {
        problems.extend(match field(key) {
            Some(field) => fields.add(*at, key, field),
            None => Some(Problem::new(
                *at,
                format!("`{key}` makes no Rust field: a name needs a letter first, and none but a to z; else leave it out, `Reply::bytes` has it all the same"),
            )),
        });
    }
    let names = properties.iter().map(|property| property.key.as_str());
    let mut members: HashSet<&str> = names.collect();
    let aliases = properties.iter().flat_map(|it| it.node.get("x-aliases"));
    for alias in aliases.flat_map(Node::items) {
        let name = alias.text().unwrap_or_default();
        if name.is_empty() || !members.insert(name) {
            let text = format!("the alias `{name}` is another member's name: remove it");
            problems.push(Problem::new(alias.at, text));
        }
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
    let word = node.word("type").unwrap_or_default();
    let text = match (Kind::named(word), node.word("format")) {
        (Some(kind), None) if Format::None.suits(kind) => return,
        (Some(kind), Some(format)) if Format::named(format).is_some_and(|it| it.suits(kind)) => return,
        (Some(_), None) => "a number without format would lose digits: add format: decimal".to_owned(),
        (Some(kind), Some(format)) => {
            let known = Format::ALL.into_iter().filter(|(it, ..)| it.suits(kind));
            let known = known.map(|(_, name, _)| name).collect::<Vec<_>>().join(", ");
            format!("a {word} has no format `{format}`, it would be ignored: leave it out, or use one of: {known}")
        }
        (None, _) if word == "object" => "what stands inline gets a name nobody chose: make it a component, or refer to one without type for any JSON".to_owned(),
        (None, _) if word.is_empty() => "this has neither a type nor a reference: add one".to_owned(),
        (None, _) => format!("`{word}` cannot stand here: use string, number, integer or boolean, or refer to a component"),
    };
    let culprit = node.get("format").or_else(|| node.get("type"));
    problems.push(Problem::new(culprit.map_or(node.at, |node| node.at), text));
}
