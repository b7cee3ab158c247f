//! `executions list`: CrossTrade's fills of the last minutes.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use executions::crosstrade::types::ExecutionList;
use executions::{Error, Reply, Service};

use crate::arguments::{Asking, duration};
use crate::escape::escaped;
use crate::failure::Failure;
use crate::output::table::{Cell, Column, Table};
use crate::output::{self, Form, json};
use crate::record::Traffic;

/// List the fills of a CrossTrade account.
#[derive(Args)]
#[command(after_help = "\
Examples:
  executions list crosstrade:Sim101
  executions list crosstrade:Sim101 --lookback 10m -o ndjson | jq .raw.price
  executions list crosstrade:Sim101 --lookback 15m | cut -f1,2,5,6
  executions list crosstrade:Sim101 --lookback 1h --ws")]
pub struct Arguments {
    /// Whose: crosstrade:<account>, the account as NinjaTrader names it.
    #[arg(value_name = "crosstrade:ACCOUNT", value_parser = account)]
    account: String,

    /// How far back, in whole seconds up to 15m, or more with --ws: 90s, 10m. [default: the service's, 5m20s]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    lookback: Option<Duration>,

    #[command(flatten)]
    asking: Asking,
}

/// As far back as REST lists.
const LONGEST: Duration = Duration::from_secs(15 * 60);

pub async fn run(arguments: &Arguments, traffic: &Traffic) -> Result<ExitCode, Failure> {
    let is_too_far = arguments.lookback > Some(LONGEST) && !arguments.asking.ws;
    let hint = is_too_far.then_some("`--ws` asks over the WebSocket, which takes more.");
    let fills = fills(arguments, traffic).await;
    let fills = fills.map_err(|error| Failure::from(error).hinting(hint))?;
    match arguments.asking.output {
        Form::Table => print_table(&fills, arguments.asking.ws)?,
        Form::Json => output::print(json::pretty(&fills.to_executions())?)?,
        Form::Ndjson => {
            for fill in fills.to_executions() {
                output::print(json::line(&fill)?)?;
            }
        }
        Form::Raw => output::print(fills.bytes())?,
    }
    if let Some(warning) = &fills.warning {
        output::say(&format!("CrossTrade warns: {}", escaped(warning)));
    }
    Ok(ExitCode::SUCCESS)
}

async fn fills(arguments: &Arguments, traffic: &Traffic) -> Result<Reply<ExecutionList>, Error> {
    let account = &arguments.account;
    let lookback = arguments.lookback.into_iter();
    if arguments.asking.ws {
        let socket = arguments.asking.socket(traffic).await?;
        let fills = socket.executions(account);
        return lookback
            .fold(fills, |fills, back| fills.lookback(back))
            .await;
    }
    let executions = arguments.asking.executions(traffic)?;
    let fills = executions.crosstrade()?.executions(account);
    lookback
        .fold(fills, |fills, back| fills.lookback(back))
        .await
}

fn print_table(fills: &Reply<ExecutionList>, ws: bool) -> Result<(), Failure> {
    output::print_table(&table(fills))?;
    if fills.executions.is_empty() {
        let further = match ws {
            true => "",
            false => ", up to 15m",
        };
        output::say(&format!(
            "No fills that recent. --lookback reaches further{further}."
        ));
    }
    Ok(())
}

/// What a trader reads from left to right; what is least missed on a narrow terminal goes first.
fn table(fills: &Reply<ExecutionList>) -> Table {
    let columns = vec![
        Column::new("time"),
        Column::new("instrument"),
        Column::new("side"),
        Column::new("name").dropped(3),
        Column::new("quantity").titled("qty").right(),
        Column::new("price").right(),
        Column::new("commission").right().dropped(1),
        Column::new("order").dropped(4),
        Column::new("id").cut(2, 20),
        Column::new("reference").piped(),
    ];
    let fills = fills.executions.iter().zip(fills.to_executions());
    let rows = fills.map(|(fill, view)| {
        vec![
            // A time that is no instant is still better read than missing.
            match view.finished {
                Some(at) => Cell::Time(at),
                None => Cell::any(fill.time.as_ref()),
            },
            Cell::of(&fill.instrument),
            Cell::any(fill.market_position.as_ref()),
            Cell::any(fill.name.as_ref()),
            Cell::of(&fill.quantity),
            Cell::of(&fill.price),
            Cell::any(fill.commission.as_ref()),
            Cell::any(fill.order_id.as_ref()),
            Cell::of(&fill.id),
            Cell::of(&view.reference),
        ]
    });
    Table::new(columns, rows)
}

fn account(text: &str) -> Result<String, String> {
    let form = "write it as crosstrade:<account>";
    let (word, account) = text.split_once(':').ok_or(form)?;
    match word.parse().ok() {
        Some(Service::CrossTrade) if account.is_empty() => Err(form.to_owned()),
        Some(Service::CrossTrade) if account.contains('/') => Err(format!(
            "that is one execution, for `executions get`; for a list {form}"
        )),
        Some(Service::CrossTrade) => Ok(account.to_owned()),
        Some(other) => Err(format!(
            "lists exist only for CrossTrade so far, not for {other}; {form}"
        )),
        None => Err(format!("it starts with none of the services; {form}")),
    }
}
