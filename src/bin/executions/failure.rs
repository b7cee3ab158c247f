//! How a command fails: what it says, and the exit code.

use std::error::Error as _;
use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::CommandFactory as _;
use clap::error::ErrorKind;
use executions::Error;
use executions::diff::Unreadable;

use crate::escape::escaped;

pub enum Failure {
    /// The library's error, most often what a service said.
    Asking(Error),
    /// The same, with what the command that met it suggests.
    Hinted(Error, &'static str),
    /// Stdout could not be written.
    Output(io::Error),
    /// A file is not what it should be.
    Reading(Unreadable),
    /// A file could not be read at all.
    Unread(PathBuf, io::Error),
    /// A file is no recording.
    Unrecorded(PathBuf, Error),
    /// The command could not begin.
    Start(io::Error),
    /// The traffic could not be recorded, or not all of it.
    Recording(io::Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Asking(error)
    }
}

const RED: Style = AnsiColor::Red.on_default().bold();
const DIM: Style = Style::new().dimmed();

impl Failure {
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Asking(error) | Self::Hinted(error, _) | Self::Unrecorded(_, error) => {
                code(error).into()
            }
            _ => ExitCode::FAILURE,
        }
    }

    pub fn report(&self) -> String {
        match self {
            Self::Asking(error) => report(error),
            Self::Hinted(error, hint) => {
                let mut text = report(error);
                hinted(&mut text, [(*hint).to_owned()]);
                text
            }
            Self::Output(error) => headed(&format!("could not write to stdout: {error}")),
            Self::Reading(error) => {
                let lines = error.problems().iter().map(|problem| headed(problem));
                lines.collect::<Vec<_>>().join("\n")
            }
            Self::Unread(file, why) => headed(&format!("cannot read {}: {why}", file.display())),
            Self::Unrecorded(file, error) => {
                let mut text = headed(&format!("{}: {}", file.display(), error.what()));
                hinted(&mut text, error.hint());
                text
            }
            Self::Start(error) => headed(&format!("could not start: {error}")),
            Self::Recording(error) => headed(&error.to_string()),
        }
    }
}

/// A line that begins as every failure does.
fn headed(words: &str) -> String {
    format!("{RED}error{RED:#}: {}", escaped(words))
}

/// `--help` and `--version` are answers; everything else clap says is wrong usage.
pub fn of_parsing(told: &clap::Error) -> Result<ExitCode, Failure> {
    match told.print() {
        Err(error) if !told.use_stderr() => Err(Failure::Output(error)),
        _ if told.use_stderr() => Ok(ExitCode::from(2)),
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// Arguments of which each is right and all together are not.
pub fn of_usage(words: &str) -> Result<ExitCode, Failure> {
    let mut command = crate::Arguments::command();
    of_parsing(&command.error(ErrorKind::ArgumentConflict, words))
}

pub fn code(error: &Error) -> u8 {
    let codes = [
        // Before everything, as a deadline or a refusal may be what left it open.
        (error.is_outcome_unknown(), 9),
        (error.is_invalid_input(), 2),
        (error.is_auth(), 4),
        (error.is_not_found(), 5),
        (error.is_timeout(), 6),
        (error.is_offline(), 7),
        (error.is_contract_drift(), 8),
        (error.is_rate_limited(), 10),
    ];
    codes
        .into_iter()
        .find_map(|(is, code)| is.then_some(code))
        .unwrap_or(1)
}

/// What was being done, what happened, why, and what to try: a line each.
pub fn report(error: &Error) -> String {
    let what = error.what();
    let mut text = match (error.service(), error.operation()) {
        (Some(service), Some(doing)) => {
            headed(&format!("{service}: could not {doing}")) + "\n  " + &escaped(&what)
        }
        (Some(service), None) => headed(&format!("{service}: {what}")),
        (None, _) => headed(&what),
    };
    let mut causes = Vec::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !what.contains(&text) {
            causes.push(text);
        }
        cause = error.source();
    }
    if !causes.is_empty() {
        let causes = causes.join(": ");
        let _ = write!(text, "\n  {DIM}cause:{DIM:#} {}", escaped(&causes));
    }
    hinted(&mut text, hints(error));
    text
}

fn hinted(text: &mut String, hints: impl IntoIterator<Item = String>) {
    for hint in hints {
        let _ = write!(text, "\n  {DIM}hint:{DIM:#} {}", escaped(&hint));
    }
}

/// The library's hint, and what only the command can suggest.
fn hints(error: &Error) -> Vec<String> {
    let is_setting = error.is_invalid_input() && error.operation().is_none();
    let is_crosstrade = error.service() == Some("CrossTrade");
    if error.is_outcome_unknown() {
        return vec!["It may have been carried out: look before you repeat it.".to_owned()];
    }
    if error.is_timeout() && error.status().is_none() {
        return vec!["Try again, or allow more time with --timeout.".to_owned()];
    }
    let mut hints: Vec<String> = error.hint().into_iter().collect();
    if is_setting {
        hints.push(
            "`executions --help` lists the settings; `executions demo` needs none.".to_owned(),
        );
    } else if is_crosstrade && error.code() == Some("invalid_account") {
        let hint = "`executions rpc ListAccounts --read-only` shows the accounts there are.";
        hints.push(hint.to_owned());
    } else if error.is_not_found() && is_crosstrade {
        hints.push("`executions list crosstrade:<account>` shows the latest fills.".to_owned());
    }
    hints
}
