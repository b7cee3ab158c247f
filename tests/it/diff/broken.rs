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
            "x.yaml:1:10: this is OpenAPI `3.1.0`, and only 3.0 is compared",
        ),
        ("swagger: '2.0'\n", "x.yaml:1:10: this is Swagger 2.0"),
        ("info: {}\n", "x.yaml:1:1: this is no OpenAPI document"),
        ("a: [1\n", "this YAML cannot be read"),
        ("openapi: 3.0.0\ninfo: {}\ninfo: {}\n", "x.yaml:3:1: "),
        ("", "x.yaml:1:1: "),
        ("\u{0}", "x.yaml:1:"),
        ("{\"openapi\": 3}", "x.yaml:1:13: this is OpenAPI `3`"),
    ] {
        let said = refused(text);
        assert!(said.contains(says), "{text:?}: {said}");
        assert!(!said.contains('\n'), "{said}");
    }
}

#[test]
fn a_text_of_17_mib_is_refused_unread() {
    let said = refused(&" ".repeat(17 << 20));
    assert!(
        said.contains("more than the 16777216 that are read"),
        "{said}"
    );
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
fn schemas_that_consist_of_themselves_end() {
    let text = "openapi: 3.0.0\ninfo: {title: A, version: '1'}\npaths: {}\ncomponents:\n  schemas:\n    A: {$ref: '#/components/schemas/B'}\n    B: {$ref: '#/components/schemas/A'}\n    C: {allOf: [{$ref: '#/components/schemas/C'}, {type: object}]}\n    D: {type: object, properties: {d: {$ref: '#/components/schemas/D'}, n: {type: string}}}\n";
    let begun = Instant::now();
    let changes = compared(
        "a",
        text,
        &edited(text, &[("n: {type: string}", "n: {type: integer}")]),
    );
    assert!(begun.elapsed() < Duration::from_secs(20));
    assert!(
        changes
            .notes()
            .iter()
            .any(|note| note.contains("it consists of itself")),
        "{:?}",
        changes.notes()
    );
    assert_eq!(
        changes.all().iter().map(super::line).collect::<Vec<_>>(),
        ["compile+decode: types::D::n"]
    );
}

#[test]
fn any_cut_or_doubled_line_is_compared_or_refused_without_a_panic() {
    let lines: Vec<&str> = CROSSTRADE.lines().collect();
    let old = Document::read("crosstrade", "old.yaml", CROSSTRADE).unwrap();
    for at in (0..lines.len()).step_by(9) {
        let mut cut = lines.clone();
        cut.remove(at);
        let mut doubled = lines.clone();
        doubled.insert(at, lines[at]);
        for text in [cut, doubled, lines[..at].to_vec()] {
            if let Ok(new) = Document::read("crosstrade", "new.yaml", &text.join("\n")) {
                executions::diff::compare(&old, &new);
            }
        }
    }
}

#[test]
fn schemas_that_stand_inline_where_the_other_file_refers_to_them_end() {
    let head =
        "openapi: 3.0.3\ninfo: {title: A, version: '1'}\npaths: {}\ncomponents:\n  schemas:\n";
    let inline = |name: &str| {
        format!("{{type: object, properties: {{x: {{$ref: '#/components/schemas/{name}'}}}}}}")
    };
    let old = format!(
        "{head}    A: {}\n    B: {{type: object, properties: {{x: {}}}}}\n",
        inline("B"),
        inline("B"),
    );
    let new = format!(
        "{head}    A: {{type: object, properties: {{x: {}}}}}\n    B: {{type: object, properties: {{x: {}}}}}\n",
        inline("A"),
        inline("B"),
    );
    assert!(compared("a", &old, &new).all().len() < 40);
    assert!(compared("a", &new, &old).all().len() < 40);
}

#[test]
fn a_reference_chain_that_is_not_followed_to_its_end_is_said() {
    let chain = |first: &str| {
        let mut text =
            "openapi: 3.0.3\ninfo: {title: A, version: '1'}\npaths: {}\ncomponents:\n  schemas:\n"
                .to_owned();
        text += &format!("    S0: {{type: object, properties: {{x: {first}}}}}\n");
        for at in 1..100 {
            let next = format!("{{$ref: '#/components/schemas/S{}'}}", at + 1);
            let inner = format!("{{type: object, properties: {{x: {next}}}}}");
            text += &format!("    S{at}: {{type: object, properties: {{x: {inner}}}}}\n");
        }
        text + "    S100: {type: object}\n"
    };
    let here = chain("{$ref: '#/components/schemas/S1'}");
    let there = chain("{type: object, properties: {x: {$ref: '#/components/schemas/S1'}}}");
    let changes = compared("a", &here, &there);
    let told = |gap: &executions::diff::Gap| gap.what.contains("behind more than 32 references");
    assert!(changes.not_compared().iter().any(told));
}
