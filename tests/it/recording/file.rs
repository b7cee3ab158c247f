//! The file that a recorder writes.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use executions::observe::{Exchange, Message, Observer, Veto};
use executions::recording::{Count, Recorder, Recording};
use executions::values::Json;
use serde_json::Value;

use super::watched;
use crate::clients::{documents, failure};
use crate::socket::peer::Server;
use crate::socket::{meet, quick};
use crate::wire::{Read, Wire, answer, ok, refusing};

fn document(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("a file")).expect("valid JSON")
}

fn count(count: Count) -> (u64, u64) {
    (count.exchanges, count.messages)
}

#[tokio::test]
async fn the_file_is_a_har_document_after_each_exchange() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("traffic.har");
    let recorder = Arc::new(Recorder::create(&path).expect("a new file"));
    assert_eq!(document(&path)["log"]["entries"], Value::Array(Vec::new()));

    let odd = "{\"e\": \"\\u0000 é \u{fe}\"}\r\n\t ";
    let broken = crate::wire::send(
        [
            &b"HTTP/1.1 200 X\r\nconnection: close\r\ncontent-length: 2\r\n\r\n"[..],
            b"\xff\xfe",
        ]
        .concat(),
    );
    let server = Wire::play([
        vec![Read, ok(documents::FILL)],
        vec![Read, answer(404, &[], odd)],
        vec![Read, broken],
    ])
    .await;
    let crosstrade = watched(&server.url(), recorder.clone());
    let fill = crosstrade.execution("Sim101", "a").await.expect("a fill");
    for entries in 2..=3 {
        failure(&crosstrade).await;
        let document = document(&path);
        assert_eq!(
            document["log"]["entries"].as_array().map(Vec::len),
            Some(entries)
        );
    }
    failure(&watched(&refusing(), recorder.clone())).await;
    assert_eq!(recorder.finish().map(count).expect("written"), (6, 0));

    let document = document(&path);
    assert_eq!(document["log"]["version"], "1.2");
    let entries = document["log"]["entries"].as_array().expect("entries");
    for entry in entries {
        for member in [
            "startedDateTime",
            "time",
            "request",
            "response",
            "cache",
            "timings",
        ] {
            assert!(!entry[member].is_null(), "{member}: {entry}");
        }
        for member in ["cookies", "headers", "queryString"] {
            assert!(entry["request"][member].is_array(), "{member}");
        }
        for member in [
            "content",
            "redirectURL",
            "headersSize",
            "bodySize",
            "httpVersion",
        ] {
            assert!(!entry["response"][member].is_null(), "{member}");
        }
        assert_eq!(entry["_service"], "crosstrade");
    }
    assert_eq!(entries[2]["response"]["content"]["encoding"], "base64");
    assert_eq!(entries[5]["_attempt"], 3);
    assert_eq!(entries[5]["_failure"], "no connection could be made");
    assert_eq!(entries[5]["response"]["status"], 0);

    let read = Recording::read(File::open(&path).expect("a file")).expect("a HAR file");
    let body = |index: usize| read.entries[index].answer.as_ref().map(|a| &*a.body);
    assert_eq!(body(0), Some(&**fill.bytes()));
    assert_eq!(body(1), Some(odd.as_bytes()));
    assert_eq!(body(2), Some(&b"\xff\xfe"[..]));
    assert!(body(5).is_none());
}

#[cfg(unix)]
#[test]
fn the_file_is_its_owners_alone_and_another_is_not_overwritten_unasked() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("traffic.har");
    let mode = || fs::metadata(&path).expect("a file").permissions().mode() & 0o777;
    fs::write(&path, "precious").expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("set");
    let error = Recorder::create(&path).expect_err("it exists");
    assert_eq!(error.kind(), std::io::ErrorKind::AlreadyExists);
    assert!(error.to_string().contains("traffic.har"), "{error}");
    assert_eq!(fs::read(&path).expect("kept"), b"precious");
    Recorder::replace(&path).expect("as it was asked for");
    document(&path);
    assert_eq!(mode(), 0o600);
    fs::remove_file(&path).expect("removed");
    Recorder::create(&path).expect("a new file");
    assert_eq!(mode(), 0o600);
}

