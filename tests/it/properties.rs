//! No bytes from outside make the clients panic, and none are lost on the way.

use executions::values::Decimal;
use executions::{Error, Execution, Limits, Reply};
use jiff::Timestamp;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::clients::{b3os, crosstrade_within, documents, hummingbot};
use crate::wire::{Read, Step, Wire, send};

/// What could stand in the place of any value.
const TOKENS: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "-0",
    "-1",
    "1.5",
    "1e400",
    "-1e-400",
    "9223372036854775808",
    "123456789012345678901234567890.12345678901234567890",
    "NaN",
    "Infinity",
    "\"\"",
    "\"NaN\"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"\\ud83d\\ude00\"",
    "\"1e999999999999999999999\"",
    "\"2024-13-45T99:99:99Z\"",
    "\"-262144-01-01T00:00:00Z\"",
    "[]",
    "{}",
    "[null]",
    "[{}]",
    "{\"a\": {\"b\": [1]}}",
    "",
    "\"",
];

/// A word for each state, and a text that must not change beside it.
const VIEWS: &[(&str, &str)] = &[
    ("pending", "null"),
    ("running", "{ \"price\" : 5804.50 }"),
    (
        "succeeded",
        "123456789012345678901234567890.12345678901234567890",
    ),
    ("failed", "[1e400,\n\t-0]"),
    ("cancelled", "\"\\ud83d\\ude00\""),
    ("ended", "{\"a\": 1, \"a\": 2}"),
    ("unknown", "{}"),
];

/// Every document with each of its values replaced by each token.
fn replaced(document: &str) -> Vec<Vec<u8>> {
    let mut bodies = Vec::new();
    for (at, _) in document.match_indices(':') {
        let rest = &document[at + 1..];
        let length = rest.find([',', '\n', '}']).unwrap_or(rest.len());
        for token in TOKENS {
            bodies.push(format!("{}: {token}{}", &document[..at], &rest[length..]).into_bytes());
        }
    }
    bodies
}

/// The document with some of its bytes changed, dropped, doubled or cut off, and bytes that are no document at all.
fn mutated(document: &'static str, count: usize) -> Vec<Vec<u8>> {
    let length = document.len();
    let change = (0..length, 0..length, any::<u8>(), 0..6_usize);
    let changes = prop::collection::vec(change, 1..4).prop_map(move |changes| {
        let mut body = document.as_bytes().to_vec();
        for (at, other, byte, kind) in changes {
            let at = at.min(body.len().saturating_sub(1));
            let other = other.min(body.len());
            let (start, end) = (at.min(other), at.max(other));
            match kind {
                _ if body.is_empty() => break,
                0 => body[at] = byte,
                1 => body.insert(at, byte),
                2 => drop(body.remove(at)),
                3 => body.truncate(at),
                4 => drop(body.drain(start..end)),
                _ => {
                    let part = body[start..end].to_vec();
                    body.splice(at..at, part);
                }
            }
        }
        body
    });
    let noise = prop::collection::vec(any::<u8>(), 0..200);
    let any = prop_oneof![6 => changes, 1 => noise];
    let mut runner = TestRunner::deterministic();
    let mut body = || any.new_tree(&mut runner).expect("never rejects").current();
    (0..count).map(|_| body()).collect()
}

