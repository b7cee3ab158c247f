//! Calls of which so many are in flight.

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

/// Runs `call` `count` times, `at_once` of them in flight.
pub async fn calls<F: Future<Output = ()>>(count: usize, at_once: usize, call: impl Fn() -> F) {
    let mut open: FuturesUnordered<F> = (0..at_once).map(|_| call()).collect();
    for _ in at_once..count {
        open.next().await;
        open.push(call());
    }
    while open.next().await.is_some() {}
}
