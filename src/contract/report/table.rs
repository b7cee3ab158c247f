//! A report for people: its findings in aligned columns, and a sum.

use std::fmt;

use super::super::finding::{Finding, Grade};
use super::Report;

const HEAD: [&str; 9] = [
    "GRADE",
    "SERVICE",
    "OPERATION",
    "STATUS",
    "AT",
    "RULE",
    "PROMISED",
    "CAME",
    "TIMES",
];
const LEFT: &str = "FIRST AND LAST";

/// The findings, the worst first, and how many exchanges were checked. It is as wide as it needs to be.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let findings = self.findings();
        let rows: Vec<[String; 9]> = findings.iter().map(|finding| row(finding)).collect();
        if !rows.is_empty() {
            let mut widths = HEAD.map(str::len);
            for row in &rows {
                for (width, cell) in widths.iter_mut().zip(row) {
                    *width = cell.chars().count().max(*width);
                }
            }
            line(f, &HEAD, &widths, LEFT)?;
            for (row, finding) in rows.iter().zip(&findings) {
                line(
                    f,
                    &row.each_ref().map(String::as_str),
                    &widths,
                    &times(finding),
                )?;
            }
            writeln!(f)?;
        }
        self.sum().fmt(f)
    }
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

fn line(
    f: &mut fmt::Formatter<'_>,
    cells: &[&str; 9],
    widths: &[usize; 9],
    last: &str,
) -> fmt::Result {
    for (cell, width) in cells.iter().zip(widths) {
        write!(f, "{cell:width$}  ")?;
    }
    writeln!(f, "{last}")
}

fn row(finding: &Finding) -> [String; 9] {
    let status = finding.status.map(|status| status.to_string());
    let pointer = match &*finding.pointer {
        "" => "(whole)",
        pointer => pointer,
    };
    [
        finding.grade.to_string(),
        finding.service.to_owned(),
        finding.operation.to_string(),
        status.unwrap_or_else(|| "-".to_owned()),
        pointer.to_owned(),
        finding.rule.to_string(),
        finding.expected.to_string(),
        finding.found.to_string(),
        finding.count.to_string(),
    ]
}

fn times(finding: &Finding) -> String {
    let Finding { first, last, .. } = finding;
    let (first, last) = (format!("{first:.0}"), format!("{last:.0}"));
    match first == last {
        true => first,
        false => format!("{first} {last}"),
    }
}
