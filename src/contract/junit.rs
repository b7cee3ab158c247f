//! What continuous integration reads: JUnit's XML.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

/// What a case came to, with the words for it.
pub(super) enum Ended<'a> {
    /// Words for whoever looks closer.
    Passed(&'a str),
    /// The type of the failure, what failed, and words for whoever looks closer.
    Failed(&'a str, &'a str, &'a str),
    /// It could not be tried.
    Errored(&'a str),
    Skipped(&'a str),
}

pub(super) fn case(class: &str, name: &str, ended: Ended<'_>) -> TestCase {
    let (status, out) = match ended {
        Ended::Passed(out) => (TestCaseStatus::success(), out),
        Ended::Failed(kind, message, out) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type(kind).set_message(text(message));
            (status, out)
        }
        Ended::Errored(message) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_type("failed").set_message(text(message));
            (status, "")
        }
        Ended::Skipped(message) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(text(message));
            (status, "")
        }
    };
    let mut case = TestCase::new(text(name), status);
    case.set_classname(text(class));
    if !out.is_empty() {
        case.set_system_out(text(out));
    }
    case
}

/// A suite, if it has a case.
pub(super) fn suite(name: &str, cases: impl IntoIterator<Item = TestCase>) -> Option<TestSuite> {
    let mut suite = TestSuite::new(text(name));
    suite.add_test_cases(cases);
    (suite.tests > 0).then_some(suite)
}

pub(super) fn xml(suites: impl IntoIterator<Item = TestSuite>) -> String {
    let mut report = Report::new("contract");
    report.add_test_suites(suites);
    report
        .to_string()
        .expect("writing to a string does not fail")
}

/// What XML has no place for becomes a question mark. The library would take it out, with the letters after it that
/// look like a terminal's sequence.
fn text(text: &str) -> String {
    let is_unfit = |letter: char| letter.is_control() || "\u{fffe}\u{ffff}".contains(letter);
    text.replace(|letter| is_unfit(letter) && !"\t\n\r".contains(letter), "?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_character_breaks_the_xml() {
        let name = "<a b=\"c\">&'\u{0}\u{1b}\u{ffff}é";
        let xml = xml(suite(
            "s",
            [case(name, name, Ended::Failed("x", name, name))],
        ));
        assert!(
            xml.contains("&lt;a b=&quot;c&quot;&gt;&amp;&apos;???é"),
            "{xml}"
        );
    }
}
