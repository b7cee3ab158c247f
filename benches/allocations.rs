//! What a call over the WebSocket allocates, beside the clients that `socket.rs` has. `cargo bench --bench allocations`
//!
//! In a program of its own, as counting costs time.

use std::sync::Arc;

use tokio::runtime::Builder;

mod socket {
    pub mod clients;
    pub mod plain;
    pub mod raw;
    pub mod server;
}
use socket::clients::{Clients, Load, NAMES};
use socket::server::{ARGUMENT, Server, serves};

fn main() {
    if serves(&std::env::args().collect::<Vec<_>>()) {
        return;
    }
    let server = Server::start(&[ARGUMENT]);
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let clients = Arc::new(runtime.block_on(Clients::connect(&server.address)));
    let load = Load {
        at_once: 64,
        count: 6_400,
    };
    println!(
        "allocations a call, {} in flight on one thread",
        load.at_once
    );
    for (client, name) in NAMES.into_iter().enumerate() {
        let run = || {
            runtime.block_on(load.run(&clients, client, false));
        };
        // What the first calls set up is not counted.
        run();
        let counted = allocation_counter::measure(run).count_total;
        println!("  {name:<20} {:6.1}", counted as f64 / load.count as f64);
    }
    runtime.block_on(clients.close());
}
