//! Reports: sums, bounds, forms, and that no value of an answer is in them.

use executions::Service::{self, CrossTrade, Hummingbot, Refold};
use executions::bytes::Bytes;
use executions::contract::{Contract, Grade, Report};
use executions::jiff::Timestamp;
use executions::serde_json::{self, Value, json};
use proptest::prelude::*;

use super::examples::successes;
use super::tree::Tree;
use super::{check, headers};

fn at(second: i64, service: Service, operation: &str, status: u16, body: &str) -> Report {
    let body = Bytes::copy_from_slice(body.as_bytes());
    let at = Timestamp::from_second(1_760_000_000 + second).expect("a time");
    let headers = headers("application/json");
    let mut report = Report::new();
    report.add(&Contract::of(service).check(operation, status, &headers, &body, at));
    report
}

const FILL: &str = r#"{"id": "a", "instrument": "ES", "quantity": 1, "price": 5804.5}"#;

/// What breaks, what drifts, what is a note, and what is as it should be.
fn mixed() -> Report {
    let mut report = Report::new();
    let fill = |more: &str| FILL.replacen('{', &format!("{{{more}, "), 1);
    for (second, body) in [
        (30, fill(r#""epoch": 1727399378"#)),
        (10, fill(r#""epoch": 1727399378"#)),
        (20, fill(r#""marketPosition": "Sideways""#)),
        (40, FILL.to_owned()),
        (
            50,
            r#"{"success": false, "error": "invalid_account"}"#.to_owned(),
        ),
    ] {
        report.merge(at(second, CrossTrade, "get_execution", 200, &body));
    }
    report.merge(at(
        60,
        Hummingbot,
        "get_executor",
        200,
        r#"{"executor_id": "<&\">", "status": "RUNNING", "pnl": 1}"#,
    ));
    report
}

#[test]
fn equal_findings_become_one_with_its_count_and_its_times() {
    let report = mixed();
    assert_eq!(
        (report.grade(), report.is_broken()),
        (Some(Grade::Breaks), true)
    );
    assert_eq!((report.exchanges(), report.left_out()), (6, 0));
    let findings = report.findings();
    assert_eq!(findings.len(), 4);
    let unit = findings[0];
    assert_eq!((&*unit.pointer, unit.count), ("/epoch", 2));
    assert_eq!(
        (unit.first.as_second(), unit.last.as_second()),
        (1_760_000_010, 1_760_000_030)
    );
    let operations: Vec<_> = report.operations().collect();
    assert_eq!(
        (operations[0].0, operations[0].1),
        ("crosstrade", "get_execution")
    );
    let checked = operations[0].2;
    assert_eq!(
        (checked.exchanges, checked.broken, checked.drifted),
        (5, 2, 1)
    );
}

#[test]
fn a_report_is_the_same_in_whatever_order_it_is_gathered() {
    let exchanges = [
        at(1, CrossTrade, "get_execution", 200, "{}"),
        at(2, Refold, "get_execution", 200, "{}"),
        at(3, CrossTrade, "get_execution", 404, r#"{"x": 1}"#),
        at(4, CrossTrade, "get_execution", 200, "{}"),
    ];
    let gathered = |order: &[usize]| {
        let mut report = Report::new();
        order
            .iter()
            .for_each(|index| report.merge(exchanges[*index].clone()));
        report.to_json()
    };
    assert_eq!(gathered(&[0, 1, 2, 3]), gathered(&[3, 2, 0, 1]));
    assert_eq!(Report::new().grade(), None);
    assert_eq!(Report::new().to_string(), "Nothing was checked.\n");
}

#[test]
fn the_table_is_aligned_and_ends_with_the_sum() {
    assert_eq!(
        mixed().to_string(),
        "\
GRADE   SERVICE     OPERATION      STATUS  AT               RULE            PROMISED                          CAME                      TIMES  FIRST AND LAST
breaks  crosstrade  get_execution  200     /epoch           unit            integer, milliseconds since 1970  number that fits seconds  2      2025-10-09T08:53:30Z 2025-10-09T08:53:50Z
drift   crosstrade  get_execution  200     /marketPosition  unknown-word    one of Long, Short, Flat          a new word `Sideways`     1      2025-10-09T08:53:40Z
drift   hummingbot  get_executor   200     /pnl             unknown-member  no such member                    integer                   1      2025-10-09T08:54:20Z
note    crosstrade  get_execution  200     (whole)          refused         a success                         a refusal                 1      2025-10-09T08:54:10Z

crosstrade get_execution: 5 answers checked: 2 broken, 1 drifted
hummingbot get_executor: 1 answer checked: 0 broken, 1 drifted
findings: 1 breaks, 2 drift, 1 note
The contract is broken.
"
    );
}

#[test]
fn one_time_is_told_once() {
    let mut report = at(1, CrossTrade, "get_execution", 200, "{}");
    let mut later = Report::new();
    let contract = Contract::of(CrossTrade);
    let when = Timestamp::from_millisecond(1_760_000_001_400).expect("in range");
    let body = Bytes::from_static(b"{}");
    later.add(&contract.check(
        "get_execution",
        200,
        &headers("application/json"),
        &body,
        when,
    ));
    report.merge(later);
    let text = report.to_string();
    let line = text.lines().nth(1).expect("a finding");
    assert_eq!(line.matches("2025-10-09T").count(), 1, "{text}");
}

#[test]
fn the_json_holds_the_whole_report() {
    let json: Value = serde_json::from_str(&mixed().to_json()).expect("JSON");
    assert_eq!(json["grade"], "breaks");
    assert_eq!(
        (&json["exchanges"], &json["left_out"]),
        (&json!(6), &json!(0))
    );
    assert_eq!(
        json["operations"][0],
        json!({"service": "crosstrade", "operation": "get_execution", "exchanges": 5, "broken": 2, "drifted": 1})
    );
    assert_eq!(
        json["findings"][0],
        json!({
            "service": "crosstrade", "operation": "get_execution", "status": 200, "pointer": "/epoch", "rule": "unit",
            "grade": "breaks", "expected": "integer, milliseconds since 1970", "found": "number that fits seconds",
            "count": 2, "first": "2025-10-09T08:53:30Z", "last": "2025-10-09T08:53:50Z",
        })
    );
}

/// The names of the elements in the order they open, once it is sure that each is closed where it should be.
pub fn elements(xml: &str) -> Vec<&str> {
    let (mut open, mut seen) = (Vec::new(), Vec::new());
    for tag in xml.split('<').skip(1) {
        let (tag, text) = tag.split_once('>').expect("closed");
        assert!(!text.contains('>'), "{text}");
        let name = tag
            .split([' ', '/'])
            .find(|name| !name.is_empty())
            .expect("a name");
        match tag {
            _ if tag.starts_with('?') => continue,
            _ if tag.starts_with('/') => assert_eq!(open.pop(), Some(name)),
            _ => {
                seen.push(name);
                if !tag.ends_with('/') {
                    open.push(name);
                }
                assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
            }
        }
    }
    assert!(open.is_empty());
    seen
}

#[test]
fn the_junit_xml_fails_what_breaks_and_passes_the_rest() {
    let xml = mixed().to_junit();
    let elements = elements(&xml);
    let count = |name| elements.iter().filter(|element| **element == name).count();
    assert_eq!(
        (
            count("testsuites"),
            count("testsuite"),
            count("testcase"),
            count("failure")
        ),
        (1, 2, 6, 1)
    );
    assert!(
        xml.contains(
            r#"<testsuites name="contract" tests="6" skipped="0" failures="1" errors="0">"#
        ),
        "{xml}"
    );
    assert!(
        xml.contains(
            r#"<testsuite name="hummingbot" tests="2" skipped="0" errors="0" failures="0""#
        ),
        "{xml}"
    );
    assert!(xml.contains("a new word `Sideways`"));
    assert!(xml.contains(r#"name="unit 200 /epoch (number that fits seconds)" classname="crosstrade.get_execution""#), "{xml}");
}

#[test]
fn a_report_is_bounded_and_says_what_it_left_out() {
    let letters = |number: usize| -> String {
        number
            .to_string()
            .bytes()
            .map(|digit| char::from(b'a' + digit - b'0'))
            .collect()
    };
    let mut report = Report::new();
    for number in 0..1_500 {
        let body = FILL.replacen('{', &format!("{{\"x{}\": 1, ", letters(number)), 1);
        report.add(&check(CrossTrade, "get_execution", 200, &body));
        report.add(&check(
            CrossTrade,
            &format!("op{}", letters(number)),
            200,
            &body,
        ));
    }
    assert_eq!(report.findings().len(), 1_000);
    assert_eq!(report.left_out(), 2_000);
    assert_eq!(report.operations().count(), 201);
    assert!(!report.is_broken());
    report.add(&check(Refold, "get_execution", 200, "oops"));
    assert!(report.is_broken(), "the grade is right beyond the bound");
    assert!(report.to_string().contains("2001 more findings"));
    let xml = report.to_junit();
    assert!(xml.contains("the findings were too many to be kept"));
    elements(&xml);
}

/// The tree with each of its values made into one that tells where it came from, and members of such names beside them.
fn marked(tree: &Tree, mark: &str) -> Tree {
    match tree {
        Tree::Token(token) if token.starts_with('"') => Tree::Token(format!("\"{mark}\"")),
        Tree::Token(_) => Tree::Token("77123409.55".to_owned()),
        Tree::Array(items) => Tree::Array(items.iter().map(|item| marked(item, mark)).collect()),
        Tree::Object(members) => {
            let mut members: Vec<(String, Tree)> = members
                .iter()
                .map(|(name, tree)| (name.clone(), marked(tree, mark)))
                .collect();
            members.push((mark.to_owned(), Tree::Token(format!("\"{mark}\""))));
            members.push((mark.to_owned(), Tree::Token("[77123409.55]".to_owned())));
            Tree::Object(members)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_value_of_an_answer_is_in_a_report(mark in "(mark@example\\.com|Sim[0-9]{3,9}|[0-9]{4,9}\\.[0-9]{2}|[0-9a-f]{8}-77123409|DU 77123409 (live)|<77123409&>)", status in prop::sample::select(vec![200_u16, 404, 418, 500])) {
        for example in successes() {
            let body = marked(&example.payload, &mark).write();
            let mut report = Report::new();
            report.add(&check(example.service, &example.operation, status, &body));
            // Cut off, too.
            report.add(&check(example.service, &example.operation, status, &body[..body.len() / 2]));
            report.add(&check(example.service, &mark, status, &body));
            for text in [report.to_string(), report.to_json(), report.to_junit(), format!("{report:?}")] {
                prop_assert!(!text.contains(&mark), "{}", text);
                prop_assert!(!text.contains("77123409"), "{}", text);
            }
        }
    }
}