pub fn answer(body: &[u8]) -> Vec<Step> {
    let head = format!(
        "HTTP/1.1 200 X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    vec![Read, send([head.as_bytes(), body].concat())]
}

/// Looks at all there is to see of a result; the view is made by `view`.
fn look<T: std::fmt::Debug>(
    body: &[u8],
    result: Result<Reply<T>, Error>,
    view: impl FnOnce(&Reply<T>) -> Vec<Execution>,
) {
    match result {
        Ok(reply) => {
            assert_eq!(&reply.bytes()[..], body);
            let text = std::str::from_utf8(body).expect("no success is anything but text");
            for execution in view(&reply) {
                assert!(text.contains(execution.raw.as_str()));
                serde_json::to_string(&execution).expect("JSON");
            }
            for member in reply.unknown_members() {
                assert!(text.contains(member.json.as_str()));
            }
            let _ = format!("{reply:?}");
        }
        Err(error) => {
            assert_eq!(error.attempts(), 1, "{error}");
            assert_eq!(error.body().map(|body| &body[..]), Some(body));
            assert!(error.to_string().len() < 2000);
            assert!(!error.to_string().contains(char::is_control), "{error:?}");
        }
    }
}

/// Runs each body through one service's operation, all over one connection.
macro_rules! survives {
    ($bodies:expr, |$url:ident| $call:expr, $view:expr) => {
        let bodies: Vec<Vec<u8>> = $bodies;
        let script = bodies.iter().flat_map(|body| answer(body)).collect();
        let server = Wire::play(vec![script]).await;
        let $url = server.url();
        let call = $call;
        for body in &bodies {
            look(body, call().await, $view);
        }
        assert_eq!(server.requests().len(), bodies.len());
        assert_eq!(server.connections(), 1);
    };
}

/// CrossTrade's handle with a budget that never ends.
pub fn unmetered(url: &str) -> executions::CrossTrade {
    executions::CrossTrade::builder()
        .token("a-token")
        .base_url(url)
        .budget(executions::Budget::new(1_000_000, 1e6))
        .build()
        .expect("complete")
}

pub fn cases(document: &'static str) -> Vec<Vec<u8>> {
    let mut bodies = replaced(document);
    bodies.extend(mutated(document, 300));
    bodies
}

#[tokio::test]
async fn no_bytes_make_crosstrades_get_panic() {
    survives!(
        cases(documents::FILL),
        |url| {
            let handle = unmetered(&url);
            move || {
                let handle = handle.clone();
                async move { handle.execution("Sim101", "a").await }
            }
        },
        |reply| vec![reply.to_execution()]
    );
}

#[tokio::test]
async fn no_bytes_make_crosstrades_list_panic() {
    survives!(
        cases(documents::FILLS),
        |url| {
            let handle = unmetered(&url);
            move || {
                let handle = handle.clone();
                async move { handle.executions("Sim101").await }
            }
        },
        |reply| {
            let views = reply.to_executions();
            assert_eq!(views.len(), reply.executions.len());
            views
        }
    );
}

#[tokio::test]
async fn no_bytes_make_hummingbots_get_panic() {
    survives!(
        cases(documents::EXECUTOR),
        |url| {
            let handle = hummingbot(&url);
            move || {
                let handle = handle.clone();
                async move { handle.executor("a").await }
            }
        },
        |reply| vec![reply.to_execution()]
    );
}

#[tokio::test]
async fn no_bytes_make_b3oss_get_panic() {
    survives!(
        cases(documents::B3OS),
        |url| {
            let handle = b3os(&url);
            move || {
                let handle = handle.clone();
                async move { handle.execution("a").await }
            }
        },
        |reply| vec![reply.to_execution()]
    );
}

#[tokio::test]
async fn no_bytes_make_refolds_get_panic() {
    survives!(
        cases(documents::REFOLD),
        |url| {
            let handle = executions::Refold::builder()
                .session_token("a-session")
                .base_url(url)
                .budget(executions::Budget::new(1_000_000, 1e6))
                .build()
                .expect("complete");
            move || {
                let handle = handle.clone();
                async move { handle.execution("a").await }
            }
        },
        |reply| vec![reply.to_execution()]
    );
}

#[tokio::test]
async fn no_bytes_on_the_wire_make_a_client_panic() {
    let whole = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nretry-after: 0\r\ncontent-length: {}\r\n\r\n{}",
        documents::FILL.len(),
        documents::FILL
    );
    let scripts: Vec<Vec<Step>> = mutated(whole.leak(), 150)
        .into_iter()
        .map(|bytes| vec![Read, send(bytes)])
        .collect();
    let count = scripts.len();
    let server = Wire::play(scripts).await;
    let limits = Limits::default().attempt(std::time::Duration::from_millis(500));
    let mut calls = 0;
    while server.connections() < count {
        // A new handle each time, so that neither budget nor credits run out.
        if let Err(error) = crosstrade_within(&server.url(), limits)
            .execution("Sim101", "a")
            .await
        {
            assert!(!error.to_string().contains(char::is_control), "{error:?}");
        }
        calls += 1;
    }
    assert!(calls >= count / 3);
}

proptest! {
    #[test]
    fn any_reference_that_parses_prints_as_it_was_written(text in "(crosstrade|hummingbot|b3os|refold|x)?:?[ -~é/\\\\%.]{0,20}(/[a-z.%]{0,8})?") {
        if let Ok(reference) = text.parse::<executions::Reference>() {
            prop_assert_eq!(reference.to_string(), text);
            let json = serde_json::to_string(&reference).expect("JSON");
            let again: executions::Reference = serde_json::from_str(&json).expect("the same");
            prop_assert_eq!(again, reference);
        }
    }

    #[test]
    fn any_price_keeps_its_text_in_a_fill(price in "-?(0|[1-9][0-9]{0,40})(\\.[0-9]{1,40})?([eE][+-]?[0-9]{1,5})?", quoted: bool) {
        let price = if quoted { format!("\"{price}\"") } else { price };
        let fill = format!(r#"{{"id": "a", "instrument": "ES", "quantity": 1, "price": {price}}}"#);
        let fill: executions::crosstrade::types::Execution = serde_json::from_str(&fill).expect("a fill");
        prop_assert_eq!(serde_json::to_string(&fill.price).expect("JSON"), price);
    }

    #[test]
    fn any_execution_is_the_same_after_json(
        (state, raw) in prop::sample::select(VIEWS),
        id in any::<String>(),
        words in prop::collection::vec(prop::option::of(any::<String>()), 4),
        times in prop::collection::vec(prop::option::of((0..=253_402_207_200_i64, 0..1_000_000_000_i32)), 2),
        resumable: bool,
    ) {
        let instant = |(second, nanosecond)| Timestamp::new(second, nanosecond).expect("an instant");
        let times: Vec<_> = times.into_iter().map(|time| time.map(instant)).collect();
        let parts = serde_json::json!({
            "service": "b3os", "id": id, "reference": "b3os:exec_1", "state": state, "resumable": resumable,
            "name": words[0], "status": words[1], "reason": words[2], "about": words[3],
            "started": times[0], "finished": times[1],
        });
        let parts = parts.to_string();
        let text = format!("{},\"raw\": {raw}}}", parts.trim_end_matches('}'));
        let execution: Execution = serde_json::from_str(&text).expect("an execution");
        prop_assert_eq!((execution.id.as_str(), execution.state.as_str()), (id.as_str(), state));
        prop_assert_eq!((&execution.reason, execution.raw.as_str()), (&words[2], raw));
        prop_assert_eq!([execution.started, execution.finished], [times[0], times[1]]);
        for json in [serde_json::to_string(&execution), serde_json::to_string_pretty(&execution)] {
            let json = json.expect("JSON");
            let again: Execution = serde_json::from_slice(json.as_bytes()).expect("the same");
            prop_assert_eq!(again.raw.as_str(), raw);
            prop_assert_eq!(&again, &execution);
        }
    }

    #[test]
    fn decimals_of_any_text_are_read_or_refused(text in "\\PC{0,30}") {
        if let Ok(decimal) = text.parse::<Decimal>() {
            prop_assert_eq!(decimal.to_string(), text);
        }
    }
}
