//! A WebSocket's handshake and messages, as an observer sees them.

use std::sync::Arc;

use executions::observe::Direction::{Received, Sent};
use executions::values::Json;
use serde_json::json;

use super::{Witness, watched};
use crate::clients::milliseconds;
use crate::socket::peer::Server;
use crate::socket::{meet, quick};

#[tokio::test]
async fn the_handshake_is_an_exchange_whether_it_opens_or_not() {
    let server = Server::listen().await;
    let witness = Arc::new(Witness::default());
    let crosstrade = watched(&server.url(), witness.clone());
    let (refused, ()) = tokio::join!(quick(&crosstrade), server.refuse(401, "", "{}"));
    assert!(refused.expect_err("refused").is_auth());
    let (_peer, _socket) = meet(&server, quick(&crosstrade)).await;
    let exchanges = witness.exchanges();
    let statuses = exchanges.iter().map(|exchange| {
        let response = exchange.response.as_ref().expect("answered");
        response.status.as_u16()
    });
    assert_eq!(statuses.collect::<Vec<_>>(), [401, 101]);
    for exchange in &exchanges {
        assert_eq!(exchange.operation, "connect_socket");
        assert_eq!(
            exchange.url.as_str(),
            format!("{}/ws/stream", server.url().replace("http", "ws"))
        );
        assert!(!exchange.request.contains_key("authorization"));
    }
    assert_ne!(exchanges[0].connection, exchanges[1].connection);
}

#[tokio::test]
async fn a_vetoed_handshake_opens_nothing_and_is_not_tried_again() {
    let server = Server::listen().await;
    let crosstrade = watched(&server.url(), Witness::vetoing(|_| true));
    let opened = async {
        let mut peer = server.request().await;
        peer.open().await;
        let left_alone = server.is_left_alone(milliseconds(100)).await;
        (peer, left_alone)
    };
    let (socket, (_peer, left_alone)) = tokio::join!(quick(&crosstrade), opened);
    let error = socket.expect_err("vetoed");
    assert!(error.is_contract_drift(), "{error}");
    assert!(error.what().contains("the-rule"), "{error}");
    assert!(left_alone);
}

#[tokio::test]
async fn a_vetoed_handshake_ends_a_socket_that_connects_again() {
    let server = Server::listen().await;
    let witness =
        Witness::vetoing(|exchange| exchange.response.as_ref().is_ok_and(|r| r.status == 503));
    let crosstrade = watched(&server.url(), witness);
    let (peer, socket) = meet(&server, quick(&crosstrade)).await;
    let mut events = socket.events();
    drop(peer);
    server.refuse(503, "", "{}").await;
    let why = crate::socket::until(&mut events, |event| match event {
        executions::crosstrade::socket::Event::State(
            executions::crosstrade::socket::State::Closed(why),
        ) => Some(why.clone()),
        _ => None,
    });
    assert!(why.await.is_contract_drift());
    assert!(server.is_left_alone(milliseconds(200)).await);
}

