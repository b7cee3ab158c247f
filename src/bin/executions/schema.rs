//! `executions schema`: what `-o json` prints, as a JSON Schema.

use std::process::ExitCode;

use executions::Execution;

use crate::failure::Failure;
use crate::output::{self, json};

pub fn run() -> Result<ExitCode, Failure> {
    let schema = schemars::schema_for!(Execution);
    output::print(json::pretty(&schema)?)?;
    Ok(ExitCode::SUCCESS)
}
