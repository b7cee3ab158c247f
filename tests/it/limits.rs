//! How long a call may take and how much may come back.

use std::io::Write as _;
use std::time::Instant;

use executions::{Executions, Limits};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::future::join_all;

use crate::clients::{crosstrade, crosstrade_within, documents, executions, failure, milliseconds};
use crate::wire::{Flood, Hang, Read, Step, Wire, answer, head, ok, send};

const JSON: &str = "content-type: application/json";

/// The most memory this process has had, in bytes.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .expect("a peak");
    let kilobytes = line.trim().trim_end_matches(" kB").parse::<usize>();
    kilobytes.expect("a number") * 1024
}

/// Three hundred million spaces in about three hundred thousand bytes of gzip, whose end never comes.
fn bomb() -> Vec<Step> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let million = vec![b' '; 1_000_000];
    encoder.write_all(b"{\"id\": ").expect("memory");
    encoder.write_all(&million).expect("memory");
    encoder.flush().expect("memory");
    let start = encoder.get_ref().clone();
    encoder.write_all(&million).expect("memory");
    encoder.flush().expect("memory");
    let repeated = encoder.get_ref()[start.len()..].to_vec();
    assert!(repeated.len() < 2000, "{} bytes a megabyte", repeated.len());
    let head = head(200, &[JSON, "content-encoding: gzip", "connection: close"]);
    // Flushed blocks refer to nothing before the million spaces, so they can stand one behind the other.
    vec![Read, head, send(start), Flood(repeated, 299), Hang]
}

#[cfg(target_os = "linux")]
// fault 24
#[tokio::test]
async fn a_gzip_bomb_ends_at_the_cap_with_flat_memory() {
    let server = Wire::play([bomb()]).await;
    let before = peak();
    let error = failure(&crosstrade(&server.url())).await;
    let grown = peak() - before;
    assert!(error.is_too_large(), "{error}");
    assert!(!error.is_retryable());
    assert_eq!((error.attempts(), server.requests().len()), (1, 1));
    assert!(grown < 120_000_000, "{grown} bytes");
}

#[cfg(target_os = "linux")]
// fault 24
#[tokio::test]
async fn an_honest_body_past_the_cap_is_not_read_and_an_unannounced_one_ends_at_it() {
    let megabyte = vec![b' '; 1_000_000];
    let chunk = [b"f4240\r\n", &megabyte[..], b"\r\n"].concat();
    for (length, part) in [
        ("content-length: 200000000", megabyte.clone()),
        ("content-length: 9223372036854775807", megabyte.clone()),
        ("connection: close", megabyte),
        ("transfer-encoding: chunked", chunk),
    ] {
        let server = Wire::play([vec![Read, head(200, &[JSON, length]), Flood(part, 200)]]).await;
        let before = peak();
        let error = failure(&crosstrade(&server.url())).await;
        let grown = peak() - before;
        assert!(error.is_too_large(), "{length}: {error}");
        assert_eq!((error.attempts(), server.requests().len()), (1, 1));
        assert!(grown < 120_000_000, "{length}: {grown} bytes");
    }
}

// fault 24
#[tokio::test]
async fn the_cap_is_the_last_length_that_is_read() {
    let length = documents::FILL.len();
    let gzip = {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder
            .write_all(documents::FILL.as_bytes())
            .expect("memory");
        encoder.finish().expect("memory")
    };
    let plain = [
        head(200, &[JSON, "connection: close"]),
        send(documents::FILL),
    ];
    let announced = [ok(documents::FILL)];
    let packed = [
        head(200, &[JSON, "connection: close", "content-encoding: gzip"]),
        send(gzip),
    ];
    for answer in [&plain[..], &announced, &packed] {
        let server = Wire::play([[&[Read], answer].concat()]).await;
        let at = |cap| crosstrade_within(&server.url(), Limits::default().body(cap));
        let fill = at(length).execution("Sim101", "a").await.expect("it fits");
        assert_eq!(fill.bytes(), documents::FILL);
        let error = failure(&at(length - 1)).await;
        assert!(error.is_too_large(), "{error}");
        assert!(failure(&at(0)).await.is_too_large());
    }
}

// fault 24
#[tokio::test]
async fn a_refusal_larger_than_the_cap_is_still_that_refusal() {
    let page = "x".repeat(5000);
    let server = Wire::always(answer(403, &[], &page)).await;
    let limits = Limits::default().body(1000);
    let error = failure(&crosstrade_within(&server.url(), limits)).await;
    assert!(error.is_auth() && !error.is_too_large(), "{error}");
    assert!(error.body().is_some_and(|body| body.len() <= 1000));
    assert_eq!(server.requests().len(), 1);
}

