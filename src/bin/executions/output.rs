//! Data to stdout, words to stderr.

pub mod contract;
pub mod entries;
pub mod json;
pub mod sheet;
pub mod table;

use std::io::{self, IsTerminal as _, Write as _};

use anstream::AutoStream;
use clap::ValueEnum;
use jiff::Timestamp;
use terminal_size::{Width, terminal_size_of};

use crate::failure::Failure;
use entries::Entry;
use sheet::Sheet;
use table::Table;

/// How executions are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// For people; tab-separated and complete when piped.
    #[default]
    Table,
    /// The neutral view, with what the service sent under `raw`; see `executions schema`.
    Json,
    /// The same, one object a line.
    Ndjson,
    /// The bytes that came from the service, nothing else.
    Raw,
}

/// Writes all of it before it returns.
pub fn print(data: impl AsRef<[u8]>) -> Result<(), Failure> {
    write(io::stdout().lock(), data.as_ref())
}

/// Words for people. Where stderr is closed there is nobody to tell.
pub fn say(words: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{words}");
}

pub fn print_table(table: &Table) -> Result<(), Failure> {
    let Some(width) = terminal_width() else {
        return print(table.tabbed());
    };
    let fitted = table.fitted(width, Timestamp::now());
    print_styled(&fitted.text)?;
    if !fitted.is_complete {
        say("Not everything fits: a wider terminal or a pipe (`| less -S`) shows the rest.");
    }
    Ok(())
}

/// Prints the same things one below the other on a terminal, and as a table to a pipe.
pub fn print_listing(entries: &[Entry], table: &Table) -> Result<(), Failure> {
    match is_terminal() {
        true => print_styled(&entries::listed(entries)),
        false => print(table.tabbed()),
    }
}

pub fn print_sheet(sheet: &Sheet) -> Result<(), Failure> {
    match terminal_width() {
        Some(width) => print_styled(&sheet.fitted(width)),
        None => print(sheet.tabbed()),
    }
}

fn print_styled(text: &str) -> Result<(), Failure> {
    write(AutoStream::auto(io::stdout().lock()), text.as_bytes())
}

fn write(mut out: impl io::Write, data: &[u8]) -> Result<(), Failure> {
    let written = out.write_all(data).and_then(|()| out.flush());
    written.map_err(Failure::output)
}

/// `None` where stdout is no terminal.
fn terminal_width() -> Option<u16> {
    is_terminal().then(|| terminal_size_of(io::stdout()).map_or(80, |(Width(width), _)| width))
}

pub fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Whether somebody sees words as they are said, and not later in a log.
pub fn is_watched() -> bool {
    io::stderr().is_terminal()
}
