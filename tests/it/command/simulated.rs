//! `demo` and `simulate`, and what needs no service at all.

use std::net::TcpStream;
use std::process::Stdio;

use executions::simulator::CROSSTRADE_TOKEN;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use super::processes::interrupt;
use super::{FILL, command, outcome, run};

#[tokio::test]
async fn the_demo_shows_every_service_the_fills_and_an_error() {
    let ended = run(&Vec::new(), &["demo"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let rows: Vec<Vec<&str>> = ended
        .out
        .lines()
        .map(|line| line.split('\t').collect())
        .collect();
    assert!(
        rows.iter().all(|row| row.len() == rows[0].len()),
        "one table: {}",
        ended.out
    );
    let of = |service: &str| {
        let rows = rows
            .iter()
            .filter(|row| row.iter().any(|cell| cell.starts_with(service)));
        rows.count()
    };
    assert!(of("crosstrade:") > 4, "{}", ended.out);
    for service in ["hummingbot:", "b3os:", "refold:"] {
        assert_eq!(of(service), 1, "{}", ended.out);
    }
    for words in [
        "error: ",
        "404",
        "hint: ",
        "WebSocket",
        "\"name\":\"Sim101\"",
        "echo $?\n5",
        "executions simulate",
        "executions get ",
    ] {
        assert!(ended.err.contains(words), "{words}: {}", ended.err);
    }
}

#[tokio::test]
async fn the_demo_never_uses_the_environment() {
    let variables = vec![
        ("CROSSTRADE_TOKEN", "marker-of-a-real-token".to_owned()),
        ("CROSSTRADE_BASE_URL", "http://127.0.0.1:1".to_owned()),
        ("HTTPS_PROXY", "http://127.0.0.1:1".to_owned()),
        ("HTTP_PROXY", "http://127.0.0.1:1".to_owned()),
    ];
    let ended = run(&variables, &["demo"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.err);
}

#[cfg(unix)]
#[tokio::test]
async fn another_process_asks_what_simulate_runs_until_ctrl_c() {
    let (child, exports) = simulating().await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("simulated.env");
    std::fs::write(&file, &exports).expect("written");
    let script = r#". "$1" && "$2" get "$3" -o raw && "$2" list crosstrade:Sim101"#;
    let mut shell = Command::new("sh");
    shell
        .args(["-c", script, "sh"])
        .arg(&file)
        .args([env!("CARGO_BIN_EXE_executions"), FILL])
        .env_clear();
    let ended = outcome(shell).await;
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    assert!(ended.out.contains("\"price\":5804.5"), "{}", ended.out);
    assert!(
        ended.out.contains("\ncrosstrade:Sim101") || ended.out.contains("\tcrosstrade:Sim101"),
        "{}",
        ended.out
    );

    interrupt(&child).await;
    let ended = child.wait_with_output().await.expect("ends");
    assert_eq!(ended.status.code(), Some(130));
    let err = String::from_utf8_lossy(&ended.stderr);
    assert!(err.contains(FILL) && err.contains("Ctrl-C"), "{err}");
    assert!(err.contains("was written to stdout"), "{err}");
    for address in addresses(&exports) {
        assert!(
            TcpStream::connect(&address).is_err(),
            "{address} is still open"
        );
    }
}

#[cfg(unix)]
#[tokio::test]
async fn simulate_takes_the_port_it_is_given_and_the_next_three() {
    // Free a moment ago; another process may take it, so a few are tried.
    for _ in 0..5 {
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a port")
            .port();
        let Some(child) = simulating_at(&["simulate", "--port", &port.to_string()]).await else {
            continue;
        };
        let (child, exports) = child;
        let wanted: Vec<String> = (0..4)
            .map(|offset| format!("127.0.0.1:{}", port + offset))
            .collect();
        assert_eq!(addresses(&exports), wanted);
        interrupt(&child).await;
        return;
    }
    panic!("no four free ports in five tries");
}

#[cfg(unix)]
#[tokio::test]
async fn simulate_has_the_faults_it_is_told_and_says_so() {
    let arguments = [
        "simulate",
        "--fault",
        "slow=500ms",
        "--fault",
        "drop-after=3",
    ];
    let (child, _) = simulating_at(&arguments).await.expect("free ports");
    interrupt(&child).await;
    let ended = child.wait_with_output().await.expect("ends");
    let err = String::from_utf8_lossy(&ended.stderr);
    assert!(err.contains("ws://127.0.0.1:"), "{err}");
    assert!(err.contains("faults: slow=500ms, drop-after=3"), "{err}");
}

#[cfg(unix)]
#[tokio::test]
async fn simulate_without_a_budget_answers_more_calls_than_crosstrade_grants() {
    let started = simulating_at(&["simulate", "--no-budget"]).await;
    let (child, exports) = started.expect("free ports");
    let address = &addresses(&exports)[0];
    let url = format!("http://{address}/v1/api/accounts/Sim101/executions");
    let client = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client");
    for number in 0..50 {
        let request = client.get(&url).bearer_auth(CROSSTRADE_TOKEN);
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "call {number}");
    }
    interrupt(&child).await;
}

#[tokio::test]
async fn a_fault_that_there_is_not_is_wrong_usage_and_names_those_there_are() {
    for fault in ["reset", "drop-after", "mute=1", ""] {
        let ended = run(&Vec::new(), &["simulate", "--fault", fault]).await;
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{fault}");
        for name in ["drop-after=N", "mute", "reject-auth", "slow"] {
            assert!(ended.err.contains(name), "{}", ended.err);
        }
    }
}

#[tokio::test]
async fn every_shell_gets_completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ended = run(&Vec::new(), &["completions", shell]).await;
        assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
        assert!(
            ended.out.contains("simulate") && ended.out.contains("lookback"),
            "{shell}"
        );
    }
}

#[tokio::test]
async fn help_and_version_are_answers() {
    for arguments in [
        &["--help"][..],
        &["-h"],
        &["get", "--help"],
        &["list", "-h"],
        &["rpc", "--help"],
        &["stream", "--help"],
        &["simulate", "--help"],
        &["check", "--help"],
    ] {
        let ended = run(&Vec::new(), arguments).await;
        assert_eq!(
            (ended.code, ended.err.as_str()),
            (Some(0), ""),
            "{arguments:?}"
        );
        assert!(ended.out.contains("Examples:"), "{arguments:?}");
        assert!(
            ended.out.lines().all(|line| line.chars().count() <= 100),
            "{}",
            ended.out
        );
    }
    let help = run(&Vec::new(), &["--help"]).await;
    insta::assert_snapshot!(help.out);
    let version = run(&Vec::new(), &["--version"]).await;
    assert_eq!(
        version.out,
        format!("executions {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[cfg(unix)]
async fn simulating() -> (Child, String) {
    simulating_at(&["simulate"]).await.expect("free ports")
}

/// The running simulator, and the lines to export.
#[cfg(unix)]
async fn simulating_at(arguments: &[&str]) -> Option<(Child, String)> {
    let mut child = command(&Vec::new(), arguments)
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut exports = String::new();
    while let Some(line) = lines.next_line().await.expect("text") {
        exports += &(line + "\n");
        if exports.contains("REFOLD_LINKED_ACCOUNT_ID=") {
            return Some((child, exports));
        }
    }
    None
}

fn addresses(exports: &str) -> Vec<String> {
    let urls = exports
        .lines()
        .filter_map(|line| line.split_once("_BASE_URL='http://"));
    urls.map(|(_, rest)| rest.trim_end_matches('\'').to_owned())
        .collect()
}
