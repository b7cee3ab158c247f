//! `executions stream`: what CrossTrade's WebSocket pushes, a line each.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use executions::crosstrade::socket::{Event, State};
use executions::values::Json;
use jiff::Timestamp;
use serde::Serialize;

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
#[serde(tag = "event", rename_all = "lowercase")]
enum Notice {
    Connected,
    Reconnecting {
        why: String,
    },
    Gap {
        from: Timestamp,
        to: Timestamp,
        why: String,
    },
    Lagged {
        count: u64,
    },
    Refused {
        why: String,
    },
    Unread {
        problem: String,
        /// As text, as far as it is any; empty where it was not kept.
        frame: String,
    },
    Stray {
        id: String,
    },
}

fn tell(event: Event) -> Result<(), Failure> {
    let line = match event {
        Event::Quotes(quotes) => return pushed(quotes.bytes()),
        Event::Pnl(pnl) => return pushed(pnl.bytes()),
        Event::State(State::Connected) => Notice::Connected,
        Event::State(State::Reconnecting(error)) => Notice::Reconnecting { why: error.what() },
        Event::State(State::Closed(why)) => return Err(why.into()),
        Event::Gap(gap) => Notice::Gap {
            from: gap.from,
            to: gap.to,
            why: gap.why.what(),
        },
        Event::Lagged(count) => Notice::Lagged { count },
        Event::Refused(error) => Notice::Refused { why: error.what() },
        Event::Unread(unread) => Notice::Unread {
            problem: unread.problem,
            frame: String::from_utf8_lossy(&unread.bytes).into_owned(),
        },
        Event::Stray(stray) => Notice::Stray { id: stray.id },
        _ => return Ok(()),
    };
    output::print(json::line(&line)?.as_bytes())?;
    output::say(&escaped(&line.words()));
    Ok(())
}

fn pushed(frame: &[u8]) -> Result<(), Failure> {
    let text: Json =
        serde_json::from_slice(frame).map_err(|error| Failure::Output(error.into()))?;
    output::print(json::line(&text)?.as_bytes())
}

impl Notice {
    fn words(&self) -> String {
        match self {
            Self::Connected => "CrossTrade: connected again".to_owned(),
            Self::Reconnecting { why } => format!("CrossTrade: connecting again: {why}"),
            Self::Gap { from, to, why } => {
                format!("CrossTrade: what came between {from} and {to} may be missing: {why}")
            }
            Self::Lagged { count } => {
                format!("{count} lines were left out, as the reader was too slow")
            }
            Self::Refused { why } => format!("CrossTrade refused something: {why}"),
            Self::Unread { problem, .. } => {
                format!("CrossTrade sent a frame that is not understood: {problem}")
            }
            Self::Stray { id } => {
                format!("CrossTrade answered a call that is not open, with the id {id}")
            }
        }
    }
}
