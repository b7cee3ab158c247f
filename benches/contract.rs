//! What the contract checks cost a running client: a typed get with them off, reporting and enforcing, side by side in one
//! run over the same server.
//!
//! Latency is each call's own, at its median; processor time is the whole process's, so that the thread that checks aside
//! counts, and so does the server, which is the same for all three. Rounds alternate, and ratios are taken within a round.
//! `cargo bench --bench contract --features contract`

use std::cell::RefCell;
use std::hint::black_box;
use std::time::{Duration, Instant};

use executions::contract::{Mode, Watch};
use executions::{Budget, CrossTrade, Http};

mod calls {
    pub mod server;
}
mod in_flight;
mod measure;
use calls::server;
use in_flight::calls;
use measure::{ClockId, Cost, cost, median, medians, ratio};

const ROUNDS: usize = 9;
const MODES: [Mode; 3] = [Mode::Off, Mode::Report, Mode::Enforce];
const EXECUTION: &str = include_str!("../tests/data/crosstrade-execution.json");

fn main() {
    // `cargo test --benches` runs this too, only to see that it works.
    let quick = !std::env::args().any(|argument| argument == "--bench");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        // A service faster than any over a network, and the most that this machine can do.
        get(1, if quick { 20 } else { 500 }, Duration::from_millis(1)).await;
        get(1, if quick { 20 } else { 3_000 }, Duration::ZERO).await;
        get(64, if quick { 128 } else { 12_000 }, Duration::ZERO).await;
    });
}

struct Side {
    crosstrade: CrossTrade,
    watch: Watch,
    costs: Vec<Cost>,
    latencies: Vec<f64>,
}

impl Side {
    fn new(base_url: &str, mode: Mode) -> Self {
        let watch = Watch::new(mode);
        let crosstrade = CrossTrade::builder()
            .base_url(base_url)
            .token("bench-token")
            .http(Http::new().expect("a client"))
            .budget(Budget::new(u32::MAX, 1e9))
            .contract(&watch)
            .build()
            .expect("complete settings");
        Self {
            crosstrade,
            watch,
            costs: Vec::new(),
            latencies: Vec::new(),
        }
    }

    async fn round(&mut self, count: usize, at_once: usize) {
        let times = RefCell::new(Vec::with_capacity(count));
        let run = async {
            calls(count, at_once, || async {
                let began = Instant::now();
                let id = "550837ff9e784c2895ef6dab22d06be0";
                black_box(
                    self.crosstrade
                        .execution("Sim101", id)
                        .await
                        .expect("a fill"),
                );
                times.borrow_mut().push(began.elapsed().as_secs_f64());
            })
            .await;
            // What is checked aside is to be paid for as well.
            black_box(self.watch.report());
        };
        let cost = cost(ClockId::ProcessCPUTime, run).await;
        self.costs.push(cost);
        self.latencies.push(median(times.into_inner()));
    }
}

async fn get(at_once: usize, count: usize, takes: Duration) {
    let minified: serde_json::Value =
        serde_json::from_str(EXECUTION).expect("the document's payload");
    let address = server::start(serde_json::to_string(&minified).expect("JSON"), takes);
    let mut sides = MODES.map(|mode| Side::new(&address, mode));
    for round in 0..=ROUNDS {
        for turn in 0..sides.len() {
            let side = &mut sides[(turn + round) % MODES.len()];
            side.round(count, at_once).await;
            if round == 0 {
                // It opened the connections.
                side.costs.clear();
                side.latencies.clear();
            }
        }
    }
    println!(
        "get, {at_once} in flight, a service that takes {takes:?}, {count} calls a round, {ROUNDS} rounds"
    );
    let [off, ..] = &sides;
    for side in &sides {
        let report = side.watch.report();
        let unchecked: u64 = report.unchecked().map(|(_, count)| count).sum();
        let pairs = side.latencies.iter().zip(&off.latencies);
        println!(
            "  {:8} {:8.2} µs median latency {:6.3} times   {:7.2} µs processor a call {:6.3} times   unchecked {unchecked}",
            format!("{:?}", side.watch.mode()),
            median(side.latencies.clone()) * 1e6,
            median(pairs.map(|(a, b)| a / b).collect()),
            medians(&side.costs).processor / count as f64 * 1e6,
            ratio(&side.costs, &off.costs, |cost| cost.processor),
        );
    }
    println!();
}
