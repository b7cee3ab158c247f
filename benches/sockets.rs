//! Typed calls over the WebSocket: processor time of the client's thread and of the clock, by how many are in flight.
//!
//! `cargo bench --bench sockets --features ws`

use std::hint::black_box;
use std::time::{Duration, Instant};

use executions::{Budget, CrossTrade};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use rustix::time::{ClockId, clock_gettime};

#[path = "sockets/server.rs"]
mod server;

const EXECUTION: &str = include_str!("../tests/data/crosstrade-execution.json");

fn main() {
    // `cargo test --benches` runs this too, only to see that it works.
    let quick = !std::env::args().any(|argument| argument == "--bench");
    let document: serde_json::Value = serde_json::from_str(EXECUTION).expect("a document");
    let address = server::start(document.to_string(), server::Habits::default());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let crosstrade = CrossTrade::builder()
            .token("bench")
            .base_url(format!("http://{address}"))
            .budget(Budget::new(u32::MAX, 1e9))
            .build()
            .expect("complete settings");
        let socket = crosstrade.connect().await.expect("a connection");
        let _events = socket.events();
        for in_flight in [1, 64, 1024] {
            let count = if quick { in_flight * 2 } else { 100_000 };
            for _ in 0..if quick { 1 } else { 5 } {
                let call = || async { black_box(socket.execution("Sim101", "exec_1").await.expect("a fill")) };
                let (processor, clock) = (processor(), Instant::now());
                let mut open: FuturesUnordered<_> = (0..in_flight).map(|_| call()).collect();
                for _ in in_flight..count {
                    open.next().await;
                    open.push(call());
                }
                while open.next().await.is_some() {}
                let spent = (self::processor() - processor).as_secs_f64() * 100_000.0 / count as f64;
                println!(
                    "{in_flight:5} in flight: {spent:.3} s of processor for 100,000 calls, {:.0} a second",
                    count as f64 / clock.elapsed().as_secs_f64()
                );
            }
        }
    });
}

fn processor() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        now.tv_sec.unsigned_abs(),
        u32::try_from(now.tv_nsec).expect("nanoseconds"),
    )
}
