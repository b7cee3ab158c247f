//! Calls over one WebSocket, many at once, against jsonrpsee's client, a plain tokio-tungstenite loop, and the same bytes over
//! raw TCP as the limit, side by side in one run on the same payload. `cargo bench --bench socket`
//!
//! What counts is the processor time of the client's thread for a call; rounds alternate and medians are taken. On the
//! multi-thread runtime it is the processor time of the whole process less the server's.

use std::cell::RefCell;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use executions::crosstrade::Socket;
use executions::crosstrade::types::Execution;
use executions::{Budget, CrossTrade};
use jsonrpsee::core::client::ClientT as _;
use jsonrpsee::ws_client::{WsClient, WsClientBuilder};
use rustix::time::{ClockId, clock_gettime};
use tokio::runtime::{Builder, Runtime};
use tokio::task::LocalSet;

mod measure;
mod socket {
    pub mod plain;
    pub mod raw;
    pub mod server;
}
use measure::{Cost, calls, cost, median, medians, ratio};
use socket::{plain::Plain, raw::Raw, server::Server};

const ROUNDS: usize = 5;
const ACCOUNT: &str = "Sim101";
const ID: &str = "550837ff9e784c2895ef6dab22d06be0";

struct Peers {
    ours: Socket,
    jsonrpsee: WsClient,
    plain: Plain,
}

impl Peers {
    async fn connect(address: &str) -> Self {
        let crosstrade = CrossTrade::builder()
            .base_url(format!("http://{address}"))
            .token("bench")
            .budget(Budget::new(u32::MAX, 1e9))
            .build()
            .expect("complete settings");
        let builder = WsClientBuilder::default().max_concurrent_requests(4096);
        Self {
            ours: crosstrade.connect().await.expect("connects"),
            jsonrpsee: builder
                .build(format!("ws://{address}/ws/stream"))
                .await
                .expect("connects"),
            plain: Plain::connect(address).await,
        }
    }

    async fn ours(&self) {
        let reply = self.ours.execution(ACCOUNT, ID).await.expect("a fill");
        assert_eq!(black_box(reply).id, *ID);
    }

    async fn jsonrpsee(&self) {
        let mut parameters = jsonrpsee::core::params::ObjectParams::new();
        parameters.insert("account", ACCOUNT).expect("serialises");
        parameters.insert("executionId", ID).expect("serialises");
        let fill: Execution = self
            .jsonrpsee
            .request("GetExecution", parameters)
            .await
            .expect("a fill");
        assert_eq!(black_box(fill).id, *ID);
    }

    async fn plain(&self) {
        assert_eq!(black_box(self.plain.execution(ACCOUNT, ID).await).id, *ID);
    }
}

fn main() {
    // `cargo test --benches` runs this too, only to see that it works.
    let quick = !std::env::args().any(|argument| argument == "--bench");
    let document = include_str!("../tests/data/crosstrade-execution.json");
    let minified: serde_json::Value =
        serde_json::from_str(document).expect("the document's payload");
    let server = Server::start(serde_json::to_string(&minified).expect("JSON").leak());
    let one_thread = Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    for (at_once, count) in [(1, 5_000), (64, 30_000), (1_024, 30_000)] {
        compare(
            &one_thread,
            &server,
            at_once,
            if quick { at_once * 2 } else { count },
        );
    }
    let threads = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    compare_on_threads(&threads, &server, 64, if quick { 128 } else { 30_000 });
}

fn compare(runtime: &Runtime, server: &Server, at_once: usize, count: usize) {
    let local = LocalSet::new();
    let peers = local.block_on(runtime, Peers::connect(&server.address));
    let raw = local.block_on(runtime, Raw::connect(&server.address));
    let mut costs: [Vec<Cost>; 4] = Default::default();
    let mut latencies: [Vec<f64>; 4] = Default::default();
    let mut allocations = [0.0; 4];
    for round in 0..=ROUNDS {
        for turn in 0..4 {
            let peer = (turn + round) % 4;
            let times = RefCell::new(Vec::with_capacity(count));
            let timed = async || {
                let sent = Instant::now();
                match peer {
                    0 => peers.ours().await,
                    1 => peers.jsonrpsee().await,
                    2 => peers.plain().await,
                    _ => assert!(black_box(raw.call(ACCOUNT, ID).await) > 600),
                }
                times.borrow_mut().push(sent.elapsed().as_secs_f64());
            };
            let mut spent = None;
            let counted = allocation_counter::measure(|| {
                spent = Some(local.block_on(runtime, cost(calls(count, at_once, &timed))));
            });
            // The first round warms up.
            if let Some(spent) = spent.filter(|_| round > 0) {
                costs[peer].push(spent);
                latencies[peer].push(median(times.take()));
                allocations[peer] = counted.count_total as f64 / count as f64;
            }
        }
    }
    println!("{at_once} in flight on one thread, {count} calls a round, {ROUNDS} rounds");
    println!("                      µs processor   against    p50 µs   allocations");
    println!("                            a call  jsonrpsee                 a call");
    for (peer, name) in [
        "this crate",
        "jsonrpsee",
        "tokio-tungstenite",
        "raw TCP, undecoded",
    ]
    .into_iter()
    .enumerate()
    {
        println!(
            "  {name:<20} {:11.2} {:10.2} {:9.0} {:13.1}",
            medians(&costs[peer]).processor / count as f64 * 1e6,
            ratio(&costs[1], &costs[peer], |cost| cost.processor),
            median(latencies[peer].clone()) * 1e6,
            allocations[peer],
        );
    }
    println!();
    local.block_on(runtime, async {
        peers.ours.close().await.expect("closes");
    });
}

fn compare_on_threads(runtime: &Runtime, server: &Server, at_once: usize, count: usize) {
    let peers = Arc::new(runtime.block_on(Peers::connect(&server.address)));
    let process = || {
        let now = clock_gettime(ClockId::ProcessCPUTime);
        now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
    };
    let mut spent: [Vec<f64>; 3] = Default::default();
    for round in 0..=ROUNDS {
        for turn in 0..3 {
            let peer = (turn + round) % 3;
            // The server counts when it has answered, so let it come to rest.
            std::thread::sleep(Duration::from_millis(20));
            let before = process() - server.processor();
            runtime.block_on(async {
                let lanes: Vec<_> = (0..at_once)
                    .map(|_| {
                        let peers = Arc::clone(&peers);
                        tokio::spawn(async move {
                            for _ in 0..count / at_once {
                                match peer {
                                    0 => peers.ours().await,
                                    1 => peers.jsonrpsee().await,
                                    _ => peers.plain().await,
                                }
                            }
                        })
                    })
                    .collect();
                for lane in lanes {
                    lane.await.expect("no panic");
                }
            });
            std::thread::sleep(Duration::from_millis(20));
            if round > 0 {
                spent[peer].push(process() - server.processor() - before);
            }
        }
    }
    println!("{at_once} in flight on two threads, {count} calls a round, {ROUNDS} rounds");
    println!("                      µs processor   against");
    println!("                            a call  jsonrpsee");
    for (peer, name) in ["this crate", "jsonrpsee", "tokio-tungstenite"]
        .into_iter()
        .enumerate()
    {
        let against = median(
            spent[1]
                .iter()
                .zip(&spent[peer])
                .map(|(theirs, own)| theirs / own)
                .collect(),
        );
        println!(
            "  {name:<20} {:11.2} {against:10.2}",
            median(spent[peer].clone()) / count as f64 * 1e6
        );
    }
}
