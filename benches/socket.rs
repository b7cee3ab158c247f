//! Calls over one WebSocket, many at once, against jsonrpsee's client, a plain tokio-tungstenite loop, and the same bytes over
//! raw TCP as the limit, side by side in one run on the same payload. `cargo bench --bench socket`
//!
//! What counts is the processor time of the client's process for a call, threads that a library starts for itself included;
//! the server is a process of its own. On one thread each of the two has a core to itself, where the system lets them choose,
//! and the server does not sleep between calls: waking it costs whoever sends, by what the machine is and not by what the
//! client does. Rounds alternate and medians are taken, of ratios too; latencies are measured in rounds of their own.

use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};

mod measure;
mod socket {
    pub mod clients;
    pub mod plain;
    pub mod raw;
    pub mod server;
}
use measure::{ClockId, Cost, cost, median, medians, ratio};
use socket::clients::{Clients, Load, NAMES};
use socket::server::{ALONE, ARGUMENT, Server, serves, stay_on_core};

const ROUNDS: usize = 5;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if serves(&arguments) {
        return;
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

fn compare(runtime: &Runtime, threads: &str, address: &str, load: Load) {
    let Load { at_once, count } = load;
    let clients = Arc::new(runtime.block_on(Clients::connect(address)));
    let mut costs: [Vec<Cost>; NAMES.len()] = Default::default();
    let mut waits: [Vec<f64>; NAMES.len()] = Default::default();
    for round in 0..=ROUNDS {
        for turn in 0..NAMES.len() {
            let client = (turn + round) % NAMES.len();
            let run = async {
                load.run(&clients, client, false).await;
            };
            let spent = runtime.block_on(cost(ClockId::ProcessCPUTime, run));
            // Apart, since reading the clock costs time too.
            let times = runtime.block_on(load.run(&clients, client, true));
            // The first round warms up.
            if round > 0 {
                costs[client].push(spent);
                waits[client].push(median(times));
            }
        }
    }
    println!("{at_once} in flight on {threads}, {count} calls a round, {ROUNDS} rounds");
    println!("                      µs processor   against     p50 µs   against");
    println!("                            a call  jsonrpsee            jsonrpsee");
    for (client, name) in NAMES.into_iter().enumerate() {
        println!(
            "  {name:<20} {:11.2} {:10.2} {:10.0} {:10.2}",
            medians(&costs[client]).processor / count as f64 * 1e6,
            ratio(&costs[1], &costs[client], |cost| cost.processor),
            median(waits[client].clone()) * 1e6,
            ratio(&waits[client], &waits[1], |wait| *wait),
        );
    }
    println!();
    runtime.block_on(clients.close());
}
