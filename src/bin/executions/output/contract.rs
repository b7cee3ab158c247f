//! What a check came to: one below the other on a terminal, in columns in a pipe.

use executions::contract::live::{Attempt, Outcome, Trial};
use executions::contract::{Finding, Report};

use super::entries::Entry;
use super::table::{Column, Table, Value};
use crate::failure::Failure;

pub fn print_attempts(trial: &Trial) -> Result<(), Failure> {
    match super::is_terminal() {
        true => super::print_entries(&attempt_entries(trial)),
        false => super::print_table(&attempts(trial)),
    }
}

pub fn print_findings(report: &Report) -> Result<(), Failure> {
    match super::is_terminal() {
        true => super::print_entries(&entries(report)),
        false => super::print_table(&findings(report)),
    }
}

fn attempt_entries(trial: &Trial) -> Vec<Entry> {
    let entry = |attempt: &Attempt| {
        let status = attempt.status.map(|status| format!(" ({status})"));
        let reference = attempt.reference.as_ref();
        let reference = reference.map(|reference| format!(", {reference}"));
        Entry {
            mark: attempt.outcome.to_string(),
            title: format!(
                "{}: {}{}{}",
                attempt.service,
                attempt.tried,
                reference.unwrap_or_default(),
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
    let mut table = Table::new(vec![
        Column::new("outcome"),
        Column::new("service"),
        Column::new("tried"),
        Column::new("status"),
        Column::new("why"),
        Column::new("reference"),
    ]);
    for attempt in &trial.attempts {
        table.add(vec![
            Value::text(Some(attempt.outcome)),
            Value::text(Some(attempt.service)),
            Value::text(Some(attempt.tried)),
            Value::text(attempt.status),
            Value::text(Some(&attempt.why)),
            Value::text(attempt.reference.as_ref()),
        ]);
    }
    table
}

/// Each finding of a report.
pub fn entries(report: &Report) -> Vec<Entry> {
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
