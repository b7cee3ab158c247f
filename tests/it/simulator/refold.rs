//! Refold.

use executions::simulator::{REFOLD_API_KEY, REFOLD_SESSION_TOKEN};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{REFOLD_ID, parse, refold, refold_request, send, started};

#[tokio::test]
async fn lets_in_a_key_with_its_account_or_a_session_token() {
    let simulator = started().await;
    let ask = || refold_request(&simulator, REFOLD_ID);
    assert_eq!(refold(&simulator, REFOLD_ID).await.status, StatusCode::OK);
    assert_eq!(
        send(ask().bearer_auth(REFOLD_SESSION_TOKEN)).await.status,
        StatusCode::OK
    );

    let documented =
        include_str!("../../data/refold-401.txt").replace("Credentials\"", "Credentials\",");
    for refused in [
        ask(),
        ask().header("x-api-key", "tk_wrong"),
        ask().bearer_auth(REFOLD_API_KEY),
    ] {
        let answer = send(refused).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.json(), parse(&documented));
    }
    let key = || ask().header("x-api-key", REFOLD_API_KEY);
    for refused in [key(), key().header("linked_account_id", "somebody-else")] {
        let answer = send(refused).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(answer.json()["error"], "INVALID_LINKED_ACCOUNT_ID");
    }
}

#[tokio::test]
async fn answers_the_newer_form_a_running_one_and_not_found() {
    let simulator = started().await;
    let completed = refold(&simulator, "65410cf6cdf931a12d7ab00a").await.json();
    assert_eq!(
        (&completed["status"], &completed["_id"]),
        (&json!("COMPLETED"), &Value::Null)
    );
    assert!(
        completed["nodes"]
            .as_array()
            .is_some_and(|nodes| !nodes.is_empty())
    );
    let running = refold(&simulator, "65410cf6cdf931a12d7ab00b").await.json();
    assert_eq!(running["status"], "RUNNING");

    let unknown = refold(&simulator, "nobody").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert_eq!(unknown.json()["error"], "RESOURCE_NOT_FOUND");
    assert_eq!(unknown.json()["message"], "Execution not found");
    assert!(
        !unknown.json()["request_id"]
            .as_str()
            .unwrap_or_default()
            .is_empty()
    );
}
