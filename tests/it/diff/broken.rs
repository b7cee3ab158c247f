//! Files that are no documents, and documents that are made to hurt.

use std::time::{Duration, Instant};

use executions::diff::Document;

use super::{CROSSTRADE, compared, edited};

fn refused(text: &str) -> String {
    Document::read("x", "x.yaml", text).unwrap_err().to_string()
}

#[test]
fn what_is_no_openapi_3_0_is_refused_with_its_place() {
    for (text, says) in [
        (
            "openapi: 3.1.0\n",
            "x.yaml:1:10: only OpenAPI 3.0 is supported",
        ),
        ("swagger: '2.0'\n", "x.yaml:1:1: "),
        ("info: {}\n", "x.yaml:1:7: "),
        ("a: [1\n", "this YAML cannot be read"),
        ("openapi: 3.0.0\ninfo: {}\ninfo: {}\n", "x.yaml:3:1: "),
        ("", "x.yaml:1:1: "),
        ("\u{0}", "x.yaml:1:"),
        ("{\"openapi\": 3}", "x.yaml:1:13: "),
    ] {
        let said = refused(text);
        assert!(said.contains(says), "{text:?}: {said}");
        assert!(said.lines().all(|it| it.starts_with("x.yaml:")), "{said}");
    }
}

#[test]
fn a_text_of_17_mib_is_refused_unread() {
    let said = refused(&" ".repeat(17 << 20));
    assert!(said.contains("this file is longer than 4 MiB"), "{said}");
}

#[test]
fn what_grows_behind_aliases_is_refused_in_words_for_its_author() {
    let mut text = "openapi: 3.0.0\nx-0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9]\n".to_owned();
    for at in 1..9 {
        let many = vec![format!("*a{}", at - 1); 9].join(", ");
        text += &format!("x-{at}: &a{at} [{many}]\n");
    }
    for text in [text, "openapi: 3.0.0\ninfo: {}\ninfo: {}\n".to_owned()] {
        let said = refused(&text);
        assert!(
            !said.contains("budget") && !said.contains("Options"),
            "{said}"
        );
    }
}

#[test]
fn deep_nesting_is_refused_and_does_not_overflow() {
    for text in [
        "[".repeat(100_000),
        "{\"a\":".repeat(100_000),
        "a:\n ".repeat(5_000),
    ] {
        assert!(refused(&format!("openapi: 3.0.0\nx-a: {text}")).starts_with("x.yaml:"));
    }
}

#[test]
fn schemas_that_consist_of_themselves_are_refused_with_their_place() {
    let types = "  schemas:\n    A: {$ref: '#/components/schemas/B'}\n    B: {$ref: '#/components/schemas/A'}\n    C: {allOf: [{$ref: '#/components/schemas/C'}, {type: object}]}\n";
    let begun = Instant::now();
    let said = refused(&edited(CROSSTRADE, &[("  schemas:\n", types)]));
    assert!(begun.elapsed() < Duration::from_secs(20));
    assert_eq!(said.lines().count(), 3, "{said}");
    assert!(
        said.lines().all(|line| line.starts_with("x.yaml:")),
        "{said}"
    );
}

#[test]
fn a_type_with_itself_in_it_is_compared() {
    let echo = include_str!("../../../crates/spec/tests/echo.yaml");
    let new = edited(echo, &[("The echo of the echo.", "Another.")]);
    let changes = compared("echo", echo, &new);
    let found: Vec<String> = changes.all().iter().map(super::line).collect();
    assert_eq!(found, ["silent: types::Echo::inner"]);
}

#[test]
fn ten_thousand_renamed_words_take_no_more_than_the_time_of_sorting() {
    let echo = include_str!("../../../crates/spec/tests/echo.yaml");
    let with = |letter: char, count: usize| {
        let words: Vec<String> = (0..count).map(|at| format!("{letter}{at}x")).collect();
        let words = format!("enum: [{}]", words.join(", "));
        let text = edited(echo, &[("enum: [calm, \"out-loud\", no, type]", &words)]);
        Document::read("echo", "x.yaml", &text).unwrap()
    };
    let [few, others] = ['w', 'v'].map(|letter| with(letter, 1_000));
    let [many, renamed] = ['w', 'v'].map(|letter| with(letter, 10_000));
    let time = |old: &Document, new: &Document, found: usize| {
        let begun = Instant::now();
        assert_eq!(executions::diff::compare(old, new).all().len(), found);
        begun.elapsed()
    };
    time(&few, &others, 2_000);
    // A tenth of a second where nothing else runs; cubic time would take hours.
    let long = time(&many, &renamed, 20_000);
    assert!(long < Duration::from_secs(20), "{long:?}");
}
