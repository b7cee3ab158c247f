//! The check of a spec against the table of what specs may use.

use super::dialect::{Kind, Need, Shape};
use crate::model::Place;
use crate::source::{Entry, Node, Problem, Value, is_hidden};

/// What to do instead of a key that OpenAPI has and the table has not: in these kinds, or in all if none is named.
#[rustfmt::skip] // A row a piece of advice.
const ADVICE: &[(&[&str], &[&str], &str)] = &[
    (&["a parameter's schema"], &["enum", "const", "oneOf", "anyOf", "allOf", "not", "properties", "items", "$ref"],
        "write type: string, integer or boolean, and its values in the description"),
    (&["a property"], &["required"],
        "list the property's name under `required` of its object"),
    (&["a property", "an array's items", "a body's schema"], &["additionalProperties"],
        "for a map refer to a component without type, which takes any JSON"),
    (&["a property", "an array's items", "a body's schema"], &["oneOf", "anyOf", "not"],
        "the generator makes types of it that cannot read every answer: refer to one object with optional properties, or to a \
         component without type that takes any JSON; where it is there for null alone, leave it out and the property optional"),
    (&["a component schema"], &["items"],
        "an array is part of something: write it in the property; for a whole body leave the type out, it takes any JSON"),
    (&["a property"], &["$ref"],
        "no reference may stand here: write allOf: [{$ref: ...}] with a description beside it"),
    (&["components"], &["headers"],
        "write a header in its response"),
    (&["a parameter", "a header"], &["content"],
        "write a schema"),
    (&[], &["oneOf", "anyOf", "not", "allOf"],
        "the generator makes types of it that cannot read every answer: use one object with optional properties, or a \
         component without type that takes any JSON"),
    (&[], &["const", "$defs", "patternProperties", "prefixItems", "if", "webhooks", "jsonSchemaDialect"],
        "it belongs to OpenAPI 3.1 and would be ignored: leave it out"),
    (&[], &["title"],
        "the generator lets equal titles share one type: leave it out, a component is named by its key"),
    (&[], &["properties", "required", "enum", "additionalProperties"],
        "what stands inline gets a name nobody chose: make it a component under components.schemas"),
    (&[], &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
        "a bound in an answer turns exact numbers into floating point: say it in the description"),
    (&[], &["pattern", "minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"],
        "the generator drops it or lets it fail a whole answer: say it in the description"),
    (&[], &["default"],
        "the generator would put it where the service sent nothing: say it in the description"),
    (&[], &["discriminator", "xml", "deprecated", "readOnly", "writeOnly"],
        "the generator ignores it: say it in the description"),
    (&[], &["$ref"],
        "no reference may stand here: copy the target"),
    (&[], &["post", "put", "patch", "delete", "options", "head", "trace", "requestBody"],
        "only get operations are supported: calls are repeated when they fail, which is safe for those alone"),
    (&[], &["style", "explode", "allowReserved", "allowEmptyValue", "content"],
        "the generator does not support it: leave it out"),
    (&[], &["variables"],
        "the client takes another address from its builder: write the URL out"),
    (&[], &["callbacks", "links", "headers", "requestBodies", "tags"],
        "the generator ignores it: leave it out"),
    (&[], &["format", "nullable", "items"],
        "it has no meaning here: leave it out"),
];

/// Adds a problem for each value of `node` that is not as the table has it.
pub fn check(document: &Node, node: &Node, kind: &'static Kind, problems: &mut Vec<Problem>) {
    let Value::Map(entries) = &node.value else {
        return problems.push(expected(node, &format!("{} is a mapping", kind.name)));
    };
    if let (Some(section), Some(entry)) = (kind.section, node.entry("$ref")) {
        return check_reference(document, entry, entries.len(), section, problems);
    }
    let known = problems.len();
    for entry in entries.iter() {
        match kind
            .keys
            .iter()
            .find(|(key, ..)| *key == entry.key || *key == "*")
        {
            Some((_, _, shape)) => check_shape(document, entry, shape, problems),
            None => problems.push(Problem::new(entry.at, unknown(&entry.key, kind))),
        }
    }
    // What is missing beside something unknown is most likely just that.
    if problems.len() == known {
        let missing = kind
            .keys
            .iter()
            .filter(|(key, need, _)| *need == Need::Required && node.get(key).is_none());
        problems.extend(
            missing.map(|(key, ..)| Problem::new(node.at, format!("{} needs `{key}`", kind.name))),
        );
    }
    if kind.keys.is_empty() {
        problems.push(Problem::new(node.at, "only a `$ref` may stand here"));
    }
}

