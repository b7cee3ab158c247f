//! A refusal means the same by its status and by its body, and says what to do.

use executions::Error;

use crate::clients::{b3os, crosstrade, failure, hummingbot, refold, refusing_status};
use crate::wire::{Wire, answer, ok, refusing};

#[tokio::test]
async fn a_code_in_a_200_means_what_it_means_as_a_status() {
    type Is = fn(&Error) -> bool;
    for (code, is) in [
        (401, Error::is_auth as Is),
        (403, Error::is_auth),
        (404, Error::is_not_found),
        (429, Error::is_rate_limited),
        (504, Error::is_timeout),
        (503, Error::is_retryable),
    ] {
        let body = format!(r#"{{"code": {code}, "message": "no", "data": null}}"#);
        let server = Wire::always(ok(&body)).await;
        let got = b3os(&server.url()).execution("exec_1").await;
        let error = got.expect_err("a refusal");
        assert!(is(&error), "{code}: {error}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
        if error.is_auth() {
            let hint = error.hint().expect("a hint");
            assert!(hint.contains("api_key"), "{hint}");
        }
    }
    let server = Wire::always(ok(r#"{"code": 302, "message": "no"}"#)).await;
    let got = b3os(&server.url()).execution("exec_1").await;
    assert!(!got.expect_err("a refusal").is_wrong_address());
}

#[tokio::test]
async fn a_plan_without_the_api_is_not_told_as_a_wrong_token() {
    let plan = r#"{"success": false, "error": "api_requires_pro"}"#;
    for step in [answer(401, &[], plan), ok(plan)] {
        let server = Wire::always(step).await;
        let error = failure(&crosstrade(&server.url())).await;
        assert!(error.is_auth(), "{error}");
        let hint = error.hint().expect("a hint");
        assert!(hint.contains("Pro subscription"), "{hint}");
        assert!(!hint.contains("Check the credential"), "{hint}");
    }
}

#[tokio::test]
async fn a_wrong_login_names_both_its_settings() {
    let server = Wire::always(answer(401, &[], r#"{"detail": "no"}"#)).await;
    let hint = refusing_status(&server.url()).await.hint();
    let hint = hint.expect("a hint");
    assert!(hint.contains("username and password"), "{hint}");
}

#[tokio::test]
async fn a_500_that_would_come_again_is_not_asked_for_again() {
    for (body, attempts) in [
        (
            r#"{"detail": "Error getting executor: 1 validation error for E"}"#,
            1,
        ),
        (
            r#"{"detail": [{"msg": "Input should be a finite number"}]}"#,
            1,
        ),
        (
            r#"{"detail": "Error getting executor: database is locked"}"#,
            3,
        ),
        ("Internal Server Error", 3),
    ] {
        let server = Wire::always(answer(500, &[], body)).await;
        let error = refusing_status(&server.url()).await;
        assert_eq!(
            (error.attempts(), error.is_retryable()),
            (attempts, attempts > 1),
            "{body}"
        );
        assert_eq!(error.status().map(|status| status.as_u16()), Some(500));
    }
    let body = r#"{"error": "INVALID_LINKED_ACCOUNT_ID", "message": "no"}"#;
    let server = Wire::always(answer(500, &[], body)).await;
    let got = refold(&server.url()).execution("a").await;
    assert_eq!(got.expect_err("a refusal").attempts(), 1);
}

#[tokio::test]
async fn a_base_url_may_end_in_what_the_paths_begin_with() {
    for prefix in ["", "/proxy"] {
        let server = Wire::always(answer(404, &[], "{}")).await;
        let at = |end: &str| format!("{}{prefix}{end}", server.url());
        let _ = crosstrade(&at("/v1/api/")).execution("Sim101", "a").await;
        let _ = b3os(&at("/v1")).execution("a").await;
        let _ = refold(&at("/api/v2/public")).execution("a").await;
        let _ = hummingbot(&at("/v1/api")).executor("a").await;
        let requests = server.requests();
        let paths = requests
            .iter()
            .map(|it| it.split(' ').nth(1).unwrap_or_default());
        let expected = [
            "/v1/api/accounts/Sim101/executions/a",
            "/v1/executions/a",
            "/api/v2/public/execution/a",
            "/v1/api/executors/a",
        ];
        assert!(
            paths.eq(expected.map(|path| format!("{prefix}{path}"))),
            "{requests:?}"
        );
    }
}

#[tokio::test]
async fn a_connection_that_is_refused_names_its_address_and_what_sets_it() {
    let url = refusing();
    let error = failure(&crosstrade(&url)).await;
    assert!(error.is_unreachable(), "{error}");
    for word in [&*url, "CROSSTRADE_BASE_URL", "base_url"] {
        assert!(error.what().contains(word), "{word}: {error}");
    }
    let client = executions::CrossTrade::builder()
        .token("t")
        .base_url("http://127.0.0.1:9")
        .ws_url(format!("{}/other", url.replacen("http", "ws", 1)));
    let client = client.build().expect("complete");
    let opened = client
        .connect()
        .timeout(std::time::Duration::from_millis(200))
        .await;
    let error = opened.map(drop).expect_err("nobody listens");
    assert!(error.what().contains("CROSSTRADE_WS_URL"), "{error}");
}
