//! House rules for open enums.

use super::names::{Names, is_taken, variant};
use crate::source::{Node, Problem};

pub fn check(schema: &Node, problems: &mut Vec<Problem>) {
    let mut variants = Names::new(
        "variant",
        "leave one out, an unlisted word is kept as it came",
    );
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
        problems.extend(match variant(word).filter(|variant| !is_taken(variant)) {
            Some(variant) => variants.add(node.at, word, variant),
            None => Some(Problem::new(
                node.at,
                format!("`{word}` makes no Rust variant: leave it out, an unlisted word is kept as it came"),
            )),
        });
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
