//! The commands that use CrossTrade's WebSocket, against the simulator's.

use std::time::Duration;

use executions::simulator::Simulator;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Child;
use tokio::time::timeout;

use super::processes::interrupt;
use super::{FILL, Variables, command, run, simulator, simulator_with};
use crate::socket::peer::{Sent, Server};

#[tokio::test]
async fn over_the_websocket_everything_is_printed_as_over_rest() {
    let (_simulator, variables) = simulator().await;
    let list = ["list", "crosstrade:Sim101", "--lookback", "15m", "-o"];
    for form in ["table", "json", "ndjson", "raw"] {
        for arguments in [
            &["get", FILL, "-o", form][..],
            &[&list[..], &[form]].concat(),
        ] {
            let rest = run(&variables, arguments).await;
            let ws = run(&variables, &[arguments, &["--ws"]].concat()).await;
            assert_eq!((ws.code, ws.err.as_str()), (Some(0), ""), "{arguments:?}");
            assert_eq!(ws.out, rest.out, "{arguments:?}");
        }
    }
}

#[tokio::test]
async fn over_the_websocket_a_list_may_reach_further_back() {
    let (_simulator, variables) = simulator().await;
    let arguments = ["list", "crosstrade:Sim101", "--lookback", "1h", "--ws"];
    let ended = run(&variables, &arguments).await;
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    assert!(ended.out.lines().count() > 4, "{}", ended.out);
}

#[tokio::test]
async fn over_the_websocket_failures_have_the_same_exit_codes() {
    let (_simulator, variables) = simulator().await;
    for (code, arguments) in [
        (5, &["get", "crosstrade:Sim101/nobody", "--ws"][..]),
        (2, &["get", "crosstrade:Sim101/a%2fb", "--ws"]),
        (
            2,
            &["list", "crosstrade:Sim101", "--lookback", "1500ms", "--ws"],
        ),
    ] {
        let ended = run(&variables, arguments).await;
        assert_eq!(
            (ended.code, ended.out.as_str()),
            (Some(code), ""),
            "{}",
            ended.err
        );
    }
    let (_mute, variables) = simulator_with("mute").await;
    let late = run(&variables, &["get", FILL, "--ws", "--timeout", "300ms"]).await;
    assert_eq!(
        (late.code, late.out.as_str()),
        (Some(6), ""),
        "{}",
        late.err
    );
}

#[tokio::test]
async fn services_without_a_websocket_are_not_asked_over_one() {
    let (_simulator, variables) = simulator().await;
    for reference in ["hummingbot:a", "b3os:a", "refold:a", "refold:account/a"] {
        let ended = run(&variables, &["get", reference, "--ws"]).await;
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""));
        assert!(
            ended.err.contains("only CrossTrade has a WebSocket"),
            "{}",
            ended.err
        );
    }
}

const ACCOUNT: &str = r#"{"account": "Sim101"}"#;
const ORDER: &str = r#"{"account": "Sim101", "instrument": "ES 12-25", "action": "BUY", "orderType": "MARKET", "quantity": 1, "timeInForce": "DAY"}"#;

#[tokio::test]
async fn any_call_prints_its_answer_on_one_line() {
    let (_simulator, variables) = simulator().await;
    for (member, arguments) in [
        ("accounts", &["rpc", "ListAccounts", "--read-only"][..]),
        (
            "positions",
            &["rpc", "ListPositions", ACCOUNT, "--timeout", "10s"],
        ),
        ("orderId", &["rpc", "PlaceOrder", ORDER]),
    ] {
        let ended = run(&variables, arguments).await;
        assert_eq!(
            (ended.code, ended.err.as_str()),
            (Some(0), ""),
            "{arguments:?}"
        );
        assert_eq!(ended.out.lines().count(), 1, "{}", ended.out);
        let answer: Value = serde_json::from_str(&ended.out).expect("JSON");
        assert!(!answer[member].is_null(), "{member}: {answer}");
    }
}

#[tokio::test]
async fn a_call_that_is_wrong_fails_as_others_do() {
    let (_simulator, variables) = simulator().await;
    for (code, arguments) in [
        (2, &["rpc"][..]),
        (2, &["rpc", "no name"]),
        (2, &["rpc", "ListPositions", "[]"]),
        (2, &["rpc", "ListPositions", "{"]),
        (1, &["rpc", "UnheardOf"]),
    ] {
        let ended = run(&variables, arguments).await;
        let seen = (ended.code, ended.out.as_str());
        assert_eq!(seen, (Some(code), ""), "{arguments:?}: {}", ended.err);
    }
}

