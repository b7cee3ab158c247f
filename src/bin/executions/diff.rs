//! `executions diff`: what a change of a spec does to those who use the Rust made of it.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use executions::diff::{Change, Changes, Document, Place, compare};

use crate::failure::Failure;
use crate::output;
use crate::output::entries::Entry;
use crate::output::table::{Cell, Column, Table};

/// Say what a change of a spec breaks, or changes without a word.
#[derive(Args)]
#[command(after_help = "\
Grades:
  compile break   code that uses the Rust made of OLD does not compile with that of NEW
  decode break    answers that could be read no longer can, or the other way round
  silent change   all compiles and decodes, and means or does something else
  harmless        no program that works can notice

Exit codes:
  0  all harmless        2  wrong usage
  1  not readable, or not in the dialect of this project's specs/
  8  anything else

Both files must be in the dialect that this project's build takes; oasdiff and openapi-changes compare any OpenAPI.

Examples:
  git show HEAD:specs/crosstrade.yaml > old.yaml
  executions diff old.yaml specs/crosstrade.yaml
  executions diff old.yaml new.yaml --service crosstrade --format markdown")]
pub struct Arguments {
    /// The version in use. YAML or JSON.
    old: PathBuf,

    /// The version to come.
    new: PathBuf,

    /// How to print it.
    #[arg(short, long, value_enum, default_value_t)]
    format: Form,

    /// The module whose Rust items are named. [default: NEW's file name]
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Form {
    /// For people; tab-separated and complete when piped.
    #[default]
    Table,
    /// Everything, as one object.
    Json,
    /// For a review, with lines for the changelog.
    Markdown,
}

/// What the command ends with when something is not harmless.
const CHANGED: u8 = 8;

pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let stem = arguments
        .new
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy();
    let service = arguments.service.as_deref().unwrap_or(&stem);
    let open = |path| {
        let opened = Document::open(service, path);
        opened.map_err(|unreadable| Failure::new(unreadable.problems()))
    };
    let changes = compare(&open(&arguments.old)?, &open(&arguments.new)?);
    match arguments.format {
        Form::Table => print_table(&changes)?,
        Form::Json => output::print(changes.to_json() + "\n")?,
        Form::Markdown => output::print(changes.to_markdown())?,
    }
    Ok(match changes.is_harmless() {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(CHANGED),
    })
}

fn print_table(changes: &Changes) -> Result<(), Failure> {
    if !changes.all().is_empty() {
        output::print_listing(&entries(changes), &table(changes))?;
    }
    output::say(&changes.summary());
    Ok(())
}

/// Each change with its places and what it does to the Rust: their sentences are too long for a table.
fn entries(changes: &Changes) -> Vec<Entry> {
    let entry = |change: &Change| {
        let place = match (&change.old, &change.new) {
            (Some(old), Some(new)) => Some(format!("{old} → {new}")),
            _ => place(change).map(Place::to_string),
        };
        let rust = match change.effects.is_empty() {
            true => &change.items,
            false => &change.effects,
        };
        Entry {
            mark: change.grade.to_string(),
            title: change.what.clone(),
            details: place.into_iter().chain(rust.iter().cloned()).collect(),
        }
    };
    changes.all().iter().map(entry).collect()
}

fn table(changes: &Changes) -> Table {
    let row = |change: &Change| {
        vec![
            Cell::of(change.grade),
            Cell::any(place(change)),
            Cell::of(&change.what),
            Cell::of(change.items.join(" ")),
            Cell::of(change.effects.join("; ")),
            Cell::any(change.old.as_ref()),
            Cell::any(change.new.as_ref()),
        ]
    };
    let columns = Column::plain("grade place what items effects old new");
    Table::new(columns, changes.all().iter().map(row))
}

fn place(change: &Change) -> Option<&Place> {
    change.new.as_ref().or(change.old.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::entries::listed;

    /// The text without the places in files, which move with every line that a spec gets.
    fn without_places(text: &str) -> String {
        let is_place = |c: char| c.is_ascii_digit() || c == ':';
        let words = |line: &str| {
            let words = line.split(' ').map(|word| match word.find(".yaml:") {
                Some(at) => word[..at + 5].to_owned() + word[at + 5..].trim_start_matches(is_place),
                None => word.to_owned(),
            });
            words.collect::<Vec<_>>().join(" ")
        };
        text.lines().map(words).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_terminal_shows_each_change_with_its_places_and_its_rust_as_readme_says() {
        let old = include_str!("../../../specs/crosstrade.yaml");
        let new = old
            .replace("maximum: 900", "maximum: 600")
            .replace("enum: [Long, Short", "enum: [Long, Mixed, Short")
            .replace("\n        slippage:", "\n        slip:");
        let read = |label, text: &str| Document::read("crosstrade", label, text).expect("a spec");
        let changes = compare(&read("old.yaml", old), &read("specs/crosstrade.yaml", &new));
        let shown = anstream::adapter::strip_str(&listed(&entries(&changes))).to_string()
            + &changes.summary();
        let readme = without_places(include_str!("../../../README.md"));
        assert!(readme.contains(&without_places(&shown)), "{shown}");
    }
}
