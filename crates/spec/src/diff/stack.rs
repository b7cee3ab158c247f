//! Room for recursion: readers and generators follow nesting by calling themselves, and a thread's usual stack is soon full.

use std::panic::resume_unwind;
use std::thread::{self, ScopedJoinHandle};

/// Enough for what the reader lets pass, 64 levels, in a build without optimisation.
const BYTES: usize = 256 << 20;

/// Runs `work` where there is room; on this stack if the system grants no other.
pub fn roomy<T: Send>(work: impl Fn() -> T + Sync) -> T {
    let done = thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(BYTES);
        thread
            .spawn_scoped(scope, &work)
            .map(ScopedJoinHandle::join)
    });
    match done {
        Ok(Ok(done)) => done,
        Ok(Err(panic)) => resume_unwind(panic),
        Err(_) => work(),
    }
}
