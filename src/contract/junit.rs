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

/// The cases in suites of these names.
pub(super) fn xml<'a>(cases: impl IntoIterator<Item = (&'a str, TestCase)>) -> String {
    let mut suites: Vec<TestSuite> = Vec::new();
    for (name, case) in cases {
        let known = suites.iter().position(|suite| suite.name.as_str() == name);
        let at = known.unwrap_or(suites.len());
        if at == suites.len() {
            suites.push(TestSuite::new(name));
        }
        suites[at].add_test_case(case);
    }
    let mut report = Report::new("contract");
    report.add_test_suites(suites);
    let xml = report.to_string();
    xml.expect("writing to a string does not fail")
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
        let ended = Ended::Failed("x", name, name);
        let xml = xml([("s", case(name, name, ended))]);
        assert!(
            xml.contains("&lt;a b=&quot;c&quot;&gt;&amp;&apos;???é"),
            "{xml}"
        );
    }
}
