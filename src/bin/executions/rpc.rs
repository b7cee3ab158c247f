//! `executions rpc`: any of CrossTrade's calls over its WebSocket.

use std::future::IntoFuture as _;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use executions::values::Json;

use crate::arguments::{connect, duration};
use crate::failure::Failure;
use crate::interrupts::Interrupts;
use crate::output::{self, json};
use crate::record::Traffic;

/// Call anything of CrossTrade's over its WebSocket.
///
/// Prints the answer's JSON, digit for digit: indented on a terminal, on one line when piped. Success means that the add-on
/// answered so; of an order, not that it was filled.
///
/// A call is sent once. Where it was sent and its answer did not come, it may or may not have been carried out: that ends
/// with exit code 9, or with 130 at Ctrl-C.
#[derive(Args)]
#[command(after_help = "\
Examples:
  executions rpc ListAccounts --read-only
  executions rpc ListPositions '{\"account\":\"Sim101\"}' --read-only | jq '.positions[].instrument'")]
pub struct Arguments {
    /// The call's name, as the vendor writes it: ListPositions.
    api: String,

    /// Its arguments, one JSON object. [default: {}]
    #[arg(value_name = "JSON", value_parser = object)]
    args: Option<Json>,

    /// It changes nothing, so that it may be sent again when the connection is lost.
    #[arg(long)]
    read_only: bool,

    /// How long connecting may take, and then the answer. [default: 30s each]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    timeout: Option<Duration>,
}

pub async fn run(
    arguments: &Arguments,
    traffic: &Traffic,
    interrupts: Interrupts,
) -> Result<ExitCode, Failure> {
    let socket = connect(&traffic.executions()?, arguments.timeout).await?;
    let mut call = socket.call::<Json>(&arguments.api, &arguments.args);
    if arguments.read_only {
        call = call.read_only();
    }
    // Once the socket is closed, the call ends with what is known of it.
    let (answer, interrupted) = interrupts.tell(call.into_future(), socket.close()).await;
    let answer = match answer {
        Err(error) if interrupted => return Err(Failure::interrupted(error)),
        answer => answer?,
    };
    let text = match output::is_terminal() {
        true => json::pretty(&answer)?,
        false => json::line(&answer)?,
    };
    output::print(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn object(text: &str) -> Result<Json, String> {
    let json: Json = serde_json::from_str(text).map_err(|why| format!("it is no JSON: {why}"))?;
    match json.as_str().starts_with('{') {
        true => Ok(json),
        false => Err("it is no JSON object, such as {\"account\":\"Sim101\"}".to_owned()),
    }
}
