//! A node of a document together with where it is: its JSON pointer and its line.

use std::borrow::Cow;

use crate::model::Place as At;
use crate::source::{Entry, Node, Value};

/// How many references are followed from one to the next.
const MOST_HOPS: usize = 32;

#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    root: &'a Node,
    pub node: &'a Node,
    /// Of the key, where there is one: that is where a reader looks.
    pub at: At,
    pub pointer: String,
}

impl<'a> Cursor<'a> {
    pub fn new(root: &'a Node) -> Self {
        Self {
            root,
            node: root,
            at: root.at,
            pointer: String::new(),
        }
    }

    fn child(&self, entry: &'a Entry) -> Self {
        let key = entry.key.replace('~', "~0").replace('/', "~1");
        Self {
            root: self.root,
            node: &entry.node,
            at: entry.at,
            pointer: format!("{}/{key}", self.pointer),
        }
    }

    pub fn get(&self, key: &str) -> Option<Self> {
        self.node.entry(key).map(|entry| self.child(entry))
    }

    pub fn path(&self, keys: &[&str]) -> Option<Self> {
        keys.iter()
            .try_fold(self.clone(), |cursor, key| cursor.get(key))
    }

    /// The members of a mapping that are no extensions.
    pub fn members(&self) -> Vec<(&'a str, Self)> {
        let entries = self.node.entries().iter();
        entries
            .map(|entry| (entry.key.as_str(), self.child(entry)))
            .collect()
    }

    pub fn items(&self) -> Vec<Self> {
        let items = self.node.items().iter().enumerate();
        items
            .map(|(index, node)| Self {
                root: self.root,
                node,
                at: node.at,
                pointer: format!("{}/{index}", self.pointer),
            })
            .collect()
    }

    pub fn word(&self, key: &str) -> Option<&'a str> {
        self.node.word(key)
    }

    pub fn reference(&self) -> Option<&'a str> {
        self.node.word("$ref")
    }

    /// What a reference within the file leads to; itself where there is none, or where it leads nowhere.
    pub fn resolve(&self) -> Self {
        let mut here = self.clone();
        for _ in 0..MOST_HOPS {
            let Some(next) = here.target() else { break };
            here = next;
        }
        here
    }

    fn target(&self) -> Option<Self> {
        self.find(self.reference()?.strip_prefix('#')?)
    }

    /// What stands at a pointer into the same file.
    pub fn find(&self, pointer: &str) -> Option<Self> {
        let path = pointer.strip_prefix('/')?;
        path.split('/')
            .try_fold(Self::new(self.root), |cursor, key| {
                let key = unescaped(key);
                match &cursor.node.value {
                    Value::List(_) => cursor.items().into_iter().nth(key.parse().ok()?),
                    _ => cursor.get(&key),
                }
            })
    }

    /// Whether a reference leads out of the file, or nowhere.
    pub fn is_lost(&self) -> bool {
        self.reference().is_some() && self.target().is_none()
    }
}

fn unescaped(key: &str) -> Cow<'_, str> {
    match key.contains('~') {
        true => key.replace("~1", "/").replace("~0", "~").into(),
        false => key.into(),
    }
}

/// The value as one text that does not depend on the order of members, without those that `leave` names. A property may be
/// called like a word of OpenAPI's, and stays.
pub fn shape(node: &Node, leave: &dyn Fn(&str) -> bool) -> String {
    match &node.value {
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(|item| shape(item, leave)).collect();
            format!("[{}]", items.join(","))
        }
        Value::Map(entries) => {
            let mut members: Vec<String> = entries
                .iter()
                .filter(|entry| !leave(&entry.key))
                .map(|entry| {
                    let inner = match entry.key.as_str() {
                        "properties" => properties(&entry.node, leave),
                        _ => shape(&entry.node, leave),
                    };
                    format!("{:?}:{inner}", entry.key)
                })
                .collect();
            members.sort();
            format!("{{{}}}", members.join(","))
        }
        _ => node.to_json(),
    }
}

fn properties(node: &Node, leave: &dyn Fn(&str) -> bool) -> String {
    let entries = node.entries().iter();
    let mut members: Vec<String> = entries
        .map(|entry| format!("{:?}:{}", entry.key, shape(&entry.node, leave)))
        .collect();
    members.sort();
    match &node.value {
        Value::Map(_) => format!("{{{}}}", members.join(",")),
        _ => node.to_json(),
    }
}

pub fn same(old: &Node, new: &Node) -> bool {
    shape(old, &|_| false) == shape(new, &|_| false)
}

/// Words that only people read.
pub fn is_prose(key: &str) -> bool {
    matches!(
        key,
        "description" | "summary" | "example" | "examples" | "externalDocs" | "title"
    ) || (key.starts_with("x-") && key != "x-aliases")
}

/// A key with what it leads to on each side.
pub type Pair<'a> = (&'a str, Option<Cursor<'a>>, Option<Cursor<'a>>);

/// The members of two mappings by key, in the order of the new one, then those that are gone.
pub fn pairs<'a>(old: Option<&Cursor<'a>>, new: Option<&Cursor<'a>>) -> Vec<Pair<'a>> {
    let before = old.map(Cursor::members).unwrap_or_default();
    let after = new.map(Cursor::members).unwrap_or_default();
    let mut was: std::collections::HashMap<&str, Cursor<'a>> = before.iter().cloned().collect();
    let mut pairs: Vec<Pair<'a>> = Vec::with_capacity(after.len());
    for (key, cursor) in after {
        pairs.push((key, was.remove(key), Some(cursor)));
    }
    let gone = before.into_iter().filter(|(key, _)| was.contains_key(key));
    pairs.extend(gone.map(|(key, cursor)| (key, Some(cursor), None)));
    pairs
}
