//! A connection that ends, is silent or sends what nobody understands.

use std::future::IntoFuture;
use std::time::{Duration, Instant};

use executions::crosstrade::Socket;
use executions::crosstrade::socket::{Event, State};
use executions::{Budget, Error, Limits};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::peer::{Peer, Sent, Server};
use super::{connected, meet, metered, quick, unmetered, until};
use crate::clients::{crosstrade, crosstrade_within, documents, milliseconds};

fn reconnecting(event: &Event) -> Option<Error> {
    match event {
        Event::State(State::Reconnecting(why)) => Some(why.clone()),
        _ => None,
    }
}

fn closed(event: &Event) -> Option<Error> {
    match event {
        Event::State(State::Closed(why)) => Some(why.clone()),
        _ => None,
    }
}

async fn works(socket: &Socket, peer: &mut Peer) {
    let call = async { socket.call::<Value>("Echo", json!({})).await };
    let answer = async {
        let asked = peer.call().await;
        peer.answer(&asked.id, "1").await;
    };
    let (answer, ()) = tokio::join!(call, answer);
    assert_eq!(answer.expect("an answer"), 1);
}

// fault 12
#[tokio::test]
async fn reads_are_sent_again_and_the_outcome_of_anything_else_is_unknown() {
    let (server, mut peer, socket) = connected().await;
    let mut events = socket.events();
    let calls = async {
        let marked = socket.call::<Value>("ListPositions", ()).read_only();
        let place = socket.call::<Value>("PlaceOrder", json!({"n": 1}));
        tokio::join!(
            socket.execution("Sim101", "a"),
            async { socket.executions("Sim101").await },
            async { marked.await },
            async { place.await },
        )
    };
    let answers = async {
        let mut first: Vec<String> = Vec::new();
        for _ in 0..4 {
            first.push(peer.call().await.id);
        }
        drop(peer);
        let mut peer = server.accept().await;
        let mut again = Vec::new();
        for _ in 0..3 {
            let asked = peer.call().await;
            assert!(!first.contains(&asked.id), "a new id for each sending");
            let data = match asked.api.as_str() {
                "GetExecution" => documents::FILL,
                "ListExecutions" => documents::FILLS,
                _ => "[]",
            };
            // What the connection before would have had: for nobody.
            peer.answer(&first[again.len()], "{}").await;
            peer.answer(&asked.id, data).await;
            again.push(asked.api);
        }
        again.sort_unstable();
        assert_eq!(again, ["GetExecution", "ListExecutions", "ListPositions"]);
        peer
    };
    let ((fill, fills, marked, place), _peer) = tokio::join!(calls, answers);
    assert_eq!(fill.expect("sent again").attempts(), 2);
    assert_eq!(fills.expect("sent again").executions.len(), 1);
    marked.expect("sent again");
    let place = place.expect_err("nobody knows");
    assert!(place.is_outcome_unknown() && !place.is_retryable() && !place.is_timeout());
    let sent = place.sent_at().expect("it was sent");
    assert!(jiff::Timestamp::now().duration_since(sent).as_secs() < 10);
    assert!(
        place
            .to_string()
            .contains("may or may not have been executed"),
        "{place}"
    );
    assert_eq!((place.attempts(), socket.strays()), (1, 3));
    until(&mut events, reconnecting).await;
}

