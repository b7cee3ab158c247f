//! Calls over one WebSocket, many at once, against jsonrpsee's client, a plain tokio-tungstenite loop, and the same bytes over
//! raw TCP as the limit, side by side in one run on the same payload. `cargo bench --bench socket`
//!
//! What counts is the processor time of the client's process for a call, threads that a library starts for itself included;
//! the server is a process of its own. On one thread each of the two has a core to itself, where the system lets them choose.
//! Rounds alternate and medians are taken; latencies and allocations are counted in rounds of their own.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use executions::crosstrade::Socket;
use executions::crosstrade::types::Execution;
use executions::{Budget, CrossTrade};
use jsonrpsee::core::client::ClientT as _;
use jsonrpsee::core::params::ObjectParams;
use jsonrpsee::ws_client::{WsClient, WsClientBuilder};
use tokio::runtime::{Builder, Runtime, RuntimeFlavor};

mod measure;
mod socket {
    pub mod plain;
    pub mod raw;
    pub mod server;
}
use measure::{ClockId, Cost, cost, median, medians, ratio};
use socket::plain::Plain;
use socket::raw::Raw;
use socket::server::{ALONE, ARGUMENT, Server, serve_all};

const ROUNDS: usize = 5;
const ACCOUNT: &str = "Sim101";
const ID: &str = "550837ff9e784c2895ef6dab22d06be0";
const NAMES: [&str; 4] = [
    "this crate",
    "jsonrpsee",
    "tokio-tungstenite",
    "raw TCP, undecoded",
];

/// Everything that calls, over a socket of its own each.
struct Clients {
    ours: Socket,
    jsonrpsee: WsClient,
    plain: Plain,
    raw: Raw,
}

impl Clients {
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
            raw: Raw::connect(address).await,
        }
    }

    async fn call(&self, client: usize) {
        match client {
            0 => {
                let reply = self.ours.execution(ACCOUNT, ID).await.expect("a fill");
                assert_eq!(black_box(reply).id, *ID);
            }
            1 => {
                let mut parameters = ObjectParams::new();
                parameters.insert("account", ACCOUNT).expect("serialises");
                parameters.insert("executionId", ID).expect("serialises");
                let answer = self.jsonrpsee.request("GetExecution", parameters);
                let fill: Execution = answer.await.expect("a fill");
                assert_eq!(black_box(fill).id, *ID);
            }
            2 => assert_eq!(black_box(self.plain.execution(ACCOUNT, ID).await).id, *ID),
            _ => assert!(black_box(self.raw.call(ACCOUNT, ID).await) > 600),
        }
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
    let load = move |at_once, count| Load {
        at_once,
        count: if quick { at_once * 2 } else { count },
    };
    let server = Server::start(&[ARGUMENT, ALONE]);
    // On a thread of its own, since the core that a thread stays on is its threads' too.
    let pinned = std::thread::spawn(move || {
        stay_on_core(0);
        let one_thread = Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        for (at_once, count) in [(1, 5_000), (64, 30_000), (1_024, 30_000)] {
            compare(
                &one_thread,
                "one thread",
                &server.address,
                load(at_once, count),
            );
        }
    });
    pinned.join().expect("no panic");
    let server = Server::start(&[ARGUMENT]);
    let two_threads = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    compare(
        &two_threads,
        "two threads",
        &server.address,
        load(64, 30_000),
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

/// How many calls, and how many of them in flight.
#[derive(Clone, Copy)]
struct Load {
    at_once: usize,
    count: usize,
}

impl Load {
    /// Runs tasks that call one time after the other, as many as calls are to be in flight; the seconds that calls took,
    /// where they are to be timed.
    async fn run(self, clients: &Arc<Clients>, client: usize, timed: bool) -> Vec<f64> {
        let lane = |clients: Arc<Clients>| async move {
            let mut times = Vec::new();
            for _ in 0..self.count / self.at_once {
                if !timed {
                    clients.call(client).await;
                    continue;
                }
                let sent = Instant::now();
                clients.call(client).await;
                times.push(sent.elapsed().as_secs_f64());
            }
            times
        };
        let lanes: Vec<_> = (0..self.at_once)
            .map(|_| tokio::spawn(lane(Arc::clone(clients))))
            .collect();
        let mut times = Vec::new();
        for lane in lanes {
            times.extend(lane.await.expect("no panic"));
        }
        times
    }
}

fn compare(runtime: &Runtime, threads: &str, address: &str, load: Load) {
    let clients = Arc::new(runtime.block_on(Clients::connect(address)));
    let run = async |client| {
        load.run(&clients, client, false).await;
    };
    let mut costs: [Vec<Cost>; NAMES.len()] = Default::default();
    for round in 0..=ROUNDS {
        for turn in 0..NAMES.len() {
            let client = (turn + round) % NAMES.len();
            let spent = runtime.block_on(cost(ClockId::ProcessCPUTime, run(client)));
            // The first round warms up.
            if round > 0 {
                costs[client].push(spent);
            }
        }
    }
    let Load { at_once, count } = load;
    println!("{at_once} in flight on {threads}, {count} calls a round, {ROUNDS} rounds");
    println!("                      µs processor   against    p50 µs   allocations");
    println!("                            a call  jsonrpsee                 a call");
    for (client, name) in NAMES.into_iter().enumerate() {
        let times = runtime.block_on(load.run(&clients, client, true));
        println!(
            "  {name:<20} {:11.2} {:10.2} {:9.0} {:13.1}",
            medians(&costs[client]).processor / count as f64 * 1e6,
            ratio(&costs[1], &costs[client], |cost| cost.processor),
            median(times) * 1e6,
            allocations(runtime, || runtime.block_on(run(client))) / count as f64,
        );
    }
    println!();
    runtime.block_on(clients.ours.close()).expect("it closes");
}

/// Those of a runtime that has no threads; of one that has, they are not counted.
fn allocations(runtime: &Runtime, run: impl FnOnce()) -> f64 {
    match runtime.handle().runtime_flavor() {
        RuntimeFlavor::CurrentThread => allocation_counter::measure(run).count_total as f64,
        _ => f64::NAN,
    }
}
