//! How each difference between an answer and its spec is graded.

use executions::Service::{self, B3os, CrossTrade, Hummingbot, Refold};
use executions::bytes::Bytes;
use executions::contract::{Contract, Grade, Grade::*, Rule, Verdict};
use executions::jiff::Timestamp;

use super::{Short, check, headers, short, shorts};

const FILL: &str = r#""id": "a", "instrument": "ES", "quantity": 1, "price": 5804.5"#;

/// The one finding on a fill with more members.
fn fill(more: &str) -> Vec<(Rule, Grade, String, String)> {
    one(check(
        CrossTrade,
        "get_execution",
        200,
        &format!("{{{FILL}, {more}}}"),
    ))
}

fn one(verdict: Verdict) -> Vec<(Rule, Grade, String, String)> {
    let owned = |(rule, grade, pointer, found): Short<'_>| {
        (rule, grade, pointer.to_owned(), found.to_owned())
    };
    verdict.findings().iter().map(short).map(owned).collect()
}

fn expect(
    rule: Rule,
    grade: Grade,
    pointer: &str,
    found: &str,
) -> Vec<(Rule, Grade, String, String)> {
    vec![(rule, grade, pointer.to_owned(), found.to_owned())]
}

#[test]
fn a_member_of_an_answer_is_graded_by_what_the_client_makes_of_it() {
    assert!(fill(r#""name": "Exit", "commission": "0.00""#).is_empty());
    for (more, rule, grade, pointer, found) in [
        (
            r#""rate": "1.0""#,
            Rule::Type,
            Drift,
            "/rate",
            "string that holds a number",
        ),
        (r#""rate": "one""#, Rule::Type, Breaks, "/rate", "string"),
        (
            r#""commission": 0.5"#,
            Rule::Type,
            Drift,
            "/commission",
            "number with a fraction",
        ),
        (
            r#""position": 1.5"#,
            Rule::Type,
            Drift,
            "/position",
            "number with a fraction",
        ),
        (r#""orderId": 12"#, Rule::Type, Drift, "/orderId", "integer"),
        (
            r#""isEntry": "false""#,
            Rule::Type,
            Breaks,
            "/isEntry",
            "string",
        ),
        (r#""name": null"#, Rule::Null, Drift, "/name", "null"),
        (
            r#""marketPosition": "Sideways""#,
            Rule::Word,
            Drift,
            "/marketPosition",
            "a new word `Sideways`",
        ),
        (
            r#""marketPosition": "Sim101""#,
            Rule::Word,
            Drift,
            "/marketPosition",
            "a new word",
        ),
        (
            r#""marketPosition": 1"#,
            Rule::Type,
            Breaks,
            "/marketPosition",
            "integer",
        ),
        (r#""venue": "X""#, Rule::Member, Drift, "/venue", "string"),
        (r#""Sim101": {}"#, Rule::Member, Drift, "/<other>", "object"),
        (
            r#""name": "a", "name": "b""#,
            Rule::Duplicate,
            Breaks,
            "/name",
            "a second one",
        ),
        (
            r#""time": "2025-09-26T18:09:38Z""#,
            Rule::Zone,
            Breaks,
            "/time",
            "time with a zone",
        ),
        (
            r#""epoch": 1727399378"#,
            Rule::Unit,
            Breaks,
            "/epoch",
            "number that fits seconds",
        ),
        (
            r#""epoch": 0"#,
            Rule::Format,
            Drift,
            "/epoch",
            "number outside of the years 1990 to 2100",
        ),
    ] {
        assert_eq!(fill(more), expect(rule, grade, pointer, found), "{more}");
    }
    let again = fill(r#""venue": 1, "venue": 2"#);
    assert_eq!(again.len(), 2, "{again:?}");
    assert!(again.iter().all(|finding| finding.1 == Drift));
}

#[test]
fn what_the_client_cannot_do_without_breaks() {
    let verdict = check(
        CrossTrade,
        "list_executions",
        200,
        &format!(
            r#"{{"executions": [{{{FILL}}}, {{"id": "a", "price": null, "quantity": 1}}, {{"id": "b", "quantity": 2}}, null]}}"#
        ),
    );
    let missing = |pointer| (Rule::Missing, Breaks, pointer, "nothing");
    assert_eq!(
        shorts(&verdict),
        [
            (Rule::Null, Breaks, "/executions/*", "null"),
            missing("/executions/*/instrument"),
            missing("/executions/*/price"),
            (Rule::Null, Breaks, "/executions/*/price", "null"),
        ]
    );
    assert_eq!(verdict.findings()[1].count, 2);
    assert_eq!(&*verdict.findings()[2].expected, "number");
    assert_eq!(
        one(check(CrossTrade, "list_executions", 200, "{}")),
        expect(Rule::Missing, Breaks, "/executions", "nothing")
    );
    assert_eq!(
        one(check(B3os, "get_execution", 200, "{}")),
        expect(Rule::Unreadable, Breaks, "/data", "what it refuses")
    );
    assert_eq!(
        one(check(Refold, "get_execution", 200, "{}")),
        expect(Rule::Unreadable, Breaks, "", "what it refuses")
    );
    let array = r#"{"_id": "a", "associated_workflow": []}"#;
    assert_eq!(
        one(check(Refold, "get_execution", 200, array)),
        expect(Rule::Type, Breaks, "/associated_workflow", "array")
    );
}

#[test]
fn an_answer_that_says_twice_whether_it_succeeded_breaks_and_one_that_contradicts_itself_is_a_refusal()
 {
    for twice in [
        r#""success": true, "success": true"#,
        r#""success": false, "succes\u0073": true"#,
    ] {
        let body = format!("{{{FILL}, {twice}}}");
        let verdict = check(CrossTrade, "get_execution", 200, &body);
        assert!(verdict.is_broken(), "{twice}: {verdict}");
    }
    let both = format!(r#"{{{FILL}, "success": true, "error": "x"}}"#);
    let verdict = check(CrossTrade, "get_execution", 200, &both);
    let rules = verdict.findings().iter().map(|finding| finding.rule);
    assert!(rules.clone().any(|rule| rule == Rule::Refused), "{verdict}");
    assert!(!verdict.is_broken(), "{verdict}");
}

#[test]
fn a_name_that_is_no_unicode_breaks_and_nothing_is_said_of_the_members_after_it() {
    let body = format!(r#"{{"id": "a", "\ud800": 1, {FILL}}}"#).replacen("\"id\": \"a\", ", "", 1);
    let found = "a name that is no Unicode";
    assert_eq!(
        one(check(CrossTrade, "get_execution", 200, &body)),
        expect(Rule::Unreadable, Breaks, "", found)
    );
}

#[test]
fn a_body_that_is_no_json_object_breaks_a_success_and_is_drift_in_an_error() {
    let deep = format!("{{\"x\": {}{}}}", "[".repeat(200), "]".repeat(200));
    for (body, found) in [
        ("", "nothing"),
        ("  ", "nothing"),
        ("oops", "text that is no JSON"),
        ("<html>", "text that is no JSON"),
        ("{\"id\": ", "JSON that ends in the middle"),
        ("[]", "array"),
        ("5804.5", "number with a fraction"),
        ("null", "null"),
        ("\u{feff}{}", "text with a byte order mark"),
        (&deep, "JSON that nests too deep"),
    ] {
        for service in [CrossTrade, Refold] {
            let success = one(check(service, "get_execution", 200, body));
            assert_eq!(success, expect(Rule::Body, Breaks, "", found), "{body}");
            let error = one(check(service, "get_execution", 404, body));
            assert_eq!(error, expect(Rule::Body, Drift, "", found), "{body}");
        }
    }
    let bytes = Bytes::from_static(b"{\"id\": \"\xff\"}");
    let verdict = Contract::of(Refold).check(
        "get_execution",
        200,
        &headers("application/json"),
        &bytes,
        Timestamp::UNIX_EPOCH,
    );
    assert_eq!(
        shorts(&verdict),
        [(Rule::Body, Breaks, "", "bytes that are no UTF-8")]
    );
}

#[test]
fn an_undocumented_status_or_content_type_is_drift_unless_the_client_refuses_it() {
    let with = |service: Service, operation, status, kind: &str, body: &'static str| {
        let body = Bytes::from_static(body.as_bytes());
        let headers = match kind {
            "" => executions::http::HeaderMap::new(),
            kind => headers(kind),
        };
        one(Contract::of(service).check(operation, status, &headers, &body, Timestamp::UNIX_EPOCH))
    };
    let fill = r#"{"id": "a", "instrument": "ES", "quantity": 1, "price": 5804.5}"#;
    let executor = r#"{"executor_id": "a", "status": "RUNNING"}"#;
    for kind in ["application/json", "Application/JSON; charset=utf-8"] {
        assert!(with(CrossTrade, "get_execution", 200, kind, fill).is_empty());
    }
    assert_eq!(
        with(CrossTrade, "get_execution", 200, "", fill),
        expect(Rule::ContentType, Drift, "", "nothing")
    );
    assert_eq!(
        with(CrossTrade, "get_execution", 200, "text/plain", fill),
        expect(Rule::ContentType, Breaks, "", "text/plain")
    );
    assert_eq!(
        with(
            CrossTrade,
            "get_execution",
            200,
            "application/hal+json",
            fill
        ),
        expect(Rule::ContentType, Drift, "", "application/hal+json")
    );
    let status = expect(Rule::Status, Drift, "", "another one");
    assert_eq!(
        with(CrossTrade, "get_execution", 203, "application/json", fill),
        status
    );
    assert_eq!(
        with(CrossTrade, "get_execution", 418, "text/plain", "tea"),
        status
    );
    assert_eq!(
        with(Hummingbot, "get_executor", 503, "application/json", "{}"),
        status
    );
    assert!(
        with(CrossTrade, "get_execution", 503, "text/html", "<html>").is_empty(),
        "5XX"
    );
    assert!(
        with(
            Hummingbot,
            "get_executor",
            500,
            "text/plain",
            "Internal Server Error"
        )
        .is_empty()
    );
    assert_eq!(
        with(Hummingbot, "get_executor", 404, "text/html", "<html>"),
        expect(Rule::ContentType, Drift, "", "text/html")
    );
    assert!(
        with(
            Hummingbot,
            "get_executor",
            200,
            "application/json",
            executor
        )
        .is_empty()
    );
    let empty = with(Hummingbot, "get_executor", 204, "", "");
    assert_eq!(empty.len(), 2, "{empty:?}");
    assert_eq!(empty[0].0, Rule::Body);
}

#[test]
fn an_error_is_judged_and_never_breaks() {
    let verdict = check(
        Refold,
        "get_execution",
        404,
        r#"{"message": 5, "error": null, "request_id": {}, "trace": "x"}"#,
    );
    let found = shorts(&verdict);
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(found.iter().all(|finding| finding.1 == Drift), "{found:?}");
    let page = r#"{"error": "not_found", "did_you_mean": ["/a"]}"#;
    assert!(
        check(CrossTrade, "get_execution", 404, page)
            .findings()
            .is_empty()
    );
}

#[test]
fn a_refusal_in_a_200_and_an_answer_in_its_wrapper_are_notes() {
    let refusal =
        r#"{"success": false, "error": "invalid_account", "detail": "Account Sim999 not found"}"#;
    assert_eq!(
        one(check(CrossTrade, "get_execution", 200, refusal)),
        expect(Rule::Refused, Note, "", "a refusal")
    );
    assert_eq!(
        one(check(
            B3os,
            "get_execution",
            200,
            r#"{"code": 500, "message": "x"}"#
        )),
        expect(Rule::Refused, Note, "", "a refusal")
    );
    let wrapped = format!(r#"{{"success": true, "data": {{{FILL}}}}}"#);
    assert_eq!(
        one(check(CrossTrade, "get_execution", 200, &wrapped)),
        expect(Rule::Wrapped, Note, "", "a wrapper")
    );
    let broken =
        r#"{"success": true, "data": {"id": "a", "instrument": "ES", "quantity": 1}, "took": 5}"#;
    let verdict = check(CrossTrade, "get_execution", 200, broken);
    assert_eq!(
        shorts(&verdict),
        [
            (Rule::Missing, Breaks, "/data/price", "nothing"),
            (Rule::Member, Drift, "/took", "integer"),
            (Rule::Wrapped, Note, "", "a wrapper"),
        ]
    );
    let beside = format!(r#"{{{FILL}, "data": {{}}}}"#);
    assert_eq!(
        one(check(CrossTrade, "get_execution", 200, &beside)),
        expect(Rule::Member, Drift, "/data", "object")
    );
    let nothing = check(
        CrossTrade,
        "get_execution",
        200,
        r#"{"success": true, "data": null}"#,
    );
    let rules: Vec<Rule> = nothing
        .findings()
        .iter()
        .map(|finding| finding.rule)
        .collect();
    assert!(
        nothing.is_broken() && !rules.contains(&Rule::Wrapped),
        "{nothing}"
    );
    let no_object = r#"{"success": true, "data": []}"#;
    assert_eq!(
        check(CrossTrade, "get_execution", 200, no_object).grade(),
        Some(Breaks)
    );
}

#[test]
fn an_operation_that_no_spec_has_is_a_note() {
    let verdict = check(CrossTrade, "list_positions", 200, "[]");
    assert_eq!(shorts(&verdict), [(Rule::Operation, Note, "", "another")]);
    assert_eq!(&*verdict.findings()[0].operation, "list_positions");
    let verdict = check(CrossTrade, "Sim101/5804.5", 200, "[]");
    assert_eq!(&*verdict.findings()[0].operation, "<other>");
}

#[test]
fn a_table_of_unknown_members_is_one_finding_without_names() {
    let table: Vec<String> = (0..5_000)
        .map(|n| format!("\"name{}\": {n}", letters(n)))
        .collect();
    let found = fill(&table.join(","));
    assert!(
        found
            .iter()
            .all(|(rule, _, pointer, _)| *rule == Rule::Member && pointer == "/<other>"),
        "{found:?}"
    );
    assert_eq!(found.len(), 2);
}

fn letters(number: usize) -> String {
    number
        .to_string()
        .bytes()
        .map(|digit| char::from(b'a' + digit - b'0'))
        .collect()
}

#[test]
fn the_findings_of_one_answer_are_bounded_and_its_grade_is_right_beyond() {
    let executions: Vec<String> = (0..300)
        .map(|n| format!("{{{FILL}, \"x{}\": 1}}", letters(n)))
        .collect();
    let mut body = format!(r#"{{"executions": [{}]}}"#, executions.join(","));
    let verdict = check(CrossTrade, "list_executions", 200, &body);
    assert_eq!(
        (verdict.findings().len(), verdict.grade()),
        (200, Some(Drift))
    );
    body = body.replace("]}", ", 5]}");
    let verdict = check(CrossTrade, "list_executions", 200, &body);
    assert_eq!((verdict.findings().len(), verdict.is_broken()), (200, true));
}
