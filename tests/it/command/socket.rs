//! The commands that use CrossTrade's WebSocket, against the simulator's.

use super::{FILL, run, simulator, simulator_with};

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
