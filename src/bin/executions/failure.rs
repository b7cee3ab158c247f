//! How a command fails: what it says, and the exit code.

use std::error::Error as _;
use std::io;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::CommandFactory as _;
use clap::error::ErrorKind;
use executions::Error;

use crate::escape::escaped;

/// Why a command ends before it is done.
pub struct Failure {
    /// To be printed to stderr; empty where there is nothing to say.
    pub text: String,
    pub code: u8,
}

/// The exit code where an answer does not fit the contract.
pub const UNFIT: u8 = 8;

/// The exit code that a shell gives a process that SIGINT ended.
pub const INTERRUPTED: u8 = 130;

const RED: Style = AnsiColor::Red.on_default().bold();
const DIM: Style = Style::new().dimmed();

impl Failure {
    /// A failure for reasons that begin a line each.
    pub fn new(reasons: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let lines = reasons.into_iter().map(|reason| headed(reason.as_ref()));
        Self {
            text: lines.collect::<Vec<_>>().join("\n"),
            code: 1,
        }
    }

    /// The command was ended by Ctrl-C, which left its call with this error: it is told if the call may have been executed.
    pub fn interrupted(error: Error) -> Self {
        let text = match error.is_outcome_unknown() {
            true => Self::from(error).text,
            false => String::new(),
        };
        Self {
            text,
            code: INTERRUPTED,
        }
    }

    pub fn start(why: io::Error) -> Self {
        Self::new([format!("could not start: {why}")])
    }

    /// Stdout could not be written. Whoever closes the pipe has read enough, which is no failure.
    pub fn output(why: io::Error) -> Self {
        match why.kind() {
            io::ErrorKind::BrokenPipe => Self {
                text: String::new(),
                code: 0,
            },
            _ => Self::new([format!("could not write to stdout: {why}")]),
        }
    }

    /// Arguments of which each is right and all together are not.
    pub fn usage(words: &str) -> Self {
        let mut command = crate::Arguments::command();
        Self::parsing(&command.error(ErrorKind::ArgumentConflict, words))
    }

    fn parsing(told: &clap::Error) -> Self {
        Self {
            text: told.render().ansi().to_string().trim_end().to_owned(),
            code: 2,
        }
    }

    pub fn hinting(mut self, hints: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        for hint in hints {
            self.text += &format!("\n  {DIM}hint:{DIM:#} {}", escaped(hint.as_ref()));
        }
        self
    }
}

/// Prints a line each for what was being done, what happened, why, and what to try.
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let what = error.what();
        let mut text = match (error.service_title(), error.operation()) {
            (Some(service), Some(doing)) => {
                let head = match error.is_outcome_unknown() {
                    true => format!("{service}: the outcome of `{doing}` is unknown"),
                    false => format!("{service}: could not {doing}"),
                };
                headed(&head) + "\n  " + &escaped(&what)
            }
            (Some(service), None) => headed(&format!("{service}: {what}")),
            (None, _) => headed(&what),
        };
        let causes = std::iter::successors(error.source(), |cause| (*cause).source());
        let causes = causes.map(ToString::to_string);
        let causes: Vec<String> = causes.filter(|cause| !what.contains(cause)).collect();
        if !causes.is_empty() {
            let causes = causes.join(": ");
            text += &format!("\n  {DIM}cause:{DIM:#} {}", escaped(&causes));
        }
        let code = code(&error);
        Self { text, code }.hinting(hints(&error))
    }
}

/// A line that begins as every failure does.
fn headed(words: &str) -> String {
    format!("{RED}error{RED:#}: {}", escaped(words))
}

/// `--help` and `--version` are answers; everything else clap says is wrong usage.
pub fn of_parsing(told: &clap::Error) -> Result<ExitCode, Failure> {
    match told.use_stderr() {
        true => Err(Failure::parsing(told)),
        false => {
            told.print().map_err(Failure::output)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn code(error: &Error) -> u8 {
    let codes = [
        // Before everything, as a deadline or a refusal may be what left it open.
        (error.is_outcome_unknown(), 9),
        (error.is_invalid_input(), 2),
        (error.is_auth(), 4),
        (error.is_not_found(), 5),
        (error.is_timeout(), 6),
        (error.is_offline(), 7),
        (error.is_contract_drift(), UNFIT),
        (error.is_rate_limited(), 10),
    ];
    let known = codes.into_iter().find(|(is, _)| *is);
    known.map_or(1, |(_, code)| code)
}

/// The library's hint, and what only the command can suggest.
fn hints(error: &Error) -> Vec<String> {
    let is_setting = error.is_invalid_input() && error.operation().is_none();
    let is_crosstrade = error.service() == Some("crosstrade");
    if error.is_outcome_unknown() {
        return vec!["It may have been carried out: look before you repeat it.".to_owned()];
    }
    if error.is_timeout() && error.status().is_none() {
        return vec!["Try again, or allow more time with --timeout.".to_owned()];
    }
    let own = if is_setting {
        Some("`executions --help` lists the settings; `executions demo` needs none.")
    } else if is_crosstrade && error.code() == Some("invalid_account") {
        Some("`executions rpc ListAccounts --read-only` shows the accounts there are.")
    } else if is_crosstrade && error.is_not_found() {
        Some("`executions list crosstrade:<account>` shows the latest fills.")
    } else {
        None
    };
    let hints = error.hint().into_iter();
    hints.chain(own.map(str::to_owned)).collect()
}