#[tokio::test]
async fn a_call_whose_outcome_nobody_knows_ends_with_9() {
    let (_dropping, dropping) = simulator_with("drop-after=0").await;
    let (_mute, mute) = simulator_with("mute").await;
    let late = run(&mute, &["rpc", "PlaceOrder", ORDER, "--timeout", "400ms"]).await;
    let told = "not done within 400 ms; it was sent at ";
    assert!(late.err.contains(told), "{}", late.err);
    for variables in [dropping, mute] {
        let arguments = ["rpc", "PlaceOrder", ORDER, "--timeout", "1s"];
        let ended = run(&variables, &arguments).await;
        assert_eq!(
            (ended.code, ended.out.as_str()),
            (Some(9), ""),
            "{}",
            ended.err
        );
        assert!(
            ended.err.contains("may have been carried out"),
            "{}",
            ended.err
        );

        let read = ["rpc", "ListAccounts", "--read-only", "--timeout", "1s"];
        let ended = run(&variables, &read).await;
        assert_eq!(
            (ended.code, ended.out.as_str()),
            (Some(6), ""),
            "{}",
            ended.err
        );
    }
}

#[cfg(unix)]
#[tokio::test]
async fn ctrl_c_after_a_write_was_sent_says_when_and_that_it_may_have_been_executed() {
    for (arguments, is_told) in [
        (&["rpc", "PlaceOrder", ORDER][..], true),
        (&["rpc", "ListAccounts", "--read-only"], false),
    ] {
        let server = Server::listen().await;
        let variables = super::crosstrade(&server.url());
        let child = command(&variables, arguments).spawn().expect("starts");
        let mut peer = server.accept().await;
        peer.call().await;
        interrupt(&child).await;
        let ended = child.wait_with_output().await.expect("ends");
        let err = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(130), "{err}");
        assert_eq!(err.contains("it was sent at 2"), is_told, "{err}");
        assert_eq!(err.contains("may or may not have been executed"), is_told);
        assert_eq!(err.is_empty(), !is_told, "{err}");
    }
}

