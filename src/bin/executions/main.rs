//! The `executions` command: arguments in, the library's public API, answers out.

mod arguments;
mod completions;
mod demo;
mod diff;
mod failure;
mod get;
mod list;
mod logs;
mod output;
mod rpc;
mod schema;
mod simulate;
mod stream;

use std::io;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};

use failure::Failure;

/// Fetch executions from CrossTrade, Hummingbot, B3OS and Refold.
#[derive(Parser)]
#[command(version, max_term_width = 100, after_help = MORE, after_long_help = ALL, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,

    /// Log what is sent and answered to stderr; twice for more. RUST_LOG works too.
    ///
    /// Only this program's own lines are let through, whatever RUST_LOG says: libraries log headers, and credentials with them.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
}

#[derive(Subcommand)]
enum Command {
    Get(get::Arguments),
    List(list::Arguments),
    Rpc(rpc::Arguments),
    Stream(stream::Arguments),
    /// See it work on simulated services; no account needed.
    Demo,
    Simulate(simulate::Arguments),
    Diff(diff::Arguments),
    /// Print the JSON Schema of what `-o json` prints.
    Schema,
    Completions(completions::Arguments),
}

const MORE: &str = "\
Examples:
  executions demo
  executions get crosstrade:Sim101/550837ff9e784c2895ef6dab22d06be0
  executions list crosstrade:Sim101 --lookback 10m -o json

Settings and exit codes: executions --help";

const ALL: &str = "\
Examples:
  executions demo                 see it work, no account needed
  executions get crosstrade:Sim101/550837ff9e784c2895ef6dab22d06be0
  executions get hummingbot:abc123 -o json
  executions list crosstrade:Sim101 --lookback 10m
  executions list crosstrade:Sim101 -o ndjson | jq .raw.price
  executions rpc ListPositions '{\"account\":\"Sim101\"}' --read-only
  executions stream --quotes \"ES 12-25,NQ 12-25\" --pnl 1s
  executions simulate             have the four services on this machine
  executions diff old.yaml new.yaml

Settings, from the environment. Only the services you ask need theirs:
  CrossTrade  CROSSTRADE_TOKEN, and CROSSTRADE_WS_URL if its WebSocket is not at
              /ws/stream after its base URL
  Hummingbot  HUMMINGBOT_USERNAME and HUMMINGBOT_PASSWORD
  B3OS        B3OS_API_KEY, and B3OS_ORG_ID for one of several organisations
  Refold      REFOLD_API_KEY and REFOLD_LINKED_ACCOUNT_ID,
              or REFOLD_SESSION_TOKEN
  any         <SERVICE>_BASE_URL     where it is, if not where it usually is
              <SERVICE>_ALLOW_HTTP=1 send credentials to it over plain http

Exit codes:
    0  done                         6  timed out
    1  anything else                7  NinjaTrader is offline
    2  wrong usage, setting or id   8  the answer does not fit the contract
    4  not authorised               9  sent, no answer: it may have been done
    5  not found                   10  rate limited
                                  130  interrupted with Ctrl-C";

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(told) => return ended(failure::of_parsing(&told)),
    };
    logs::start(arguments.verbose);
    ended(run(arguments.command))
}

fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Completions(arguments) => completions::run(&arguments),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Schema => schema::run(),
        asks => {
            let mut runtime = tokio::runtime::Builder::new_multi_thread();
            let runtime = runtime.worker_threads(2).enable_all().build();
            runtime.map_err(Failure::Start)?.block_on(run_asking(asks))
        }
    }
}

async fn run_asking(command: Command) -> Result<ExitCode, Failure> {
    if let Command::Simulate(arguments) = command {
        return simulate::run(&arguments).await;
    }
    // On a thread of its own, so that it also ends a command that waits for a pipe's reader.
    tokio::spawn(async {
        if tokio::signal::ctrl_c().await.is_ok() {
            let whole = tokio::task::spawn_blocking(|| {
                let _no_other_line = io::stdout().lock();
                std::process::exit(INTERRUPTED.into())
            });
            let _ = tokio::time::timeout(LINE_END, whole).await;
            std::process::exit(INTERRUPTED.into());
        }
    });
    match command {
        Command::Get(arguments) => get::run(&arguments).await,
        Command::List(arguments) => list::run(&arguments).await,
        Command::Rpc(arguments) => rpc::run(&arguments).await,
        Command::Stream(arguments) => stream::run(&arguments).await,
        _ => demo::run().await,
    }
}

/// What a shell makes of a process that SIGINT ended.
const INTERRUPTED: u8 = 130;

/// How long a line that is being printed may hold that up.
const LINE_END: Duration = Duration::from_millis(500);

fn ended(result: Result<ExitCode, Failure>) -> ExitCode {
    result.unwrap_or_else(|failure| {
        // Whoever closes the pipe has read enough.
        if failure.is_closed_pipe() {
            return ExitCode::SUCCESS;
        }
        output::say(&failure.report());
        failure.exit_code()
    })
}