// fault 24
#[tokio::test]
async fn a_content_length_that_is_not_the_bodys_is_no_success() {
    let body = documents::FILL;
    let shorter = format!("content-length: {}", body.len() - 10);
    let server = Wire::play([vec![
        Read,
        head(200, &[JSON, "connection: close", &shorter]),
        send(body),
    ]])
    .await;
    let error = failure(&crosstrade(&server.url())).await;
    assert!(error.is_contract_drift(), "{error}");
    let longer = format!("content-length: {}", body.len() + 10);
    let server = Wire::play([vec![Read, head(200, &[JSON, &longer]), send(body)]]).await;
    let error = failure(&crosstrade(&server.url())).await;
    assert!(error.is_retryable() && !error.is_timeout(), "{error}");
    assert_eq!((error.attempts(), server.requests().len()), (3, 3));
    for nonsense in ["content-length: -1", "content-length: many"] {
        let server = Wire::play([vec![Read, head(200, &[JSON, nonsense]), send(body)]]).await;
        failure(&crosstrade(&server.url())).await;
        assert_eq!(server.requests().len(), 3);
    }
}

#[tokio::test]
async fn limits_can_be_set_for_single_calls_and_leave_the_handle_as_it_was() {
    let server = Wire::play([
        vec![Read, ok(documents::FILL)],
        vec![Read, Hang],
        vec![Read, ok(documents::FILL)],
    ])
    .await;
    let crosstrade = crosstrade(&server.url());
    crosstrade.execution("Sim101", "a").await.expect("a fill");
    let quick = crosstrade.with_limits(Limits::default().call(milliseconds(100)));
    let error = failure(&quick).await;
    assert!(error.is_timeout(), "{error}");
    assert!(error.elapsed() < milliseconds(2000));
    crosstrade.execution("Sim101", "a").await.expect("a fill");
    let small = crosstrade.with_limits(Limits::default().body(10));
    assert!(failure(&small).await.is_too_large());
}

#[tokio::test]
async fn the_handle_over_all_four_can_be_limited_as_a_whole() {
    let server = Wire::play([vec![Read, Hang]]).await;
    let url = server.url();
    let all: Executions = executions(&[
        ("CROSSTRADE_TOKEN", "t"),
        ("CROSSTRADE_BASE_URL", &url),
        ("HUMMINGBOT_USERNAME", "u"),
        ("HUMMINGBOT_PASSWORD", "p"),
        ("HUMMINGBOT_BASE_URL", &url),
        ("B3OS_API_KEY", "k"),
        ("B3OS_BASE_URL", &url),
        ("REFOLD_API_KEY", "k"),
        ("REFOLD_LINKED_ACCOUNT_ID", "c"),
        ("REFOLD_BASE_URL", &url),
    ])
    .with_limits(Limits::default().call(milliseconds(80)));
    let started = Instant::now();
    for reference in [
        "crosstrade:Sim101/a",
        "hummingbot:a",
        "b3os:a",
        "refold:a",
        "refold:d/a",
    ] {
        let reference = reference.parse().expect("a reference");
        let error = all.get(&reference).await.expect_err("it is silent");
        assert!(error.is_timeout(), "{error}");
    }
    assert!(started.elapsed() < milliseconds(3000));
}

#[tokio::test]
async fn limits_at_their_extremes_do_not_panic() {
    use std::time::Duration;
    let server = Wire::always(ok(documents::FILL)).await;
    let endless = Limits::default()
        .call(Duration::MAX)
        .attempt(Duration::MAX)
        .stall(Duration::MAX)
        .body(usize::MAX);
    let crosstrade = crosstrade_within(&server.url(), endless);
    crosstrade.execution("Sim101", "a").await.expect("a fill");
    let none = Limits::default()
        .call(Duration::ZERO)
        .attempt(Duration::ZERO)
        .stall(Duration::ZERO)
        .body(0);
    failure(&crosstrade.with_limits(none)).await;
    let endless = executions::CrossTrade::builder()
        .token("t")
        .base_url(server.url())
        .timeout(Duration::MAX)
        .connect_timeout(Duration::MAX)
        .build()
        .expect("complete");
    endless.execution("Sim101", "a").await.expect("a fill");
}

#[tokio::test]
async fn a_call_that_is_dropped_leaves_nothing_behind() {
    let server = Wire::play([vec![Read, Hang]]).await;
    let crosstrade = crosstrade(&server.url());
    let calls = join_all((0..10).map(|_| crosstrade.execution("Sim101", "a")));
    assert!(
        tokio::time::timeout(milliseconds(200), calls)
            .await
            .is_err()
    );
    let seen = server.requests().len();
    tokio::time::sleep(milliseconds(100)).await;
    assert_eq!(server.requests().len(), seen, "nobody goes on sending");
}
