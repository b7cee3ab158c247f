//! The rest of a document: what only people read, and no model has.

use std::collections::BTreeMap;

use crate::model::Place;
use crate::source::{Node, Value};

/// The keys of what is compared as a whole.
const KEYS: [&str; 5] = [
    "example",
    "examples",
    "headers",
    "externalDocs",
    "bearerFormat",
];

/// Where it stands and what it is, by its JSON pointer.
pub type Rest<'a> = BTreeMap<String, (Place, &'a Node)>;

pub fn rest(document: &Node) -> Rest<'_> {
    let mut found = Rest::new();
    gather(document, "", &mut found);
    found
}

fn gather<'a>(node: &'a Node, pointer: &str, found: &mut Rest<'a>) {
    match &node.value {
        Value::Map(entries) => {
            for entry in entries {
                let key = entry.key.replace('~', "~0").replace('/', "~1");
                let pointer = format!("{pointer}/{key}");
                // A name of the spec's own is no key.
                let is_name = matches!(pointer.rsplit('/').nth(1), Some("properties" | "schemas"));
                if !is_name && KEYS.contains(&entry.key.as_str()) || is_aside(&pointer) {
                    found.insert(pointer, (entry.at, &entry.node));
                } else {
                    gather(&entry.node, &pointer, found);
                }
            }
        }
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                gather(item, &format!("{pointer}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// What is no part of a model, by its place in the document.
fn is_aside(pointer: &str) -> bool {
    // A body that is not read as JSON is a text, whatever its schema says.
    if let Some(content) = pointer.strip_suffix("/schema")
        && content.contains("/content/")
        && !content.ends_with("/application~1json")
    {
        return true;
    }
    if matches!(pointer, "/info/title" | "/openapi")
        || pointer.starts_with("/servers/") && pointer != "/servers/0/url"
    {
        return true;
    }
    let mut steps = pointer.rsplit('/');
    let (last, of, before) = (steps.next(), steps.next(), steps.next());
    last == Some("description") && (of == Some("info") || before == Some("responses"))
}
