//! What is written about changes: the version's step, changelog lines, JSON and Markdown.

use executions::diff::Bump;

use super::{CROSSTRADE, compared, edited};

#[test]
fn the_step_of_the_version_follows_the_worst_change() {
    for (edits, bump, before_one) in [
        (("maximum: 900", "maximum: 901"), Bump::Minor, Bump::Patch),
        (("example: 320", "example: 321"), Bump::Patch, Bump::Patch),
        (("quantity, price]", "quantity]"), Bump::Major, Bump::Minor),
        (
            (
                "        exchange:\n",
                "        venue:\n          type: string\n          description: Where.\n        exchange:\n",
            ),
            Bump::Minor,
            Bump::Patch,
        ),
    ] {
        let changes = compared("crosstrade", CROSSTRADE, &edited(CROSSTRADE, &[edits]));
        assert_eq!(
            (changes.bump(), changes.bump().before_one()),
            (bump, before_one),
            "{edits:?}"
        );
    }
}

#[test]
fn changelog_json_and_markdown_say_the_same() {
    let new = edited(
        CROSSTRADE,
        &[
            ("quantity, price]", "quantity]"),
            ("maximum: 900", "maximum: 600"),
            ("[Long, Short, Flat]", "[Long, Short, Flat, Mixed]"),
            (
                "        serverName:\n          type: string\n          description: Name of the machine NinjaTrader runs on.\n",
                "",
            ),
            ("          example: 1727399378373", "          example: 1"),
        ],
    );
    let changes = compared("crosstrade", CROSSTRADE, &new);
    let json: serde_json::Value = serde_json::from_str(&changes.to_json()).unwrap();
    assert_eq!(json["changes"].as_array().unwrap().len(), 5);
    assert_eq!(json["bump"], "major");
    assert_eq!(json["changelog"], changes.changelog());
    insta::assert_snapshot!("changelog", changes.changelog());
    insta::assert_snapshot!("markdown", changes.to_markdown());
}
