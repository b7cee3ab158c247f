//! A report as the XML that continuous integration reads.
//!
//! There is no standard; this keeps to what the schemas in use have in common (Jenkins' and Apache Ant's): `testsuites`,
//! `testsuite` with its counts, `testcase` with at most one `failure`, then `system-out`.

use std::fmt::Write as _;

use super::super::finding::{Finding, Grade};
use super::{Checked, Report};

/// Whatever is of the grade `least` or worse fails.
pub(super) fn xml(report: &Report, least: Grade) -> String {
    let mut services: Vec<&str> = report.operations().map(|(service, ..)| service).collect();
    services.dedup();
    let suites: Vec<Suite> = services
        .into_iter()
        .map(|service| Suite::of(report, least, service))
        .chain(Suite::unchecked(report))
        .collect();
    let sum = |count: fn(&Suite) -> usize| suites.iter().map(count).sum::<usize>();
    let (tests, failures) = (sum(|suite| suite.tests), sum(|suite| suite.failures));
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a string does not fail, here and below.
    let _ = writeln!(
        xml,
        r#"<testsuites name="contract" tests="{tests}" failures="{failures}" errors="0" time="0">"#
    );
    for suite in suites {
        xml += &suite.xml;
    }
    xml += "</testsuites>\n";
    xml
}

struct Suite {
    least: Grade,
    tests: usize,
    failures: usize,
    xml: String,
}

impl Suite {
    fn of(report: &Report, least: Grade, service: &str) -> Self {
        let mut suite = Self {
            least,
            tests: 0,
            failures: 0,
            xml: String::new(),
        };
        let operations = report.operations();
        for (_, operation, checked) in operations.filter(|(name, ..)| *name == service) {
            suite.operation(report, service, operation, checked);
        }
        let findings = report.findings().into_iter();
        for finding in findings.filter(|finding| finding.service == service) {
            suite.finding(finding);
        }
        let (tests, failures) = (suite.tests, suite.failures);
        suite.xml = format!(
            "  <testsuite name=\"{}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\" time=\"0\">\n{}  </testsuite>\n",
            escaped(service),
            suite.xml
        );
        suite
    }

    /// What was not checked, a case for each reason; nothing where all was.
    fn unchecked(report: &Report) -> Option<Self> {
        let mut cases = String::new();
        let mut tests = 0;
        for (why, count) in report.unchecked() {
            tests += 1;
            let why = escaped(why.as_str());
            let _ = writeln!(
                cases,
                "    <testcase classname=\"unchecked\" name=\"{why}\" time=\"0\">\n      <skipped message=\"{count}\"/>\n    </testcase>"
            );
        }
        (tests > 0).then(|| Self {
            least: Grade::Breaks,
            tests,
            failures: 0,
            xml: format!(
                "  <testsuite name=\"unchecked\" tests=\"{tests}\" failures=\"0\" errors=\"0\" skipped=\"{tests}\" time=\"0\">\n{cases}  </testsuite>\n"
            ),
        })
    }

    fn operation(&mut self, report: &Report, service: &str, operation: &str, checked: Checked) {
        let is_explained = report.findings().iter().any(|finding| {
            finding.grade >= self.least
                && finding.service == service
                && *finding.operation == *operation
        });
        let failed = match self.least {
            Grade::Breaks => checked.broken,
            Grade::Note | Grade::Drift => checked.broken + checked.drifted,
        };
        let failure = (failed > 0 && !is_explained)
            .then(|| "the findings were too many to be kept".to_owned());
        self.case(
            service,
            operation,
            "all",
            failure.as_deref(),
            &checked.to_string(),
        );
    }

    fn finding(&mut self, finding: &Finding) {
        let place = match (&*finding.pointer, finding.status) {
            (pointer, Some(status)) => format!("{status} {pointer}"),
            (pointer, None) => pointer.to_owned(),
        };
        let name = format!("{} {} ({})", finding.rule, place.trim(), finding.found);
        let text = format!(
            "{}: {}; {} in all, first {}, last {}",
            finding.grade,
            finding.problem(),
            finding.count,
            finding.first,
            finding.last
        );
        let failure = (finding.grade >= self.least).then(|| finding.problem());
        self.case(
            finding.service,
            &finding.operation,
            &name,
            failure.as_deref(),
            &text,
        );
    }

    fn case(
        &mut self,
        service: &str,
        operation: &str,
        name: &str,
        failure: Option<&str>,
        out: &str,
    ) {
        self.tests += 1;
        let class = escaped(&format!("{service}.{operation}"));
        let name = escaped(name);
        let _ = writeln!(
            self.xml,
            r#"    <testcase classname="{class}" name="{name}" time="0">"#
        );
        if let Some(failure) = failure {
            self.failures += 1;
            let failure = escaped(failure);
            let _ = writeln!(
                self.xml,
                r#"      <failure type="contract" message="{failure}"/>"#
            );
        }
        let out = escaped(out);
        let _ = writeln!(
            self.xml,
            "      <system-out>{out}</system-out>\n    </testcase>"
        );
    }
}

/// As text or as an attribute; what XML has no place for becomes a question mark.
pub(in crate::contract) fn escaped(text: &str) -> String {
    let mut xml = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => xml += "&amp;",
            '<' => xml += "&lt;",
            '>' => xml += "&gt;",
            '"' => xml += "&quot;",
            '\'' => xml += "&apos;",
            '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. => {
                xml.push(letter);
            }
            _ => xml.push('?'),
        }
    }
    xml
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn no_character_breaks_the_xml() {
        assert_eq!(
            escaped("<a b=\"c\">&'\u{0}\u{1b}\u{ffff}é"),
            "&lt;a b=&quot;c&quot;&gt;&amp;&apos;???é"
        );
    }
}
