//! A typed get and a long list through the facade, against bare reqwest and serde_json doing the same work, side by side in
//! one run: the same server, the same time limits and body cap, the same value types.
//!
//! Both clients run on one thread, and what counts is that thread's processor time; the server has a thread of its own.
//! Rounds alternate, and medians are taken, since single rounds spread widely. `cargo bench --bench calls`

use std::hint::black_box;
use std::time::Duration;

use executions::{Budget, CrossTrade, Http, Limits};

mod calls {
    pub mod bare;
    pub mod server;
}
mod in_flight;
mod measure;
use calls::{bare::Bare, server};
use in_flight::calls;
use measure::{ClockId, Cost, cost, medians, ratio};

const ROUNDS: usize = 7;
const EXECUTION: &str = include_str!("../tests/data/crosstrade-execution.json");

fn main() {
    // `cargo test --benches` runs this too, only to see that it works.
    let quick = !std::env::args().any(|argument| argument == "--bench");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        get(1, if quick { 20 } else { 6_000 }).await;
        get(64, if quick { 128 } else { 16_000 }).await;
        list(if quick { 10 } else { 10_000 }, if quick { 1 } else { 10 }).await;
    });
}

fn facade(base_url: &str) -> CrossTrade {
    CrossTrade::builder()
        .base_url(base_url)
        .token("bench")
        .http(Http::new().expect("a client"))
        .limits(Limits::default().body(64 << 20))
        .budget(Budget::new(u32::MAX, 1e9))
        .build()
        .expect("complete settings")
}

async fn get(at_once: usize, count: usize) {
    let minified: serde_json::Value =
        serde_json::from_str(EXECUTION).expect("the document's payload");
    let address = server::start(
        serde_json::to_string(&minified).expect("JSON"),
        Duration::ZERO,
    );
    let (facade, bare) = (facade(&address), Bare::new(&address));
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let a = cost(
            ClockId::ThreadCPUTime,
            calls(count, at_once, || async {
                black_box(
                    facade
                        .execution("Sim101", "550837ff9e784c2895ef6dab22d06be0")
                        .await
                        .expect("a fill"),
                );
            }),
        );
        let b = cost(
            ClockId::ThreadCPUTime,
            calls(count, at_once, || async {
                black_box(
                    bare.execution("Sim101", "550837ff9e784c2895ef6dab22d06be0")
                        .await
                        .expect("a fill"),
                );
            }),
        );
        let (a, b) = if round % 2 == 0 {
            let a = a.await;
            (a, b.await)
        } else {
            let b = b.await;
            (a.await, b)
        };
        // The first round opens the connections.
        if round > 0 {
            ours.push(a);
            theirs.push(b);
        }
    }
    let each = |seconds: f64| seconds / count as f64 * 1e6;
    let (a, b) = (medians(&ours), medians(&theirs));
    println!("get, {at_once} in flight, {count} calls a round, {ROUNDS} rounds");
    println!(
        "  facade        {:7.2} µs processor a call  {:8.0} calls/s",
        each(a.processor),
        count as f64 / a.clock
    );
    println!(
        "  bare reqwest  {:7.2} µs processor a call  {:8.0} calls/s",
        each(b.processor),
        count as f64 / b.clock
    );
    println!(
        "  facade / bare {:7.3} processor            {:8.3} calls/s\n",
        ratio(&ours, &theirs, |cost| cost.processor),
        1.0 / ratio(&ours, &theirs, |cost| cost.clock),
    );
}

async fn list(length: usize, count: usize) {
    let mut execution: serde_json::Value =
        serde_json::from_str(EXECUTION).expect("the document's payload");
    execution
        .as_object_mut()
        .expect("an object")
        .remove("success");
    let list = serde_json::json!({ "executions": vec![execution; length], "success": true });
    let body = serde_json::to_string(&list).expect("JSON");
    let bytes = body.len();
    let address = server::start(body, Duration::ZERO);
    let (facade, bare) = (facade(&address), Bare::new(&address));
    let (mut ours, mut theirs, mut fetches) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let a = cost(
            ClockId::ThreadCPUTime,
            calls(count, 1, || async {
                let list = facade
                    .executions("Sim101")
                    .lookback(Duration::from_secs(900))
                    .await
                    .expect("a list");
                assert_eq!(black_box(list).executions.len(), length);
            }),
        )
        .await;
        let b = cost(
            ClockId::ThreadCPUTime,
            calls(count, 1, || async {
                assert_eq!(
                    black_box(bare.executions("Sim101", 900).await.expect("a list"))
                        .executions
                        .len(),
                    length
                );
            }),
        )
        .await;
        let fetch = cost(
            ClockId::ThreadCPUTime,
            calls(count, 1, || async {
                black_box(
                    bare.fetch("/v1/api/accounts/Sim101/executions?lookbackTime=900")
                        .await
                        .expect("bytes"),
                );
            }),
        )
        .await;
        if round > 0 {
            ours.push(a);
            theirs.push(b);
            fetches.push(fetch);
        }
    }
    let each = |cost: Cost| cost.processor / count as f64 * 1e3;
    let (a, b, fetch) = (medians(&ours), medians(&theirs), medians(&fetches));
    println!("list of {length} executions, {bytes} bytes, {ROUNDS} rounds of {count}");
    println!(
        "  fetching the bytes             {:7.2} ms processor",
        each(fetch)
    );
    println!(
        "  facade, decoding               {:7.2} ms",
        each(a) - each(fetch)
    );
    println!(
        "  serde_json::from_slice         {:7.2} ms",
        each(b) - each(fetch)
    );
    println!(
        "  facade / from_slice            {:7.3}",
        (each(a) - each(fetch)) / (each(b) - each(fetch))
    );
    println!(
        "  the same, fetching included    {:7.3}",
        ratio(&ours, &theirs, |cost| cost.processor)
    );
}
