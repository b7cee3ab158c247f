//! A report as test cases: a suite for each service, a case for each operation and each finding.

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus};

use super::super::finding::{Finding, Grade};
use super::super::junit::{case, failed, skipped};
use super::{Checked, Report};

/// Whatever is of the grade `least` or worse fails.
pub(super) fn xml(report: &Report, least: Grade) -> String {
    let operations = report.operations().map(|(service, operation, checked)| {
        let case = checked_case(report, least, service, operation, checked);
        (service, case)
    });
    let findings = report.findings().into_iter();
    let findings = findings.map(|finding| (finding.service, finding_case(finding, least)));
    let unchecked = report.unchecked().map(|(why, count)| {
        let count = count.to_string();
        let case = case("unchecked", why.as_str(), skipped(&count), "");
        ("unchecked", case)
    });
    super::super::junit::xml(operations.chain(findings).chain(unchecked))
}

fn checked_case(
    report: &Report,
    least: Grade,
    service: &str,
    operation: &str,
    checked: Checked,
) -> TestCase {
    let is_explained = report.findings().iter().any(|finding| {
        finding.grade >= least && finding.service == service && *finding.operation == *operation
    });
    let count = match least {
        Grade::Breaks => checked.broken,
        Grade::Note | Grade::Drift => checked.broken + checked.drifted,
    };
    let class = format!("{service}.{operation}");
    let status = match count > 0 && !is_explained {
        true => breach("the findings were too many to be kept"),
        false => TestCaseStatus::success(),
    };
    case(&class, "all", status, &checked.to_string())
}

fn breach(reason: &str) -> TestCaseStatus {
    failed(NonSuccessKind::Failure, "contract", reason)
}

fn finding_case(finding: &Finding, least: Grade) -> TestCase {
    let status = finding.status.map(|status| status.to_string());
    let place = format!("{} {}", status.unwrap_or_default(), finding.pointer);
    let class = format!("{}.{}", finding.service, finding.operation);
    let name = format!("{} {} ({})", finding.rule, place.trim(), finding.found);
    let problem = finding.problem();
    let (grade, count) = (finding.grade, finding.count);
    let (first, last) = (finding.first, finding.last);
    let out = format!("{grade}: {problem}; {count} in all, first {first}, last {last}");
    let status = match grade >= least {
        true => breach(&problem),
        false => TestCaseStatus::success(),
    };
    case(&class, &name, status, &out)
}