#[tokio::test]
async fn a_full_disk_fails_no_call_and_is_told_once() {
    let full = tempfile::NamedTempFile::new().expect("a file");
    let recorder = Arc::new(Recorder::to(Small(full.reopen().expect("open"), 2000)).expect("room"));
    let server = Wire::always(ok(documents::FILL)).await;
    let crosstrade = watched(&server.url(), recorder.clone());
    for _ in 0..4 {
        crosstrade.execution("Sim101", "a").await.expect("a fill");
    }
    let error = recorder.finish().expect_err("the disk was full");
    assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
    assert!(
        error.to_string().contains("exchanges: 3, messages: 0"),
        "{error}"
    );
    recorder.finish().expect("it was told");
    let entries = document(full.path())["log"]["entries"].take();
    assert_eq!(entries.as_array().map(Vec::len), Some(1));
}

/// A file with room for so many bytes.
struct Small(File, u64);

impl std::io::Write for Small {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        use std::io::Seek as _;
        let room = self.1.saturating_sub(self.0.stream_position()?);
        if room == 0 {
            return Err(std::io::ErrorKind::StorageFull.into());
        }
        let fits = bytes.len().min(usize::try_from(room).expect("small"));
        self.0.write(&bytes[..fits])
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl std::io::Seek for Small {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        self.0.seek(to)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_calls_at_once_are_each_an_entry_with_its_own_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("traffic.har");
    let recorder = Arc::new(Recorder::create(&path).expect("a new file"));
    let server = wiremock::MockServer::start().await;
    wiremock::Mock::given(wiremock::matchers::any())
        .respond_with(|request: &wiremock::Request| {
            let id = request.url.path().rsplit('/').next().unwrap_or_default();
            let body = documents::FILL.replace("550837ff9e784c2895ef6dab22d06be0", id);
            wiremock::ResponseTemplate::new(200).set_body_raw(body, "application/json")
        })
        .mount(&server)
        .await;
    let crosstrade = watched(&server.uri(), recorder.clone());
    let calls = (0..200).map(|id| {
        let crosstrade = crosstrade.clone();
        tokio::spawn(async move { crosstrade.execution("Sim101", &format!("x{id}")).await })
    });
    let calls: Vec<_> = calls.collect();
    for call in calls {
        call.await.expect("no panic").expect("a fill");
    }
    // So many waits may have used up the task's turn, and wiremock's server, when it is dropped, would wait for one that
    // never comes.
    tokio::task::yield_now().await;
    assert_eq!(recorder.finish().map(count).expect("written"), (200, 0));
    let read = Recording::read(File::open(&path).expect("a file")).expect("a HAR file");
    let mut ids = std::collections::BTreeSet::new();
    for entry in &read.entries {
        let id = entry.url.rsplit('/').next().expect("an id").to_owned();
        let body = &entry.answer.as_ref().expect("answered").body;
        let body: Value = serde_json::from_slice(body).expect("JSON");
        assert_eq!(body["id"], id.as_str());
        ids.insert(id);
    }
    assert_eq!((ids.len(), read.entries.len()), (200, 200));
}

#[test]
fn a_thousand_entries_take_no_more_memory_than_ten() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let body = documents::FILL.replace("Exit", &"x".repeat(20_000));
    let (server, url) = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build();
        let runtime = runtime.expect("a runtime");
        let server = runtime.block_on(Wire::always(ok(&body)));
        let url = server.url();
        ((runtime, server), url)
    })
    .join()
    .expect("it listens");
    let path = |calls: usize| folder.path().join(format!("{calls}.har"));
    let most = |calls: usize| {
        let recorder = Arc::new(Recorder::create(path(calls)).expect("a new file"));
        let crosstrade = watched(&url, recorder.clone());
        let measured = allocation_counter::measure(|| {
            runtime.block_on(async {
                for _ in 0..calls {
                    crosstrade.execution("Sim101", "a").await.expect("a fill");
                }
            });
        });
        assert_eq!(
            recorder.finish().map(count).expect("written"),
            (calls as u64, 0)
        );
        measured.bytes_max
    };
    most(10);
    let (few, many) = (most(11), most(1000));
    let size = fs::metadata(path(1000)).expect("a file").len();
    assert!(size > 20_000_000, "{size}");
    assert!(
        many < few + 200_000,
        "{few} bytes for ten, {many} for a thousand"
    );
    drop(server);
}

