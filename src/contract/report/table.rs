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
        f.write_str(&sum(self))
    }
}

/// How the answers of each operation fared, what was left out or not checked, and whether the contract holds.
pub(super) fn sum(report: &Report) -> String {
    let mut text = String::new();
    for (service, operation, checked) in report.operations() {
        text += &format!("{service} {operation}: {checked}\n");
    }
    let of = |grade: Grade| {
        let findings = report.findings().into_iter();
        let count = findings.filter(|finding| finding.grade == grade).count();
        (count > 0).then(|| format!("{count} {grade}"))
    };
    let counts = [Grade::Breaks, Grade::Drift, Grade::Note].into_iter();
    let counts: Vec<String> = counts.filter_map(of).collect();
    if !counts.is_empty() {
        text += &format!("findings: {}\n", counts.join(", "));
    }
    if report.left_out() > 0 {
        let count = report.left_out();
        text += &format!("{count} more findings are not shown, as too many differ\n");
    }
    for (why, count) in report.unchecked() {
        text += &format!("{count} not checked: {why}\n");
    }
    text += match report.grade() {
        _ if report.exchanges() == 0 => "Nothing was checked.\n",
        Some(Grade::Breaks) => "The contract is broken.\n",
        Some(Grade::Drift) => "The contract holds, with drift.\n",
        Some(Grade::Note) | None => "The contract holds.\n",
    };
    text
}

fn row(finding: &Finding) -> Vec<String> {
    let status = finding.status.map(|status| status.to_string());
    let [first, last] = [finding.first, finding.last].map(|at| format!("{at:.0}"));
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
