//! What continuous integration reads: JUnit's XML.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

/// A case, with words for whoever looks closer.
pub(super) fn case(class: &str, name: &str, status: TestCaseStatus, out: &str) -> TestCase {
    let mut case = TestCase::new(text(name), status);
    case.set_classname(text(class));
    if !out.is_empty() {
        case.set_system_out(text(out));
    }
    case
}

/// A case that failed or could not be tried: the word sorts the reason for machines.
pub(super) fn failed(kind: NonSuccessKind, word: &str, reason: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(word).set_message(text(reason));
    status
}

pub(super) fn skipped(reason: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(text(reason));
    status
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
        let failed = failed(NonSuccessKind::Failure, "x", name);
        let xml = xml([("s", case(name, name, failed, name))]);
        assert!(
            xml.contains("&lt;a b=&quot;c&quot;&gt;&amp;&apos;???é"),
            "{xml}"
        );
    }
}
