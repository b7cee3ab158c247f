//! Opening the socket: to whom, with what, and what ends it at once.

use std::time::Instant;

use executions::{CrossTrade, Error, Http, Retry};
use serde_json::{Value, json};

use super::peer::Server;
use super::{meet, quick};
use crate::clients::{crosstrade, milliseconds};
use crate::tls::Authority;
use crate::wire::{Wire, refusing};

#[tokio::test]
async fn the_handshake_is_signed_and_goes_to_the_base_urls_host() {
    let server = Server::listen().await;
    let (peer, _socket) = meet(&server, quick(&crosstrade(&server.url()))).await;
    assert!(
        peer.head.starts_with("GET /ws/stream HTTP/1.1\r\n"),
        "{}",
        peer.head
    );
    assert_eq!(peer.header("authorization"), Some("Bearer a-token"));
    assert_eq!(peer.header("sec-websocket-version"), Some("13"));
    assert!(
        peer.header("upgrade")
            .is_some_and(|to| to.eq_ignore_ascii_case("websocket"))
    );
    assert!(
        peer.header("user-agent")
            .is_some_and(|agent| agent.starts_with("executions/"))
    );
    let behind = crosstrade(&format!("{}/behind/", server.url()));
    let (peer, _socket) = meet(&server, quick(&behind)).await;
    assert!(
        peer.head.starts_with("GET /behind/ws/stream HTTP/1.1\r\n"),
        "{}",
        peer.head
    );
}

#[tokio::test]
async fn another_address_on_the_same_host_may_be_set() {
    let server = Server::listen().await;
    let elsewhere = server.url().replace("http:", "ws:");
    let base = refusing();
    let crosstrade = CrossTrade::builder()
        .token("a-token")
        .base_url(&base)
        .ws_url(format!("{elsewhere}/other"))
        .build()
        .expect("the same host");
    let (peer, _socket) = meet(&server, quick(&crosstrade)).await;
    assert!(
        peer.head.starts_with("GET /other HTTP/1.1\r\n"),
        "{}",
        peer.head
    );
    let from_env = crate::clients::executions(&[
        ("CROSSTRADE_TOKEN", "a-token"),
        ("CROSSTRADE_BASE_URL", &base),
        ("CROSSTRADE_WS_URL", &format!("{elsewhere}/variable")),
    ]);
    let (peer, _socket) = meet(&server, quick(from_env.crosstrade().expect("complete"))).await;
    assert!(
        peer.head.starts_with("GET /variable HTTP/1.1\r\n"),
        "{}",
        peer.head
    );
}

#[test]
fn a_token_never_goes_to_another_host_or_in_the_clear() {
    let build = |base: &str, socket: &str| {
        CrossTrade::builder()
            .token("a-token")
            .base_url(base)
            .ws_url(socket)
            .build()
            .map(drop)
    };
    build("https://example.com", "wss://example.com/ws").expect("the same host");
    for (base, socket) in [
        ("https://example.com", "wss://example.org/ws"),
        ("https://example.com", "wss://example.com.example.org/ws"),
        ("https://example.com", "ws://example.com/ws"),
        ("http://127.0.0.1", "ws://127.0.0.2/ws"),
        ("https://example.com", "wss://user:password@example.com/ws"),
        ("https://example.com", "ftp://example.com/ws"),
    ] {
        let error = build(base, socket).expect_err(socket);
        assert!(error.is_invalid_input(), "{error}");
        assert!(error.to_string().contains("ws_url"), "{error}");
    }
    let from_env = crate::clients::executions(&[
        ("CROSSTRADE_TOKEN", "a-token"),
        ("CROSSTRADE_WS_URL", "wss://example.org/ws"),
    ]);
    let error = from_env.crosstrade().expect_err("another host");
    assert!(error.to_string().contains("CROSSTRADE_WS_URL"), "{error}");
}

// fault 40
#[tokio::test]
async fn any_answer_but_101_429_and_5xx_ends_it_at_once() {
    type Is = fn(&Error) -> bool;
    for (status, is) in [
        (401, Error::is_auth as Is),
        (403, Error::is_auth),
        (404, Error::is_wrong_address),
        (301, Error::is_wrong_address),
        (200, Error::is_contract_drift),
        (204, Error::is_contract_drift),
        (408, Error::is_offline),
        (400, |error| error.message() == Some("Invalid request")),
    ] {
        let server = Server::listen().await;
        let body = if status == 204 {
            ""
        } else {
            r#"{"error": "Invalid request"}"#
        };
        let refuse = async {
            server.refuse(status, "", body).await;
            server.is_left_alone(milliseconds(100)).await
        };
        let handle = crosstrade(&server.url());
        let (socket, left_alone) = tokio::join!(quick(&handle), refuse);
        let error = socket.expect_err("refused");
        assert!(is(&error), "{status}: {error}");
        assert!(left_alone, "{status}");
        assert_eq!(
            (error.attempts(), error.status().map(|s| s.as_u16())),
            (1, Some(status))
        );
        assert!(error.to_string().contains("open the WebSocket"), "{error}");
    }
}

