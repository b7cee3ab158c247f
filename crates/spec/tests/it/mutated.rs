//! Whatever is changed in a spec, it is refused with a place or makes Rust.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::names::is_sound;
use super::{DESK, ECHO, generate};

const SPECS: [&str; 6] = [
    ECHO,
    DESK,
    include_str!("../../../../specs/b3os.yaml"),
    include_str!("../../../../specs/crosstrade.yaml"),
    include_str!("../../../../specs/hummingbot.yaml"),
    include_str!("../../../../specs/refold.yaml"),
];

const HOSTILE: &[&str] = &[
    "",
    " ",
    "~",
    "null",
    "true",
    "no",
    "0",
    "-1",
    "1.5",
    "0x10",
    "044925",
    "1e999",
    "[]",
    "{}",
    "[a, 1]",
    "{a: b}",
    "''",
    "\"\\n\"",
    "\"\\u202e\"",
    "'```'",
    "'*/ fn main() {} /*'",
    "'#[x]'",
    "\"\\\"\"",
    "type",
    "Self",
    "gen",
    "B\u{b2}",
    "\u{1f600}",
    "*x",
    "&x y",
    "!!binary x",
    "<<",
    "? x",
    "'{'",
    "'{x}'",
    "'/'",
    "'#/components/schemas/Execution'",
    "'#/'",
    "'#/components/schemas/'",
    "200",
    "default",
    "string",
    "integer",
    "object",
    "array",
    "|\n  a",
    "Execution",
    "get_execution",
    "{$ref: '#/components/schemas/Execution'}",
];

/// One change of a spec: which line, and what to do with it.
#[derive(Clone, Debug)]
enum Change {
    Cut(usize, usize),
    Double(usize, usize),
    Swap(usize, usize),
    Value(usize, usize),
    Key(usize, usize),
    Indent(usize, usize),
    Word(usize, usize),
}

fn apply(lines: &mut Vec<String>, change: &Change) {
    if lines.is_empty() {
        return;
    }
    let count = lines.len();
    let word = |index: usize| HOSTILE[index % HOSTILE.len()];
    match *change {
        Change::Cut(at, length) => {
            let at = at % count;
            lines.drain(at..(at + 1 + length % 8).min(count));
        }
        Change::Double(at, length) => {
            let at = at % count;
            let copy = lines[at..(at + 1 + length % 30).min(count)].to_vec();
            lines.splice(at..at, copy);
        }
        Change::Swap(at, other) => lines.swap(at % count, other % count),
        Change::Value(at, with) => {
            let line = &mut lines[at % count];
            if let Some((key, _)) = line.split_once(": ") {
                *line = format!("{key}: {}", word(with));
            }
        }
        Change::Key(at, with) => {
            let line = &mut lines[at % count];
            let indent = line.len() - line.trim_start().len();
            if let Some((_, value)) = line.split_once(':') {
                *line = format!("{}{}:{value}", " ".repeat(indent), word(with));
            }
        }
        Change::Indent(at, by) => lines[at % count].insert_str(0, &" ".repeat(by % 5)),
        Change::Word(at, other) => {
            // A word of another line, such as a reference to something else.
            let theirs = lines[other % count]
                .split_once(": ")
                .map(|(_, value)| value.to_owned());
            let line = &mut lines[at % count];
            if let (Some((key, _)), Some(value)) = (line.split_once(": "), theirs) {
                *line = format!("{key}: {value}");
            }
        }
    }
}

fn change() -> impl Strategy<Value = Change> {
    let two = || (any::<usize>(), any::<usize>());
    prop_oneof![
        two().prop_map(|(a, b)| Change::Cut(a, b)),
        two().prop_map(|(a, b)| Change::Double(a, b)),
        two().prop_map(|(a, b)| Change::Swap(a, b)),
        two().prop_map(|(a, b)| Change::Value(a, b)),
        two().prop_map(|(a, b)| Change::Key(a, b)),
        two().prop_map(|(a, b)| Change::Indent(a, b)),
        two().prop_map(|(a, b)| Change::Word(a, b)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    #[test]
    fn a_changed_spec_is_refused_or_makes_rust(
        spec in 0..SPECS.len(),
        changes in prop::collection::vec(change(), 1..4),
    ) {
        let mut lines: Vec<String> = SPECS[spec].lines().map(str::to_owned).collect();
        changes.iter().for_each(|change| apply(&mut lines, change));
        let yaml = lines.join("\n");
        let start = Instant::now();
        match generate("echo", &yaml) {
            Ok(file) => prop_assert_eq!(is_sound(&file), Ok(())),
            Err(problems) => {
                prop_assert!(!problems.is_empty());
                for problem in problems {
                    prop_assert!(!problem.text.contains("the generator cannot"), "{:?}", problem);
                    prop_assert!(problem.at.line <= lines.len() as u64 + 1, "{:?}", problem);
                }
            }
        }
        prop_assert!(start.elapsed() < Duration::from_secs(10));
    }
}
