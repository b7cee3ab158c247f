//! Recordings, of this library and of others.

use executions::contract::{Grade, Report, Rule, Unchecked, check_recording};
use executions::recording::Recording;
use serde_json::{Value, json};

use super::{in_seconds, with_news};
use crate::clients::documents::{EXECUTOR, FILL};

fn check(entries: &[Value]) -> Report {
    let har = json!({"log": {"entries": entries}}).to_string();
    check_recording(&Recording::read(har.as_bytes()).expect("a HAR file"))
}

/// As a browser writes it.
fn entry(url: &str, body: &str) -> Value {
    json!({
        "startedDateTime": "2026-01-02T03:04:05.000Z",
        "request": {"method": "GET", "url": url},
        "response": {
            "status": 200,
            "headers": [{"name": "Content-Type", "value": "application/json; charset=utf-8"}],
            "content": {"size": body.len(), "text": body},
        },
    })
}

fn socket(url: &str, messages: &[(&str, String)]) -> Value {
    let messages = messages
        .iter()
        .map(|(sort, data)| json!({"type": sort, "time": 1767323045.5, "opcode": 1, "data": data}));
    json!({
        "request": {"method": "GET", "url": url},
        "response": {"status": 101},
        "_webSocketMessages": messages.collect::<Vec<_>>(),
    })
}

const PUBLIC: &str = "https://app.crosstrade.io/v1/api/accounts/Sim101/executions/a";
const OWN: &str = "http://127.0.0.1:7700/proxy/v1/api/accounts/Sim101/executions/a?b=c";

#[test]
fn a_services_host_or_the_only_path_that_fits_says_whose_an_entry_is() {
    for url in [PUBLIC, OWN] {
        for (body, grade) in [
            (FILL.to_owned(), None),
            (with_news(), Some(Grade::Drift)),
            (in_seconds(), Some(Grade::Breaks)),
        ] {
            let report = check(&[entry(url, &body)]);
            assert_eq!((report.exchanges(), report.grade()), (1, grade), "{report}");
            for finding in report.findings() {
                assert_eq!(finding.first.to_string(), "2026-01-02T03:04:05Z");
            }
        }
    }
    let report = check(&[entry("http://10.0.0.1:8000/executors/x", EXECUTOR)]);
    assert_eq!(
        report.operations().next().map(|(service, ..)| service),
        Some("hummingbot")
    );
}

#[test]
fn what_is_not_judged_is_counted_with_its_reason() {
    let mut bodiless = entry(PUBLIC, FILL);
    bodiless["response"]["content"] = json!({"size": 700, "mimeType": "application/json"});
    let unanswered = json!({
        "request": {"method": "GET", "url": PUBLIC}, "response": {"status": 0}, "_service": "crosstrade",
        "_operation": "get_execution", "_failure": "it timed out",
    });
    let report = check(&[
        entry("https://example.com/v1/other", "{}"),
        entry("no URL", "{}"),
        entry("https://app.crosstrade.io/pricing", "<html>"),
        bodiless,
        unanswered,
    ]);
    assert_eq!((report.exchanges(), report.grade()), (0, None), "{report}");
    let expected = [
        (Unchecked::Service, 2),
        (Unchecked::Operation, 1),
        (Unchecked::Unanswered, 1),
        (Unchecked::Incomplete, 1),
    ];
    assert!(report.unchecked().eq(expected), "{report}");
    let text = report.to_string();
    assert!(
        text.contains("2 not checked: ") && text.contains("Nothing was checked."),
        "{text}"
    );
    let xml = report.to_junit();
    let elements = crate::contract::reports::elements(&xml);
    assert_eq!(
        elements.iter().filter(|name| **name == "skipped").count(),
        4
    );
    let json: Value = serde_json::from_str(&report.to_json()).expect("JSON");
    assert_eq!(json["unchecked"]["it got no answer"], 1);
}

#[test]
fn messages_are_judged_by_the_call_that_was_sent_with_their_id_and_pushes_by_their_type() {
    let call = r#"{"action":"rpc","id":"7","api":"GetExecution","args":{}}"#.to_owned();
    let answer = |data: &str| format!(r#"{{"id":"7","data":{data}}}"#);
    let push = r#"{"type":"marketData","quotes":[{"instrument":"ES 12-25","last":1,"new":2}]}"#;
    for url in [
        "wss://app.crosstrade.io/ws/stream",
        "ws://localhost:1/x/ws/stream",
    ] {
        let messages = [
            ("send", call.clone()),
            ("receive", answer(FILL)),
            ("receive", answer(&in_seconds())),
            ("receive", push.to_owned()),
        ];
        let report = check(&[socket(url, &messages)]);
        assert_eq!(report.exchanges(), 3, "{report}");
        let rules: Vec<_> = report
            .findings()
            .iter()
            .map(|finding| finding.rule)
            .collect();
        assert_eq!(rules, [Rule::Unit, Rule::Member], "{report}");
        let operations: Vec<_> = report.operations().map(|(_, name, _)| name).collect();
        assert_eq!(operations, ["get_execution", "marketData"]);
    }
    let report = check(&[socket(
        "wss://example.com/ws",
        &[("receive", push.to_owned())],
    )]);
    assert!(report.unchecked().eq([(Unchecked::Service, 1)]), "{report}");
}

#[test]
fn no_recording_makes_it_panic() {
    let odd = [
        "{}",
        "[]",
        "",
        "nul",
        r#"{"id":"7"}"#,
        r#"{"id":7,"data":1}"#,
        "\u{0}",
        r#"{"type":1}"#,
    ];
    for text in odd {
        let messages = [("send", text.to_owned()), ("receive", text.to_owned())];
        let _ = check(&[
            entry(PUBLIC, text),
            socket("wss://app.crosstrade.io/ws/stream", &messages),
        ]);
    }
    let mut wild = socket(
        "wss://app.crosstrade.io/ws/stream",
        &[("receive", "{}".to_owned())],
    );
    for time in [1e300, -1e300, 0.0] {
        wild["_webSocketMessages"][0]["time"] = json!(time);
        let _ = check(&[wild.clone()]);
    }
}
