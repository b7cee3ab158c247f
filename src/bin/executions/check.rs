//! `executions check`: services and recordings held against the specs.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, ValueEnum};
use executions::contract::live::{self, Options, Trial};
use executions::contract::{Grade, check_recording};
use executions::simulator::{self, Simulator};
use executions::{Error, Executions, Reference, Service};

use crate::arguments::{duration, limited};
use crate::escape::escaped;
use crate::failure::{self, Failure};
use crate::output::{self, contract};
use crate::record::Traffic;
use crate::replay;

/// Hold services, or a recording, against their contracts.
///
/// Services are asked for what there is and for what there is not, with a wrong credential and with wrong parameters; nothing
/// is written. Those without settings are skipped, unless they are named.
///
/// Exit codes: 0 all that was tried held, 1 something could not be tried or no execution of a service was read, 8 something
/// did not hold.
#[derive(Args)]
#[command(after_help = "\
Examples:
  executions check --simulator
  executions check crosstrade b3os --account Sim101 --reference b3os:exec_1
  executions check --format junit > contract.xml
  executions check traffic.har --fail-on breaks")]
pub struct Arguments {
    #[arg(help = format!("Services ({}), or one HAR file. [default: every service with settings]", words()))]
    #[arg(value_name = "SERVICE|FILE.har", value_parser = subject)]
    what: Vec<Subject>,

    /// An execution to ask for; one for each service, or more.
    #[arg(long, value_name = "REFERENCE")]
    reference: Vec<Reference>,

    /// CrossTrade's account, in place of a reference: its newest execution is asked for.
    #[arg(long, value_parser = account)]
    account: Option<String>,

    /// Check simulated services on this machine.
    #[arg(long)]
    simulator: bool,

    /// How to print it.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,

    /// The least that ends with 8.
    #[arg(long, value_enum, default_value_t, value_name = "GRADE")]
    fail_on: Least,

    /// End with 1 where anything was skipped or not checked.
    #[arg(long)]
    strict: bool,

    /// How long each call may take: 5s, 1m30s. [default: 10s over CrossTrade's WebSocket, else 1m]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    timeout: Option<Duration>,

    /// How long to wait for a push of CrossTrade's WebSocket.
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "5s")]
    push_wait: Duration,
}

/// An account that can be asked for, as a reference can.
fn account(text: &str) -> Result<String, Error> {
    let any: Reference = format!("crosstrade:{text}/any").parse()?;
    Ok(any.account().unwrap_or_default().to_owned())
}

#[derive(Clone)]
enum Subject {
    Service(Service),
    File(PathBuf),
}

/// The words of all services: `crosstrade, hummingbot, …`.
fn words() -> String {
    let words: Vec<_> = Service::ALL
        .iter()
        .map(|service| service.as_str())
        .collect();
    words.join(", ")
}

fn subject(text: &str) -> Result<Subject, &'static str> {
    match text.parse().ok() {
        Some(service) => Ok(Subject::Service(service)),
        None if text.contains(['.', '/', '\\']) => Ok(Subject::File(PathBuf::from(text))),
        None => Err("it is neither a service nor a HAR file"),
    }
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people; tab-separated and complete when piped.
    #[default]
    Table,
    /// All that there is, as one object.
    Json,
    /// XML for continuous integration.
    Junit,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Least {
    /// What is not as documented, though the client reads it.
    #[default]
    Drift,
    /// What the client cannot read, or reads as something else.
    Breaks,
}

impl Arguments {
    /// Whether it talks to a service.
    pub fn asks(&self) -> bool {
        self.file().is_none()
    }

    fn file(&self) -> Option<&Path> {
        self.what.iter().find_map(|what| match what {
            Subject::File(file) => Some(file.as_path()),
            Subject::Service(_) => None,
        })
    }

    fn services(&self) -> impl Iterator<Item = Service> {
        self.what.iter().filter_map(|what| match what {
            Subject::Service(service) => Some(*service),
            Subject::File(_) => None,
        })
    }

    /// Without a name, every service is.
    fn names(&self, service: Service) -> bool {
        self.what.is_empty() || self.services().any(|one| one == service)
    }

    fn least(&self) -> Grade {
        match self.fail_on {
            Least::Drift => Grade::Drift,
            Least::Breaks => Grade::Breaks,
        }
    }

    fn options(&self) -> Options {
        let mut options = Options::new()
            .references(self.reference.iter().cloned())
            .push_wait(self.push_wait);
        // Where nobody watches, what was tried is told once, at the end.
        if output::is_watched() {
            options = options.progress(|service, tried| {
                let tried = escaped(tried);
                output::say(&format!("{service}: {tried} …"));
            });
        }
        let options = self.services().fold(options, Options::only);
        let options = self.account.iter().fold(options, Options::account);
        let limit = self.timeout.into_iter();
        limit.fold(options, Options::socket_timeout)
    }
}

