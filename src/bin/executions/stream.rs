//! `executions stream`: what CrossTrade's WebSocket pushes, a line each.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use executions::crosstrade::socket::{Event, State, Stray, Unread};
use executions::values::Json;
use serde::Serialize;
use serde_json::{Value, json};

use crate::arguments::duration;
use crate::escape::escaped;
use crate::failure::Failure;
use crate::output::{self, json};
use crate::record::Traffic;

/// Print CrossTrade's quotes and P&L as they come, until Ctrl-C.
///
/// Each line is one JSON object: what the service sent, digit for digit, or what happened to the stream, which has a member
/// `event`: connected, reconnecting, gap, lagged, refused, unread or stray. What happened is told in words on stderr, too.
#[derive(Args)]
#[command(after_help = "\
Examples:
  executions stream --quotes \"ES 12-25,NQ 12-25\"
  executions stream --pnl 1s > pnl.ndjson
  executions stream --quotes \"ES 12-25\" | jq -c 'select(.event | not)'")]
#[group(id = "what", required = true, multiple = true, args = ["quotes", "pnl"])]
pub struct Arguments {
    /// The instruments to print quotes of, with commas between.
    #[arg(long, value_name = "INSTRUMENTS", value_delimiter = ',')]
    quotes: Vec<String>,

    /// Print the accounts' profit and loss this often: 1s, 500ms.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pnl: Option<Duration>,
}

pub async fn run(arguments: &Arguments, traffic: &Traffic) -> Result<ExitCode, Failure> {
    let executions = traffic.executions()?;
    let socket = executions.crosstrade()?.connect().await?;
    let mut events = socket.events();
    if !arguments.quotes.is_empty() {
        socket.subscribe(&arguments.quotes).await?;
    }
    if let Some(interval) = arguments.pnl {
        socket.stream_pnl(interval).await?;
    }
    while let Some(event) = events.next().await {
        tell(event)?;
    }
    // Only what closed it for good ends the events.
    match socket.state() {
        State::Closed(why) => Err(why.into()),
        _ => Ok(ExitCode::FAILURE),
    }
}

/// What happened to the stream, as a line.
#[derive(Serialize)]
struct Notice {
    event: &'static str,
    #[serde(flatten)]
    details: Value,
}

fn tell(event: Event) -> Result<(), Failure> {
    let (event, details, words) = match event {
        Event::Quotes(quotes) => return pushed(quotes.bytes()),
        Event::Pnl(pnl) => return pushed(pnl.bytes()),
        Event::State(State::Closed(why)) => return Err(why.into()),
        Event::State(State::Connected) => {
            let words = "CrossTrade: connected again".to_owned();
            ("connected", json!({}), words)
        }
        Event::State(State::Reconnecting(error)) => {
            let why = error.what();
            let words = format!("CrossTrade: connecting again: {why}");
            ("reconnecting", json!({"why": why}), words)
        }
        Event::Gap(gap) => {
            let (from, to, why) = (gap.from, gap.to, gap.why.what());
            let words =
                format!("CrossTrade: what came between {from} and {to} may be missing: {why}");
            ("gap", json!({"from": from, "to": to, "why": why}), words)
        }
        Event::Lagged(count) => {
            let words = format!("{count} lines were left out, as the reader was too slow");
            ("lagged", json!({"count": count}), words)
        }
        Event::Refused(error) => {
            let why = error.what();
            let words = format!("CrossTrade refused something: {why}");
            ("refused", json!({"why": why}), words)
        }
        Event::Unread(Unread { problem, bytes, .. }) => {
            let words = format!("CrossTrade sent a frame that is not understood: {problem}");
            // As text, as far as it is any; empty where it was not kept.
            let frame = String::from_utf8_lossy(&bytes);
            ("unread", json!({"problem": problem, "frame": frame}), words)
        }
        Event::Stray(Stray { id, .. }) => {
            let words = format!("CrossTrade answered a call that is not open, with the id {id}");
            ("stray", json!({"id": id}), words)
        }
        _ => return Ok(()),
    };
    output::print(json::line(&Notice { event, details })?)?;
    output::say(&escaped(&words));
    Ok(())
}

fn pushed(frame: &[u8]) -> Result<(), Failure> {
    let text: Json =
        serde_json::from_slice(frame).map_err(|error| Failure::output(error.into()))?;
    output::print(json::line(&text)?)
}
