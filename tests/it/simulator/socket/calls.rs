//! RPC calls.

use super::*;

#[tokio::test]
async fn a_call_gets_what_rest_answers() {
    let simulator = started().await;
    let mut socket = Socket::open(&simulator).await;
    socket.call("my-request-id", "GetExecution", fill()).await;
    let rest = crosstrade(&simulator, &format!("{EXECUTIONS}/{CROSSTRADE_ID}")).await;
    assert_eq!(
        socket.text().await,
        format!(r#"{{"id":"my-request-id","data":{}}}"#, rest.text)
    );
    let rest = crosstrade(&simulator, &format!("{EXECUTIONS}?lookbackTime=900")).await;
    let args = json!({"account": "sim101", "lookbackTime": 900});
    assert_eq!(
        socket.answer("2", "ListExecutions", args).await,
        rest.json()
    );
    let rest = crosstrade(&simulator, EXECUTIONS).await;
    let args = json!({"account": "Sim101"});
    assert_eq!(
        socket.answer("3", "ListExecutions", args).await,
        rest.json()
    );
}

#[tokio::test]
async fn a_lookback_that_rest_refuses_reaches_back_here() {
    let simulator = started().await;
    let mut socket = Socket::open(&simulator).await;
    for (lookback, fills) in [(3600, 7), (u64::MAX, 8)] {
        let args = json!({"account": "Sim101", "lookbackTime": lookback});
        let list = socket.answer("1", "ListExecutions", args).await;
        assert_eq!(list["executions"].as_array().map(Vec::len), Some(fills));
        assert_eq!(list["success"], true);
    }
}

#[tokio::test]
async fn a_failed_call_has_the_body_of_rests_error() {
    let simulator = started().await;
    let mut socket = Socket::open(&simulator).await;
    let args = json!({"account": "Sim101", "executionId": "exec_a1b2c3"});
    let unknown = socket.answer("1", "GetExecution", args).await;
    let rest = crosstrade(&simulator, &format!("{EXECUTIONS}/exec_a1b2c3")).await;
    assert_eq!(unknown, rest.json());

    let account = socket
        .answer("2", "ListExecutions", json!({"account": "Sim999"}))
        .await;
    assert_eq!(account["error"], "invalid_account");
    for args in [
        json!({}),
        json!({"account": "Sim101", "lookbackTime": 0}),
        json!({"account": "Sim101", "lookbackTime": "ten"}),
        json!({"account": 101}),
    ] {
        let invalid = socket.answer("3", "ListExecutions", args).await;
        assert_eq!(invalid, json!({"error": "Invalid request"}));
    }
    let api = socket.answer("4", "GetRich", json!({})).await;
    assert_eq!(api["success"], false);
    assert_eq!(api["error"], "Unknown API command");
}

#[tokio::test]
async fn other_calls_are_answered_believably() {
    let simulator = started().await;
    let mut socket = Socket::open(&simulator).await;
    let accounts = socket.answer("1", "ListAccounts", json!({})).await;
    assert_eq!(accounts["accounts"][0]["name"], "Sim101");
    let account = json!({"account": "Sim101"});
    let positions = socket.answer("2", "ListPositions", account).await;
    assert_eq!(positions["positions"][1]["quantity"], 3);
    let quote = socket
        .answer("3", "GetQuote", json!({"instrument": "ES 12-25"}))
        .await;
    assert!(quote["bid"].as_f64() < quote["ask"].as_f64());
    for (id, order) in [("4", "simulated-order-1"), ("5", "simulated-order-2")] {
        let args =
            json!({"account": "Sim101", "instrument": "ES 12-25", "action": "BUY", "quantity": 1});
        let placed = socket.answer(id, "PlaceOrder", args).await;
        assert_eq!(placed, json!({"orderId": order, "success": true}));
    }
    let nothing = socket
        .answer("6", "PlaceOrder", json!({"account": "Sim101"}))
        .await;
    assert_eq!(nothing, json!({"error": "Invalid request"}));
}

#[tokio::test]
async fn an_id_comes_back_as_it_was_spelled() {
    let simulator = started().await;
    let mut socket = Socket::open(&simulator).await;
    for id in [
        r#""a\u0062\/c""#,
        r#""""#,
        "7",
        "1e3",
        "12345678901234567890123",
    ] {
        let frame = format!(r#"{{"action":"rpc","api":"ListAccounts","id":{id}}}"#);
        socket.send(Message::text(frame)).await;
        let text = socket.text().await;
        assert!(
            text.starts_with(&format!(r#"{{"id":{id},"data":"#)),
            "{text}"
        );
    }
}
