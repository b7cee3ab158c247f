//! Every exit code, provoked; and what a failure says.

use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use wiremock::ResponseTemplate;

use super::{FILL, FILLS, answering, command, crosstrade, json, outcome, run, simulator};

#[tokio::test]
async fn wrong_usage_and_refused_ids_end_with_2_and_send_nothing() {
    let (server, variables) = answering(json(FILLS)).await;
    for arguments in [
        &["get"][..],
        &["get", "nonsense"],
        &["get", "crosstrade:Sim101"],
        &["get", "crosstrade:Sim101/.."],
        &["get", "crosstrade:Sim101/a%2fb"],
        &["get", FILL, "-o", "xml"],
        &["get", FILL, "--timeout", "soon"],
        &["get", FILL, "--timeout", "0s"],
        &["list", "crosstrade:"],
        &["list", "crosstrade:.."],
        &["list", "crosstrade:Sim101", "--lookback", "16m"],
        &["list", "crosstrade:Sim101", "--lookback", "1500ms"],
        &["list", FILL],
        &["unheard-of"],
        &[],
    ] {
        let ended = run(&variables, arguments).await;
        assert_eq!(
            (ended.code, ended.out.as_str()),
            (Some(2), ""),
            "{arguments:?}: {}",
            ended.err
        );
        assert!(!ended.err.is_empty());
    }
    let received = server.received_requests().await.expect("recorded");
    assert!(received.is_empty(), "{received:?}");
}

#[tokio::test]
async fn a_list_of_another_service_is_refused_in_words() {
    let ended = run(&Vec::new(), &["list", "hummingbot:main"]).await;
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.err.contains("lists exist only for CrossTrade so far"),
        "{}",
        ended.err
    );
}

#[tokio::test]
async fn a_missing_setting_ends_with_2_and_is_named() {
    for (reference, variable) in [
        (FILL, "CROSSTRADE_TOKEN"),
        ("hummingbot:a", "HUMMINGBOT_USERNAME"),
        ("b3os:a", "B3OS_API_KEY"),
        ("refold:a", "REFOLD_"),
    ] {
        let ended = run(&Vec::new(), &["get", reference]).await;
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""));
        assert!(ended.err.contains(variable), "{}", ended.err);
    }
    let clear = run(&crosstrade("http://crosstrade.invalid"), &["get", FILL]).await;
    assert_eq!(clear.code, Some(2));
    assert!(clear.err.contains("CROSSTRADE_ALLOW_HTTP"), "{}", clear.err);
}

#[tokio::test]
async fn a_wrong_credential_ends_with_4() {
    let (simulator, _) = simulator().await;
    let ended = run(&crosstrade(simulator.crosstrade_url()), &["get", FILL]).await;
    assert_eq!((ended.code, ended.out.as_str()), (Some(4), ""));
    insta::assert_snapshot!(ended.err);
}

#[tokio::test]
async fn an_unknown_id_ends_with_5() {
    let (_simulator, variables) = simulator().await;
    for form in ["table", "json"] {
        let ended = run(&variables, &["get", "crosstrade:Sim101/nobody", "-o", form]).await;
        assert_eq!((ended.code, ended.out.as_str()), (Some(5), ""));
        insta::assert_snapshot!("an_unknown_id", ended.err);
    }
    for reference in ["hummingbot:nobody", "b3os:nobody", "refold:nobody"] {
        let ended = run(&variables, &["get", reference]).await;
        assert_eq!(ended.code, Some(5), "{}", ended.err);
    }
}

#[tokio::test]
async fn a_service_that_never_answers_ends_with_6_in_the_time_given() {
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", silent.local_addr().expect("bound"));
    let started = Instant::now();
    let ended = run(&crosstrade(&url), &["get", FILL, "--timeout", "300ms"]).await;
    assert_eq!(
        (ended.code, ended.out.as_str()),
        (Some(6), ""),
        "{}",
        ended.err
    );
    assert!(started.elapsed() < Duration::from_secs(10));
    insta::assert_snapshot!(ended.err);
}

#[tokio::test]
async fn an_offline_desktop_ends_with_7() {
    let body = r#"{"success": false, "error": "addon_disconnected"}"#;
    let answer = ResponseTemplate::new(408).set_body_raw(body, "application/json");
    let (_server, variables) = answering(answer).await;
    let ended = run(&variables, &["list", "crosstrade:Sim101"]).await;
    assert_eq!((ended.code, ended.out.as_str()), (Some(7), ""));
    insta::assert_snapshot!(ended.err);
}

#[tokio::test]
async fn an_answer_that_does_not_fit_the_contract_ends_with_8() {
    let body = r#"{"id": "a", "instrument": "ES", "quantity": 1}"#;
    let (_server, variables) = answering(json(body).insert_header("x-request-id", "req-7")).await;
    let ended = run(&variables, &["get", FILL]).await;
    assert_eq!((ended.code, ended.out.as_str()), (Some(8), ""));
    insta::assert_snapshot!(ended.err);
}

