//! Hummingbot.

use executions::simulator::{HUMMINGBOT_PASSWORD, HUMMINGBOT_USERNAME};
use reqwest::StatusCode;
use reqwest::header::WWW_AUTHENTICATE;
use serde_json::{Value, json};

use super::{hummingbot, request, send, started};

#[tokio::test]
async fn tells_no_credentials_from_wrong_ones() {
    let simulator = started().await;
    let ask = || request(simulator.hummingbot_url(), "/executors/abc123");
    let wrong = "Incorrect username or password";
    for (refused, detail) in [
        (ask(), "Not authenticated"),
        (ask().bearer_auth("token"), "Not authenticated"),
        (
            ask().header("authorization", "Basic not base64!"),
            "Not authenticated",
        ),
        (ask().basic_auth(HUMMINGBOT_USERNAME, Some("wrong")), wrong),
        (ask().basic_auth("admin", Some(HUMMINGBOT_PASSWORD)), wrong),
        (ask().basic_auth(HUMMINGBOT_USERNAME, None::<&str>), wrong),
    ] {
        let answer = send(refused).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.headers[WWW_AUTHENTICATE], "Basic");
        assert_eq!(answer.json(), json!({"detail": detail}));
    }
}

#[tokio::test]
async fn answers_finished_executors_as_its_database_has_them() {
    let simulator = started().await;
    let profit = hummingbot(&simulator, "/executors/take-profit-1")
        .await
        .json();
    let failed = hummingbot(&simulator, "/executors/failed-1").await.json();
    assert_eq!(profit["close_type"], "TAKE_PROFIT");
    assert_eq!(failed["close_type"], "FAILED");
    assert_eq!(failed["net_pnl_quote"], Value::Null);
    for executor in [profit, failed] {
        assert_eq!(
            (&executor["status"], &executor["is_active"]),
            (&json!("TERMINATED"), &json!(false))
        );
        assert_eq!(
            (&executor["side"], &executor["timestamp"]),
            (&Value::Null, &Value::Null)
        );
        let created = executor["created_at"].as_str().expect("a text");
        assert!(
            created.ends_with("+00:00") && created.parse::<jiff::Timestamp>().is_ok(),
            "{created}"
        );
    }
}

#[tokio::test]
async fn says_what_it_does_not_know() {
    let simulator = started().await;
    let executor = hummingbot(&simulator, "/executors/nobody").await;
    assert_eq!(executor.status, StatusCode::NOT_FOUND);
    assert_eq!(
        executor.json(),
        json!({"detail": "Executor nobody not found"})
    );
    for path in ["/", "/executors", "/executors/a/b"] {
        let answer = hummingbot(&simulator, path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.json(), json!({"detail": "Not Found"}));
    }
    assert_eq!(
        hummingbot(&simulator, "/executors/").await.status,
        StatusCode::METHOD_NOT_ALLOWED
    );
}

#[tokio::test]
async fn has_no_rate_limit() {
    let simulator = started().await;
    for _ in 0..40 {
        assert_eq!(
            hummingbot(&simulator, "/executors/abc123").await.status,
            StatusCode::OK
        );
    }
}