// fault 40
#[tokio::test]
async fn a_429_is_waited_for_and_a_5xx_tried_again() {
    let server = Server::listen().await;
    let answers = async {
        server.refuse(429, "retry-after: 0.3\r\n", "{}").await;
        let refused = Instant::now();
        server.refuse(501, "", "").await;
        assert!(refused.elapsed() >= milliseconds(300));
        server.accept().await
    };
    let handle = crosstrade(&server.url());
    let (socket, _peer) = tokio::join!(quick(&handle), answers);
    socket.expect("the third attempt");
}

#[tokio::test]
async fn a_429_that_asks_for_too_long_ends_it() {
    let server = Server::listen().await;
    let handle = crosstrade(&server.url());
    let connect = quick(&handle).timeout(milliseconds(2000));
    let (socket, ()) = tokio::join!(connect, server.refuse(429, "retry-after: 20\r\n", "{}"));
    let error = socket.expect_err("too long");
    assert!(error.is_rate_limited());
    assert_eq!(error.retry_after().map(|wait| wait.as_secs()), Some(20));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let other = Wire::play([vec![]]).await;
    let server = Server::listen().await;
    for status in [301, 302, 307, 308] {
        let location = format!("location: {}/ws/stream\r\n", other.url());
        let handle = crosstrade(&server.url());
        let (socket, ()) = tokio::join!(quick(&handle), server.refuse(status, &location, ""));
        assert!(socket.expect_err("not followed").is_wrong_address());
    }
    other.assert_untouched();
}

#[tokio::test]
async fn only_the_answer_to_this_handshake_opens_the_socket() {
    let server = Server::listen().await;
    for headers in [
        "connection: upgrade\r\nupgrade: websocket\r\n",
        "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n",
    ] {
        let handle = crosstrade(&server.url());
        let answer = async {
            let mut peer = server.request().await;
            peer.bytes(format!("HTTP/1.1 101 X\r\n{headers}\r\n").as_bytes())
                .await;
        };
        let (socket, ()) = tokio::join!(quick(&handle), answer);
        assert!(socket.expect_err("not the answer").is_contract_drift());
    }
}

#[tokio::test]
async fn a_handshake_that_is_not_answered_ends_in_time() {
    let server = Server::listen().await;
    let crosstrade = CrossTrade::builder()
        .token("a-token")
        .base_url(server.url())
        .retry(Retry::never())
        .build()
        .expect("complete");
    let connect = quick(&crosstrade).handshake_timeout(milliseconds(100));
    let started = Instant::now();
    let (socket, _peer) = tokio::join!(connect, server.request());
    assert!(socket.expect_err("no answer").is_timeout());
    assert!(started.elapsed() < milliseconds(2000));
    // The whole of it has an end as well, whatever the attempts.
    let handle = super::crosstrade(&server.url());
    let connect = quick(&handle).timeout(milliseconds(150));
    let started = Instant::now();
    assert!(connect.await.expect_err("no answer").is_timeout());
    assert!(started.elapsed() < milliseconds(2000));
}

#[tokio::test]
async fn a_service_that_is_not_there_is_said_so() {
    let handle = crosstrade(&refusing());
    let error = quick(&handle).await.expect_err("nobody listens");
    assert!(error.is_unreachable() && error.attempts() == 3, "{error}");
}

#[tokio::test]
async fn tls_is_that_of_the_handles_own_pool() {
    let authority = Authority::new("ours");
    let server = Server::listen_tls(authority.server()).await;
    let http = Http::builder()
        .root_certificate(authority.pem.clone())
        .build()
        .expect("a root");
    let crosstrade = CrossTrade::builder()
        .token("a-token")
        .base_url(server.url())
        .http(http)
        .build()
        .expect("complete");
    let (mut peer, socket) = meet(&server, quick(&crosstrade)).await;
    let (answer, ()) = tokio::join!(
        async { socket.call::<Value>("Echo", json!({})).await },
        async {
            let asked = peer.call().await;
            peer.answer(&asked.id, "[1]").await;
        }
    );
    assert_eq!(answer.expect("an answer"), json!([1]));
}

#[tokio::test]
async fn an_unknown_certificate_ends_it_at_once() {
    let wire = Wire::play_tls(Authority::new("nobody's").server(), [vec![]]).await;
    let handle = crosstrade(&wire.url().replace("http:", "https:"));
    let error = quick(&handle).await.expect_err("unknown");
    assert!(error.is_unreachable() && !error.is_retryable());
    assert_eq!(wire.connections(), 1);
}
