//! Calls over one WebSocket, many at once, against jsonrpsee's client, a plain tokio-tungstenite loop, and the same bytes over
//! raw TCP as the limit, side by side in one run on the same payload. `cargo bench --bench socket`
//!
//! What counts is the processor time of the client's process for a call, threads that a library starts for itself included;
//! the server is a process of its own. On one thread each of the two has a core to itself, where the system lets them choose.
//! Rounds alternate and medians are taken; latencies and allocations are counted in rounds of their own.

use std::cell::RefCell;
use std::hint::black_box;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use executions::crosstrade::Socket;
use executions::crosstrade::types::Execution;
use executions::{Budget, CrossTrade};
use jsonrpsee::core::client::ClientT as _;
use jsonrpsee::ws_client::{WsClient, WsClientBuilder};
use tokio::runtime::{Builder, Runtime};
use tokio::task::{LocalSet, spawn_local};

mod measure;
mod socket {
    pub mod plain;
    pub mod raw;
    pub mod server;
}
use measure::{ClockId, Cost, calls, cost, median, medians, ratio};
use socket::plain::Plain;
use socket::raw::Raw;
use socket::server::{ALONE, ARGUMENT, Server, serve_all};

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
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.iter().any(|argument| argument == ARGUMENT) {
        if arguments.iter().any(|argument| argument == ALONE) {
            stay_on_core(1);
        }
        let document = include_str!("../tests/data/crosstrade-execution.json");
        let minified: serde_json::Value =
            serde_json::from_str(document).expect("the document's payload");
        return serve_all(serde_json::to_string(&minified).expect("JSON").leak());
    }
    // `cargo test --benches` runs this too, only to see that it works.
    let quick = !arguments.iter().any(|argument| argument == "--bench");
    let server = Server::start(&[ARGUMENT, ALONE]);
    // On a thread of its own, since the core that a thread stays on is its threads' too.
    let address = server.address.clone();
    let pinned = std::thread::spawn(move || {
        stay_on_core(0);
        let one_thread = Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        for (at_once, count) in [(1, 5_000), (64, 30_000), (1_024, 30_000)] {
            let count = if quick { at_once * 2 } else { count };
            compare(&one_thread, &address, at_once, count);
        }
    });
    pinned.join().expect("no panic");
    let server = Server::start(&[ARGUMENT]);
    let threads = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    compare_on_threads(
        &threads,
        &server.address,
        64,
        if quick { 128 } else { 30_000 },
    );
}

/// Keeps this thread, and those that it starts, on one core: else the system moves client and server about, and how often
/// they share a core is chance.
fn stay_on_core(core: usize) {
    #[cfg(target_os = "linux")]
    if std::thread::available_parallelism().is_ok_and(|cores| cores.get() > core) {
        let mut cores = rustix::thread::CpuSet::new();
        cores.set(core);
        // Where it is not allowed, the figures scatter more.
        let _ = rustix::thread::sched_setaffinity(None, &cores);
    }
    let _ = core;
}

const NAMES: [&str; 4] = [
    "this crate",
    "jsonrpsee",
    "tokio-tungstenite",
    "raw TCP, undecoded",
];

/// Everything that calls over one thread's sockets.
struct OneThread {
    peers: Peers,
    raw: Raw,
}

impl OneThread {
    async fn call(&self, peer: usize) {
        match peer {
            0 => self.peers.ours().await,
            1 => self.peers.jsonrpsee().await,
            2 => self.peers.plain().await,
            _ => assert!(black_box(self.raw.call(ACCOUNT, ID).await) > 600),
        }
    }
}

/// Tasks that call one time after the other, as many as calls are to be in flight.
async fn lanes(clients: &Rc<OneThread>, peer: usize, count: usize, at_once: usize) {
    let lanes: Vec<_> = (0..at_once)
        .map(|_| {
            let clients = Rc::clone(clients);
            spawn_local(async move {
                for _ in 0..count / at_once {
                    clients.call(peer).await;
                }
            })
        })
        .collect();
    for lane in lanes {
        lane.await.expect("no panic");
    }
}

fn compare(runtime: &Runtime, address: &str, at_once: usize, count: usize) {
    let local = LocalSet::new();
    let clients = Rc::new(local.block_on(runtime, async {
        OneThread {
            peers: Peers::connect(address).await,
            raw: Raw::connect(address).await,
        }
    }));
    let mut costs: [Vec<Cost>; 4] = Default::default();
    for round in 0..=ROUNDS {
        for turn in 0..4 {
            let peer = (turn + round) % 4;
            let run = lanes(&clients, peer, count, at_once);
            let spent = local.block_on(runtime, cost(ClockId::ProcessCPUTime, run));
            // The first round warms up.
            if round > 0 {
                costs[peer].push(spent);
            }
        }
    }
    println!("{at_once} in flight on one thread, {count} calls a round, {ROUNDS} rounds");
    println!("                      µs processor   against    p50 µs   allocations");
    println!("                            a call  jsonrpsee                 a call");
    for (peer, name) in NAMES.into_iter().enumerate() {
        println!(
            "  {name:<20} {:11.2} {:10.2} {:9.0} {:13.1}",
            medians(&costs[peer]).processor / count as f64 * 1e6,
            ratio(&costs[1], &costs[peer], |cost| cost.processor),
            local.block_on(runtime, latency(&clients, peer, count, at_once)) * 1e6,
            allocations(|| local.block_on(runtime, lanes(&clients, peer, count, at_once)))
                / count as f64,
        );
    }
    println!();
    local.block_on(runtime, async {
        clients.peers.ours.close().await.expect("closes");
    });
}

/// The median seconds from a call to its answer.
async fn latency(clients: &OneThread, peer: usize, count: usize, at_once: usize) -> f64 {
    let times = RefCell::new(Vec::with_capacity(count));
    let timed = async || {
        let sent = Instant::now();
        clients.call(peer).await;
        times.borrow_mut().push(sent.elapsed().as_secs_f64());
    };
    calls(count, at_once, timed).await;
    median(times.take())
}

fn allocations(run: impl FnOnce()) -> f64 {
    allocation_counter::measure(run).count_total as f64
}

fn compare_on_threads(runtime: &Runtime, address: &str, at_once: usize, count: usize) {
    let peers = Arc::new(runtime.block_on(Peers::connect(address)));
    let mut costs: [Vec<Cost>; 3] = Default::default();
    for round in 0..=ROUNDS {
        for turn in 0..3 {
            let peer = (turn + round) % 3;
            let peers = &peers;
            let run = async {
                let lanes: Vec<_> = (0..at_once)
                    .map(|_| {
                        let peers = Arc::clone(peers);
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
            };
            let spent = runtime.block_on(cost(ClockId::ProcessCPUTime, run));
            if round > 0 {
                costs[peer].push(spent);
            }
        }
    }
    println!("{at_once} in flight on two threads, {count} calls a round, {ROUNDS} rounds");
    println!("                      µs processor   against");
    println!("                            a call  jsonrpsee");
    for (peer, name) in NAMES.into_iter().take(3).enumerate() {
        println!(
            "  {name:<20} {:11.2} {:10.2}",
            medians(&costs[peer]).processor / count as f64 * 1e6,
            ratio(&costs[1], &costs[peer], |cost| cost.processor),
        );
    }
}
