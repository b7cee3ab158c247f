//! House rules for open enums, and the names of their variants.

use std::collections::HashMap;

use heck::ToPascalCase;

use super::schemas::TAKEN;
use crate::source::{Node, Problem};

pub fn check(schema: &Node, problems: &mut Vec<Problem>) {
    let mut variants: HashMap<String, &str> = HashMap::new();
    let words = schema.get("enum").map_or(&[][..], Node::items);
    for node in words {
        let Some(word) = node.text() else {
            if !schema.is("nullable") {
                problems.push(Problem::new(
                    node.at,
                    "null is no word of this enum: quote it, or add nullable: true",
                ));
            }
            continue;
        };
        let variant = variant(word);
        let text = if !is_identifier(&variant) || TAKEN.contains(&variant.as_str()) {
            format!(
                "`{word}` makes no Rust variant: leave it out, an unlisted word is kept as it came"
            )
        } else if let Some(other) = variants.insert(variant.clone(), word) {
            format!(
                "`{word}` and `{other}` both become the variant `{variant}`: leave one out, an unlisted word is kept as it came"
            )
        } else {
            continue;
        };
        problems.push(Problem::new(node.at, text));
    }
    if words.is_empty() {
        problems.push(Problem::new(
            schema.get("enum").map_or(schema.at, |node| node.at),
            "an enum without words: list them, or use type: string in the property",
        ));
    }
    if let Some(wrong) = schema
        .entry("required")
        .or_else(|| schema.entry("additionalProperties"))
    {
        problems.push(Problem::new(
            wrong.at,
            format!("an enum has no `{}`: remove it", wrong.key),
        ));
    }
}

fn variant(word: &str) -> String {
    word.to_pascal_case()
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric())
}
