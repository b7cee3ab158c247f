//! A report for people: its findings in aligned columns, and a sum.

use std::fmt;
use std::iter::once;

use super::super::finding::{Finding, Grade};
use super::Report;

const HEAD: &str = "GRADE|SERVICE|OPERATION|STATUS|AT|RULE|PROMISED|CAME|TIMES|FIRST AND LAST";

/// The findings, the worst first, and how many exchanges were checked. It is as wide as it needs to be.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let findings = self.findings();
        if !findings.is_empty() {
            let head = HEAD.split('|').map(str::to_owned).collect();
            let rows = findings.into_iter().map(row);
            let rows: Vec<Vec<String>> = once(head).chain(rows).collect();
            let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max();
            let widths: Vec<usize> = (0..rows[0].len()).filter_map(width).collect();
            for row in &rows {
                let cells = row.iter().zip(&widths);
                let cells = cells.map(|(cell, width)| format!("{cell:width$}"));
                let line = cells.collect::<Vec<_>>().join("  ");
                writeln!(f, "{}", line.trim_end())?;
            }
            writeln!(f)?;
        }
        self.sum().fmt(f)
    }
}

fn row(finding: &Finding) -> Vec<String> {
    let status = finding.status.map(|status| status.to_string());
    let (first, last) = (
        format!("{:.0}", finding.first),
        format!("{:.0}", finding.last),
    );
    vec![
        finding.grade.to_string(),
        finding.service.to_owned(),
        finding.operation.to_string(),
        status.unwrap_or_else(|| "-".to_owned()),
        finding.place().to_owned(),
        finding.rule.to_string(),
        finding.expected.to_string(),
        finding.found.to_string(),
        finding.count.to_string(),
        match first == last {
            true => first,
            false => format!("{first} {last}"),
        },
    ]
}

pub(super) struct Sum<'a>(pub &'a Report);

impl fmt::Display for Sum<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.0;
        for (service, operation, checked) in report.operations() {
            writeln!(f, "{service} {operation}: {checked}")?;
        }
        if report.left_out() > 0 {
            let count = report.left_out();
            writeln!(f, "{count} more findings are not shown, as too many differ")?;
        }
        for (why, count) in report.unchecked() {
            writeln!(f, "{count} not checked: {why}")?;
        }
        let sum = match report.grade() {
            _ if report.exchanges() == 0 => "Nothing was checked.",
            Some(Grade::Breaks) => "The contract is broken.",
            Some(Grade::Drift) => "The contract holds, with drift.",
            Some(Grade::Note) | None => "The contract holds.",
        };
        writeln!(f, "{sum}")
    }
}