pub async fn run(arguments: &Arguments, traffic: &Traffic) -> Result<ExitCode, Failure> {
    let is_told = !arguments.reference.is_empty() || arguments.account.is_some();
    if let Some(file) = arguments.file() {
        return match arguments.what.len() {
            1 if !arguments.simulator && !is_told => recording(arguments, file),
            _ => Err(Failure::usage(
                "a recording is checked by itself: without services, references or a simulator",
            )),
        };
    }
    let mut references = arguments.reference.iter();
    if let Some(stray) = references.find(|one| !arguments.names(one.service())) {
        let words = format!("{stray} is of a service that is not to be checked");
        return Err(Failure::usage(&words));
    }
    if arguments.account.is_some() && !arguments.names(Service::CrossTrade) {
        let words = "--account is CrossTrade's, which is not to be checked";
        return Err(Failure::usage(words));
    }
    if !arguments.simulator {
        return services(arguments, &traffic.executions()?, arguments.options()).await;
    }
    let simulator = Simulator::start(simulator::Options::default());
    let simulator = simulator.await.map_err(Failure::start)?;
    let executions = traffic.simulated(&simulator)?;
    let mut options = arguments.options();
    if !is_told {
        for reference in simulator.references() {
            options = options.reference(reference.parse()?);
        }
    }
    let ended = services(arguments, &executions, options).await;
    simulator.shutdown().await;
    ended
}

async fn services(
    arguments: &Arguments,
    executions: &Executions,
    options: Options,
) -> Result<ExitCode, Failure> {
    let executions = &limited(executions.clone(), arguments.timeout);
    let trial = live::check(executions, &options).await;
    let least = arguments.least();
    match arguments.format {
        Format::Json => output::print(trial.to_json() + "\n")?,
        Format::Junit => output::print(trial.to_junit_from(least))?,
        Format::Table => {
            contract::print_attempts(&trial)?;
            if trial.report.grade() >= Some(Grade::Drift) {
                output::print(b"\n")?;
                contract::print_findings(&trial.report)?;
            }
        }
    }
    output::say(&format!("\n{}", sum(&trial)));
    for service in trial.unread() {
        output::say(&format!(
            "No execution of {service} was read: name one with --reference."
        ));
    }
    if executions.open().next().is_none() {
        output::say(
            "No service is set up: `executions --help` lists what to export, and `executions check --simulator` needs none.",
        );
    }
    let has_skipped = trial.count(live::Outcome::Skipped) > 0;
    let is_complete = trial.is_complete() && !(arguments.strict && has_skipped);
    Ok(code(trial.grade() >= Some(least), is_complete))
}

fn code(fails: bool, is_complete: bool) -> ExitCode {
    match (fails, is_complete) {
        (true, _) => ExitCode::from(failure::UNFIT),
        (false, false) => ExitCode::FAILURE,
        (false, true) => ExitCode::SUCCESS,
    }
}

fn recording(arguments: &Arguments, file: &Path) -> Result<ExitCode, Failure> {
    let recording = replay::open(file)?;
    let report = check_recording(&recording);
    let least = arguments.least();
    match arguments.format {
        Format::Json => output::print(report.to_json() + "\n")?,
        Format::Junit => output::print(report.to_junit_from(least))?,
        Format::Table => contract::print_findings(&report)?,
    }
    if recording.is_cut_off {
        output::say("The file ends in the middle; what is whole was checked.");
    }
    output::say(report.sum().to_string().trim_end());
    let has_skipped = report.unchecked().next().is_some();
    let is_complete = report.exchanges() > 0 && !(arguments.strict && has_skipped);
    Ok(code(report.grade() >= Some(least), is_complete))
}

fn sum(trial: &Trial) -> String {
    use live::Outcome::{Broke, Drifted, Failed, Held, Skipped};
    let outcomes = [Held, Drifted, Broke, Failed, Skipped].into_iter();
    let counts = outcomes.map(|outcome| (trial.count(outcome), outcome));
    let counts = counts.filter(|(count, _)| *count > 0);
    let counts: Vec<_> = counts.map(|(count, of)| format!("{count} {of}")).collect();
    let (answers, findings) = (trial.report.exchanges(), trial.report.findings().len());
    let counts = counts.join(", ");
    format!("Tried: {counts}. Answers checked: {answers}. Findings: {findings}.")
}
