//! `executions diff` as a program.

use std::fs;
use std::process::{Command, Output};

use super::{CROSSTRADE, edited};

fn run(old: impl AsRef<[u8]>, new: impl AsRef<[u8]>, more: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("old.yaml"), old).unwrap();
    fs::write(folder.path().join("new.yaml"), new).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_executions"));
    command
        .args(["diff", "old.yaml", "new.yaml", "--service", "crosstrade"])
        .args(more);
    command.current_dir(&folder).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn harmless_changes_end_with_0_and_others_with_8() {
    let harmless = edited(
        CROSSTRADE,
        &[("          example: 1727399378373", "          example: 1")],
    );
    assert_eq!(run(CROSSTRADE, CROSSTRADE, &[]).status.code(), Some(0));
    assert_eq!(run(CROSSTRADE, &harmless, &[]).status.code(), Some(0));
    let silent = edited(CROSSTRADE, &[("maximum: 900", "maximum: 600")]);
    for form in ["table", "json", "markdown"] {
        let output = run(CROSSTRADE, &silent, &["--format", form]);
        assert_eq!(output.status.code(), Some(8), "{form}");
        assert!(
            text(&output.stdout).contains("a `lookbackTime` over 600 is refused, it was 900"),
            "{form}"
        );
    }
}

#[test]
fn a_spec_saved_as_utf_16_is_read_like_any_other() {
    let little = "\u{feff}".encode_utf16().chain(CROSSTRADE.encode_utf16());
    let wide: Vec<u8> = little.flat_map(u16::to_le_bytes).collect();
    let output = run(CROSSTRADE, &wide, &[]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let output = run(CROSSTRADE, &wide[..wide.len() - 1], &[]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(
        said.contains("new.yaml:1:1: this is not text in UTF-8 or UTF-16"),
        "{said}"
    );
}

#[test]
fn a_pipe_gets_a_line_a_change_with_both_places() {
    let output = run(
        CROSSTRADE,
        edited(CROSSTRADE, &[("quantity, price]", "quantity]")]),
        &[],
    );
    let out = text(&output.stdout);
    let lines: Vec<Vec<&str>> = out.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(
        lines[0],
        ["grade", "place", "what", "items", "effects", "old", "new"]
    );
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[1][0], "compile break");
    assert_eq!(lines[1][3], "crosstrade::types::Execution::price");
    assert!(
        lines[1][5].starts_with("old.yaml:") && lines[1][6].starts_with("new.yaml:"),
        "{out}"
    );
    assert_eq!(
        text(&output.stderr),
        "1 compile break; asks for a major version, before 1.0 a minor\n"
    );
}

#[test]
fn what_cannot_be_read_ends_with_1_and_wrong_usage_with_2() {
    let output = run(CROSSTRADE, "openapi: 3.1.0\n", &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).starts_with("error: new.yaml:1:10: only OpenAPI 3.0 is supported"),
        "{}",
        text(&output.stderr)
    );
    assert_eq!(
        run(CROSSTRADE, CROSSTRADE, &["--format", "xml"])
            .status
            .code(),
        Some(2)
    );
    let mut command = Command::new(env!("CARGO_BIN_EXE_executions"));
    let output = command
        .args(["diff", "/no/such/old.yaml", "/no/such/new.yaml"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("/no/such/old.yaml:1:1: it cannot be read"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn what_stands_in_a_file_cannot_act_on_a_terminal() {
    let evil = edited(
        CROSSTRADE,
        &[(
            "Price of one unit, in the instrument's currency.",
            "\"Price \\e[2J of one\"",
        )],
    );
    let output = run(CROSSTRADE, &evil, &[]);
    assert!(!output.stdout.contains(&0x1b) && text(&output.stdout).contains("u{1b}"));
}

#[test]
fn no_form_does_anything_to_a_terminal() {
    let odd = edited(
        CROSSTRADE,
        &[(
            "Price of one unit, in the instrument's currency.",
            "\"Price \\e[31m\\e[2J of one\"",
        )],
    );
    for form in ["table", "json", "markdown"] {
        let out = text(&run(CROSSTRADE, &odd, &["--format", form]).stdout);
        assert!(out.contains("of one"), "{form}");
        let acts = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\t');
        assert!(!out.contains(acts), "{form}: {out:?}");
    }
}
