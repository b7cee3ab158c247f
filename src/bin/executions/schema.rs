//! `executions schema`: what is printed or received, as a JSON Schema.

use std::process::ExitCode;

use clap::Args;
use clap::builder::PossibleValuesParser;
use executions::{Execution, schemas};

use crate::failure::Failure;
use crate::output::{self, json};

/// Print the JSON Schema of what `-o json` prints, or of a service's type.
#[derive(Args)]
#[command(after_help = "\
Examples:
  executions schema
  executions schema --type crosstrade.Execution")]
pub struct Arguments {
    /// A type that a service sends, as <service>.<Type>. [default: the neutral view]
    #[arg(long = "type", value_name = "TYPE", value_parser = PossibleValuesParser::new(schemas::names()))]
    name: Option<String>,
}

pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let schema = match &arguments.name {
        Some(name) => schemas::of(name),
        None => Some(schemars::schema_for!(Execution)),
    };
    output::print(json::pretty(&schema)?)?;
    Ok(ExitCode::SUCCESS)
}
