//! Ctrl-C: it ends the process at once, unless a call is open whose outcome has to be told first.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::signal::ctrl_c;
use tokio::sync::Notify;

use crate::failure::INTERRUPTED;
use crate::output;
use crate::record::Traffic;

/// How long a line that is being printed may delay the end.
const LINE_END: Duration = Duration::from_millis(500);

/// Listens for Ctrl-C from [`watch`](Self::watch) on, without a gap in which one would be missed.
pub struct Interrupts(Arc<Held>);

#[derive(Default)]
struct Held {
    /// The next Ctrl-C is for whoever waits in [`Interrupts::tell`].
    is_held: AtomicBool,
    pressed: Notify,
}

impl Interrupts {
    pub fn watch(traffic: &Traffic) -> Self {
        let held = Arc::<Held>::default();
        tokio::spawn(listen(traffic.clone(), Arc::clone(&held)));
        Self(held)
    }

    /// Waits for `work`. At Ctrl-C it runs `stop`, which has to bring `work` to its end; returns true if it did. A second
    /// Ctrl-C ends the process all the same.
    pub async fn tell<T>(self, work: impl Future<Output = T>, stop: impl Future) -> (T, bool) {
        let Self(held) = self;
        held.is_held.store(true, Ordering::SeqCst);
        let mut work = std::pin::pin!(work);
        let ended = tokio::select! {
            ended = &mut work => (ended, false),
            () = held.pressed.notified() => (tokio::join!(work, stop).0, true),
        };
        held.is_held.store(false, Ordering::SeqCst);
        ended
    }
}

async fn listen(traffic: Traffic, held: Arc<Held>) {
    while ctrl_c().await.is_ok() {
        if !held.is_held.swap(false, Ordering::SeqCst) {
            return end(traffic).await;
        }
        held.pressed.notify_one();
    }
}

/// Ends the process.
async fn end(traffic: Traffic) {
    // On a thread of its own, so that it also ends a command that waits for a pipe's reader.
    let whole = tokio::task::spawn_blocking(move || {
        // Nothing may be half written when the process ends.
        if let Err(failure) = traffic.finish() {
            output::say(&failure.text);
        }
        let _no_other_line = io::stdout().lock();
        std::process::exit(INTERRUPTED.into())
    });
    let _ = tokio::time::timeout(LINE_END, whole).await;
    std::process::exit(INTERRUPTED.into());
}
