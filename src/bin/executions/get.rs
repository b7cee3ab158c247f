//! `executions get`: one execution.

use std::process::ExitCode;

use clap::Args;
use executions::{Reference, Service};

use crate::arguments::Asking;
use crate::escape::escaped;
use crate::failure::Failure;
use crate::output::sheet::Sheet;
use crate::output::{self, Form, json};
use crate::record::Traffic;

/// Get one execution.
#[derive(Args)]
#[command(after_help = "\
Examples:
  executions get crosstrade:Sim101/550837ff9e784c2895ef6dab22d06be0
  executions get refold:65410cf6cdf931a12d7ab009 -o json
  executions get b3os:exec_1 --timeout 10s -o raw > answer.json
  executions get crosstrade:Sim101/550837ff9e784c2895ef6dab22d06be0 --ws")]
pub struct Arguments {
    #[arg(help = format!("Which: {}.", Service::forms()))]
    reference: Reference,

    #[command(flatten)]
    asking: Asking,
}

pub async fn run(arguments: &Arguments, traffic: &Traffic) -> Result<ExitCode, Failure> {
    let reference = &arguments.reference;
    let (execution, bytes) = if !arguments.asking.ws {
        let execution = arguments.asking.executions(traffic)?.get(reference).await?;
        let bytes = execution.bytes().clone();
        (execution.into_inner(), bytes)
    } else if let (Service::CrossTrade, Some(account)) = (reference.service(), reference.account())
    {
        let socket = arguments.asking.socket(traffic).await?;
        let fill = socket.execution(account, reference.id()).await?;
        (fill.to_execution(), fill.bytes().clone())
    } else {
        return Err(Failure::usage(&format!(
            "only CrossTrade has a WebSocket, so --ws cannot get {}",
            escaped(&reference.to_string())
        )));
    };
    let asked = execution.reference.id();
    // The other services' answers are refused for it.
    if reference.service() == Service::CrossTrade && !execution.id.eq_ignore_ascii_case(asked) {
        let answered = escaped(&execution.id);
        output::say(&format!(
            "warning: execution {} was asked for, {answered} came",
            escaped(asked)
        ));
    }
    match arguments.asking.output {
        Form::Table => output::print_sheet(&Sheet::of(&execution))?,
        Form::Json => output::print(json::pretty(&execution)?)?,
        Form::Ndjson => output::print(json::line(&execution)?)?,
        Form::Raw => output::print(&bytes)?,
    }
    Ok(ExitCode::SUCCESS)
}
