//! Recordings, which hold everything else.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use executions::recording::{Recorder, Recording};
use executions::values::Json;
use executions::{CrossTrade, Limits};
use serde_json::{Value, json};

use super::{Inspector, MARKER, ask, echoes, html, observed_handles, sent};
use crate::socket::peer::Server;
use crate::socket::{meet, quick};
use crate::wire::{Read, Wire, head, send};

/// The file as it is, every text in it as it reads, and every body and message as it was.
fn inspect(path: &Path) -> Recording {
    let mut inspector = Inspector::default();
    let text = fs::read_to_string(path).expect("text");
    inspector.text("the file", &text);
    let document: Value = serde_json::from_str(&text).expect("valid JSON");
    inspect_texts(&document, &mut inspector);
    let recording = Recording::read(File::open(path).expect("a file")).expect("a HAR file");
    for entry in &recording.entries {
        let bodies = entry.answer.iter().map(|answer| &answer.body);
        let messages = entry.messages.iter().flatten().map(|message| &message.data);
        for bytes in bodies.chain(messages) {
            inspector.text("a body", &String::from_utf8_lossy(bytes));
        }
    }
    recording
}

fn inspect_texts(value: &Value, inspector: &mut Inspector) {
    match value {
        Value::String(text) => inspector.text("a text", text),
        Value::Array(values) => values.iter().for_each(|v| inspect_texts(v, inspector)),
        Value::Object(members) => members.values().for_each(|v| inspect_texts(v, inspector)),
        _ => {}
    }
}

#[tokio::test]
async fn no_recording_shows_a_credential_in_a_header_a_cookie_or_an_echo() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("traffic.har");
    let recorder = Arc::new(Recorder::create(&path).expect("a new file"));
    let mut count = 0;
    for (secret, references) in sent() {
        for body in echoes(&secret) {
            let length = format!("content-length: {}", body.len());
            let headers = [
                "connection: close".to_owned(),
                length,
                format!("x-echo: Bearer {secret}"),
                format!("location: https://user:{secret}@example.com/?{secret}"),
                format!("set-cookie: session={secret}"),
                "set-cookie: other=kept-by-nobody".to_owned(),
            ];
            let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
            for status in [200, 401] {
                let script = vec![Read, head(status, &headers), send(body.as_str())];
                let server = Wire::play([script]).await;
                // In the last round, a body that is cut off within the credential.
                let cut = body.find(&secret).map_or(usize::MAX, |start| start + 9);
                for limits in [Limits::default(), Limits::default().body(cut.max(1))] {
                    let observer = Some(recorder.clone() as _);
                    let handles = observed_handles(&server.url(), limits, observer);
                    count += ask(&handles, references).await.len();
                }
            }
        }
    }
    recorder.finish().expect("written");
    let recording = inspect(&path);
    assert!(recording.entries.len() >= count && count > 500, "{count}");
    let text = fs::read_to_string(&path).expect("text");
    assert!(text.contains("[hidden]") && !text.contains("kept-by-nobody"));
    let names = recording.entries.iter().flat_map(|e| &e.request_headers);
    let mut names = names.map(|(name, _)| name.to_ascii_lowercase());
    assert!(!names.any(|name| name == "authorization" || name.contains("api")));
}

#[tokio::test]
async fn no_recording_shows_a_credential_that_is_part_of_what_is_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("traffic.har");
    let recorder = Arc::new(Recorder::create(&path).expect("a new file"));
    // Pasted in the wrong place; as it stands it could not be a part of a path.
    let secret = "MARK-er 0123<456>klmnopqrstuvwxyz";
    let server = Wire::always(crate::wire::ok("{}")).await;
    let crosstrade = CrossTrade::builder()
        .token(secret)
        .base_url(server.url())
        .observer(recorder.clone())
        .build()
        .expect("complete");
    let _ = crosstrade.execution(secret, secret).await;
    recorder.finish().expect("written");
    let recording = inspect(&path);
    assert!(
        server.requests()[0].contains("MARK-er%200123"),
        "it was sent"
    );
    assert!(
        recording.entries[0].url.contains("[hidden]"),
        "{recording:?}"
    );
}

#[tokio::test]
async fn no_recording_shows_a_credential_in_a_websockets_frames() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("traffic.har");
    let recorder = Arc::new(Recorder::create(&path).expect("a new file"));
    let server = Server::listen().await;
    let crosstrade = CrossTrade::builder()
        .token(MARKER)
        .base_url(server.url())
        .observer(recorder.clone())
        .build()
        .expect("complete");
    let echo = json!({"error": format!("bad token {MARKER}")}).to_string();
    let header = format!("x-echo: {MARKER}\r\nset-cookie: a={MARKER}\r\n");
    let (refused, ()) = tokio::join!(quick(&crosstrade), server.refuse(401, &header, &echo));
    refused.expect_err("refused");

    let (mut peer, socket) = meet(&server, quick(&crosstrade)).await;
    let mut events = socket.events();
    let call = async { socket.call::<Json>("Echo", json!({"token": MARKER})).await };
    let serve = async {
        let asked = peer.call().await;
        assert_eq!(asked.args["token"], MARKER, "it was sent");
        peer.say(json!({"type": "marketData", "quotes": [], "x": MARKER}).to_string())
            .await;
        peer.say(format!("<p>{}</p>", html(MARKER))).await;
        peer.frame(0x82, &[b"\xff", MARKER.as_bytes()].concat())
            .await;
        peer.answer(&asked.id, &json!({"token": MARKER}).to_string())
            .await;
    };
    let (answer, ()) = tokio::join!(call, serve);
    assert!(answer.expect("answered").as_str().contains("MARK-er"));
    peer.close(4001, MARKER).await;
    while events.next().await.is_some() {}
    recorder.finish().expect("written");
    let recording = inspect(&path);
    let messages = recording.entries[1].messages.as_ref().expect("a WebSocket");
    assert_eq!(messages.len(), 5);
    for message in messages {
        let text = String::from_utf8_lossy(&message.data);
        assert!(text.contains("[hidden]"), "{text}");
    }
    let lost = recording.entries[1].lost.as_ref();
    assert!(lost.is_some_and(|why| why.contains("4001")), "{lost:?}");
}
