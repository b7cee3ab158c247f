//! Who is answered by a replay and by the simulator: the programs of this machine, and no web page.

use std::time::Duration;

use executions::recording::{Recording, replay::Replay};
use executions::simulator::{CROSSTRADE_TOKEN, Options, Simulator};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

const PATH: &str = "/v1/api/accounts/Sim101/executions/a";
const CLOSE: &str = "Connection: close\r\n";
const SOCKET: &str = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

fn entry(method: &str, status: u16, headers: &[(&str, &str)], body: &str) -> Value {
    let pair = |(name, value): &(&str, &str)| json!({"name": name, "value": value});
    json!({
        "request": {"method": method, "url": format!("https://app.crosstrade.io{PATH}")},
        "response": {
            "status": status,
            "headers": headers.iter().map(pair).collect::<Value>(),
            "content": {"text": body},
        },
    })
}

async fn replay(entries: &[Value]) -> Replay {
    let har = json!({"log": {"entries": entries}}).to_string();
    let recording = Recording::read(har.as_bytes()).expect("a HAR file");
    Replay::start(&recording, 0).await.expect("a free port")
}

/// All that comes until the connection ends, or within half a second.
async fn ask(url: &str, method: &str, path: &str, headers: &str) -> String {
    let address = url.trim_start_matches("http://");
    let mut connection = TcpStream::connect(address).await.expect("it listens");
    let request = format!("{method} {path} HTTP/1.1\r\n{headers}\r\n");
    connection
        .write_all(request.as_bytes())
        .await
        .expect("sent");
    let mut text = Vec::new();
    let read = connection.read_to_end(&mut text);
    let _ = timeout(Duration::from_millis(500), read).await;
    String::from_utf8_lossy(&text).into_owned()
}

#[tokio::test]
async fn a_foreign_host_or_origin_is_refused_and_this_machines_own_are_answered() {
    let push = json!({"type": "receive", "time": 1, "opcode": 1, "data": "an account's data"});
    let socket = json!({
        "request": {"method": "GET", "url": "wss://app.crosstrade.io/ws/stream"},
        "response": {"status": 101}, "_webSocketMessages": [push],
    });
    let replay = replay(&[entry("GET", 200, &[], "an account's data"), socket]).await;
    let simulator = Simulator::start(Options::default()).await.expect("starts");
    let auth = format!("Authorization: Bearer {CROSSTRADE_TOKEN}\r\n");
    for (url, path, data) in [
        (replay.url(), PATH, "an account's data"),
        (
            simulator.crosstrade_url().to_owned(),
            "/v1/api/accounts/Sim101/executions",
            "NinjaTrader",
        ),
    ] {
        let (_, port) = url.rsplit_once(':').expect("a port");
        for (headers, is_answered) in [
            (format!("Host: 127.0.0.1:{port}\r\n"), true),
            (format!("Host: localhost:{port}\r\n"), true),
            (format!("Host: localhost:{port}\r\nOrigin: {url}\r\n"), true),
            ("Host: evil.example\r\n".to_owned(), false),
            (format!("Host: evil.example:{port}\r\n"), false),
            (
                format!("Host: localhost:{port}\r\nOrigin: https://evil.example\r\n"),
                false,
            ),
            (
                format!("Host: localhost:{port}\r\nOrigin: http://localhost:1\r\n"),
                false,
            ),
            (
                format!("Host: localhost:{port}\r\nSec-Fetch-Site: cross-site\r\n"),
                false,
            ),
        ] {
            let plain = ask(&url, "GET", path, &format!("{auth}{headers}{CLOSE}")).await;
            assert_eq!(plain.contains(data), is_answered, "{headers}{plain}");
            let status = if is_answered { "200" } else { "403" };
            assert!(plain.starts_with(&format!("HTTP/1.1 {status} ")), "{plain}");
            let headers = format!("{auth}{headers}{SOCKET}");
            let socket = ask(&url, "GET", "/ws/stream", &headers).await;
            let status = if is_answered { "101" } else { "403" };
            assert!(
                socket.starts_with(&format!("HTTP/1.1 {status} ")),
                "{socket}"
            );
        }
    }
}

#[tokio::test]
async fn what_was_said_to_a_browser_is_not_said_again() {
    let said = [
        ("Access-Control-Allow-Origin", "*"),
        ("access-control-allow-credentials", "true"),
        ("Set-Cookie", "a=b"),
        ("Clear-Site-Data", "\"*\""),
        ("X-Request-Id", "7"),
    ];
    let replay = replay(&[entry("GET", 200, &said, "{}")]).await;
    let answer = ask(
        &replay.url(),
        "GET",
        PATH,
        &format!("Host: localhost\r\n{CLOSE}"),
    )
    .await;
    let answer = answer.to_lowercase();
    assert!(answer.contains("\r\nx-request-id: 7\r\n"), "{answer}");
    for name in ["access-control", "set-cookie", "clear-site-data"] {
        assert!(!answer.contains(name), "{answer}");
    }
}

#[tokio::test]
async fn an_answer_without_a_body_has_none_and_a_length_is_that_of_the_body() {
    let length = [("Content-Length", "700")];
    let replay = replay(&[
        entry("GET", 200, &length, "{}"),
        entry("HEAD", 200, &length, ""),
        entry("DELETE", 204, &length, "{}"),
        entry("PUT", 205, &length, "{}"),
    ])
    .await;
    for (method, length, body) in [
        ("GET", Some("2"), "{}"),
        ("HEAD", Some("700"), ""),
        ("DELETE", None, ""),
        ("PUT", Some("0"), ""),
    ] {
        let answer = ask(
            &replay.url(),
            method,
            PATH,
            &format!("Host: localhost\r\n{CLOSE}"),
        )
        .await;
        let (head, rest) = answer.split_once("\r\n\r\n").expect("a head");
        assert_eq!(rest, body, "{method}");
        let found = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        assert_eq!(found, length, "{method}: {head}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_never_finishes_its_request_is_hung_up_on() {
    let replay = replay(&[entry("GET", 200, &[], "{}")]).await;
    let address = replay.url().trim_start_matches("http://").to_owned();
    let whole = format!("GET {PATH} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    for (sent, least, most) in [("", 5, 15), ("GET / HT", 5, 15), (&*whole, 30, 90)] {
        let began = Instant::now();
        let mut connection = TcpStream::connect(&address).await.expect("it listens");
        connection.write_all(sent.as_bytes()).await.expect("sent");
        let mut text = Vec::new();
        let read = connection.read_to_end(&mut text);
        let _ = timeout(Duration::from_secs(200), read).await;
        let seconds = began.elapsed().as_secs();
        assert!((least..most).contains(&seconds), "{sent}: {seconds} s");
    }
}