#[tokio::test]
async fn a_spent_rate_limit_ends_with_10() {
    let answer = ResponseTemplate::new(429)
        .insert_header("retry-after", "3600")
        .set_body_raw(r#"{"error": "Rate limit exceeded"}"#, "application/json");
    let (_server, variables) = answering(answer).await;
    let ended = run(&variables, &["get", FILL]).await;
    assert_eq!(
        (ended.code, ended.out.as_str()),
        (Some(10), ""),
        "{}",
        ended.err
    );
    assert!(ended.err.contains("Rate limit exceeded"), "{}", ended.err);
}

#[tokio::test]
async fn anything_else_ends_with_1() {
    let (_server, variables) = answering(
        ResponseTemplate::new(302).insert_header("location", "https://example.com/?key=marker"),
    )
    .await;
    let ended = run(&variables, &["get", FILL]).await;
    assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""));
    assert!(!ended.err.contains("marker"), "{}", ended.err);

    let taken = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = taken.local_addr().expect("bound").port().to_string();
    let ended = run(&Vec::new(), &["simulate", "--port", &port]).await;
    assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""));
    assert!(ended.err.contains(&port), "{}", ended.err);
}

#[tokio::test]
async fn what_a_service_says_cannot_act_on_the_terminal() {
    let body = "{\"error\": \"x\", \"detail\": \"\\u001b[2J\u{202e}\\nerror: forged\"}";
    let (_server, variables) =
        answering(ResponseTemplate::new(400).set_body_raw(body, "application/json")).await;
    let ended = run(&variables, &["get", FILL]).await;
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("\\u{1b}[2J\\u{202e}"), "{}", ended.err);
    assert!(!ended.err.contains("\nerror: forged"), "{}", ended.err);
}

#[tokio::test]
async fn errors_are_coloured_only_where_colours_are_wanted() {
    let mut forced = command(&Vec::new(), &["get", FILL]);
    forced.env("CLICOLOR_FORCE", "1");
    assert!(outcome(forced).await.err.contains("\u{1b}["));
    let mut refused = command(&Vec::new(), &["get", FILL]);
    refused.env("NO_COLOR", "1");
    assert!(!outcome(refused).await.err.contains('\u{1b}'));
}

#[tokio::test]
async fn no_library_logs_whatever_rust_log_says() {
    let (_simulator, mut variables) = simulator().await;
    variables.push((
        "RUST_LOG",
        "trace,hyper=trace,reqwest=trace,executions=trace".to_owned(),
    ));
    logs_are_our_own(&run(&variables, &["get", FILL]).await.err);
    variables.pop();
    variables.push(("RUST_LOG", String::new()));
    assert_eq!(run(&variables, &["get", FILL]).await.err, "");
    variables.pop();
    logs_are_our_own(&run(&variables, &["-vv", "get", FILL]).await.err);
    logs_are_our_own(&run(&variables, &["get", FILL, "--verbose"]).await.err);
    let silent = run(&variables, &["get", FILL]).await;
    assert_eq!(silent.err, "");
}

#[tokio::test]
async fn a_rust_log_that_cannot_be_read_is_said_and_ends_nothing() {
    let (_simulator, mut variables) = simulator().await;
    variables.push(("RUST_LOG", "executions=loud".to_owned()));
    let ended = run(&variables, &["get", FILL]).await;
    assert_eq!(ended.code, Some(0));
    assert!(ended.err.contains("RUST_LOG"), "{}", ended.err);
}

fn logs_are_our_own(err: &str) {
    assert!(err.contains("executions::transport"), "{err}");
    for line in err.lines() {
        let is_own = line.contains(" executions::") || line.contains(": executions::");
        assert!(is_own, "{line}");
        assert!(!line.to_lowercase().contains("authorization"), "{line}");
    }
}

#[tokio::test]
async fn what_another_argument_would_do_is_said() {
    let (_simulator, variables) = simulator().await;
    let accounts = "hint: `executions rpc ListAccounts --read-only` shows";
    let fill = "crosstrade:Nope/550837ff9e784c2895ef6dab22d06be0";
    for (arguments, code, hint) in [
        (
            &["list", "crosstrade:Sim101", "--lookback", "1h"][..],
            2,
            "hint: `--ws` asks",
        ),
        (&["list", "crosstrade:Nope"], 1, accounts),
        (&["list", "crosstrade:Nope", "--ws"], 1, accounts),
        (&["get", fill], 1, accounts),
    ] {
        let ended = run(&variables, arguments).await;
        assert_eq!(ended.code, Some(code), "{}", ended.err);
        assert!(ended.err.contains(hint), "{}", ended.err);
    }
    let further = ["list", "crosstrade:Sim101", "--lookback", "1h", "--ws"];
    let ended = run(&variables, &further).await;
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let half = vec![("REFOLD_API_KEY", "tk_of_nobody".to_owned())];
    let ended = run(&half, &["get", "refold:65410cf6cdf931a12d7ab009"]).await;
    assert_eq!(ended.code, Some(2));
    let hint = "give the value to the builder's api_key, beside the key.";
    assert!(ended.err.contains(hint), "{}", ended.err);
}
