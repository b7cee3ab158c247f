//! What a check came to: one below the other on a terminal, in columns in a pipe.

use executions::contract::live::{Attempt, Outcome, Trial};
use executions::contract::{Finding, Report};

use super::entries::Entry;
use super::table::{Cell, Column, Table};
use crate::failure::Failure;

pub fn print_attempts(trial: &Trial) -> Result<(), Failure> {
    super::print_listing(&attempt_entries(trial), &attempts(trial))
}

pub fn print_findings(report: &Report) -> Result<(), Failure> {
    super::print_listing(&entries(report), &findings(report))
}

fn attempt_entries(trial: &Trial) -> Vec<Entry> {
    let entry = |attempt: &Attempt| {
        let status = attempt.status.map(|status| format!(" ({status})"));
        Entry {
            mark: attempt.outcome.to_string(),
            title: format!(
                "{}: {}{}",
                attempt.service,
                attempt.name(),
                status.unwrap_or_default()
            ),
            details: match attempt.outcome {
                Outcome::Held => Vec::new(),
                _ => vec![attempt.why.clone()],
            },
        }
    };
    trial.attempts.iter().map(entry).collect()
}

fn attempts(trial: &Trial) -> Table {
    let row = |attempt: &Attempt| {
        vec![
            Cell::of(attempt.outcome),
            Cell::of(attempt.service),
            Cell::of(attempt.tried),
            Cell::any(attempt.status),
            Cell::of(&attempt.why),
            Cell::any(attempt.reference.as_ref()),
        ]
    };
    let columns = Column::plain("outcome service tried status why reference");
    Table::new(columns, trial.attempts.iter().map(row))
}

/// Each finding of a report.
pub fn entries(report: &Report) -> Vec<Entry> {
    let entry = |finding: &Finding| {
        let status = finding.status.map(|status| format!(" {status}"));
        let status = status.unwrap_or_default();
        let times = match finding.count {
            1 => String::new(),
            count => format!(", {count} times"),
        };
        let (service, operation) = (finding.service, &finding.operation);
        Entry {
            mark: finding.grade.to_string(),
            title: format!("{service} {operation}{status} {}", finding.place()),
            details: vec![finding.problem() + &times],
        }
    };
    report.findings().into_iter().map(entry).collect()
}

fn findings(report: &Report) -> Table {
    let row = |finding: &Finding| {
        vec![
            Cell::of(finding.grade),
            Cell::of(finding.service),
            Cell::of(&finding.operation),
            Cell::any(finding.status),
            Cell::of(finding.place()),
            Cell::of(finding.rule),
            Cell::of(&finding.expected),
            Cell::of(&finding.found),
            Cell::of(finding.count),
            Cell::Time(finding.first),
            Cell::Time(finding.last),
        ]
    };
    let names = "grade service operation status at rule promised came times first last";
    Table::new(Column::plain(names), report.findings().into_iter().map(row))
}

#[cfg(test)]
mod tests {
    use executions::bytes::Bytes;
    use executions::contract::Contract;
    use executions::contract::live::{self, Options};
    use executions::http::HeaderMap;
    use executions::jiff::Timestamp;
    use executions::{Executions, Service};

    use super::*;
    use crate::output::entries::listed;

    #[tokio::test]
    async fn a_terminal_shows_all_of_a_reason() {
        let nowhere = |name: &str| match name {
            "B3OS_BASE_URL" => Some(format!("http://127.0.0.1:1/{}", "long/".repeat(30))),
            "B3OS_API_KEY" => Some("any".to_owned()),
            _ => None,
        };
        let executions = Executions::from_variables(nowhere).expect("a client");
        let references = ["b3os:a", "b3os:b"].map(|text| text.parse().expect("a reference"));
        let options = Options::new().references(references).only(Service::B3os);
        let trial = live::check(&executions, &options).await;
        let shown = anstream::adapter::strip_str(&listed(&attempt_entries(&trial))).to_string();
        for attempt in &trial.attempts {
            assert!(
                shown.contains(&format!("\n         {}\n", attempt.why)),
                "{shown}"
            );
        }
        assert!(
            shown.starts_with("failed   b3os: get an execution, b3os:a\n"),
            "{shown}"
        );
    }

    #[test]
    fn a_terminal_shows_each_finding_as_readme_says() {
        let body = include_str!("../../../../tests/data/crosstrade-execution.json")
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
            include_str!("../../../../README.md").contains(&shown),
            "{shown}"
        );
    }
}
