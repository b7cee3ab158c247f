//! `executions completions`: for the shell's Tab key.

use std::process::ExitCode;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::failure::Failure;
use crate::output;

/// Print a script that completes this command in a shell.
#[derive(Args)]
#[command(after_help = "\
Examples:
  executions completions bash > ~/.local/share/bash-completion/completions/executions
  executions completions zsh > ~/.zfunc/_executions
  executions completions fish > ~/.config/fish/completions/executions.fish")]
pub struct Arguments {
    /// The shell it is for.
    shell: Shell,
}

pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    let mut command = crate::Arguments::command();
    clap_complete::generate(arguments.shell, &mut command, "executions", &mut script);
    output::print(&script)?;
    Ok(ExitCode::SUCCESS)
}