#[tokio::test]
async fn a_sockets_messages_stand_in_its_entry_also_where_others_came_between() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("traffic.har");
    let recorder = Arc::new(Recorder::create(&path).expect("a new file"));
    let server = Server::listen().await;
    let rest = Wire::always(ok(documents::FILL)).await;
    let crosstrade = watched(&server.url(), recorder.clone());
    let rest = watched(&rest.url(), recorder.clone());
    let first = meet(&server, quick(&crosstrade)).await;
    let mut ends = [first, meet(&server, quick(&crosstrade)).await];
    for (index, api) in [(0, "One"), (1, "Two"), (0, "Three")] {
        let (peer, socket) = &mut ends[index];
        let call = async { socket.call::<Json>(api, ()).await };
        let serve = async {
            let asked = peer.call().await;
            peer.answer(&asked.id, "1").await;
        };
        let (answer, ()) = tokio::join!(call, serve);
        answer.expect("answered");
        document(&path);
        rest.execution("Sim101", "a").await.expect("a fill");
    }
    let [(mut peer, socket), _other] = ends;
    peer.frame(0x82, b"\xff\x00").await;
    let mut events = socket.events();
    peer.close(4001, "enough").await;
    while events.next().await.is_some() {}
    let written = recorder.finish().map(count).expect("written");
    assert_eq!(written, (5, 7));

    let read = Recording::read(File::open(&path).expect("a file")).expect("a HAR file");
    assert_eq!(read.entries.len(), 5, "two sockets and three calls");
    let sockets: Vec<_> = read
        .entries
        .iter()
        .filter(|e| e.messages.is_some())
        .collect();
    let [first, second] = sockets[..] else {
        panic!("{sockets:?}");
    };
    let messages = first.messages.as_ref().expect("messages");
    assert_eq!(messages.len(), 5);
    assert_eq!(
        (messages[4].is_text, &*messages[4].data),
        (false, &b"\xff\x00"[..])
    );
    assert!(
        first.lost.as_ref().is_some_and(|why| why.contains("4001")),
        "{first:?}"
    );
    assert_eq!(second.messages.as_ref().map(Vec::len), Some(2));
    assert_eq!(second.lost, None);
    let texts = String::from_utf8_lossy(&messages[2].data);
    assert!(texts.contains("Three"), "{texts}");
}

#[tokio::test]
async fn messages_whose_handshake_was_not_recorded_are_said_to_be_missing() {
    struct Late(Arc<Recorder>);

    impl Observer for Late {
        fn exchange(&self, _: &Exchange) -> Result<(), Veto> {
            Ok(())
        }

        fn message(&self, message: &Message) -> Result<(), Veto> {
            self.0.message(message)
        }
    }

    let file = tempfile::NamedTempFile::new().expect("a file");
    let recorder = Recorder::to(file.reopen().expect("open"));
    let recorder = Arc::new(recorder.expect("written"));
    let server = Server::listen().await;
    let crosstrade = watched(&server.url(), Arc::new(Late(recorder.clone())));
    let (mut peer, socket) = meet(&server, quick(&crosstrade)).await;
    socket.subscribe(["ES 12-25"]).await.expect("open");
    peer.text().await;
    let error = recorder.finish().expect_err("one is missing");
    assert!(
        error.to_string().contains("exchanges: 0, messages: 1"),
        "{error}"
    );
    document(file.path());
}
