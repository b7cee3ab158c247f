//! The `executions` command: arguments in, the library's public API, answers out.

mod arguments;
mod check;
mod completions;
mod demo;
mod diff;
mod escape;
mod failure;
mod get;
mod interrupts;
mod list;
mod logs;
mod output;
mod record;
mod replay;
mod rpc;
mod schema;
mod simulate;
mod stream;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use failure::Failure;
use interrupts::Interrupts;
use record::Traffic;

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

    /// Write what is sent and answered to a new file, as HAR: with your data, without credentials.
    ///
    /// `executions replay` serves it again. Only commands that ask a service take it.
    #[arg(long, global = true, value_name = "FILE.har", value_parser = record::file)]
    record: Option<PathBuf>,

    /// Hold the answers against the services' contracts: tell what is found on stderr, or end with 8 where one is broken.
    #[arg(long, global = true, value_name = "MODE")]
    contract: Option<record::Checks>,
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
    Replay(replay::Arguments),
    Check(check::Arguments),
    Diff(diff::Arguments),
    Schema(schema::Arguments),
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
  executions get b3os:exec_1 --record traffic.har
  executions replay traffic.har   have what was recorded answered again
  executions check --simulator    hold the services against their contracts
  executions check traffic.har    and what was recorded
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
    let ended = match Arguments::try_parse() {
        Ok(arguments) => run(arguments),
        Err(told) => failure::of_parsing(&told),
    };
    ended.unwrap_or_else(|failure| {
        if !failure.text.is_empty() {
            output::say(&failure.text);
        }
        failure.code.into()
    })
}

fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    logs::start(arguments.verbose);
    let (command, record) = (arguments.command, arguments.record);
    let checks = arguments.contract.unwrap_or_default();
    if record.is_some() && !command.asks() {
        let words = "--record is for commands that ask a service";
        return Err(Failure::usage(words));
    }
    let is_checked = command.asks() && !matches!(command, Command::Check(_));
    if checks != record::Checks::Off && !is_checked {
        let words = "--contract is for get, list, rpc, stream and demo";
        return Err(Failure::usage(words));
    }
    match command {
        Command::Completions(arguments) => completions::run(&arguments),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Schema(arguments) => schema::run(&arguments),
        asks => {
            let mut runtime = tokio::runtime::Builder::new_multi_thread();
            let runtime = runtime.worker_threads(2).enable_all().build();
            runtime
                .map_err(Failure::start)?
                .block_on(run_asking(asks, record, checks))
        }
    }
}

impl Command {
    /// Whether it talks to a service, be it a simulated one.
    fn asks(&self) -> bool {
        match self {
            Self::Get(_) | Self::List(_) | Self::Rpc(_) | Self::Stream(_) | Self::Demo => true,
            Self::Check(arguments) => arguments.asks(),
            _ => false,
        }
    }
}

async fn run_asking(
    command: Command,
    record: Option<PathBuf>,
    checks: record::Checks,
) -> Result<ExitCode, Failure> {
    match command {
        Command::Simulate(arguments) => return simulate::run(&arguments).await,
        Command::Replay(arguments) => return replay::run(&arguments).await,
        _ => {}
    }
    let enforced = checks == record::Checks::Enforce;
    let traffic = Traffic::watched(record.as_deref(), checks)?;
    let interrupts = Interrupts::watch(&traffic);
    let ended = match command {
        Command::Get(arguments) => get::run(&arguments, &traffic).await,
        Command::List(arguments) => list::run(&arguments, &traffic).await,
        Command::Rpc(arguments) => rpc::run(&arguments, &traffic, interrupts).await,
        Command::Stream(arguments) => stream::run(&arguments, &traffic).await,
        Command::Check(arguments) => check::run(&arguments, &traffic).await,
        _ => demo::run(&traffic).await,
    };
    let finished = traffic.finish();
    match ended {
        Ok(code) => finished.map(|()| code),
        Err(failure) => {
            if let Err(unrecorded) = finished {
                output::say(&unrecorded.text);
            }
            let is_withheld = enforced && failure.code == failure::UNFIT;
            Err(failure.hinting(is_withheld.then_some(record::ENFORCED)))
        }
    }
}
