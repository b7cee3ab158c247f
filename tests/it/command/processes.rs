//! Pipes that close, disks that are full, and Ctrl-C.

use std::process::Stdio;

use executions::simulator::Simulator;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};

use super::{FILL, Variables, answering, command, crosstrade, json, simulator};

/// Stands in for commands that print much and little, with and without the network.
const PRINTING: [&[&str]; 10] = [
    &["get", FILL],
    &["list", "crosstrade:Sim101", "-o", "ndjson"],
    &["get", FILL, "-o", "raw"],
    &["rpc", "ListAccounts"],
    &["stream", "--pnl", "50ms"],
    &["demo"],
    &["check", "--simulator"],
    &["schema"],
    &["completions", "bash"],
    &["--help"],
];

#[tokio::test]
async fn a_closed_pipe_ends_quietly_with_success() {
    let (_simulator, variables): (Simulator, Variables) = simulator().await;
    for arguments in PRINTING {
        let mut child = command(&variables, arguments).spawn().expect("starts");
        drop(child.stdout.take());
        let ended = child.wait_with_output().await.expect("ends");
        assert_eq!(ended.status.code(), Some(0), "{arguments:?}");
        let err = String::from_utf8_lossy(&ended.stderr);
        assert!(
            !err.contains("error") && !err.contains("panicked"),
            "{arguments:?}: {err}"
        );
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_is_an_error_in_words() {
    let (_simulator, variables) = simulator().await;
    for arguments in PRINTING {
        let full = std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .expect("Linux has it");
        let mut command = command(&variables, arguments);
        let child = command.stdout(Stdio::from(full)).spawn().expect("starts");
        let ended = child.wait_with_output().await.expect("ends");
        let err = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(1), "{arguments:?}: {err}");
        assert!(
            err.contains("could not write to stdout"),
            "{arguments:?}: {err}"
        );
        assert!(!err.contains("panicked"), "{arguments:?}: {err}");
    }
}

#[tokio::test]
async fn nobody_has_to_read_the_words() {
    for arguments in [&["get", "nonsense"][..], &["get", FILL]] {
        let mut child = command(&Vec::new(), arguments).spawn().expect("starts");
        drop(child.stderr.take());
        let ended = child.wait().await.expect("ends");
        assert_eq!(ended.code(), Some(2), "{arguments:?}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn ctrl_c_while_a_service_is_waited_for_ends_with_130() {
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", silent.local_addr().expect("bound"));
    let child = command(&crosstrade(&url), &["get", FILL])
        .spawn()
        .expect("starts");
    let _connection = silent.accept().await.expect("the command connects");
    interrupt(&child).await;
    let ended = child.wait_with_output().await.expect("ends");
    assert_eq!(ended.status.code(), Some(130));
    assert_eq!(ended.stdout, b"");
}

#[cfg(unix)]
#[tokio::test]
async fn ctrl_c_while_nobody_reads_the_pipe_ends_with_130() {
    let long = format!(
        r#"{{"executions": [], "padding": "{}"}}"#,
        "x".repeat(1 << 20)
    );
    let (_server, variables) = answering(json(&long)).await;
    let mut child = command(&variables, &["list", "crosstrade:Sim101", "-o", "raw"])
        .spawn()
        .expect("starts");
    let mut out = child.stdout.take().expect("piped");
    out.read_u8().await.expect("it began to print");
    interrupt(&child).await;
    assert_eq!(child.wait().await.expect("ends").code(), Some(130));
}

/// What Ctrl-C in a terminal does.
pub async fn interrupt(child: &Child) {
    let id = child.id().expect("it runs").to_string();
    let sent = Command::new("kill").args(["-INT", &id]).status().await;
    assert!(sent.expect("there is a kill").success());
}
