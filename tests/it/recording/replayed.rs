//! A recording that is served again.

use std::io::Cursor;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use executions::crosstrade::socket::Event;
use executions::recording::replay::Replay;
use executions::recording::{Recorder, Recording};
use executions::simulator::{Options, Simulator};
use executions::values::Json;
use executions::{Executions, Reply};
use serde_json::{Value, json};

use super::{watched, watched_within};
use crate::clients::{crosstrade, documents, executions, failure, milliseconds};
use crate::socket::peer::Server;
use crate::socket::{meet, quick, until};
use crate::wire::{Read, Reset, Wire, answer, ok};

/// A file in memory that can be looked at while it is written.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Cursor<Vec<u8>>>>);

impl Shared {
    fn recorder(&self) -> Arc<Recorder> {
        Arc::new(Recorder::to(self.clone()).expect("memory"))
    }

    fn recording(&self) -> Recording {
        let file = self.0.lock().expect("whole");
        Recording::read(&file.get_ref()[..]).expect("a HAR file")
    }

    async fn replay(&self) -> Replay {
        Replay::start(&self.recording(), 0)
            .await
            .expect("a free port")
    }
}

impl std::io::Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("whole").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl std::io::Seek for Shared {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        self.0.lock().expect("whole").seek(to)
    }
}

