//! The check of a spec against the table of what specs may use.

use super::Reader;
use super::dialect::{Allowed, Mapping, Need, VALUES};
use crate::model::Place;
use crate::source::{Entry, Node, Problem, Value, is_hidden};

/// Advice for keys of OpenAPI that the table does not have: the mappings it is for (all if none is named), the keys, the
/// advice.
#[rustfmt::skip] // A row a piece of advice.
const ADVICE: &[(&[&str], &[&str], &str)] = &[
    (&["a parameter's schema", "the items of a parameter's array"],
        &["const", "oneOf", "anyOf", "allOf", "not", "properties", "additionalProperties"],
        "write type: string, and its values in the description"),
    (&["the items of a parameter's array"], &["items"],
        "a query has no arrays of arrays: use type: string, and say in the description what it holds"),
    (&["a property"], &["required"],
        "list the property's name under `required` of its object"),
    (&["an array's items", "the schema of a map's values", "a body's schema"], &["additionalProperties", "items"],
        "make the map or the array a component, and refer to that"),
    (&["a property", "an array's items", "the schema of a map's values", "a body's schema"], &["oneOf", "anyOf", "not"],
        "the generator makes types of it that cannot read every answer: refer to one object with optional properties, or to a \
         component without type that takes any JSON; where it is there for null alone, leave it out and the property optional"),
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
    (&["a path"], &["put", "patch", "options", "head", "trace"],
        "only get, post and delete are supported: leave it out"),
    (&[], &["style", "explode", "allowReserved", "allowEmptyValue", "content"],
        "the generator does not support it: leave it out"),
    (&[], &["variables"],
        "the client takes another address from its builder: write the URL out"),
    (&["components"], &["requestBodies"],
        "write a body in its operation"),
    (&[], &["callbacks", "links", "headers", "tags"],
        "the generator ignores it: leave it out"),
    (&[], &["format", "nullable", "items"],
        "it has no meaning here: leave it out"),
];

impl Reader<'_> {
    /// Adds a problem for each value of `node` that is not as the table has it.
    pub(super) fn check(&mut self, node: &Node, mapping: &Mapping) {
        let Value::Map(entries) = &node.value else {
            let rule = format!("{} is a mapping", mapping.name);
            return self.problems.push(expected(node, &rule));
        };
        if let (Some(section), Some(entry)) = (mapping.section, node.entry("$ref")) {
            return self.check_reference(entry, entries.len(), section);
        }
        let known = self.problems.len();
        for entry in entries.iter() {
            let mut keys = mapping.keys.iter();
            match keys.find(|(key, ..)| *key == entry.key || *key == "*") {
                Some((_, _, allowed)) => self.check_value(entry, allowed),
                None => self.problem(entry.at, unknown(&entry.key, mapping)),
            }
        }
        // What is missing beside something unknown is most likely just that.
        if self.problems.len() == known {
            for (key, need, _) in mapping.keys {
                if *need == Need::Required && node.get(key).is_none() {
                    self.problem(node.at, format!("{} needs `{key}`", mapping.name));
                }
            }
        }
        if mapping.keys.is_empty() {
            self.problem(node.at, "only a `$ref` may stand here");
        }
    }

    fn check_value(&mut self, Entry { key, node, .. }: &Entry, allowed: &Allowed) {
        match (allowed, &node.value) {
            (Allowed::Any, _)
            | (Allowed::Prose, Value::Text(_))
            | (Allowed::Flag | Allowed::Open, Value::Flag(_))
            | (Allowed::Number, Value::Number(_)) => {}
            (Allowed::Text | Allowed::Type, Value::Text(text)) => self.check_seen(node.at, text),
            (Allowed::Words, Value::List(items)) => {
                let is_word = |item: &&Node| matches!(item.value, Value::Text(_) | Value::Null);
                let other = items.iter().find(|item| !is_word(item));
                let rule = format!("`{key}` lists texts: quote it");
                self.problems
                    .extend(other.map(|item| expected(item, &rule)));
                for item in items {
                    self.check_seen(item.at, item.text().unwrap_or_default());
                }
            }
            (Allowed::Numbers, Value::List(items)) => {
                let mut others = items.iter();
                let other = others.find(|item| !matches!(item.value, Value::Number(_)));
                let rule = format!("`{key}` lists numbers");
                self.problems
                    .extend(other.map(|item| expected(item, &rule)));
            }
            (Allowed::Scopes, Value::List(items)) => {
                let rule = "scopes are not supported: write []";
                let scope = items.first().map(|item| expected(item, rule));
                self.problems.extend(scope);
            }
            (Allowed::One(mapping), _) => self.check(node, mapping),
            (Allowed::Open, Value::Map(_)) => self.check(node, &VALUES),
            (Allowed::List(mapping), Value::List(items)) => {
                items.iter().for_each(|item| self.check(item, mapping));
            }
            (Allowed::Each(mapping), Value::Map(entries)) => {
                for Entry { at, key, node } in entries.iter() {
                    self.check_seen(*at, key);
                    self.check(node, mapping);
                }
            }
            _ => {
                let rule = format!("`{key}` is {}", allowed.noun());
                self.problems.push(expected(node, &rule));
            }
        }
    }

    /// A name is one line, and is what it looks like.
    fn check_seen(&mut self, at: Place, name: &str) {
        if name.contains(is_hidden) {
            let text = format!("`{name}` has a hidden character in it: take it out");
            self.problem(at, text);
        }
    }

    fn check_reference(&mut self, entry: &Entry, siblings: usize, section: &str) {
        if siblings > 1 {
            let text =
                "what stands beside a `$ref` is ignored: remove it, or move it to the target";
            self.problem(entry.at, text);
        }
        let Some(target) = entry.node.text() else {
            let problem = expected(&entry.node, "`$ref` is a text");
            return self.problems.push(problem);
        };
        let prefix = format!("#/components/{section}/");
        let name = target.strip_prefix(&prefix);
        let node = name.map(|name| self.document.at_path(&["components", section, name]));
        let text = match node {
            None => format!(
                "`$ref` must point into this file, to `{prefix}...`, not to `{target}`: copy the target here"
            ),
            Some(None) => format!("`{target}` does not exist: declare it or correct the name"),
            Some(Some(node)) if self.document.target(node).is_none() => format!(
                "`{target}` leads to no end by references alone: refer to what is meant itself"
            ),
            Some(Some(_)) => return,
        };
        self.problem(entry.node.at, text);
    }
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

fn unknown(key: &str, mapping: &Mapping) -> String {
    let Mapping { name, keys, .. } = mapping;
    let known = || keys.iter().map(|(known, ..)| *known);
    let similar = known()
        .filter(|known| key.len().abs_diff(known.len()) <= 2)
        .filter(|known| distance(key, known) <= (key.len() / 2).min(2))
        .min_by_key(|known| distance(key, known));
    let advice = ADVICE
        .iter()
        .find(|(names, keys, _)| (names.is_empty() || names.contains(name)) && keys.contains(&key))
        .map(|(.., advice)| *advice);
    match (advice, similar) {
        (Some(advice), _) => format!("`{key}` is not supported in {name}: {advice}"),
        (None, Some(similar)) => format!("{name} has no `{key}`: did you mean `{similar}`?"),
        (None, None) => {
            let known = known().collect::<Vec<_>>().join(", ");
            format!("{name} has no `{key}`, it would be ignored: remove it, or use one of {known}")
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
