//! Quotes, profit and loss, gaps between connections, and readers that are slow.

use std::time::{Duration, Instant};

use executions::crosstrade::socket::{Event, State};
use futures_util::StreamExt;
use serde_json::{Value, json};

use super::peer::Sent;
use super::{connected, until};
use crate::clients::milliseconds;

fn last(event: &Event) -> Option<String> {
    match event {
        Event::Quotes(quotes) => Some(quotes.quotes[0].last.as_ref()?.to_string()),
        _ => None,
    }
}

#[tokio::test]
async fn quotes_and_pnl_are_pushed_typed_and_as_they_came() {
    let (_server, mut peer, socket) = connected().await;
    let mut events = socket.events();
    let mut other = socket.events();
    socket.subscribe(["ES 12-25"]).await.expect("open");
    assert_eq!(
        peer.text().await,
        json!({"action": "subscribe", "instruments": ["ES 12-25"]})
    );
    socket
        .stream_pnl(Duration::from_secs(1))
        .await
        .expect("open");
    assert_eq!(
        peer.text().await,
        json!({"action": "streamPnl", "enabled": true, "interval": 1000})
    );
    let frame = r#"{"type":"marketData","quotes":[{"instrument":"ES 12-25","last":5804.50,"bid":"5804.25","ask":null,"new":1}]}"#;
    peer.say(frame).await;
    peer.say(
        r#"{"type":"pnlUpdate","epoch":1727399378373,"accounts":[{"account":"Sim101","x":1.10}]}"#,
    )
    .await;
    for events in [&mut events, &mut other] {
        let Some(Event::Quotes(quotes)) = events.next().await else {
            panic!("quotes");
        };
        let quote = &quotes.quotes[0];
        assert_eq!(quote.instrument.as_deref(), Some("ES 12-25"));
        assert_eq!(quote.last.as_ref().expect("one").to_string(), "5804.50");
        assert!(quote.bid.is_some() && quote.ask.is_none());
        assert_eq!(&quotes.bytes()[..], frame.as_bytes());
        // The stream's own method this time.
        let Some(Event::Pnl(pnl)) = StreamExt::next(events).await else {
            panic!("profit and loss");
        };
        assert_eq!(pnl.accounts[0].as_str(), r#"{"account":"Sim101","x":1.10}"#);
    }
    socket.unsubscribe(["ES 12-25"]).await.expect("open");
    assert_eq!(
        peer.text().await,
        json!({"action": "unsubscribe", "instruments": ["ES 12-25"]})
    );
    socket.stop_pnl().await.expect("open");
    assert_eq!(
        peer.text().await,
        json!({"action": "streamPnl", "enabled": false})
    );
}

#[tokio::test]
async fn changes_of_subscriptions_are_sent_together() {
    let (_server, mut peer, socket) = connected().await;
    let started = Instant::now();
    for n in 0..100 {
        socket.subscribe([format!("I{n:02}")]).await.expect("open");
        tokio::task::yield_now().await;
    }
    let mut frames = 0;
    let mut instruments = 0;
    while instruments < 100 {
        let frame = peer.text().await;
        instruments += frame["instruments"].as_array().expect("a list").len();
        frames += 1;
    }
    assert!(frames <= 7, "{frames}");
    assert!(started.elapsed() < Duration::from_secs(8));
    assert_eq!(socket.subscriptions().len(), 100);
}

// fault 44
#[tokio::test]
async fn subscriptions_are_restored_and_a_gap_is_told_before_the_first_push() {
    let (server, mut peer, socket) = connected().await;
    let mut events = socket.events();
    socket
        .subscribe(["ES 12-25", "NQ 12-25"])
        .await
        .expect("open");
    socket.stream_pnl(milliseconds(500)).await.expect("open");
    let wanted = [peer.text().await, peer.text().await];
    peer.quote(1).await;
    assert_eq!(until(&mut events, last).await, "1");
    let before = jiff::Timestamp::now();
    drop(peer);
    let mut peer = server.accept().await;
    assert_eq!([peer.text().await, peer.text().await], wanted);
    peer.quote(2).await;
    let Some(Event::State(State::Reconnecting(_))) = events.next().await else {
        panic!("a lost connection");
    };
    let Some(Event::State(State::Connected)) = events.next().await else {
        panic!("a new connection");
    };
    let Some(Event::Gap(gap)) = events.next().await else {
        panic!("a gap");
    };
    assert!(gap.from <= before && before <= gap.to && gap.to <= jiff::Timestamp::now());
    assert!(!gap.why.to_string().is_empty());
    assert_eq!(
        last(&events.next().await.expect("a quote")).as_deref(),
        Some("2")
    );
}

// fault 44
#[tokio::test]
async fn a_slow_reader_is_told_how_much_it_missed_and_delays_nobody() {
    let server = super::Server::listen().await;
    let handle = crate::clients::crosstrade(&server.url());
    let (mut peer, socket) = super::meet(&server, super::quick(&handle).events(16)).await;
    let mut slow = socket.events();
    for n in 0..1000 {
        peer.quote(n).await;
    }
    let call = async { socket.call::<Value>("Echo", ()).await };
    let (answer, ()) = tokio::join!(call, async {
        let asked = peer.call().await;
        peer.answer(&asked.id, "1").await;
    });
    answer.expect("not delayed");
    let Some(Event::Lagged(missed)) = slow.next().await else {
        panic!("a lag");
    };
    assert_eq!(missed, 1000 - 16);
    assert_eq!(
        last(&slow.next().await.expect("a quote")).as_deref(),
        Some("984")
    );
}

#[tokio::test]
async fn events_do_not_keep_a_socket_open() {
    let (_server, mut peer, socket) = connected().await;
    let mut events = socket.events();
    drop(socket);
    assert_eq!(peer.read().await, Sent::Close(1000));
    peer.close(1000, "").await;
    let mut rest = Vec::new();
    while let Some(event) = events.next().await {
        rest.push(event);
    }
    assert!(
        matches!(&rest[..], [Event::State(State::Closed(why))] if why.is_closed()),
        "{rest:?}"
    );
}