fn handles(variables: &[(&'static str, String)]) -> Executions {
    let variables: Vec<_> = variables
        .iter()
        .map(|(name, value)| (*name, &**value))
        .collect();
    executions(&variables)
}

#[tokio::test]
async fn what_the_services_answered_comes_again_as_the_same_values_and_bytes() {
    let file = Shared::default();
    let simulator = Simulator::start(Options::default()).await.expect("starts");
    let variables = simulator.variables();
    let recorded = Executions::observed(file.recorder()).from_variables(|name| {
        let (_, value) = variables.iter().find(|(known, _)| *known == name)?;
        Some(value.clone())
    });
    let recorded = recorded.expect("complete");
    let mut originals = Vec::new();
    for reference in simulator.references() {
        let reference = reference.parse().expect("a reference");
        let original = recorded.get(&reference).await.expect("known");
        originals.push((reference, original));
    }
    let list = |executions: &Executions| {
        let crosstrade = executions.crosstrade().expect("open").clone();
        async move {
            let lookback = Duration::from_secs(900);
            crosstrade
                .executions("Sim101")
                .lookback(lookback)
                .await
                .expect("a list")
        }
    };
    let fills = list(&recorded).await;
    simulator.shutdown().await;

    let replay = file.replay().await;
    let again = handles(&replay.variables());
    for (reference, original) in &originals {
        let reply = again.get(reference).await.expect("recorded");
        assert_eq!(reply.bytes(), original.bytes(), "{reference}");
        assert_eq!(format!("{:?}", *reply), format!("{:?}", **original));
        assert_eq!(
            reply.headers().get("content-type"),
            original.headers().get("content-type")
        );
    }
    let fills_again = list(&again).await;
    assert_eq!(fills_again.bytes(), fills.bytes());
    assert_eq!(*fills_again, *fills);
    replay.shutdown().await;
}

#[tokio::test]
async fn answers_come_in_turn_failures_as_closed_connections_and_the_last_for_ever() {
    let file = Shared::default();
    let server = Wire::play([
        vec![Read, Reset],
        vec![Read, answer(503, &["retry-after: 0"], "{}")],
        vec![Read, ok(documents::FILL)],
        vec![Read, answer(404, &[], r#"{"error":"gone"}"#)],
    ])
    .await;
    let recorded = watched(
        &format!("{}/behind/a/prefix", server.url()),
        file.recorder(),
    );
    let original = recorded.execution("Sim101", "a").await.expect("a fill");
    assert_eq!(original.attempts(), 3);
    assert!(
        recorded
            .execution("Sim101", "a")
            .await
            .expect_err("gone")
            .is_not_found()
    );

    let replay = file.replay().await;
    // By its end, as the prefix is not known.
    let again = crosstrade(&replay.url());
    let reply: Reply<_> = again.execution("Sim101", "a").await.expect("a fill");
    assert_eq!((reply.attempts(), reply.bytes()), (3, original.bytes()));
    for _ in 0..3 {
        let error = again.execution("Sim101", "a").await.expect_err("gone");
        assert_eq!(error.code(), Some("gone"));
    }
    let unknown = again.execution("Sim101", "b").await.expect_err("unknown");
    assert!(unknown.is_not_found());
    assert_eq!(unknown.code(), Some("not_recorded"));
    let body: Value = serde_json::from_slice(unknown.body().expect("a body")).expect("JSON");
    assert_eq!(
        body["nearest"],
        json!(["GET /behind/a/prefix/v1/api/accounts/Sim101/executions/a"])
    );
}

#[tokio::test]
async fn a_connection_that_only_ever_failed_only_ever_fails() {
    let file = Shared::default();
    let server = Wire::play([vec![Read, Reset]]).await;
    failure(&watched(&server.url(), file.recorder())).await;
    let replay = file.replay().await;
    let error = crosstrade(&replay.url())
        .execution("Sim101", "exec_1")
        .await;
    let error = error.expect_err("closed");
    assert!(error.what().contains("broke"), "{error}");
    assert_eq!(error.attempts(), 3);
}

#[tokio::test]
async fn over_the_websocket_the_same_calls_get_the_same_bytes_and_pushes() {
    let file = Shared::default();
    let simulator = Simulator::start(Options::default()).await.expect("starts");
    let token = executions::simulator::CROSSTRADE_TOKEN;
    let recorder = file.recorder();
    let recorded = executions::CrossTrade::builder()
        .token(token)
        .base_url(simulator.crosstrade_url())
        .observer(recorder.clone())
        .build()
        .expect("complete");
    let socket = recorded.connect().await.expect("connects");
    let id = "550837ff9e784c2895ef6dab22d06be0";
    let fill = socket.execution("Sim101", id).await.expect("a fill");
    let accounts: Json = socket.call("ListAccounts", ()).await.expect("accounts");
    let missing = socket
        .execution("Sim101", "nobody")
        .await
        .expect_err("unknown");
    let quotes = |socket: executions::crosstrade::Socket| async move {
        let mut events = socket.events();
        socket.subscribe(["ES 12-25"]).await.expect("open");
        let quote = |event: &Event| match event {
            Event::Quotes(quotes) => Some(quotes.bytes().clone()),
            _ => None,
        };
        [
            until(&mut events, quote).await,
            until(&mut events, quote).await,
        ]
    };
    let pushed = quotes(socket.clone()).await;
    socket.close().await.expect("closes");
    simulator.shutdown().await;
    recorder.finish().expect("written");

    let replay = file.replay().await;
    let again = handles(&replay.variables());
    let again = again
        .crosstrade()
        .expect("open")
        .connect()
        .await
        .expect("connects");
    // In another order, as calls have names of their own.
    let accounts_again: Json = again.call("ListAccounts", ()).await.expect("accounts");
    let fill_again = again.execution("Sim101", id).await.expect("a fill");
    assert_eq!(accounts_again.as_str(), accounts.as_str());
    assert_eq!(fill_again.bytes(), fill.bytes());
    assert_eq!(*fill_again, *fill);
    let missing_again = again
        .execution("Sim101", "nobody")
        .await
        .expect_err("unknown");
    assert_eq!(missing_again.what(), missing.what());
    assert_eq!(quotes(again.clone()).await, pushed);
    let unknown = again
        .call::<Json>("PlaceOrder", json!({"account": "Sim101"}))
        .await;
    let unknown = unknown.expect_err("not recorded");
    assert_eq!(unknown.code(), Some("not_recorded"));
}

#[tokio::test]
async fn a_connection_that_was_lost_is_lost_again_and_the_next_goes_on() {
    let file = Shared::default();
    let server = Server::listen().await;
    let recorded = watched_within(&server.url(), file.recorder(), Default::default());
    let (mut peer, socket) = meet(&server, quick(&recorded)).await;
    let call = async { socket.call::<Json>("Order", ()).await };
    let serve = async {
        peer.call().await;
        drop(peer);
        server.accept().await
    };
    let (lost, mut peer) = tokio::join!(call, serve);
    assert!(lost.expect_err("lost").is_outcome_unknown());
    let call = async { socket.call::<Json>("Order", ()).await };
    let serve = async {
        let asked = peer.call().await;
        peer.answer(&asked.id, "1").await;
    };
    let (answer, ()) = tokio::join!(call, serve);
    answer.expect("answered");

    let replay = file.replay().await;
    let again = quick(&crosstrade(&replay.url())).await.expect("connects");
    let lost = again.call::<Json>("Order", ()).await.expect_err("lost");
    assert!(lost.is_outcome_unknown(), "{lost}");
    let answer = again
        .call::<Json>("Order", ())
        .timeout(milliseconds(5000))
        .await;
    assert_eq!(answer.expect("answered").as_str(), "1");
}
