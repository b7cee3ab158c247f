//! How many calls a socket has open at once.

use executions::Budget;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use serde_json::{Value, json};

use super::{metered, unmetered};
use crate::clients::milliseconds;

const MOST: usize = 4096;

#[tokio::test]
async fn so_many_calls_are_open_at_once_and_the_next_waits_its_turn() {
    // One for each that is sent below, and one: what is not sent costs nothing.
    let budget = Budget::new(4100, 0.01).failing();
    let (_server, mut peer, socket) = metered(budget).await;
    let ask = |n: usize| socket.call::<Value>("Echo", json!({"n": n})).into_future();
    let mut open: FuturesUnordered<_> = (0..MOST).map(ask).collect();
    let mut asked = Vec::new();
    while asked.len() < MOST {
        tokio::select! {
            answer = open.next() => panic!("{answer:?} to nothing"),
            call = peer.call() => asked.push(call),
        }
    }
    let late = socket
        .call::<Value>("Echo", json!({}))
        .timeout(milliseconds(50));
    let error = late.await.expect_err("there is no room");
    assert!(
        error.is_timeout() && !error.is_outcome_unknown(),
        "{error:?}"
    );
    assert!(
        error.to_string().contains("too many other calls"),
        "{error}"
    );

    let gave_up = tokio::time::timeout(milliseconds(50), ask(0)).await;
    assert!(gave_up.is_err());

    let mut next = Box::pin(ask(MOST));
    let waits = tokio::time::timeout(milliseconds(50), next.as_mut()).await;
    assert!(waits.is_err());
    // What the one before it leaves is for it, whether that was answered or gave up.
    peer.answer(&asked[0].id, "0").await;
    assert_eq!(open.next().await.expect("a call").expect("an answer"), 0);
    let comes = async {
        let asked = peer.call().await;
        assert_eq!(asked.args["n"], MOST);
        peer.answer(&asked.id, "1").await;
    };
    let (answer, ()) = tokio::join!(next, comes);
    assert_eq!(answer.expect("an answer"), 1);
    // The room of the one that was answered last is taken by this, and what is left by those that give up by the next.
    let mut last = Box::pin(ask(0));
    let waits = tokio::time::timeout(milliseconds(50), last.as_mut()).await;
    assert!(waits.is_err());
    assert_eq!(peer.call().await.args["n"], 0);
    let mut next = Box::pin(ask(1));
    let waits = tokio::time::timeout(milliseconds(50), next.as_mut()).await;
    assert!(waits.is_err());
    drop(last);
    assert_eq!(peer.call().await.args["n"], 1);

    let closed = async { socket.close().await.expect("closed") };
    tokio::join!(closed, async { drop(peer) });
    for _ in 0..2 {
        assert!(ask(0).await.expect_err("closed").is_closed());
    }
}

#[tokio::test]
async fn a_large_call_takes_the_room_of_many() {
    let (_server, mut peer, socket) = unmetered().await;
    // 240 times 4 KiB, and one: seventeen of them are more than there is room for.
    let large = json!({ "text": "x".repeat(240 * 4096) });
    let ask = || socket.call::<Value>("Echo", &large).into_future();
    let mut open: FuturesUnordered<_> = (0..17).map(|_| ask()).collect();
    let mut next = async || {
        tokio::select! {
            answer = open.next() => panic!("{answer:?} to nothing"),
            call = peer.call() => call,
        }
    };
    for _ in 0..16 {
        next().await;
    }
    let more = tokio::time::timeout(milliseconds(100), next()).await;
    assert!(more.is_err(), "the seventeenth waits");
}
