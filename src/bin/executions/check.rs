//! `executions check`: services and recordings held against the specs.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, ValueEnum};
use executions::contract::live::{self, Options, Trial};
use executions::contract::{Finding, Grade, Report, check_recording};
use executions::recording::Recording;
use executions::simulator::{self, Simulator};
use executions::{Executions, Reference, Service};

use crate::arguments::duration;
use crate::failure::{self, Failure};
use crate::output;
use crate::output::entries::Entry;
use crate::output::table::{Column, Table, Value};
use crate::record::Traffic;

/// Hold services, or a recording, against their contracts.
///
/// Services are asked for what there is and for what there is not, with a wrong credential and with wrong parameters; nothing
/// is written. Those without settings are skipped, unless they are named.
///
/// Exit codes: 0 all that was tried held, 1 something could not be tried or nothing was, 8 something did not hold.
#[derive(Args)]
#[command(after_help = "\
Examples:
  executions check --simulator
  executions check crosstrade b3os --account Sim101 --reference b3os:exec_1
  executions check --format junit > contract.xml
  executions check traffic.har --fail-on breaks")]
pub struct Arguments {
    /// Services (crosstrade, hummingbot, b3os, refold), or one HAR file. [default: every service with settings]
    #[arg(value_name = "SERVICE|FILE.har")]
    what: Vec<What>,

    /// An execution to ask for; one for each service, or more.
    #[arg(long, value_name = "REFERENCE")]
    reference: Vec<Reference>,

    /// CrossTrade's account, in place of a reference: its newest execution is asked for.
    #[arg(long)]
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

    /// How long to wait for a push of CrossTrade's WebSocket.
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "5s")]
    push_wait: Duration,
}

#[derive(Clone)]
enum What {
    Service(Service),
    File(PathBuf),
}

impl FromStr for What {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let service = Service::ALL.iter().find(|service| service.as_str() == text);
        match service {
            Some(service) => Ok(Self::Service(*service)),
            None if text.contains(['.', '/', '\\']) => Ok(Self::File(PathBuf::from(text))),
            None => Err("it is neither a service nor a HAR file".to_owned()),
        }
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

impl What {
    fn service(&self) -> Option<Service> {
        match self {
            Self::Service(service) => Some(*service),
            Self::File(_) => None,
        }
    }
}

impl Arguments {
    /// Whether it talks to a service.
    pub fn asks(&self) -> bool {
        self.files().next().is_none()
    }