fn check_shape(document: &Node, entry: &Entry, shape: &Shape, problems: &mut Vec<Problem>) {
    let Entry { key, node, .. } = entry;
    match (shape, &node.value) {
        (Shape::Any, _)
        | (Shape::Prose, Value::Text(_))
        | (Shape::Flag | Shape::Open, Value::Flag(_))
        | (Shape::Number, Value::Number(_)) => {}
        (Shape::Text | Shape::Type, Value::Text(text)) => problems.extend(hidden(node.at, text)),
        (Shape::Words, Value::List(items)) => {
            let other = items
                .iter()
                .find(|item| !matches!(item.value, Value::Text(_) | Value::Null));
            problems.extend(
                other.map(|item| expected(item, &format!("`{key}` lists texts: quote it"))),
            );
            problems.extend(
                items
                    .iter()
                    .filter_map(|item| hidden(item.at, item.text()?)),
            );
        }
        (Shape::Scopes, Value::List(items)) => {
            let scope = items.first();
            problems.extend(scope.map(|item| expected(item, "scopes are not supported: write []")));
        }
        (Shape::One(kind), _) => check(document, node, kind, problems),
        (Shape::List(kind), Value::List(items)) => {
            items
                .iter()
                .for_each(|item| check(document, item, kind, problems));
        }
        (Shape::Each(kind), Value::Map(entries)) => {
            for Entry { at, key, node } in entries.iter() {
                problems.extend(hidden(*at, key));
                check(document, node, kind, problems);
            }
        }
        (shape, _) => problems.push(expected(node, &format!("`{key}` is {}", shape.noun()))),
    }
}

/// A name is one line, and is what it looks like.
fn hidden(at: Place, name: &str) -> Option<Problem> {
    let text = || format!("`{name}` has a hidden character in it: take it out");
    name.contains(is_hidden).then(|| Problem::new(at, text()))
}

fn expected(node: &Node, rule: &str) -> Problem {
    let found = match &node.value {
        Value::Null => "nothing",
        Value::Flag(_) => "true or false",
        Value::Number(_) => "a number",
        Value::Text(_) => "a text",
        Value::List(_) => "a list",
        Value::Map(_) => "a mapping",
    };
    Problem::new(node.at, format!("{rule}, but {found} stands here"))
}

fn check_reference(
    document: &Node,
    entry: &Entry,
    siblings: usize,
    section: &str,
    problems: &mut Vec<Problem>,
) {
    if siblings > 1 {
        problems.push(Problem::new(
            entry.at,
            "what stands beside a `$ref` is ignored: remove it, or move it to the target",
        ));
    }
    let Some(target) = entry.node.text() else {
        return problems.push(expected(&entry.node, "`$ref` is a text"));
    };
    let prefix = format!("#/components/{section}/");
    let text = match target.strip_prefix(&prefix) {
        None => format!(
            "`$ref` must point into this file, to `{prefix}...`, not to `{target}`: copy the target here"
        ),
        Some(name) => match document.at_path(["components", section, name]) {
            None => format!("`{target}` does not exist: declare it or correct the name"),
            Some(node) if document.target(node).is_none() => {
                format!(
                    "`{target}` leads to no end by references alone: refer to what is meant itself"
                )
            }
            Some(_) => return,
        },
    };
    problems.push(Problem::new(entry.node.at, text));
}

fn unknown(key: &str, kind: &Kind) -> String {
    let known = || kind.keys.iter().map(|(known, ..)| *known);
    let similar = known()
        .filter(|known| key.len().abs_diff(known.len()) <= 2)
        .filter(|known| distance(key, known) <= (key.len() / 2).min(2))
        .min_by_key(|known| distance(key, known));
    let advice = ADVICE
        .iter()
        .find(|(kinds, keys, _)| {
            (kinds.is_empty() || kinds.contains(&kind.name)) && keys.contains(&key)
        })
        .map(|(.., advice)| *advice);
    match (advice, similar) {
        (Some(advice), _) => format!("`{key}` is not supported in {}: {advice}", kind.name),
        (None, Some(similar)) => format!("{} has no `{key}`: did you mean `{similar}`?", kind.name),
        (None, None) => {
            let known = known().collect::<Vec<_>>().join(", ");
            format!(
                "{} has no `{key}`, it would be ignored: remove it, or use one of {known}",
                kind.name
            )
        }
    }
}

/// The number of letters to insert, remove or change to get from one word to the other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (above, letter) in from.chars().enumerate() {
        let mut corner = above;
        row[0] = above + 1;
        for (index, other) in to.iter().enumerate() {
            let change = corner + usize::from(letter != *other);
            corner = row[index + 1];
            row[index + 1] = change.min(corner + 1).min(row[index] + 1);
        }
    }
    row[to.len()]
}
