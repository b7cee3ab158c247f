//! A report as the XML that continuous integration reads.
//!
//! There is no standard; this keeps to what the schemas in use have in common (Jenkins' and Apache Ant's): `testsuites`,
//! `testsuite` with its counts, `testcase` with at most one `failure`, then `system-out`.

use std::fmt::Write as _;

use super::super::finding::{Finding, Grade};
use super::{Checked, Report};

pub(super) fn xml(report: &Report) -> String {
    let mut services: Vec<&str> = report.operations().map(|(service, ..)| service).collect();
    services.dedup();
    let suites: Vec<Suite> = services
        .into_iter()
        .map(|service| Suite::of(report, service))
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
    tests: usize,
    failures: usize,
    xml: String,
}

impl Suite {
    fn of(report: &Report, service: &str) -> Self {
        let mut suite = Self {
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

    fn operation(&mut self, report: &Report, service: &str, operation: &str, checked: Checked) {
        let is_explained = report.findings().iter().any(|finding| {
            finding.grade == Grade::Breaks
                && finding.service == service
                && *finding.operation == *operation
        });
        let Checked {
            exchanges,
            broken,
            drifted,
        } = checked;
        let sum = format!("{exchanges} checked, {broken} broken, {drifted} drifted");
        let failure = (broken > 0 && !is_explained)
            .then(|| "the findings were too many to be kept".to_owned());
        self.case(service, operation, "all", failure.as_deref(), &sum);
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
        let failure = (finding.grade == Grade::Breaks).then(|| finding.problem());
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
                r#"      <failure type="breaks" message="{failure}"/>"#
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
fn escaped(text: &str) -> String {
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
