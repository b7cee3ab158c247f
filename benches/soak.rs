//! An hour of CrossTrade in a few seconds: as many calls as its rate limit allows in that time, twenty quotes with each, a
//! connection that drops every thousand calls, a reader that keeps up and one that never reads. Memory must be flat.
//!
//! `cargo bench --bench soak --features ws`

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use executions::crosstrade::socket::Event;
use executions::{Budget, CrossTrade};
use futures_util::future::join_all;

#[path = "soak/server.rs"]
mod server;

const EXECUTION: &str = include_str!("../tests/data/crosstrade-execution.json");
/// Three calls a second for an hour.
const CALLS: usize = 10_800;

/// The system's allocator, counting what is held.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);

// SAFETY: it hands on what it is asked to the system's allocator, and counts.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HELD.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps to the same contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps to the same contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    // `cargo test --benches` runs this too, only to see that it works.
    let quick = !std::env::args().any(|argument| argument == "--bench");
    let habits = server::Habits {
        quotes: 20,
        drop_after: 1000,
    };
    let document: serde_json::Value = serde_json::from_str(EXECUTION).expect("a document");
    let address = server::start(document.to_string(), habits);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(soak(
        &format!("http://{address}"),
        if quick { 2_000 } else { CALLS },
    ));
}

async fn soak(url: &str, calls: usize) {
    let crosstrade = CrossTrade::builder()
        .token("bench")
        .base_url(url)
        .budget(Budget::new(u32::MAX, 1e9))
        .build()
        .expect("complete settings");
    let connect = crosstrade
        .connect()
        .backoff(Duration::from_millis(1), Duration::from_millis(10));
    let socket = connect.await.expect("a connection");
    let never_read = socket.events();
    let mut events = socket.events();
    let reader = tokio::spawn(async move {
        let (mut quotes, mut gaps) = (0, 0);
        while let Some(event) = events.next().await {
            match event {
                Event::Quotes(_) => quotes += 1,
                Event::Gap(_) => gaps += 1,
                Event::Lagged(missed) => quotes += usize::try_from(missed).expect("small"),
                _ => {}
            }
        }
        (quotes, gaps)
    });
    let mut held = Vec::new();
    for round in 0..calls / 8 {
        let burst = (0..8).map(|_| socket.execution("Sim101", "exec_1"));
        for fill in join_all(burst).await {
            fill.expect("a fill, on one connection or the next");
        }
        if round % (calls / 8 / 20).max(1) == 0 {
            held.push(HELD.load(Ordering::Relaxed));
        }
    }
    socket.close().await.expect("closed");
    let (quotes, gaps) = reader.await.expect("no panic");
    drop(never_read);
    println!("{calls} calls, {quotes} quotes, {gaps} gaps; bytes held: {held:?}");
    assert!(gaps > 0, "it reconnected");
    // The first fifth is for buffers to grow to their size.
    let (early, late) = held.split_at(held.len() / 5);
    let most = late.iter().max().expect("many");
    let settled = early.last().expect("some").max(&late[0]);
    assert!(*most < settled + 1_000_000, "{settled} grew to {most}");
}
