//! Answers that are not what the spec promises, and those that only look as if they were not.

use executions::values::Json;
use executions::{Error, State, crosstrade, hummingbot};
use http::{HeaderMap, StatusCode};

use crate::clients::{
    b3os, causes, crosstrade, documents, executions, failure, hummingbot, refold, refusing_status,
};
use crate::wire::{Read, Step, Wire, answer, head, ok, send};

/// A fill with the members every fill has, and these further ones.
fn fill(members: &str) -> String {
    format!(r#"{{"id": "a", "instrument": "ES 12-25", "quantity": 1, "price": 5804.5{members}}}"#)
}

fn executor(members: &str) -> String {
    format!(r#"{{"executor_id": "a", "status": "RUNNING"{members}}}"#)
}

/// What CrossTrade's answer to a get comes to.
async fn got(answer: Step) -> Result<executions::Reply<crosstrade::types::Execution>, Error> {
    let server = Wire::always(answer).await;
    crosstrade(&server.url()).execution("Sim101", "a").await
}

async fn refused(answer: Step) -> Error {
    got(answer).await.expect_err("no fill can come of this")
}

// fault 15
#[tokio::test]
async fn a_200_that_says_it_failed_is_an_error_in_every_service() {
    for body in [
        r#"{"success": false, "error": "invalid_account", "detail": "Account Sim999 not found"}"#,
        r#"{"success": false}"#,
        r#"{"success": false, "data": null}"#,
        r#"{"success": false, "error": {"message": "Bad key", "code": "UNAUTHORIZED"}}"#,
        r#"{"error": "Invalid request"}"#,
        r#"{"error": "x", "data": null}"#,
        r#"{"message": "Server Error", "error": "Workflow ID and slug are required"}"#,
    ] {
        let server = Wire::always(ok(body)).await;
        let url = &server.url();
        for result in [
            crosstrade(url).execution("Sim101", "a").await.map(drop),
            crosstrade(url).executions("Sim101").await.map(drop),
            hummingbot(url).executor("a").await.map(drop),
            b3os(url).execution("a").await.map(drop),
            refold(url).execution("a").await.map(drop),
        ] {
            let error = result.expect_err(body);
            assert_eq!(error.status().map(|s| s.as_u16()), Some(200), "{body}");
            assert!(!error.is_contract_drift(), "{body}: {error}");
            assert!(!error.is_retryable() && !error.is_not_found());
            assert_eq!(error.body().map(|b| &b[..]), Some(body.as_bytes()));
        }
        assert_eq!(server.requests().len(), 5, "none is sent again");
    }
    let error = refused(ok(
        r#"{"success": false, "error": "invalid_account", "detail": "Account Sim999 not found"}"#,
    ))
    .await;
    assert_eq!(error.code(), Some("invalid_account"));
    assert_eq!(error.message(), Some("Account Sim999 not found"));
}

// fault 15
#[tokio::test]
async fn a_complete_answer_beside_a_failure_is_still_a_failure() {
    let error = refused(ok(&fill(r#", "success": false"#))).await;
    assert!(!error.is_contract_drift(), "{error}");
    let list = r#"{"executions": [], "success": false}"#;
    let server = Wire::always(ok(list)).await;
    assert!(
        crosstrade(&server.url())
            .executions("Sim101")
            .await
            .is_err()
    );
    for body in [
        documents::B3OS.replace(r#""code": 200"#, r#""code": 500"#),
        documents::B3OS.replace(r#""code": 200"#, r#""success": false"#),
    ] {
        let server = Wire::always(ok(&body)).await;
        let error = b3os(&server.url()).execution("a").await.expect_err(&body);
        assert!(!error.is_contract_drift(), "{error}");
        assert_eq!(error.request_id(), Some("abc-123"));
    }
}

// fault 15
#[tokio::test]
async fn an_answer_in_its_wrapper_is_read_as_one_without() {
    let wrapped = format!(
        r#"{{"success": true, "data": {}}}"#,
        fill(r#", "venue": 1.10"#)
    );
    let reply = got(ok(&wrapped)).await.expect("a fill");
    assert_eq!(reply.price.to_string(), "5804.5");
    assert_eq!(reply.bytes(), &wrapped);
    let unknown = reply.unknown_members();
    assert_eq!(
        (unknown[0].path.as_str(), unknown[0].json.as_str()),
        ("venue", "1.10")
    );
    for outer in [
        r#"{"success": true, "data": {"executions": [FILL]}}"#,
        r#"{"success": true, "executions": null, "data": {"executions": [FILL]}}"#,
    ] {
        let body = outer.replace("FILL", &fill(""));
        let server = Wire::always(ok(&body)).await;
        let list = crosstrade(&server.url())
            .executions("Sim101")
            .await
            .expect(outer);
        let views = list.to_executions();
        assert_eq!((list.executions.len(), views.len()), (1, 1), "{outer}");
        assert_eq!(views[0].raw.as_str(), fill(""));
    }
    let code_zero = documents::B3OS.replace(r#""code": 200"#, r#""code": 0, "success": true"#);
    let server = Wire::always(ok(&code_zero)).await;
    assert!(b3os(&server.url()).execution("a").await.is_ok());
}

fn page(status: u16, content_type: &str, body: &str) -> Vec<Step> {
    let length = format!("content-length: {}", body.len());
    vec![
        Read,
        head(status, &["connection: close", content_type, &length]),
        send(body),
    ]
}

// fault 18
#[tokio::test]
async fn a_proxys_page_keeps_its_status_its_kind_and_its_first_words() {
    let html = "<!DOCTYPE html>\n<title>502 Bad\x1b[2J Gate\u{202e}way</title>".to_owned()
        + &"x".repeat(50_000);
    for status in [500, 502, 503, 504, 520, 400, 403] {
        let server = Wire::play([page(status, "content-type: text/html", &html)]).await;
        let error = refusing_status(&server.url()).await;
        assert_eq!(error.status().map(|s| s.as_u16()), Some(status));
        let text = error.to_string();
        assert!(
            text.contains("text/html") && text.contains("<!DOCTYPE html>"),
            "{text}"
        );
        assert!(
            !text.contains(char::is_control) && !text.contains('\u{202e}'),
            "{text}"
        );
        assert!(text.len() < 1000);
        assert_eq!(error.body().map(|b| b.len()), Some(html.len()));
        assert_eq!((error.code(), error.message()), (None, None));
    }
}

// fault 18
#[tokio::test]
async fn an_errors_body_may_be_anything() {
    let deep = "[".repeat(100_000);
    let deep_object = r#"{"error":"#.repeat(50_000);
    for body in [
        &b""[..],
        b"null",
        b"[]",
        b"5",
        b"\"text\"",
        b"{",
        b"{\"error\": \"\\ud800\"}",
        b"\xff\xfe\x00",
        b"\xef\xbb\xbf{\"error\": \"x\"}",
        b"Internal Server Error",
        documents::REFOLD_UNAUTHORIZED.as_bytes(),
        br#"{"error": {"error": {}}, "detail": [1, null, {"loc": 5}], "message": []}"#,
        deep.as_bytes(),
        deep_object.as_bytes(),
    ] {
        for status in [401, 404, 422] {
            let server =
                Wire::play([vec![Read, head(status, &["connection: close"]), send(body)]]).await;
            let error = refusing_status(&server.url()).await;
            assert_eq!(error.status().map(|s| s.as_u16()), Some(status));
            assert_eq!(error.body().map(|b| &b[..]), Some(body));
            assert!(error.to_string().len() < 1000);
        }
    }
}

#[tokio::test]
async fn the_documents_refusals_are_understood() {
    let error = refused(answer(400, &[], documents::BAD_REQUEST)).await;
    assert_eq!(error.message(), Some("Invalid request"));
    assert!(!error.is_retryable() && !error.is_auth() && !error.is_not_found());
    // The document's own example is not JSON: a comma is missing.
    let server = Wire::always(answer(401, &[], documents::REFOLD_UNAUTHORIZED)).await;
    let error = refold(&server.url()).execution("a").await.expect_err("401");
    assert!(error.is_auth());
    assert!(error.to_string().contains("Invalid Credentials"), "{error}");
    let whole = documents::REFOLD_UNAUTHORIZED.replace("Credentials\"", "Credentials\",");
    let server = Wire::always(answer(401, &[], &whole)).await;
    let error = refold(&server.url()).execution("a").await.expect_err("401");
    assert_eq!(error.code(), Some("SERVER_ERROR"));
    assert_eq!(error.message(), Some("Invalid Credentials"));
    assert_eq!(
        error.request_id(),
        Some("89bd1675-a826-46cb-9210-6cb2ae169f67")
    );
}

// fault 20
#[tokio::test]
async fn a_404_for_the_id_is_not_found_and_one_for_the_path_a_wrong_address() {
    let html = "<html>Not found</html>";
    let server = Wire::always(answer(404, &[], r#"{"detail": "Executor a not found"}"#)).await;
    let error = refusing_status(&server.url()).await;
    assert!(error.is_not_found() && !error.is_wrong_address(), "{error}");
    for body in [r#"{"detail": "Not Found"}"#, html] {
        let server = Wire::always(answer(404, &[], body)).await;
        let error = refusing_status(&server.url()).await;
        assert!(error.is_wrong_address() && !error.is_not_found(), "{error}");
        assert!(error.to_string().contains("HUMMINGBOT_BASE_URL"), "{error}");
    }
    let error = refused(answer(404, &[], r#"{"success": false, "error": "x"}"#)).await;
    assert!(error.is_not_found() && !error.is_wrong_address(), "{error}");
    for body in [
        r#"{"error": "x", "did_you_mean": "/v1/api/accounts"}"#,
        html,
    ] {
        let error = refused(answer(404, &[], body)).await;
        assert!(error.is_wrong_address() && !error.is_not_found(), "{error}");
    }
    for (body, wrong_address) in [
        (r#"{"message": "Execution not found"}"#, false),
        ("", false),
        (html, true),
    ] {
        let server = Wire::always(answer(404, &[], body)).await;
        for error in [
            b3os(&server.url()).execution("a").await.map(drop),
            refold(&server.url()).execution("a").await.map(drop),
        ] {
            let error = error.expect_err("404");
            assert_eq!(error.is_wrong_address(), wrong_address, "{error}");
            assert_eq!(error.is_not_found(), !wrong_address, "{error}");
        }
    }
}

// fault 21
#[tokio::test]
async fn a_success_without_a_body_does_not_fit_and_carries_the_request_id() {
    for (status, headers) in [
        (200, &["connection: close", "x-request-id: r-1"][..]),
        (
            200,
            &[
                "connection: close",
                "x-request-id: r-1",
                "content-length: 0",
            ],
        ),
        (204, &["connection: close", "x-request-id: r-1"]),
        (
            205,
            &[
                "connection: close",
                "x-request-id: r-1",
                "content-length: 0",
            ],
        ),
        (
            200,
            &[
                "transfer-encoding: chunked",
                "connection: close",
                "cf-ray: r-1",
            ],
        ),
    ] {
        let mut script = vec![Read, head(status, headers)];
        if headers[0].starts_with("transfer") {
            script.push(send("0\r\n\r\n"));
        }
        let server = Wire::play([script]).await;
        let error = failure(&crosstrade(&server.url())).await;
        assert!(error.is_contract_drift(), "{error}");
        assert!(error.to_string().contains("empty"), "{error}");
        assert_eq!(error.request_id(), Some("r-1"));
        assert_eq!(error.status().map(|s| s.as_u16()), Some(status));
        assert_eq!((error.attempts(), server.requests().len()), (1, 1));
    }
}

// fault 22
#[tokio::test]
async fn a_200_that_is_no_json_object_in_utf_8_does_not_fit() {
    let whole = fill("");
    let invalid = [b"{\"x\": \"\xff\", ", &whole.as_bytes()[1..]].concat();
    let twice = [whole.as_bytes(), b" {}"].concat();
    let cases: [(&str, &[u8], &str); 14] = [
        ("text/html", b"<html>", "text/html"),
        ("text/html", whole.as_bytes(), "text/html"),
        ("", whole.as_bytes(), "JSON was promised"),
        ("application/json", b"", "empty"),
        ("application/json", b" \r\n\t ", "empty"),
        ("application/json", b"<html>", "not a JSON object"),
        ("application/json", b"[]", "not a JSON object"),
        ("application/json", b"null", "not a JSON object"),
        ("application/json", b"NaN", "not a JSON object"),
        ("application/json", b"\xef\xbb\xbf{}", "byte order mark"),
        ("application/json", b"\xff\xfe{\0}\0", "UTF-8"),
        ("application/json", &invalid, "UTF-8 from byte 7"),
        (
            "application/json",
            b"{\"id\": \"\\ud800\"}",
            "not valid JSON",
        ),
        ("application/json", &twice, "not valid JSON"),
    ];
    for (kind, body, why) in cases {
        let kind = format!("content-type: {kind}");
        let length = format!("content-length: {}", body.len());
        let server = Wire::play([vec![
            Read,
            head(200, &["connection: close", &kind, &length]),
            send(body),
        ]])
        .await;
        let error = failure(&crosstrade(&server.url())).await;
        assert!(error.is_contract_drift(), "{error}");
        assert!(error.to_string().contains(why), "{why}: {error}");
        assert_eq!(error.body().map(|b| &b[..]), Some(body));
        assert_eq!((error.attempts(), server.requests().len()), (1, 1));
    }
}

// fault 22
#[tokio::test]
async fn json_by_another_name_or_with_none_is_read() {
    for kind in [
        "content-type: application/json; charset=utf-8",
        "content-type: APPLICATION/JSON",
        "content-type: application/vnd.api+json",
        "x-content-type: none",
    ] {
        let server = Wire::play([page(200, kind, &fill(""))]).await;
        let crosstrade = crosstrade(&server.url());
        let fill = crosstrade.execution("Sim101", "a").await.expect(kind);
        assert_eq!(fill.id, "a");
    }
}

// fault 22
#[tokio::test]
async fn hostile_headers_break_nothing_and_no_line_of_an_error() {
    let server = Wire::play([vec![
        Read,
        send(b"HTTP/1.1 200 \xff\xfe\r\ncontent-type: text/\xe2\x80\xae\xff evil\r\nx-request-id: \xff\r\ndate: \xff\r\nconnection: close\r\n\r\n{}".to_vec()),
    ]])
    .await;
    let error = failure(&crosstrade(&server.url())).await;
    assert!(error.is_contract_drift(), "{error}");
    assert!(!error.to_string().contains('\u{202e}'), "{error}");
    assert_eq!(error.request_id(), None);
    let long = format!("content-type: {}", "a".repeat(10_000));
    let error = refused(answer(200, &[&long], "{}")).await;
    assert!(
        error.to_string().len() < 1000,
        "{}",
        error.to_string().len()
    );
}

// fault 23
#[tokio::test]
async fn json_that_is_cut_off_is_an_interruption_and_read_again() {
    let half = &documents::FILL[..documents::FILL.len() / 2];
    let length = format!("content-length: {}", documents::FILL.len());
    let json = "content-type: application/json";
    let chunk = format!("{:x}\r\n{half}\r\n", half.len());
    for script in [
        vec![Read, head(200, &[json, &length]), send(half)],
        vec![Read, head(200, &[json]), send(half)],
        vec![Read, send("HTTP/1.0 200 OK\r\n\r\n"), send(half)],
        vec![
            Read,
            head(200, &[json, "transfer-encoding: chunked"]),
            send(chunk),
        ],
    ] {
        let whole = vec![Read, ok(documents::FILL)];
        let server = Wire::play([script.clone(), whole]).await;
        let crosstrade = crosstrade(&server.url());
        let fill = crosstrade.execution("Sim101", "a").await.expect("whole");
        assert_eq!((fill.attempts(), server.requests().len()), (2, 2));
        let server = Wire::play([script]).await;
        let error = failure(&self::crosstrade(&server.url())).await;
        assert!(
            error.is_retryable() && !error.is_contract_drift(),
            "{error}"
        );
        assert!(
            error.to_string().contains("before the answer was complete"),
            "{error}"
        );
        assert_eq!((error.attempts(), server.requests().len()), (3, 3));
    }
}

// fault 23
#[tokio::test]
async fn json_that_ends_in_the_middle_by_its_own_length_does_not_fit() {
    let half = &documents::FILL[..documents::FILL.len() / 2];
    let error = refused(ok(half)).await;
    assert!(error.is_contract_drift(), "{error}");
    assert!(error.to_string().contains("ends in the middle"), "{error}");
    assert_eq!(error.attempts(), 1);
}

// fault 25
#[tokio::test]
async fn an_answer_that_nests_too_deep_does_not_fit_wherever_it_does() {
    for (open, close) in [("[", "]"), (r#"{"x":"#, "}")] {
        for depth in [129, 10_000, 200_000] {
            let nested = open.repeat(depth) + "1" + &close.repeat(depth);
            for place in ["x", "price", "account", "success"] {
                let body = format!(r#"{{"{place}": {nested}, "id": "a"}}"#);
                let error = refused(ok(&body)).await;
                assert!(error.is_contract_drift(), "{error}");
                assert!(error.to_string().contains("nests deeper"), "{error}");
            }
            // Nobody closes them either.
            let error = refused(ok(&(r#"{"x": "#.to_owned() + &open.repeat(depth)))).await;
            assert!(error.is_contract_drift(), "{error}");
        }
        let nested = open.repeat(127) + "1" + &close.repeat(127);
        let body = fill(&format!(r#", "x": {nested}"#));
        let reply = got(ok(&body)).await.expect("deep, but not too deep");
        assert_eq!(reply.unknown_members()[0].json.as_str(), nested);
        assert_eq!(reply.to_execution().raw.as_str(), body);
    }
    let nested = "[".repeat(120) + &"]".repeat(120);
    let body = executor(&format!(r#", "config": {nested}"#));
    let server = Wire::always(ok(&body)).await;
    let reply = hummingbot(&server.url()).executor("a").await.expect("deep");
    assert_eq!(
        reply.config.as_ref().map(Json::as_str),
        Some(nested.as_str())
    );
}

// fault 26
#[tokio::test]
async fn a_member_that_comes_twice_does_not_fit_whichever_way_the_answer_is_read() {
    let twice = fill(r#", "price": 1"#);
    for (body, member) in [
        (twice.clone(), "price"),
        (format!(r#"{{"success": true, "data": {twice}}}"#), "price"),
        (
            format!(r#"{{"data": {}, "data": {}}}"#, fill(""), fill("")),
            "data",
        ),
        (fill(r#", "success": true, "success": true"#), "success"),
        (fill(r#", "success": false, "success": true"#), "success"),
        (fill(r#", "success": true, "success": false"#), "success"),
    ] {
        let error = refused(ok(&body)).await;
        assert!(error.is_contract_drift(), "{body}: {error}");
        assert!(error.to_string().contains("duplicate"), "{body}: {error}");
        assert!(error.to_string().contains(member), "{body}: {error}");
    }
    let list = format!(r#"{{"executions": [{}, {twice}]}}"#, fill(""));
    let server = Wire::always(ok(&list)).await;
    let error = crosstrade(&server.url()).executions("Sim101").await;
    let error = error.expect_err("twice");
    assert!(error.is_contract_drift());
    assert!(
        error
            .json_path()
            .is_some_and(|path| path.starts_with("executions[1]")),
        "{error}"
    );
}

// fault 27
#[tokio::test]
async fn a_word_nobody_has_heard_of_is_kept() {
    let reply = got(ok(&fill(r#", "marketPosition": "Sideways""#)))
        .await
        .expect("a fill");
    let position = reply.market_position.as_ref().expect("a word");
    assert_eq!(
        *position,
        crosstrade::types::MarketPosition::Unknown("Sideways".into())
    );
    let again = serde_json::to_value(&*reply).expect("JSON");
    assert_eq!(again["marketPosition"], "Sideways");

    let body = r#"{"executor_id": "a", "status": "DREAMING", "close_type": "MOON"}"#;
    let server = Wire::always(ok(body)).await;
    let reply = hummingbot(&server.url())
        .executor("a")
        .await
        .expect("an executor");
    assert_eq!(
        reply.status,
        hummingbot::types::ExecutorStatus::Unknown("DREAMING".into())
    );
    assert_eq!(reply.status.to_string(), "DREAMING");
    let view = reply.to_execution();
    assert_eq!(
        (view.state, view.status.as_deref()),
        (State::Unknown, Some("DREAMING"))
    );

    let body = documents::B3OS.replace("awaiting_payment", "refunded");
    let server = Wire::always(ok(&body)).await;
    let view = b3os(&server.url())
        .execution("a")
        .await
        .expect("a run")
        .to_execution();
    assert_eq!(
        (view.state, view.status.as_deref()),
        (State::Unknown, Some("refunded"))
    );

    let body = documents::REFOLD
        .replace("ERRORED", "Partially Successful")
        .replace("\"test\"", "\"staging\"");
    let server = Wire::always(ok(&body)).await;
    let view = refold(&server.url())
        .execution("65410cf6cdf931a12d7ab009")
        .await
        .expect("a run")
        .to_execution();
    assert_eq!(
        (view.state, view.status.as_deref()),
        (State::Unknown, Some("Partially Successful"))
    );
}

#[tokio::test]
async fn an_executor_is_over_and_has_an_end_only_once_it_is_terminated() {
    for (status, close_type, state, finished) in [
        ("RUNNING", "null", State::Running, None),
        ("SHUTTING_DOWN", "\"EARLY_STOP\"", State::Running, None),
        (
            "TERMINATED",
            "\"EARLY_STOP\"",
            State::Cancelled,
            Some("2023-11-14T22:13:20Z"),
        ),
        (
            "TERMINATED",
            "null",
            State::Ended,
            Some("2023-11-14T22:13:20Z"),
        ),
        (
            "TERMINATED",
            "\"MOON\"",
            State::Ended,
            Some("2023-11-14T22:13:20Z"),
        ),
    ] {
        let body = format!(
            r#"{{"executor_id": "a", "status": "{status}", "close_type": {close_type}, "close_timestamp": 1700000000, "last_error": "no funds"}}"#
        );
        let server = Wire::always(ok(&body)).await;
        let reply = hummingbot(&server.url()).executor("a").await;
        let view = reply.expect("an executor").to_execution();
        assert_eq!(view.state, state, "{body}");
        assert_eq!(view.state.is_finished(), Some(state != State::Running));
        assert_eq!(
            view.finished.map(|at| at.to_string()).as_deref(),
            finished,
            "{body}"
        );
        assert_eq!(view.reason.as_deref(), Some("no funds"));
    }
}

#[tokio::test]
async fn a_refold_execution_tells_when_it_ended_why_it_failed_and_whether_it_may_go_on() {
    let nodes = r#"[{"node_name": "Start", "node_status": "Success"},
        {"node_id": "2", "node_status": "Timed_Out"},
        {"node_name": "Post", "node_status": "Errored", "latest_output": {"secret": "s"}}]"#;
    for (status, finished, resumable) in [
        ("ERRORED", true, false),
        ("STOPPED", true, true),
        ("RUNNING", false, false),
        ("DREAMING", true, false),
    ] {
        let body = format!(
            r#"{{"_id": "a", "status": "{status}", "completion_time": "2026-01-02T03:04:05.678Z", "nodes": {nodes}}}"#
        );
        let server = Wire::always(ok(&body)).await;
        let reply = refold(&server.url()).execution("a").await;
        let view = reply.expect("a run").to_execution();
        let at = view.finished.map(|at| at.to_string());
        let expected = finished.then_some("2026-01-02T03:04:05.678Z");
        assert_eq!(at.as_deref(), expected, "{status}");
        assert_eq!(view.resumable, resumable, "{status}");
        assert_eq!(view.reason.as_deref(), Some("2: Timed_Out"), "{status}");
    }
}

#[tokio::test]
async fn a_b3os_execution_tells_why_it_has_its_status() {
    let server = Wire::always(ok(documents::B3OS)).await;
    let view = b3os(&server.url())
        .execution("a")
        .await
        .expect("a run")
        .to_execution();
    assert_eq!(view.reason.as_deref(), Some("<string>"));
    assert_eq!(view.state.is_finished(), Some(false));
}

// fault 28
#[tokio::test]
async fn new_members_are_kept_with_their_place_and_exact_text() {
    let body = fill(r#", "venue": {"n": 1.10}, "Price": "9""#);
    let reply = got(ok(&body)).await.expect("a fill");
    let unknown: Vec<_> = reply
        .unknown_members()
        .into_iter()
        .map(|member| (member.path, member.json.as_str().to_owned()))
        .collect();
    assert_eq!(
        unknown,
        [
            ("venue".to_owned(), r#"{"n": 1.10}"#.to_owned()),
            ("Price".to_owned(), r#""9""#.to_owned()),
        ]
    );
    assert_eq!(reply.bytes(), &body);
    assert_eq!(reply.to_execution().raw.as_str(), body);
    let body = documents::B3OS.replacen(r#""runId""#, r#""new": 1e400, "runId""#, 1);
    let server = Wire::always(ok(&body)).await;
    let reply = b3os(&server.url()).execution("a").await.expect("a run");
    let unknown = reply.unknown_members();
    assert_eq!(unknown[0].path, "data.events[0].new");
    assert_eq!(unknown[0].json.as_str(), "1e400");
}

// fault 28
#[tokio::test]
async fn null_stands_for_absent_and_numbers_may_be_text_or_text_a_number() {
    let nulls = [
        "type",
        "time",
        "epoch",
        "name",
        "orderId",
        "account",
        "instrumentType",
        "position",
        "marketPosition",
        "rate",
        "commission",
        "slippage",
        "isEntry",
        "exchange",
        "success",
        "warning",
    ];
    let members: String = nulls
        .iter()
        .map(|name| format!(r#", "{name}": null"#))
        .collect();
    let reply = got(ok(&fill(&members))).await.expect("a fill");
    assert_eq!(reply.epoch, None);
    assert_eq!(reply.success, None);
    let text = r#"{"id": 17, "instrument": "ES", "quantity": "1.0", "price": "5804.50", "commission": 0.10, "position": -2.0, "epoch": "1727399378373", "orderId": 5}"#;
    let reply = got(ok(text)).await.expect("a fill");
    assert_eq!(reply.id, "17");
    assert_eq!(reply.quantity.to_i64(), Some(1));
    assert_eq!(reply.price.to_string(), "5804.50");
    assert_eq!(
        reply
            .commission
            .as_ref()
            .map(ToString::to_string)
            .as_deref(),
        Some("0.10")
    );
    assert_eq!(reply.position.as_ref().and_then(|p| p.to_i64()), Some(-2));
    assert!(
        reply
            .epoch
            .as_ref()
            .is_some_and(|epoch| epoch.get().is_some())
    );
    let server = Wire::always(ok(&executor(
        r#", "net_pnl_quote": null, "net_pnl_pct": null, "side": null, "timestamp": null, "config": null"#,
    )))
    .await;
    let reply = hummingbot(&server.url())
        .executor("a")
        .await
        .expect("an executor");
    assert_eq!(reply.net_pnl_quote, None);
}

// fault 28
#[tokio::test]
async fn what_an_answer_cannot_be_without_is_named_where_it_is_missing() {
    for name in ["id", "instrument", "quantity", "price"] {
        for with in ["null", "[]", "{}", "true"] {
            let mut value: serde_json::Value = serde_json::from_str(documents::FILL).expect("JSON");
            value[name] = serde_json::from_str(with).expect("JSON");
            let error = refused(ok(&value.to_string())).await;
            assert!(error.is_contract_drift(), "{name}: {error}");
            assert_eq!(error.json_path(), Some(name), "{error}");
        }
        let without = documents::FILL.replace(&format!("\"{name}\":"), "\"other\":");
        let error = refused(ok(&without)).await;
        assert!(error.is_contract_drift(), "{error}");
        assert!(error.to_string().contains(&format!("`{name}`")), "{error}");
    }
    for body in [
        r#"{"code": 200, "message": "success", "requestId": "r-1"}"#,
        r#"{"code": 200, "data": null, "requestId": "r-1"}"#,
        r#"{"code": 200, "data": {"events": []}, "requestId": "r-1"}"#,
        r#"{"code": 200, "data": {"execution": {"id": "a"}}, "requestId": "r-1"}"#,
        r#"{"requestId": "r-1"}"#,
    ] {
        let server = Wire::always(ok(body)).await;
        let error = b3os(&server.url()).execution("a").await.expect_err(body);
        assert!(error.is_contract_drift(), "{body}: {error}");
        assert_eq!(error.request_id(), Some("r-1"));
        assert_eq!(error.service(), Some("b3os"));
    }
    // Refold requires no single member, but an answer with none of an execution's is no execution.
    for body in ["{}", r#"{"message": "hello"}"#] {
        let server = Wire::always(ok(body)).await;
        let error = refold(&server.url()).execution("a").await.expect_err(body);
        assert!(error.is_contract_drift(), "{body}: {error}");
    }
}

// fault 29
#[tokio::test]
async fn money_keeps_every_digit_and_no_number_is_rounded_or_panics() {
    for number in [
        "123456789012345678901234567890.123456789",
        "0.100000000000000000000000000000",
        "9223372036854775808",
        "-9223372036854775809",
        "18446744073709551616",
        "1e400",
        "1E-400",
        "1e999999999999999999999",
        "-0.0",
        "5804.50",
        "0.1",
    ] {
        for quoted in [number.to_owned(), format!("\"{number}\"")] {
            let body = format!(
                r#"{{"id": "a", "instrument": "ES", "quantity": {quoted}, "price": {quoted}, "epoch": {quoted}}}"#
            );
            let reply = got(ok(&body)).await.expect(number);
            assert_eq!(reply.price.to_string(), number);
            assert_eq!(serde_json::to_string(&reply.price).expect("JSON"), quoted);
            let _ = (
                reply.quantity.to_i64(),
                reply.price.to_f64_lossy(),
                reply.price.to_decimal(),
            );
            assert!(reply.to_execution().raw.as_str().contains(&quoted));
        }
    }
    for number in [
        "NaN",
        "Infinity",
        "-Infinity",
        "\"NaN\"",
        "\"1,5\"",
        "+1",
        "01",
        "1.",
        ".5",
        "0x10",
        "\"\"",
    ] {
        let body =
            format!(r#"{{"id": "a", "instrument": "ES", "quantity": 1, "price": {number}}}"#);
        let error = refused(ok(&body)).await;
        assert!(error.is_contract_drift(), "{number}: {error}");
        let body = format!(
            r#"{{"id": "a", "instrument": "ES", "quantity": 1, "price": 1, "x": {number}}}"#
        );
        let result = got(ok(&body)).await;
        assert_eq!(result.is_ok(), number.starts_with('"'), "{number}");
    }
}

// fault 30
#[tokio::test]
async fn an_instant_is_read_by_its_fields_one_rule_or_kept_as_it_came() {
    for (created_at, instant) in [
        ("\"2024-01-15T10:30:00Z\"", Some("2024-01-15T10:30:00Z")),
        (
            "\"2024-01-15T10:30:00+02:00\"",
            Some("2024-01-15T08:30:00Z"),
        ),
        ("\"2024-01-15 10:30:00Z\"", Some("2024-01-15T10:30:00Z")),
        ("\"2016-12-31T23:59:60Z\"", Some("2016-12-31T23:59:59Z")),
        ("\"0001-01-01T00:00:00Z\"", Some("0001-01-01T00:00:00Z")),
        ("\"2024-01-15T10:30:00\"", None),
        ("\"2024-01-15\"", None),
        ("\"Tue, 07 Nov 2023 08:03:27 GMT\"", None),
        ("\"<string>\"", None),
        ("\"\"", None),
        ("\"99999-01-01T00:00:00Z\"", None),
        ("1705315800", None),
        ("1705315800000", None),
    ] {
        let server = Wire::always(ok(&executor(&format!(r#", "created_at": {created_at}"#)))).await;
        let reply = hummingbot(&server.url())
            .executor("a")
            .await
            .expect(created_at);
        let read = reply.created_at.as_ref().expect("kept");
        assert_eq!(
            read.get().map(|at| at.to_string()).as_deref(),
            instant,
            "{created_at}"
        );
        assert_eq!(serde_json::to_string(read).expect("JSON"), created_at);
        assert_eq!(reply.to_execution().started, read.get());
    }
    for (timestamp, instant) in [
        ("1705315800", Some("2024-01-15T10:50:00Z")),
        ("1705315800.5", Some("2024-01-15T10:50:00.5Z")),
        ("-1", Some("1969-12-31T23:59:59Z")),
        // Milliseconds and microseconds are not guessed at.
        ("1705315800000", None),
        ("1705315800000000", None),
        ("1e400", None),
        ("\"yesterday\"", None),
    ] {
        let server = Wire::always(ok(&executor(&format!(r#", "timestamp": {timestamp}"#)))).await;
        let reply = hummingbot(&server.url())
            .executor("a")
            .await
            .expect(timestamp);
        let read = reply.timestamp.as_ref().expect("kept");
        assert_eq!(
            read.get().map(|at| at.to_string()).as_deref(),
            instant,
            "{timestamp}"
        );
        assert_eq!(serde_json::to_string(read).expect("JSON"), timestamp);
    }
    let reply = got(ok(&fill(
        r#", "time": "2025-09-26T18:09:38Z", "epoch": 1727399378"#,
    )))
    .await;
    let reply = reply.expect("a fill");
    assert_eq!(
        reply.time.as_ref().and_then(|time| time.get()),
        None,
        "a zone is not wall-clock"
    );
    let epoch = reply
        .epoch
        .as_ref()
        .and_then(|epoch| epoch.get())
        .expect("milliseconds");
    assert_eq!(
        epoch.as_millisecond(),
        1_727_399_378,
        "seconds are not guessed at"
    );
}

// fault 31
#[tokio::test]
async fn control_characters_stay_in_values_and_never_reach_a_line_of_an_error() {
    let name = "Exit\u{1b}[2J\u{202e}\u{7}\r\n";
    let json = serde_json::to_string(name).expect("JSON");
    let body = fill(&format!(r#", "name": {json}, "serverName": {json}"#));
    let reply = got(ok(&body)).await.expect("a fill");
    assert_eq!(reply.name.as_deref(), Some(name));
    let view = reply.to_execution();
    assert_eq!(view.name.as_deref(), Some(name));
    assert_eq!(view.raw.as_str(), body);
    for body in [
        format!(r#"{{"success": false, "error": {json}, "detail": {json}, "request_id": {json}}}"#),
        format!(
            r#"{{"id": "a", "instrument": "ES", "quantity": 1, "price": 1, "isEntry": {json}}}"#
        ),
    ] {
        for status in [200, 400] {
            let error = refused(answer(status, &[], &body)).await;
            for text in [
                error.to_string(),
                error.what(),
                format!("{error:?}"),
                causes(&error),
            ] {
                assert!(!text.contains(char::is_control), "{text:?}");
                assert!(!text.contains('\u{202e}'), "{text:?}");
            }
        }
    }
}

#[tokio::test]
async fn an_error_stays_short_however_much_the_service_says() {
    let long = "y".repeat(1_000_000);
    for body in [
        format!(
            r#"{{"success": false, "error": "{long}", "detail": "{long}", "requestId": "{long}"}}"#
        ),
        format!(
            r#"{{"id": "a", "instrument": "ES", "quantity": 1, "price": 1, "isEntry": "{long}"}}"#
        ),
    ] {
        let error = refused(ok(&body)).await;
        for text in [error.to_string(), format!("{error:?}"), causes(&error)] {
            assert!(text.len() < 4000, "{} bytes", text.len());
        }
    }
}

#[tokio::test]
async fn a_refolds_id_may_come_under_any_of_its_names() {
    for body in [
        r#"{"_id": "x", "status": "RUNNING"}"#,
        r#"{"_id_": "x", "status": "RUNNING"}"#,
        // Databases of its kind send both; a third spelling of one member would be a duplicate.
        r#"{"_id": "x", "id": "x", "status": "RUNNING"}"#,
    ] {
        let server = Wire::always(ok(body)).await;
        let run = refold(&server.url()).execution("x").await.expect(body);
        let view = run.to_execution();
        assert_eq!((view.id.as_str(), view.reference.id()), ("x", "x"));
    }
    let newer = r#"{"status": "RUNNING", "nodes": [{"node_id": "1", "node_status": "Success", "is_batch": null}], "completion_percentage": 12.50}"#;
    let server = Wire::always(ok(newer)).await;
    let run = refold(&server.url())
        .execution("a")
        .await
        .expect("without an id");
    assert_eq!(run.to_execution().id, "a");
    assert_eq!(
        run.completion_percentage
            .as_ref()
            .map(ToString::to_string)
            .as_deref(),
        Some("12.50")
    );
    assert!(run.unknown_members().is_empty());
}

#[tokio::test]
async fn the_id_of_crosstrades_answer_need_not_be_the_one_asked_for() {
    let server = Wire::always(ok(documents::FILL)).await;
    let url = server.url();
    let all = executions(&[("CROSSTRADE_TOKEN", "t"), ("CROSSTRADE_BASE_URL", &url)]);
    let reference = "crosstrade:sim101/another".parse().expect("a reference");
    let found = all.get(&reference).await.expect("a fill");
    assert_eq!(found.id, "550837ff9e784c2895ef6dab22d06be0");
    assert_eq!(found.reference, reference);
    assert_eq!(found.asked_id(), Some("another"));
}

#[tokio::test]
async fn an_error_made_for_a_test_decides_and_reads_as_the_clients_own() {
    let headers = ["retry-after: 31", "x-request-id: r-1"];
    for (status, body) in [
        (302, ""),
        (401, r#"{"detail": "Incorrect username or password"}"#),
        (404, r#"{"detail": "Executor a not found"}"#),
        (
            422,
            r#"{"error_code": "INVALID", "message": "no", "request_id": "r-2"}"#,
        ),
        (429, "{}"),
        (503, r#"{"error": "down"}"#),
        (504, ""),
    ] {
        let server = Wire::always(answer(status, &headers, body)).await;
        let real = refusing_status(&server.url()).await;
        let status = real.status().expect("a status");
        let sent = real.headers().expect("headers").clone();
        let made = Error::answered_with("hummingbot", status, sent, body);
        let of = |error: &Error| {
            let is = [
                error.is_not_found(),
                error.is_auth(),
                error.is_rate_limited(),
                error.is_timeout(),
                error.is_wrong_address(),
                error.is_retryable(),
            ];
            let said = [error.code(), error.message(), error.request_id()];
            let said = said.map(|text| text.map(str::to_owned));
            (is, said, error.retry_after(), error.body().cloned())
        };
        assert_eq!(of(&made), of(&real), "{made}");
        assert_eq!(made.service(), real.service());
    }
    let page = Error::answered_with(
        "B3OS",
        StatusCode::BAD_GATEWAY,
        HeaderMap::new(),
        "<b>\n\x1b[2J",
    );
    assert_eq!(page.what(), "502 Bad Gateway: <b> \\u{1b}[2J");
}
