//! `executions simulate`: the four services on this machine, until Ctrl-C.

use std::process::ExitCode;

use clap::Args;
use executions::simulator::{Options, Simulator};

use crate::failure::Failure;
use crate::output;

/// Run the four services on this machine, until Ctrl-C.
///
/// Prints what to export, so that this command in another terminal asks them.
#[derive(Args)]
#[command(after_help = "\
Examples:
  executions simulate
  executions simulate --port 7700 > simulated.env
  . ./simulated.env && executions list crosstrade:Sim101     in another terminal")]
pub struct Arguments {
    /// CrossTrade's port; the other services get the next three. [default: any that are free]
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    port: u16,
}

pub async fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let options = Options::default().port(arguments.port);
    let simulator = Simulator::start(options).await.map_err(Failure::Start)?;
    let announced = async {
        announce(&simulator)?;
        std::future::pending().await
    };
    // Biased, so that Ctrl-C is waited for before anything is printed: whoever reads it may end this at once.
    tokio::select! {
        biased;
        interrupted = tokio::signal::ctrl_c() => interrupted.map_err(Failure::Start)?,
        failed = announced => return failed,
    }
    simulator.shutdown().await;
    Ok(ExitCode::from(crate::INTERRUPTED))
}

fn announce(simulator: &Simulator) -> Result<(), Failure> {
    let place = match output::is_terminal() {
        true => "Paste into another terminal",
        false => "What to export is in this command's output",
    };
    output::say(&format!(
        "CrossTrade, Hummingbot, B3OS and Refold run on this machine, simulated.\n{place}:\n"
    ));
    output::print(exports(simulator).as_bytes())?;
    output::say(&format!(
        "\nThen try:\n{}\nCtrl-C ends it.",
        examples(simulator)
    ));
    Ok(())
}

fn exports(simulator: &Simulator) -> String {
    let variables = simulator.variables().into_iter();
    variables
        .map(|(name, value)| format!("export {name}={}\n", quoted(&value)))
        .collect()
}

/// Something of every service, and a list.
pub fn examples(simulator: &Simulator) -> String {
    let mut text = String::new();
    let mut last = String::new();
    for reference in simulator.references() {
        let (service, rest) = reference.split_once(':').unwrap_or_default();
        if service == last {
            continue;
        }
        text += &format!("  executions get {reference}\n");
        if let Some((account, _)) = rest.rsplit_once('/') {
            text += &format!("  executions list {service}:{account} --lookback 15m\n");
        }
        last = service.to_owned();
    }
    text
}

/// For a POSIX shell.
fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_any_value_as_it_is() {
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's $(x)"), r"'it'\''s $(x)'");
    }
}
