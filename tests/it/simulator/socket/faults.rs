//! Each fault as a client sees it.

use std::time::Instant;

use super::*;

#[tokio::test]
async fn drop_after_ends_each_connection_without_a_close_frame() {
    let simulator = faulty(&["drop-after=2"]).await;
    for _ in 0..2 {
        let mut socket = Socket::open(&simulator).await;
        socket.say(json!({"action": "ping"})).await;
        assert_eq!(socket.frame().await["type"], "pong");
        for id in ["1", "2"] {
            assert_eq!(
                socket.answer(id, "GetExecution", fill()).await["success"],
                true
            );
        }
        assert!(socket.is_dropped().await);
    }
}

#[tokio::test]
async fn drop_after_none_carries_the_first_call_out_and_answers_nothing() {
    let simulator = faulty(&["drop-after=0"]).await;
    let order = json!({"account": "Sim101", "instrument": "ES 12-25"});
    let mut socket = Socket::open(&simulator).await;
    socket.say(json!({"action": "ping"})).await;
    assert_eq!(socket.frame().await["type"], "pong");
    socket.call("1", "PlaceOrder", order).await;
    assert!(socket.is_dropped().await);
}

#[tokio::test]
async fn drop_after_a_time_ends_a_connection_that_only_listens() {
    let simulator = faulty(&["drop-after=1s"]).await;
    let mut socket = Socket::open(&simulator).await;
    socket
        .say(json!({"action": "subscribe", "instruments": ["ES 12-25"]}))
        .await;
    let mut frames = 0;
    let ended = loop {
        match socket.message().await {
            Some(Ok(Message::Text(_))) => frames += 1,
            other => break other,
        }
    };
    assert!(matches!(ended, Some(Err(_))), "{ended:?}");
    assert!((1..=5).contains(&frames), "{frames}");
}

#[tokio::test]
async fn mute_takes_everything_and_says_nothing_until_it_is_shut_down() {
    let simulator = faulty(&["mute"]).await;
    let mut socket = Socket::open(&simulator).await;
    socket.call("1", "GetExecution", fill()).await;
    socket.say(json!({"action": "ping"})).await;
    socket.send(Message::Ping("life".into())).await;
    assert!(socket.is_silent().await);
    simulator.shutdown().await;
    assert!(socket.is_dropped().await);
}

#[tokio::test]
async fn reorder_swaps_pairs_and_lets_a_single_answer_go_in_the_end() {
    let simulator = faulty(&["reorder"]).await;
    let mut socket = Socket::open(&simulator).await;
    socket.burst(&["1", "2", "3", "4", "5"]).await;
    for id in ["2", "1", "4", "3", "5"] {
        assert_eq!(socket.frame().await["id"], id);
    }
}

#[tokio::test]
async fn duplicate_answers_twice() {
    let simulator = faulty(&["duplicate"]).await;
    let mut socket = Socket::open(&simulator).await;
    let first = socket.answer("1", "GetExecution", fill()).await;
    assert_eq!(socket.frame().await["data"], first);
    assert!(socket.is_silent().await);
}

#[tokio::test]
async fn unknown_id_answers_a_call_that_nobody_made() {
    let simulator = faulty(&["unknown-id"]).await;
    let mut socket = Socket::open(&simulator).await;
    socket.call("1", "GetExecution", fill()).await;
    let stray = socket.frame().await;
    assert!(stray["id"].is_string() && stray["id"] != "1", "{stray}");
    assert!(stray["data"].is_object());
    assert_eq!(socket.frame().await["id"], "1");
}

#[tokio::test]
async fn no_id_error_leaves_errors_without_their_call() {
    let simulator = faulty(&["no-id-error"]).await;
    let mut socket = Socket::open(&simulator).await;
    socket
        .call("1", "ListExecutions", json!({"account": "Sim999"}))
        .await;
    let frame = socket.frame().await;
    assert_eq!(frame["type"], "error");
    assert_eq!(frame["error"], "invalid_account");
    assert!(frame.get("id").is_none() && frame.get("data").is_none());
    socket.answer("2", "GetExecution", fill()).await;
}

#[tokio::test]
async fn garbage_comes_between_and_the_answers_come_nevertheless() {
    let simulator = faulty(&["garbage"]).await;
    let mut socket = Socket::open(&simulator).await;
    let (mut malformed, mut binary, mut large, mut answers) = (0, 0, 0, 0);
    for number in 0..5 {
        socket
            .call(&number.to_string(), "GetExecution", fill())
            .await;
    }
    while answers < 5 {
        match socket.message().await.expect("open").expect("a message") {
            Message::Binary(_) => binary += 1,
            Message::Text(text) if text.len() > 1 << 20 => large += 1,
            Message::Text(text) => match serde_json::from_str::<Value>(&text) {
                Ok(frame) if frame.get("id").is_some() => answers += 1,
                Ok(_) => {}
                Err(_) => malformed += 1,
            },
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((malformed, binary, large), (1, 1, 1));
}

#[tokio::test]
async fn reject_auth_takes_the_connection_and_closes_it_with_4001() {
    let simulator = faulty(&["reject-auth", "mute"]).await;
    for _ in 0..2 {
        assert_eq!(Socket::open(&simulator).await.close_code().await, 4001);
    }
}

#[tokio::test]
async fn slow_delays_answers_but_no_pong() {
    let simulator = faulty(&["slow=400ms"]).await;
    let mut socket = Socket::open(&simulator).await;
    let asked = Instant::now();
    socket.call("1", "GetExecution", fill()).await;
    socket.call("2", "GetExecution", fill()).await;
    socket.say(json!({"action": "ping"})).await;
    assert_eq!(socket.frame().await["type"], "pong");
    assert_eq!(socket.frame().await["id"], "1");
    assert_eq!(socket.frame().await["id"], "2");
    let took = asked.elapsed();
    let limits = Duration::from_millis(400)..Duration::from_secs(5);
    assert!(limits.contains(&took), "{took:?}");
}

#[tokio::test]
async fn several_faults_work_together() {
    let simulator = faulty(&["reorder", "duplicate", "unknown-id", "drop-after=2"]).await;
    let mut socket = Socket::open(&simulator).await;
    socket.burst(&["1", "2"]).await;
    let mut ids = Vec::new();
    for _ in 0..6 {
        let id = socket.frame().await["id"].clone();
        ids.push(id.as_str().expect("a text").to_owned());
    }
    ids.retain(|id| id.len() == 1);
    assert_eq!(ids, ["2", "2", "1", "1"]);
    assert!(socket.is_dropped().await);
}

#[tokio::test]
async fn rest_has_none_of_it() {
    let simulator = faulty(&["mute", "slow", "reject-auth", "garbage"]).await;
    let answer = crosstrade(&simulator, EXECUTIONS).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[test]
fn what_is_no_fault_is_refused() {
    assert!("drop-after".parse::<Fault>().is_err());
    assert!("reset".parse::<Fault>().is_err());
}
