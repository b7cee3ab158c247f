//! The frames of CrossTrade's WebSocket: answers to calls, and pushes.

use executions::Service;
use executions::bytes::Bytes;
use executions::contract::{Contract, Grade::*, Rule, Verdict};
use executions::jiff::Timestamp;

use super::shorts;
use crate::clients::documents;

fn frame(api: Option<&str>, text: &str) -> Verdict {
    let data = Bytes::copy_from_slice(text.as_bytes());
    Contract::of(Service::CrossTrade).check_frame(api, &data, Timestamp::UNIX_EPOCH)
}

fn operation(verdict: &Verdict) -> &str {
    &verdict.findings()[0].operation
}

#[test]
fn an_answer_is_held_against_the_operation_that_it_answers() {
    for (api, body) in [
        ("GetExecution", documents::FILL),
        ("ListExecutions", documents::FILLS),
    ] {
        let text = format!(r#"{{"id": "a", "data": {body}}}"#);
        let verdict = frame(Some(api), &text);
        assert!(verdict.findings().is_empty(), "{verdict}");
        let verdict = frame(Some(api), &text.replace("5804.5", "null"));
        let pointer = &verdict.findings()[0].pointer;
        assert!(
            verdict.is_broken() && pointer.starts_with("/data/") && pointer.ends_with("/price")
        );
        assert_eq!(verdict.findings()[0].status, None);
        let wrapped = format!(r#"{{"id": "a", "data": {{"success": true, "data": {body}}}}}"#);
        assert_eq!(
            shorts(&frame(Some(api), &wrapped)),
            [(Rule::Wrapped, Note, "/data", "a wrapper")]
        );
    }
    let verdict = frame(Some("GetExecution"), r#"{"id": "a", "data": []}"#);
    assert_eq!(shorts(&verdict), [(Rule::Body, Breaks, "/data", "array")]);
    assert_eq!(operation(&verdict), "get_execution");
}

#[test]
fn what_stands_around_the_data_is_under_contract_too() {
    let fill = documents::FILL;
    let verdict = frame(
        Some("GetExecution"),
        &format!(r#"{{"id": "a", "data": {fill}, "took": 3}}"#),
    );
    assert_eq!(
        shorts(&verdict),
        [(Rule::Member, Drift, "/took", "integer")]
    );
    let verdict = frame(
        Some("GetExecution"),
        &format!(r#"{{"id": "a", "id": "b", "data": {fill}}}"#),
    );
    assert_eq!(
        shorts(&verdict),
        [(Rule::Duplicate, Breaks, "/id", "a second one")]
    );
    for twice in [
        r#""success": false, "success": true"#,
        r#""success": true, "succes\u0073": true"#,
    ] {
        let text = format!(r#"{{"id": "a", "data": {fill}, {twice}}}"#);
        assert_eq!(
            shorts(&frame(Some("GetExecution"), &text)),
            [(Rule::Duplicate, Breaks, "/success", "a second one")],
            "{twice}"
        );
    }
    let bare = fill.replacen('{', "{\"type\": \"rpc\",", 1).replacen(
        "\"type\": \"NinjaTrader.Cbi.Execution\",",
        "",
        1,
    );
    let verdict = frame(Some("GetExecution"), &bare);
    assert_eq!(shorts(&verdict), [(Rule::Frame, Drift, "/data", "nothing")]);
}

#[test]
fn a_call_that_the_spec_does_not_have_and_a_refusal_are_notes() {
    let verdict = frame(
        Some("ListPositions"),
        r#"{"id": "a", "data": [{"quantity": 3}]}"#,
    );
    assert_eq!(
        shorts(&verdict),
        [(Rule::Operation, Note, "", "an answer to another")]
    );
    assert_eq!(operation(&verdict), "ListPositions");
    let verdict = frame(None, r#"{"id": "a", "data": {}}"#);
    assert_eq!(
        (verdict.grade(), operation(&verdict)),
        (Some(Note), "frame")
    );
    for refusal in [
        r#"{"id": "a", "error": "Rate limit exceeded"}"#,
        r#"{"type": "error", "message": "x"}"#,
        r#"{"id": "a", "success": false}"#,
        r#"{"id": "a", "success": true, "error": "x", "data": {}}"#,
        r#"{"id": "a", "succes\u0073": false, "data": {}}"#,
        r#"{"id": "a", "err\u006fr": {}, "data": {}}"#,
    ] {
        let verdict = frame(Some("GetExecution"), refusal);
        assert_eq!(shorts(&verdict), [(Rule::Refused, Note, "", "a refusal")]);
    }
}

#[test]
fn pushes_are_held_against_their_schemas() {
    for documented in [
        r#"{"type":"marketData","quotes":[{"instrument":"ES 12-25","last":5804.5,"bid":5804.25,"ask":5804.5,"volume":1}]}"#,
        r#"{"type":"marketData","quotes":[]}"#,
        r#"{"type":"pnlUpdate","epoch":1727399378373,"accounts":[{"name":"Sim101","pnl":12.5}]}"#,
        r#"{"action":"pnlUpdate","accounts":[]}"#,
        r#"{"type":"pong"}"#,
    ] {
        assert!(
            frame(None, documented).findings().is_empty(),
            "{documented}"
        );
    }
    // As a program of somebody's reads them, against the vendor's words.
    let verdict = frame(
        None,
        r#"{"type":"marketData","quotes":[{"symbol":"ES 12-25","last":"5804.5"}]}"#,
    );
    assert_eq!(
        shorts(&verdict),
        [
            (
                Rule::Type,
                Drift,
                "/quotes/*/last",
                "string that holds a number"
            ),
            (Rule::Member, Drift, "/quotes/*/symbol", "string"),
        ]
    );
    assert_eq!(operation(&verdict), "marketData");
    let verdict = frame(
        None,
        r#"{"type":"pnlUpdate","epoch":1727399378,"accounts":{"Sim101":{"pnl":12.5}}}"#,
    );
    assert_eq!(
        shorts(&verdict),
        [
            (Rule::Type, Breaks, "/accounts", "object"),
            (Rule::Unit, Breaks, "/epoch", "number that fits seconds"),
        ]
    );
    let verdict = frame(None, r#"{"type":"marketData"}"#);
    assert_eq!(
        shorts(&verdict),
        [(Rule::Missing, Breaks, "/quotes", "nothing")]
    );
    let twice = frame(
        None,
        r#"{"type":"marketData","type":"marketData","quotes":[]}"#,
    );
    assert!(twice.findings().is_empty(), "nobody reads the type twice");
}

#[test]
fn a_frame_of_no_documented_form_is_drift_and_what_is_no_json_breaks() {
    let verdict = frame(None, r#"{"type":"welcome"}"#);
    assert_eq!(
        shorts(&verdict),
        [(Rule::Frame, Drift, "", "another `welcome`")]
    );
    for (text, found) in [
        ("hello", "text that is no JSON"),
        ("[]", "array"),
        ("", "nothing"),
    ] {
        assert_eq!(
            shorts(&frame(None, text)),
            [(Rule::Frame, Breaks, "", found)]
        );
    }
    let other = Contract::of(Service::Refold).check_frame(
        None,
        &Bytes::from_static(br#"{"type":"marketData","quotes":[]}"#),
        Timestamp::UNIX_EPOCH,
    );
    assert_eq!(other.grade(), Some(Drift));
}
