//! What a change of a spec does: each kind of change has the grade that the compiler and the decoder would give it.

mod answers;
mod broken;
mod command;
mod documents;
mod lines;
mod operations;
mod proof;
mod schemas;
mod surfaces;
mod writes;

use executions::diff::{Change, Changes, Document, Grade, compare};

const CROSSTRADE: &str = include_str!("../../specs/crosstrade.yaml");

/// A change of a document, and what must be said of it: a line a change, as `line` writes it.
#[derive(Clone, Copy)]
struct Case {
    what: &'static str,
    edits: &'static [(&'static str, &'static str)],
    expected: &'static [&'static str],
}

/// Every text once changed for another.
fn edited(text: &str, edits: &[(&str, &str)]) -> String {
    edits.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "there is no {from}");
        text.replacen(from, to, 1)
    })
}

fn read(service: &str, label: &str, text: &str) -> Document {
    Document::read(service, label, text).unwrap()
}

fn compared(service: &str, old: &str, new: &str) -> Changes {
    let old = read(service, "old.yaml", old);
    compare(&old, &read(service, "new.yaml", new))
}

/// The grades, then the items without the name of the service.
fn line(change: &Change) -> String {
    let word = |grade: &Grade| match grade {
        Grade::Compile => "compile",
        Grade::Decode => "decode",
        Grade::Silent => "silent",
        _ => "harmless",
    };
    let grades: Vec<&str> = [&change.grade]
        .into_iter()
        .chain(&change.also)
        .map(word)
        .collect();
    let items = change
        .items
        .iter()
        .map(|item| item.split_once("::").unwrap().1);
    let items: Vec<&str> = items.collect();
    format!("{}: {}", grades.join("+"), items.join(" "))
        .trim_end()
        .to_owned()
}

/// Runs every case and says all that came out otherwise.
fn check(service: &str, base: &str, cases: &[Case]) {
    let mut wrong = Vec::new();
    let old = read(service, "old.yaml", base);
    for case in cases {
        let new = read(service, "new.yaml", &edited(base, case.edits));
        let changes = compare(&old, &new);
        let mut found: Vec<String> = changes.all().iter().map(line).collect();
        let mut expected: Vec<String> = case
            .expected
            .iter()
            .map(|line| (*line).to_owned())
            .collect();
        found.sort();
        expected.sort();
        if found != expected {
            wrong.push(format!(
                "{}:\n  expected {expected:#?}\n  found {found:#?}\n  {:#?}",
                case.what,
                changes.all().iter().map(|it| &it.what).collect::<Vec<_>>()
            ));
        }
        for change in changes.all() {
            assert!(
                change.old.is_some() || change.new.is_some(),
                "{}: {} has no place",
                case.what,
                change.what
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_document_compared_with_itself_is_the_same() {
    for (service, text) in [
        ("b3os", include_str!("../../specs/b3os.yaml")),
        ("crosstrade", CROSSTRADE),
        ("hummingbot", include_str!("../../specs/hummingbot.yaml")),
        ("refold", include_str!("../../specs/refold.yaml")),
    ] {
        let changes = compared(service, text, text);
        assert_eq!(changes.all(), [], "{service}");
        assert!(changes.is_harmless());
        assert_eq!(changes.grade(), None);
        assert_eq!(changes.bump().to_string(), "none");
        assert_eq!(changes.changelog(), "");
    }
}
