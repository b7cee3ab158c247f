//! Ctrl-C: it ends the process at once, unless a call is open whose outcome has to be told first.

use std::io;
use std::time::Duration;

use tokio::signal::ctrl_c;
use tokio::task::JoinHandle;

use crate::failure::INTERRUPTED;
use crate::output;
use crate::record::Traffic;

/// How long a line that is being printed may delay the end.
const LINE_END: Duration = Duration::from_millis(500);

/// Waits for Ctrl-C from [`watch`](Self::watch) on.
pub struct Interrupts {
    traffic: Traffic,
    watch: JoinHandle<()>,
}

impl Interrupts {
    pub fn watch(traffic: &Traffic) -> Self {
        Self {
            traffic: traffic.clone(),
            watch: tokio::spawn(end(traffic.clone())),
        }
    }

    /// Waits for `work`. At Ctrl-C it runs `stop`, which has to bring `work` to its end; returns true if it did.
    pub async fn tell<T>(self, work: impl Future<Output = T>, stop: impl Future) -> (T, bool) {
        self.watch.abort();
        let mut work = std::pin::pin!(work);
        let (ended, interrupted) = tokio::select! {
            ended = &mut work => (ended, false),
            _ = ctrl_c() => {
                // A second Ctrl-C ends it all the same.
                tokio::spawn(end(self.traffic.clone()));
                (tokio::join!(work, stop).0, true)
            }
        };
        if !interrupted {
            tokio::spawn(end(self.traffic));
        }
        (ended, interrupted)
    }
}

/// Ends the process at the next Ctrl-C.
async fn end(traffic: Traffic) {
    if ctrl_c().await.is_err() {
        return;
    }
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
