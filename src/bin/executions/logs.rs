//! Logs to stderr, for whoever asks for them.

use std::io;

use anstream::{AutoStream, ColorChoice};
use tracing::Metadata;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::{Targets, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::output;

/// `-v` and `-vv` go before RUST_LOG; without either nothing is logged.
pub fn start(verbose: u8) {
    let wanted = match (verbose, std::env::var("RUST_LOG")) {
        (0, Err(_)) => return,
        (0, Ok(directives)) => match directives.parse() {
            Ok(wanted) => wanted,
            Err(_) => {
                output::say(
                    "RUST_LOG is not understood, so nothing is logged: try RUST_LOG=executions=debug, or -v.",
                );
                return;
            }
        },
        (1, _) => Targets::new().with_default(LevelFilter::DEBUG),
        (_, _) => Targets::new().with_default(LevelFilter::TRACE),
    };
    let coloured = AutoStream::choice(&io::stderr()) != ColorChoice::Never;
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(coloured);
    tracing_subscriber::registry()
        .with(filter_fn(is_own))
        .with(wanted)
        .with(lines)
        .init();
}

/// Libraries log requests with their headers at the finer levels; none of theirs passes.
fn is_own(metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    target == "executions" || target.starts_with("executions::")
}
