//! B3OS.

use executions::simulator::B3OS_API_KEY;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{b3os, parse, request, send, started};

#[tokio::test]
async fn refuses_a_missing_or_wrong_key_in_its_envelope() {
    let simulator = started().await;
    let ask = || request(simulator.b3os_url(), "/v1/executions/exec_1");
    for refused in [
        ask(),
        ask().bearer_auth("b3sk_wrong"),
        ask().header("x-api-key", B3OS_API_KEY),
    ] {
        let answer = send(refused).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.json()["code"], 401);
        assert!(
            !answer.json()["requestId"]
                .as_str()
                .unwrap_or_default()
                .is_empty()
        );
    }
}

#[tokio::test]
async fn an_organisation_without_an_id_is_a_bad_request() {
    let simulator = started().await;
    let ask = |org| {
        request(simulator.b3os_url(), "/v1/executions/exec_1")
            .bearer_auth(B3OS_API_KEY)
            .header("x-org-id", org)
    };
    let refused = send(ask("")).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(refused.json()["error"]["message"], "invalid X-Org-ID");
    assert_eq!(send(ask("org_1")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn answers_three_executions_with_real_times_in_the_documents_members() {
    let simulator = started().await;
    let document = parse(include_str!("../../data/b3os-execution.json"));
    let documented = |value: &Value, part: &str| {
        let names = document
            .pointer(part)
            .and_then(Value::as_object)
            .expect("an object");
        value
            .as_object()
            .expect("an object")
            .keys()
            .all(|name| names.contains_key(name))
    };
    for (id, status) in [
        ("exec_1", "workflow_succeeded"),
        ("exec_2", "awaiting_payment"),
        ("exec_3", "workflow_failed"),
    ] {
        let body = b3os(&simulator, id).await.json();
        let execution = &body["data"]["execution"];
        assert_eq!(
            (&execution["id"], &execution["status"]),
            (&json!(id), &json!(status))
        );
        assert!(documented(execution, "/data/execution"));
        assert_eq!(execution["statusReason"].is_string(), id == "exec_3");
        for at in ["createdAt", "startedAt", "finishedAt", "updatedAt"].map(|name| &execution[name])
        {
            assert!(
                at.is_null()
                    || at
                        .as_str()
                        .is_some_and(|at| at.parse::<jiff::Timestamp>().is_ok()),
                "{at}"
            );
        }
        let events = body["data"]["events"].as_array().expect("events");
        assert!(!events.is_empty());
        for event in events {
            assert_eq!(event["executionId"], id);
            assert!(documented(event, "/data/events/0"));
        }
    }
}

#[tokio::test]
async fn gives_every_answer_a_request_id_of_its_own() {
    let simulator = started().await;
    let mut seen = std::collections::HashSet::new();
    for id in ["exec_1", "exec_1", "nobody", "nobody"] {
        let answer = b3os(&simulator, id).await;
        assert!(
            seen.insert(
                answer.json()["requestId"]
                    .as_str()
                    .expect("an id")
                    .to_owned()
            )
        );
    }
    let unknown = b3os(&simulator, "nobody").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert_eq!(unknown.json()["code"], 404);
}
