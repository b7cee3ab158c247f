//! `executions demo`: the whole of it at work on simulated services.

use std::process::ExitCode;
use std::time::Duration;

use executions::simulator::{Options, Simulator};
use executions::values::Json;
use executions::{Execution, Reference, Service};

use crate::escape::escaped;
use crate::failure::Failure;
use crate::output::table::{Cell, Column, Table};
use crate::output::{self, json};
use crate::record::Traffic;
use crate::simulate;

/// The most that CrossTrade lists.
const LOOKBACK: Duration = Duration::from_secs(15 * 60);

pub async fn run(traffic: &Traffic) -> Result<ExitCode, Failure> {
    let simulator = Simulator::start(Options::default()).await;
    let simulator = simulator.map_err(Failure::start)?;
    let executions = traffic.simulated(&simulator)?;
    let references = simulate::references(&simulator)?;
    output::say(
        "Four simulated services run on this machine, and four clients ask them over\nHTTP: one execution of each, then the latest fills of the CrossTrade account.\n",
    );

    let mut shown = Vec::new();
    for reference in &references {
        shown.push(executions.get(reference).await?.into_inner());
    }
    let mut accounts = references.iter().filter_map(Reference::account);
    let account = accounts.next().unwrap_or_default();
    let fills = executions.crosstrade()?.executions(account);
    shown.extend(fills.lookback(LOOKBACK).await?.to_executions());
    output::print_table(&table(&shown))?;

    let socket = executions.crosstrade()?.connect().await?;
    let accounts: Json = socket.call("ListAccounts", ()).read_only().await?;
    output::say(&format!(
        "\nAnd one call over CrossTrade's WebSocket:\n\n$ executions rpc ListAccounts --read-only\n{}",
        escaped(json::line(&accounts)?.trim_end())
    ));

    let unknown: Reference = format!("{}:{account}/no-such-fill", Service::CrossTrade).parse()?;
    if let Err(error) = executions.get(&unknown).await {
        output::say(&format!(
            "\nAnd this is how it looks when something is wrong:\n\n$ executions get {unknown}"
        ));
        let Failure { text, code } = error.into();
        output::say(&format!("{text}\n$ echo $?\n{code}"));
    }
    output::say(
        "\nTo go on with the same services, run `executions simulate`, paste what it\nprints into another terminal, and try there:",
    );
    output::say(&simulate::examples(&references));
    output::say("With an account of your own, `executions --help` lists what to export.");
    simulator.shutdown().await;
    Ok(ExitCode::SUCCESS)
}

fn table(executions: &[Execution]) -> Table {
    let columns = vec![
        Column::new("started"),
        Column::new("state"),
        Column::new("status").dropped(4),
        Column::new("about").cut(2, 12),
        Column::new("name").dropped(3),
        Column::new("finished").dropped(5),
        Column::new("reference").cut(1, 20),
    ];
    let rows = executions.iter().map(|execution| {
        vec![
            Cell::time(execution.started),
            Cell::of(execution.state),
            Cell::any(execution.status.as_ref()),
            Cell::any(execution.about.as_ref()),
            Cell::any(execution.name.as_ref()),
            Cell::time(execution.finished),
            Cell::of(&execution.reference),
        ]
    });
    Table::new(columns, rows)
}