    fn files(&self) -> impl Iterator<Item = &Path> {
        self.what.iter().filter_map(|what| match what {
            What::File(file) => Some(file.as_path()),
            What::Service(_) => None,
        })
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
            .push_wait(self.push_wait)
            .progress(|service, tried| output::say(&format!("{service}: {tried} …")));
        for what in &self.what {
            if let What::Service(service) = what {
                options = options.only(*service);
            }
        }
        match &self.account {
            Some(account) => options.account(account),
            None => options,
        }
    }
}

pub async fn run(arguments: &Arguments, traffic: &Traffic) -> Result<ExitCode, Failure> {
    let is_told = !arguments.reference.is_empty() || arguments.account.is_some();
    if let Some(file) = arguments.files().next() {
        return match arguments.what.len() {
            1 if !arguments.simulator && !is_told => recording(arguments, file),
            _ => failure::of_usage(
                "a recording is checked by itself: without services, references or a simulator",
            ),
        };
    }
    let is_asked = |reference: &&Reference| {
        let mut services = arguments.what.iter().filter_map(What::service);
        services.clone().next().is_none() || services.any(|one| one == reference.service())
    };
    if let Some(stray) = arguments.reference.iter().find(|one| !is_asked(one)) {
        return failure::of_usage(&format!(
            "{stray} is of a service that is not to be checked"
        ));
    }
    if !arguments.simulator {
        return services(arguments, &traffic.executions()?, arguments.options()).await;
    }
    let simulator = Simulator::start(simulator::Options::default());
    let simulator = simulator.await.map_err(Failure::Start)?;
    // The environment is not asked, so that no real account is used.
    let variables = simulator.variables();
    let executions = traffic.executions_from(|name| {
        let (_, value) = variables.iter().find(|(known, _)| *known == name)?;
        Some(value.clone())
    })?;
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
    let trial = live::check(executions, &options).await;
    let least = arguments.least();
    match arguments.format {
        Format::Json => output::print((trial.to_json() + "\n").as_bytes())?,
        Format::Junit => output::print(trial.to_junit_from(least).as_bytes())?,
        Format::Table => {
            output::print_table(&attempts(&trial))?;
            if trial.report.grade() >= Some(Grade::Drift) {
                output::print(b"\n")?;
                print_findings(&trial.report)?;
            }
        }
    }
    output::say(&format!("\n{}", sum(&trial)));
    for service in executions.open() {
        let is_checked = trial.attempts.iter().any(|one| one.service == service);
        if is_checked && !trial.has_read(service) {
            output::say(&format!(
                "No execution of {service} was read: name one with --reference."
            ));
        }
    }
    if executions.open().next().is_none() {
        output::say(
            "No service is set up: `executions --help` lists what to export, and `executions check --simulator` needs none.",
        );
    }
    Ok(match trial.grade() {
        Some(grade) if grade >= least => DOES_NOT_HOLD.into(),
        _ if !trial.is_complete() => ExitCode::FAILURE,
        _ => ExitCode::SUCCESS,
    })
}

const DOES_NOT_HOLD: u8 = 8;

fn recording(arguments: &Arguments, file: &Path) -> Result<ExitCode, Failure> {
    let opened = File::open(file).map_err(|why| {
        let words = format!("cannot read {}: {why}", file.display());
        Failure::Start(std::io::Error::new(why.kind(), words))
    })?;
    let recording = Recording::read(opened)?;
    let report = check_recording(&recording);
    let least = arguments.least();
    match arguments.format {
        Format::Json => output::print((report.to_json() + "\n").as_bytes())?,
        Format::Junit => output::print(report.to_junit_from(least).as_bytes())?,
        Format::Table => print_findings(&report)?,
    }
    for (service, operation, checked) in report.operations() {
        let (broken, drifted) = (checked.broken, checked.drifted);
        output::say(&format!(
            "{service} {operation}: {} checked, {broken} broken, {drifted} drifted",
            checked.exchanges
        ));
    }
    for (why, count) in report.unchecked() {
        output::say(&format!("{count} not checked: {why}"));
    }
    if recording.is_cut_off {
        output::say("The file ends in the middle; what is whole was checked.");
    }
    output::say(match report.grade() {
        _ if report.exchanges() == 0 => "Nothing was checked.",
        Some(Grade::Breaks) => "The contract is broken.",
        Some(Grade::Drift) => "The contract holds, with drift.",
        _ => "The contract holds.",
    });
    Ok(match report.grade() {
        Some(grade) if grade >= least => DOES_NOT_HOLD.into(),
        _ if report.exchanges() == 0 => ExitCode::FAILURE,
        _ => ExitCode::SUCCESS,
    })
}

fn sum(trial: &Trial) -> String {
    use live::Outcome::{Broke, Drifted, Failed, Held, Skipped};
    let counts = [Held, Drifted, Broke, Failed, Skipped].map(|outcome| {
        let count = trial.count(outcome);
        (count > 0).then(|| format!("{count} {outcome}"))
    });
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    let answers = trial.report.exchanges();
    format!("{}; {answers} answers were checked.", counts.join(", "))
}

fn attempts(trial: &Trial) -> Table {
    let mut table = Table::new(vec![
        Column::new("outcome"),
        Column::new("service"),
        Column::new("tried").cut(1, 20),
        Column::new("status").right().dropped(3),
        Column::new("why").cut(2, 20),
    ]);
    for attempt in &trial.attempts {
        table.add(vec![
            Value::text(Some(attempt.outcome)),
            Value::text(Some(attempt.service)),
            Value::text(Some(attempt.tried)),
            Value::text(attempt.status),
            Value::text(Some(&attempt.why)),
        ]);
    }
    table
}

fn print_findings(report: &Report) -> Result<(), Failure> {
    match output::is_terminal() {
        true => output::print_entries(&entries(report)),
        false => output::print_table(&findings(report)),
    }
}

fn entries(report: &Report) -> Vec<Entry> {
    let entry = |finding: &Finding| {
        let status = finding
            .status
            .map_or_else(String::new, |status| format!(" {status}"));
        let (service, operation) = (finding.service, &finding.operation);
        let times = match finding.count {
            1 => String::new(),
            count => format!(", {count} times"),
        };
        Entry {
            mark: finding.grade.to_string(),
            title: format!("{service} {operation}{status} {}", place(finding)),
            details: vec![format!(
                "{}: {} was promised, {} came{times}",
                finding.rule, finding.expected, finding.found
            )],
        }
    };
    report.findings().into_iter().map(entry).collect()
}

fn place(finding: &Finding) -> &str {
    match &*finding.pointer {
        "" => "(whole)",
        pointer => pointer,
    }
}

fn findings(report: &Report) -> Table {
    let mut table = Table::new(vec![
        Column::new("grade"),
        Column::new("service"),
        Column::new("operation"),
        Column::new("status"),
        Column::new("at"),
        Column::new("rule"),
        Column::new("promised"),
        Column::new("came"),
        Column::new("times"),
        Column::new("first"),
        Column::new("last"),
    ]);
    for finding in report.findings() {
        table.add(vec![
            Value::text(Some(finding.grade)),
            Value::text(Some(finding.service)),
            Value::text(Some(&finding.operation)),
            Value::text(finding.status),
            Value::text(Some(place(finding))),
            Value::text(Some(finding.rule)),
            Value::text(Some(&finding.expected)),
            Value::text(Some(&finding.found)),
            Value::text(Some(finding.count)),
            Value::from(finding.first),
            Value::from(finding.last),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use executions::Service;
    use executions::bytes::Bytes;
    use executions::contract::Contract;
    use executions::http::HeaderMap;
    use executions::jiff::Timestamp;

    use super::*;
    use crate::output::entries::listed;

    #[test]
    fn a_terminal_shows_each_finding_as_readme_says() {
        let body = include_str!("../../../tests/data/crosstrade-execution.json")
            .replace("1727399378373", "1727399378")
            .replace("\"Short\"", "\"Sideways\"");
        let mut headers = HeaderMap::new();
        let json = "application/json".parse().expect("plain");
        headers.insert("content-type", json);
        let contract = Contract::of(Service::CrossTrade);
        let at = Timestamp::UNIX_EPOCH;
        let mut report = Report::new();
        report.add(&contract.check("get_execution", 200, &headers, &Bytes::from(body), at));
        let shown = anstream::adapter::strip_str(&listed(&entries(&report))).to_string();
        assert!(
            include_str!("../../../README.md").contains(&shown),
            "{shown}"
        );
    }
}