#[tokio::test]
async fn what_was_not_sent_yet_waits_for_the_next_connection() {
    let (server, mut peer, socket) = connected().await;
    let mut events = socket.events();
    peer.close(1012, "restart").await;
    drop(peer);
    let why = until(&mut events, reconnecting).await;
    assert!(why.to_string().contains("restart"), "{why}");
    assert!(matches!(socket.state(), State::Reconnecting(_)));
    let place = async { socket.call::<Value>("PlaceOrder", ()).await };
    let (placed, _peer) = tokio::join!(place, async {
        let mut peer = server.accept().await;
        let asked = peer.call().await;
        peer.answer(&asked.id, r#"{"success":true}"#).await;
        peer
    });
    placed.expect("sent once, on the new connection");
    assert!(matches!(socket.state(), State::Connected));
}

#[tokio::test]
async fn what_waited_for_a_connection_is_not_sent_all_at_once() {
    let (server, peer, socket) = metered(Budget::new(1, 5.0)).await;
    let mut events = socket.events();
    drop(peer);
    until(&mut events, reconnecting).await;
    let calls = join_all((0..3).map(|_| async { socket.call::<Value>("Echo", ()).await }));
    let answers = async {
        // Longer than the budget takes for three.
        tokio::time::sleep(milliseconds(700)).await;
        let mut peer = server.accept().await;
        let mut came = Vec::new();
        for _ in 0..3 {
            let asked = peer.call().await;
            came.push(Instant::now());
            peer.answer(&asked.id, "1").await;
        }
        (peer, came)
    };
    let (answers, (_peer, came)) = tokio::join!(calls, answers);
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert!(came[2] - came[1] > milliseconds(100), "{came:?}");
}

#[tokio::test]
async fn a_call_that_finds_no_connection_in_time_was_not_sent() {
    let (_server, peer, socket) = connected().await;
    let mut events = socket.events();
    drop(peer);
    until(&mut events, reconnecting).await;
    let call = socket
        .call::<Value>("PlaceOrder", ())
        .timeout(milliseconds(80));
    let error = call.await.expect_err("no connection");
    assert!(error.is_timeout() && !error.is_outcome_unknown(), "{error}");
    assert_eq!((error.attempts(), error.sent_at()), (0, None));
}

// fault 40
#[tokio::test]
async fn a_credential_that_is_refused_ends_it() {
    for code in [4001, 4003, 4401, 4403] {
        let (server, mut peer, socket) = connected().await;
        let mut events = socket.events();
        peer.close(code, "bad token").await;
        assert!(until(&mut events, closed).await.is_auth());
        assert!(events.next().await.is_none());
        let error = socket.call::<Value>("Echo", ()).await.expect_err("closed");
        assert!(error.is_auth() && !error.is_retryable(), "{error}");
        assert!(server.is_left_alone(milliseconds(200)).await, "{code}");
    }
    for status in [401, 403] {
        let (server, peer, socket) = connected().await;
        drop(peer);
        server.refuse(status, "", "{}").await;
        let call = async { socket.execution("Sim101", "a").await };
        let error = call.await.expect_err("closed");
        assert!(error.is_auth(), "{error}");
        assert!(matches!(socket.state(), State::Closed(why) if why.is_auth()));
        assert!(server.is_left_alone(milliseconds(200)).await, "{status}");
    }
}

// fault 40
#[tokio::test]
async fn connect_itself_fails_where_the_service_takes_the_connection_only_to_refuse() {
    for code in [4001, 4003] {
        let server = Server::listen().await;
        let crosstrade = crosstrade(&server.url());
        let refuse = async {
            let mut peer = server.request().await;
            peer.open().await;
            peer.close(code, "bad token").await;
            peer
        };
        let (_peer, connected) = tokio::join!(refuse, crosstrade.connect().into_future());
        let error = connected.expect_err("refused");
        assert!(error.is_auth(), "{error}");
        assert!(error.to_string().contains(&code.to_string()), "{error}");
        assert!(server.is_left_alone(milliseconds(200)).await, "{code}");
    }
}

#[tokio::test]
async fn a_service_that_says_nothing_is_believed_after_a_second() {
    let server = Server::listen().await;
    let crosstrade = crosstrade(&server.url());
    let open = async {
        let mut peer = server.request().await;
        peer.open().await;
        peer
    };
    let began = Instant::now();
    let (_peer, opened) = tokio::join!(open, crosstrade.connect().into_future());
    let socket = opened.expect("connected");
    assert!(matches!(socket.state(), State::Connected));
    assert!(began.elapsed() >= milliseconds(900));
    // One that answers the first ping is not waited for any longer.
    let began = Instant::now();
    let _connected = connected().await;
    assert!(began.elapsed() < milliseconds(900));
}

// fault 40
#[tokio::test]
async fn other_refusals_are_tried_again_and_a_429_waits() {
    let (server, peer, socket) = connected().await;
    drop(peer);
    server.refuse(503, "", "").await;
    server.refuse(404, "", "").await;
    server.refuse(429, "retry-after: 0.4\r\n", "{}").await;
    let refused = Instant::now();
    let mut peer = server.accept().await;
    assert!(refused.elapsed() >= milliseconds(400));
    works(&socket, &mut peer).await;
}

// fault 39
#[tokio::test]
async fn a_server_that_takes_and_drops_is_not_hammered() {
    let server = Server::listen().await;
    let handle = crosstrade(&server.url());
    let connect = handle
        .connect()
        .backoff(milliseconds(100), milliseconds(10_000));
    let (peer, _socket) = meet(&server, connect).await;
    drop(peer);
    let started = Instant::now();
    let mut taken = 0;
    while started.elapsed() < milliseconds(1500) {
        let next = tokio::time::timeout(milliseconds(1500), server.accept());
        taken += u32::from(next.await.is_ok());
    }
    // The bounds double although each connection was made: 0.1, 0.2, 0.4, 0.8, 1.6 s.
    assert!(taken <= 12, "{taken}");
}

// fault 38
#[tokio::test]
async fn a_half_open_connection_is_dead_in_bounded_time_and_made_again() {
    let server = Server::listen().await;
    let handle = crosstrade(&server.url());
    let connect = quick(&handle).keep_alive(milliseconds(150), milliseconds(100));
    let (mut mute, socket) = meet(&server, connect).await;
    let mut events = socket.events();
    let started = Instant::now();
    let read = async { socket.execution("Sim101", "a").await };
    let answers = async {
        assert_eq!(mute.call().await.api, "GetExecution");
        assert_eq!(mute.read().await, Sent::Ping);
        assert_eq!(mute.text().await, json!({"action": "ping"}));
        // It is dropped without a close frame.
        let mut peer = server.accept().await;
        assert!(
            started.elapsed() < milliseconds(1500),
            "{:?}",
            started.elapsed()
        );
        assert_eq!(mute.read().await, Sent::End);
        let asked = peer.call().await;
        peer.answer(&asked.id, documents::FILL).await;
        peer
    };
    let (fill, _peer) = tokio::join!(read, answers);
    fill.expect("sent again");
    let why = until(&mut events, reconnecting).await;
    assert!(why.is_timeout(), "{why}");
}

#[tokio::test]
async fn any_frame_is_a_sign_of_life() {
    for sort in 0..4 {
        let server = Server::listen().await;
        let handle = crosstrade(&server.url());
        let connect = quick(&handle).keep_alive(milliseconds(150), milliseconds(150));
        let (mut peer, socket) = meet(&server, connect).await;
        // No pong to any ping, but something.
        for _ in 0..10 {
            tokio::time::sleep(milliseconds(60)).await;
            match sort {
                0 => peer.quote(1).await,
                1 => peer.frame(0x89, b"ping").await,
                2 => peer.say("{}").await,
                _ => peer.frame(0x8a, b"").await,
            }
        }
        assert!(matches!(socket.state(), State::Connected), "{sort}");
    }
}

// fault 43
#[tokio::test]
async fn what_cannot_be_read_is_one_event_each_and_the_connection_survives() {
    let (_server, mut peer, socket) = connected().await;
    let mut events = socket.events();
    let call = async { socket.call::<Value>("Echo", json!({})).await };
    let answers = async {
        let asked = peer.call().await;
        peer.say("oops").await;
        peer.say("[1]").await;
        peer.frame(0x82, b"\x00\xff").await;
        peer.say(r#"{"type":"marketData","quotes":7}"#).await;
        peer.say(r#"{"type":"welcome"}"#).await;
        peer.answer(&asked.id, "1").await;
    };
    let (answer, ()) = tokio::join!(call, answers);
    assert_eq!(answer.expect("an answer"), 1);
    for frame in [
        &b"oops"[..],
        b"[1]",
        b"\x00\xff",
        br#"{"type":"marketData","quotes":7}"#,
        br#"{"type":"welcome"}"#,
    ] {
        let Some(Event::Unread(unread)) = events.next().await else {
            panic!("an event for {frame:?}");
        };
        assert_eq!(&unread.bytes[..], frame, "{}", unread.problem);
    }
    assert!(matches!(socket.state(), State::Connected));
}

// fault 43
#[tokio::test]
async fn a_run_of_frames_that_cannot_be_read_reconnects() {
    let (server, mut peer, socket) = connected().await;
    for _ in 0..7 {
        peer.say("oops").await;
    }
    peer.quote(1).await;
    for _ in 0..7 {
        peer.say("oops").await;
    }
    works(&socket, &mut peer).await;
    for _ in 0..8 {
        peer.say("oops").await;
    }
    let mut peer = server.accept().await;
    works(&socket, &mut peer).await;
}

// fault 43
#[tokio::test]
async fn frames_that_no_connection_survives_are_bounded_and_told() {
    type Send = fn(&mut Peer) -> std::pin::Pin<Box<dyn Future<Output = ()> + '_>>;
    let too_large: Send = |peer| {
        // Announced, not sent: the client must not wait for it.
        Box::pin(async { peer.bytes(&[0x81, 127, 0, 0, 0, 0, 0, 0x10, 0, 1]).await })
    };
    let endless: Send = |peer| {
        Box::pin(async {
            peer.frame(0x01, b"{").await;
            for _ in 0..9 {
                peer.frame(0x00, &vec![b' '; 1 << 20]).await;
            }
        })
    };
    let not_text: Send = |peer| Box::pin(async { peer.frame(0x81, b"\"\xff\"").await });
    let masked: Send = |peer| Box::pin(async { peer.bytes(&[0x81, 0x81, 0, 0, 0, 0, b'x']).await });
    let reserved: Send = |peer| Box::pin(async { peer.frame(0xf1, b"{}").await });
    for (at, send) in [too_large, endless, not_text, masked, reserved]
        .into_iter()
        .enumerate()
    {
        let (server, mut peer, socket) = connected().await;
        let mut events = socket.events();
        let (mut peer, ()) = tokio::join!(server.accept(), send(&mut peer));
        let unread = until(&mut events, |event| match event {
            Event::Unread(unread) => Some(unread.clone()),
            _ => None,
        });
        assert!(!unread.await.problem.is_empty(), "{at}");
        let why = until(&mut events, reconnecting).await;
        assert!(!why.is_auth(), "{at}: {why}");
        works(&socket, &mut peer).await;
    }
}

// fault 43
#[tokio::test]
async fn fragments_with_other_frames_between_them_are_one_message() {
    let (_server, mut peer, socket) = connected().await;
    let call = async { socket.call::<Value>("Echo", json!({})).await };
    let answers = async {
        let asked = peer.call().await;
        let answer = format!(r#"{{"id":"{}","data":"é"}}"#, asked.id);
        // In the middle of the é.
        let (first, rest) = answer.as_bytes().split_at(answer.len() - 3);
        peer.frame(0x01, first).await;
        peer.frame(0x89, b"ping").await;
        peer.frame(0x00, b"").await;
        assert_eq!(peer.read().await, Sent::Pong);
        peer.frame(0x80, rest).await;
    };
    let (answer, ()) = tokio::join!(call, answers);
    assert_eq!(answer.expect("an answer"), "é");
}

#[tokio::test]
async fn a_large_answer_comes_whole() {
    let server = Server::listen().await;
    let handle = crosstrade_within(&server.url(), Limits::default());
    let (mut peer, socket) = meet(&server, quick(&handle)).await;
    let text = "x".repeat(1_000_000);
    let call = async { socket.call::<String>("Echo", json!({"text": text})).await };
    let answers = async {
        let asked = peer.call().await;
        peer.answer(&asked.id, &asked.args["text"].to_string())
            .await;
    };
    let (answer, ()) = tokio::join!(call, answers);
    assert_eq!(answer.expect("an answer"), text);
}

#[tokio::test]
async fn a_server_that_does_not_read_holds_nobody_for_ever() {
    let (_server, peer, socket) = unmetered().await;
    let text = "x".repeat(900_000);
    let calls = (0..40).map(|_| {
        socket
            .call::<Value>("Echo", json!({"text": text}))
            .timeout(milliseconds(500))
            .into_future()
    });
    let started = Instant::now();
    for call in futures_util::future::join_all(calls).await {
        assert!(call.expect_err("no answer").is_timeout());
    }
    assert!(started.elapsed() < Duration::from_secs(5));
    drop(peer);
}
