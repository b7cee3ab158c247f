//! The rest of a document: what only people read, and no model has.

use std::collections::{BTreeMap, BTreeSet};

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

/// The rest, by its JSON pointer. A parameter stands there under its name, since others may come before it.
#[derive(Default)]
pub struct Rest<'a> {
    pub found: BTreeMap<String, (Place, &'a Node)>,
    holders: BTreeSet<String>,
}

pub fn rest(document: &Node) -> Rest<'_> {
    let mut rest = Rest::default();
    rest.gather(document, "");
    rest
}

impl<'a> Rest<'a> {
    fn gather(&mut self, node: &'a Node, pointer: &str) {
        self.holders.insert(pointer.to_owned());
        match &node.value {
            Value::Map(entries) => {
                for entry in entries.iter() {
                    let key = entry.key.replace('~', "~0").replace('/', "~1");
                    let inner = format!("{pointer}/{key}");
                    // A name of the spec's own is no key.
                    let is_name = pointer.ends_with("/properties") || pointer.ends_with("/schemas");
                    if !is_name && KEYS.contains(&entry.key.as_str()) || is_aside(&inner) {
                        self.found.insert(inner, (entry.at, &entry.node));
                    } else {
                        self.gather(&entry.node, &inner);
                    }
                }
            }
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    let name = item.word("name").map(str::to_owned);
                    let step = name.unwrap_or_else(|| index.to_string());
                    self.gather(item, &format!("{pointer}/{step}"));
                }
            }
            _ => {}
        }
    }

    /// Whether it came or went with something that is told itself.
    pub fn is_told(&self, other: &Self, pointer: &str) -> bool {
        let mut holders = pointer.match_indices('/').map(|(end, _)| &pointer[..end]);
        let first = holders.find(|it| self.holders.contains(*it) != other.holders.contains(*it));
        first.is_some_and(|holder| {
            let list = holder.rsplit('/').nth(1).unwrap_or_default();
            // Neither a server but the first is told, nor what nothing refers to, nor that a parameter is written in place.
            let is_in_place = matches!(list, "servers" | "parameters");
            let is_shared = holder.starts_with("/components/");
            !is_in_place && (!is_shared || holder.starts_with("/components/schemas/"))
        })
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