#[tokio::test]
async fn another_fill_than_was_asked_for_is_printed_with_a_warning() {
    let fill = crate::clients::documents::FILL;
    let (_server, variables) = super::answering(super::json(fill)).await;
    let ended = run(&variables, &["get", "crosstrade:Sim101/other"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let told = "execution other was asked for, 550837ff9e784c2895ef6dab22d06be0 came";
    assert!(ended.err.contains(told), "{}", ended.err);
    let ended = run(&variables, &["get", FILL]).await;
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn a_refused_token_ends_with_4() {
    let (_simulator, variables) = simulator_with("reject-auth").await;
    for arguments in [
        &["stream", "--pnl", "100ms"][..],
        &["rpc", "ListAccounts", "--read-only"],
        &["get", FILL, "--ws"],
    ] {
        let ended = run(&variables, arguments).await;
        let seen = (ended.code, ended.out.as_str());
        assert_eq!(seen, (Some(4), ""), "{arguments:?}: {}", ended.err);
    }
}

#[tokio::test]
async fn a_stream_of_nothing_is_wrong_usage() {
    let (_simulator, variables) = simulator().await;
    for arguments in [
        &["stream"][..],
        &["stream", "--quotes", ""],
        &["stream", "--quotes", "ES 12-25,"],
        &["stream", "--pnl", "0s"],
    ] {
        let ended = run(&variables, arguments).await;
        let seen = (ended.code, ended.out.as_str());
        assert_eq!(seen, (Some(2), ""), "{arguments:?}: {}", ended.err);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_stream_prints_quotes_and_pnl_until_ctrl_c() {
    let started = simulator().await;
    let arguments = ["--quotes", "ES 12-25,NQ 12-25", "--pnl", "50ms"];
    let is_wanted = |lines: &[Value]| {
        let count = |kind: &str| lines.iter().filter(|line| line["type"] == kind).count();
        count("marketData") > 1 && count("pnlUpdate") > 1
    };
    let (lines, err) = streamed(started, &arguments, is_wanted).await;
    let quotes = lines.iter().find(|line| line["type"] == "marketData");
    let quotes = quotes.expect("seen")["quotes"].to_string();
    assert!(
        quotes.contains("ES 12-25") && quotes.contains("NQ 12-25"),
        "{quotes}"
    );
    assert_eq!(err, "");
}

#[cfg(unix)]
#[tokio::test]
async fn a_stream_tells_its_gaps_and_goes_on() {
    let started = simulator_with("drop-after=300ms").await;
    let is_wanted = |lines: &[Value]| {
        let gap = lines.iter().position(|line| line["event"] == "gap");
        gap.is_some_and(|gap| lines[gap..].iter().any(|line| line["type"] == "pnlUpdate"))
    };
    let (lines, err) = streamed(started, &["--pnl", "50ms"], is_wanted).await;
    let happened: Vec<_> = lines
        .iter()
        .filter_map(|line| line["event"].as_str())
        .collect();
    let gap = happened
        .iter()
        .position(|event| *event == "gap")
        .expect("seen");
    assert_eq!(happened[0], "reconnecting");
    assert_eq!(happened[gap - 1], "connected");
    let gap = lines
        .iter()
        .find(|line| line["event"] == "gap")
        .expect("seen");
    assert!(
        gap["from"].is_string() && gap["to"].is_string() && gap["why"].is_string(),
        "{gap}"
    );
    assert!(
        err.contains("connecting again") && err.contains("may be missing"),
        "{err}"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_stream_tells_frames_that_it_does_not_understand() {
    let started = simulator_with("garbage").await;
    let is_wanted = |lines: &[Value]| {
        lines
            .iter()
            .filter(|line| line["event"] == "unread")
            .count()
            > 2
    };
    let (_, err) = streamed(started, &["--pnl", "50ms"], is_wanted).await;
    assert!(err.contains("not understood"), "{err}");
}

#[cfg(unix)]
const FLOOD: u32 = 20_000;

#[cfg(unix)]
#[tokio::test]
async fn a_stream_tells_what_was_for_nobody_and_what_it_missed() {
    let server = Server::listen().await;
    let variables = vec![
        ("CROSSTRADE_BASE_URL", server.url()),
        ("CROSSTRADE_TOKEN", "any".to_owned()),
    ];
    let (flooded, flood_is_over) = tokio::sync::oneshot::channel();
    let service = tokio::spawn(async move {
        let mut peer = server.accept().await;
        assert_eq!(peer.text().await["action"], "streamPnl");
        peer.answer("nobody.0", "{}").await;
        peer.say(r#"{"type":"error","error":"slow_down","message":"not so fast"}"#)
            .await;
        // More than a pipe and the queue of events hold.
        for last in 0..FLOOD {
            peer.quote(last).await;
        }
        let _ = flooded.send(());
        while peer.read().await != Sent::End {}
    });
    let missed = |lines: &[Value]| -> u64 {
        let lagged = lines.iter().filter(|line| line["event"] == "lagged");
        lagged.filter_map(|line| line["count"].as_u64()).sum()
    };
    // Every quote is shown, or counted among those that were left out.
    let shown = |lines: &[Value]| {
        lines
            .iter()
            .filter(|line| line["type"] == "marketData")
            .count()
    };
    let is_wanted = |lines: &[Value]| shown(lines) as u64 + missed(lines) == FLOOD as u64;
    let begin = async {
        let _ = flood_is_over.await;
    };
    let (lines, err) = streamed_from(begin, &variables, &["--pnl", "50ms"], is_wanted).await;
    let event = |name: &str| lines.iter().find(|line| line["event"] == name);
    assert_eq!(event("stray").expect("seen")["id"], "nobody.0");
    let refused = event("refused").expect("seen")["why"].to_string();
    assert!(refused.contains("not so fast"), "{refused}");
    assert!(missed(&lines) > 1_000, "{}", missed(&lines));
    for words in ["nobody.0", "not so fast", "were left out"] {
        assert!(err.contains(words), "{words}: {err}");
    }
    service.await.expect("no panic");
}

/// The lines of `stream` until they are what is wanted, then Ctrl-C and what comes until the end; and stderr.
#[cfg(unix)]
async fn streamed(
    (_simulator, variables): (Simulator, Variables),
    arguments: &[&str],
    is_wanted: impl Fn(&[Value]) -> bool,
) -> (Vec<Value>, String) {
    streamed_from(async {}, &variables, arguments, is_wanted).await
}

/// The same, with nothing read before `begin`.
#[cfg(unix)]
async fn streamed_from(
    begin: impl Future<Output = ()>,
    variables: &Variables,
    arguments: &[&str],
    is_wanted: impl Fn(&[Value]) -> bool,
) -> (Vec<Value>, String) {
    let mut child: Child = command(variables, &[&["stream"], arguments].concat())
        .spawn()
        .expect("starts");
    begin.await;
    let mut out = BufReader::new(child.stdout.take().expect("piped"));
    let mut lines: Vec<Value> = Vec::new();
    let mut interrupted = false;
    loop {
        let mut line = String::new();
        let read = timeout(Duration::from_secs(30), out.read_line(&mut line)).await;
        if read.expect("in time").expect("text") == 0 {
            break;
        }
        assert!(line.ends_with('\n'), "the last line is whole: {line}");
        lines.push(serde_json::from_str(&line).expect("JSON"));
        if !interrupted && is_wanted(&lines) {
            interrupted = true;
            interrupt(&child).await;
        }
    }
    let ended = child.wait_with_output().await.expect("ends");
    let err = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(130), "{err}");
    (lines, err)
}
