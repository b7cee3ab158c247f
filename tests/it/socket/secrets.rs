//! The token, at the loudest level of everything that logs, on connections that fail and succeed.

use std::fmt::Write as _;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use executions::CrossTrade;
use serde_json::Value;
use tracing_subscriber::fmt::MakeWriter;

use super::peer::Server;
use super::{quick, until};

const MARKER: &str = "marker-of-the-token";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Log {
    fn text(&self) -> MutexGuard<'_, String> {
        self.0.lock().expect("whole")
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text().push_str(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// What libraries say through `log` instead of `tracing`, on this test's thread alone.
struct Old;

thread_local! {
    static HERE: std::cell::RefCell<Option<Log>> = const { std::cell::RefCell::new(None) };
}

impl log::Log for Old {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        HERE.with_borrow(Option::is_some)
    }

    fn log(&self, record: &log::Record<'_>) {
        HERE.with_borrow(|here| {
            if let Some(log) = here {
                let _ = writeln!(log.text(), "{}: {}", record.target(), record.args());
            }
        });
    }

    fn flush(&self) {}
}

#[tokio::test]
async fn the_token_reaches_no_log_of_any_library_at_any_level() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::level_filters::LevelFilter::TRACE)
        .with_writer(log.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    log::set_logger(&Old).expect("the only one");
    log::set_max_level(log::LevelFilter::Trace);
    HERE.set(Some(log.clone()));

    let server = Server::listen().await;
    let crosstrade = CrossTrade::builder()
        .token(MARKER)
        .base_url(server.url())
        .build()
        .expect("complete");
    let echo = format!(r#"{{"error": "bad token {MARKER}"}}"#);
    let (refused, ()) = tokio::join!(quick(&crosstrade), server.refuse(401, "", &echo));
    let refused = refused.expect_err("refused");
    assert!(refused.is_auth());

    let (mut peer, socket) = super::meet(&server, quick(&crosstrade)).await;
    let mut events = socket.events();
    let call = async { socket.call::<Value>("Echo", ()).await };
    let (answer, ()) = tokio::join!(call, async {
        let asked = peer.call().await;
        peer.say(format!(
            r#"{{"id":"{}","error":"bad token {MARKER}"}}"#,
            asked.id
        ))
        .await;
    });
    let answer = answer.expect_err("refused");
    drop(peer);
    let mut peer = server.accept().await;
    peer.close(4001, "no").await;
    let why = until(&mut events, |event| match event {
        super::Event::State(executions::crosstrade::socket::State::Closed(why)) => {
            Some(why.clone())
        }
        _ => None,
    })
    .await;
    HERE.set(None);

    let text = log.text().clone();
    for target in ["tungstenite", "hyper", "executions"] {
        assert!(text.contains(target), "{target} was not listened to");
    }
    // The frames that echo it are the server's words, and the only lines it may be in.
    let told: Vec<&str> = text
        .lines()
        .filter(|line| line.contains(MARKER) && !line.contains("bad token"))
        .collect();
    assert!(told.is_empty(), "{told:#?}");
    assert!(!text.contains(&format!("Bearer {MARKER}")));
    for shown in [
        format!("{refused} {refused:?}"),
        format!("{answer} {answer:?}"),
        format!("{why:?} {socket:?} {crosstrade:?}"),
    ] {
        assert!(!shown.contains(MARKER), "{shown}");
    }
}