#[tokio::test]
async fn each_message_is_shown_with_the_call_it_makes_or_answers() {
    let server = Server::listen().await;
    let witness = Arc::new(Witness::default());
    let crosstrade = watched(&server.url(), witness.clone());
    let (mut peer, socket) = meet(&server, quick(&crosstrade)).await;
    let mut events = socket.events();
    let calls = async {
        let first = socket.call::<Json>("First", json!({"a": 1}));
        let second = socket.call::<Json>("Second", ());
        tokio::join!(first.into_future(), second.into_future())
    };
    let serve = async {
        let (one, other) = (peer.call().await, peer.call().await);
        // The later one first.
        peer.answer(&other.id, "2").await;
        peer.say(format!(r#"{{"id":"{}","error":"no"}}"#, one.id))
            .await;
        peer.quote(5).await;
        peer.frame(0x82, &[0xff]).await;
        [one.id, other.id]
    };
    let ((first, second), [one, other]) = tokio::join!(calls, serve);
    first.expect_err("refused");
    assert_eq!(second.expect("answered").as_str(), "2");
    crate::socket::until(&mut events, |event| {
        matches!(event, executions::crosstrade::socket::Event::Unread(_)).then_some(())
    })
    .await;
    let call = |id: &str, api: &str, args: &str| {
        let text = format!(r#"{{"action":"rpc","id":"{id}","api":"{api}","args":{args}}}"#);
        (Sent, Some(api.to_owned()), text)
    };
    let messages = witness.messages();
    assert_eq!(messages[0], call(&one, "First", r#"{"a":1}"#));
    assert_eq!(messages[1], call(&other, "Second", "{}"));
    let answer = format!(r#"{{"id":"{other}","data":2}}"#);
    assert_eq!(messages[2], (Received, Some("Second".to_owned()), answer));
    let refusal = format!(r#"{{"id":"{one}","error":"no"}}"#);
    assert_eq!(messages[3], (Received, Some("First".to_owned()), refusal));
    assert_eq!((messages[4].0, &messages[4].1), (Received, &None));
    assert!(messages[4].2.contains("marketData"));
    assert_eq!(messages.len(), 6);
    {
        let messages = witness.messages.lock().expect("whole");
        assert_eq!(
            (messages[5].is_text, &*messages[5].data),
            (false, &[0xff][..])
        );
        let connection = witness.exchanges()[0].connection;
        assert!(messages.iter().all(|m| Some(m.connection) == connection));
    }
    socket.close().await.expect("closes");
    let closed = witness.closed.lock().expect("whole").clone();
    assert!(matches!(closed[..], [(_, None)]), "{closed:?}");
}

#[tokio::test]
async fn a_vetoed_answer_ends_its_call_and_no_other() {
    let server = Server::listen().await;
    let witness = Witness::vetoing_messages(|message| {
        // Also a veto where there is nothing to end.
        message.direction == Sent || message.data.windows(3).any(|bytes| bytes == b"bad")
    });
    let crosstrade = watched(&server.url(), witness.clone());
    let (mut peer, socket) = meet(&server, quick(&crosstrade)).await;
    let calls = async {
        let bad = socket.call::<Json>("Bad", ());
        let good = socket.call::<Json>("Good", ());
        let refused = socket.call::<Json>("Refused", ());
        tokio::join!(bad.into_future(), good.into_future(), refused.into_future())
    };
    let serve = async {
        let (bad, good) = (peer.call().await, peer.call().await);
        let refused = peer.call().await;
        peer.say(r#"{"type":"bad"}"#).await;
        peer.answer(&bad.id, r#"{"bad":1}"#).await;
        peer.say(format!(r#"{{"id":"{}","error":"bad"}}"#, refused.id))
            .await;
        peer.answer(&good.id, "2").await;
        bad.id
    };
    let ((bad, good, refused), id) = tokio::join!(calls, serve);
    assert_eq!(good.expect("answered").as_str(), "2");
    let bad = bad.expect_err("vetoed");
    assert!(
        bad.is_contract_drift() && !bad.is_outcome_unknown(),
        "{bad}"
    );
    assert_eq!(bad.json_path(), Some("/a/0"));
    assert!(bad.what().contains("the-rule"), "{bad}");
    assert_eq!(bad.attempts(), 1);
    let frame = format!(r#"{{"id":"{id}","data":{{"bad":1}}}}"#);
    assert_eq!(bad.body().map(|body| &**body), Some(frame.as_bytes()));
    assert!(refused.expect_err("vetoed").is_contract_drift());

    let again = async { socket.call::<Json>("Again", ()).await };
    let (again, ()) = tokio::join!(again, async {
        let asked = peer.call().await;
        peer.answer(&asked.id, "3").await;
    });
    assert_eq!(again.expect("it goes on").as_str(), "3");
    drop(peer);
    server.accept().await;
    let closed = witness.closed.lock().expect("whole").clone();
    let [(_, Some(why))] = &closed[..] else {
        panic!("{closed:?}");
    };
    assert!(why.contains("broke"), "{why}");
}
