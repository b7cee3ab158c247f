//! `executions simulate`: the four services on this machine, until Ctrl-C.

use std::process::ExitCode;

use clap::Args;
use executions::simulator::{Fault, Options, Simulator};
use executions::{Error, Reference, Service};

use crate::failure::Failure;
use crate::output;

/// Run the four services on this machine, until Ctrl-C.
///
/// Prints what to export, so that this command in another terminal asks them.
#[derive(Args)]
#[command(after_help = "\
Faults of CrossTrade's WebSocket, for --fault:
  drop-after=N     end the connection, with no close frame, after N answers; pushes are none,
                   and with 0 it ends in place of the first, so that a single call meets it
  drop-after=TIME  the same after a time, such as 5s
  mute             take the connection and never say anything
  reorder          answer in pairs, the later call first
  duplicate        send each answer twice
  unknown-id       send an answer to nobody's call before each
  no-id-error      leave the id out of errors
  garbage          send malformed, binary, unknown or oversized frames between
  reject-auth      take the connection, then close it with code 4001
  slow[=TIME]      answer after two seconds, or after TIME, such as 500ms

Examples:
  executions simulate
  executions simulate --port 7700 > simulated.env
  executions simulate --fault reorder --fault drop-after=3   CrossTrade's WebSocket on a bad day
  executions simulate --fault drop-after=0                   `executions rpc` then ends with 9
  . ./simulated.env && executions list crosstrade:Sim101     in another terminal")]
pub struct Arguments {
    /// CrossTrade's port; the other services get the next three. [default: any that are free]
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    port: u16,

    /// Something to go wrong on CrossTrade's WebSocket; may be given more than once.
    #[arg(long = "fault", value_name = "FAULT")]
    faults: Vec<Fault>,

    /// Let CrossTrade answer any number of calls, and never with 429.
    #[arg(long)]
    no_budget: bool,
}

pub async fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let mut options = Options::default().port(arguments.port);
    if arguments.no_budget {
        options = options.without_budget();
    }
    let faults = arguments.faults.iter().cloned();
    let options = faults.fold(options, Options::fault);
    let simulator = Simulator::start(options).await.map_err(Failure::start)?;
    until_interrupted(|| announce(&simulator, &arguments.faults)).await?;
    simulator.shutdown().await;
    Ok(ExitCode::from(crate::failure::INTERRUPTED))
}

/// Announces what runs now, then waits for Ctrl-C.
pub async fn until_interrupted(
    announce: impl FnOnce() -> Result<(), Failure>,
) -> Result<(), Failure> {
    let announced = async {
        announce()?;
        std::future::pending().await
    };
    // Biased, so that Ctrl-C is waited for before anything is printed: whoever reads it may end this at once.
    tokio::select! {
        biased;
        interrupted = tokio::signal::ctrl_c() => interrupted.map_err(Failure::start),
        failed = announced => failed,
    }
}

fn announce(simulator: &Simulator, faults: &[Fault]) -> Result<(), Failure> {
    output::say("CrossTrade, Hummingbot, B3OS and Refold run on this machine, simulated.");
    print_exports(&simulator.variables())?;
    let faults: Vec<String> = faults.iter().map(Fault::to_string).collect();
    let faults = match faults.is_empty() {
        true => String::new(),
        false => format!(" and has faults: {}", faults.join(", ")),
    };
    let (url, examples) = (
        simulator.crosstrade_socket_url(),
        examples(&references(simulator)?),
    );
    output::say(&format!(
        "\nThen try:\n{examples}\nCrossTrade's WebSocket is {url}{faults}\nCtrl-C ends it.",
    ));
    Ok(())
}

/// Prints what to export, and says what to do with it.
pub fn print_exports(variables: &[(&'static str, String)]) -> Result<(), Failure> {
    let exports = variables.iter();
    let exports = exports.map(|(name, value)| format!("export {name}={}\n", quoted(value)));
    let exports: String = exports.collect();
    if output::is_terminal() {
        output::say("Paste into another terminal:\n");
        return output::print(exports);
    }
    output::print(exports)?;
    output::say(
        "What to export was written to stdout; if that is a file, read it with `. ./FILE` in another terminal.",
    );
    Ok(())
}

/// The first that the simulator offers of each service.
pub fn references(simulator: &Simulator) -> Result<Vec<Reference>, Error> {
    let references = simulator.references().into_iter().map(|text| text.parse());
    let mut references: Vec<Reference> = references.collect::<Result<_, _>>()?;
    references.dedup_by_key(|reference| reference.service());
    Ok(references)
}

/// Gets one execution of every service, and lists where there is a list.
pub fn examples(references: &[Reference]) -> String {
    let mut text = String::new();
    for reference in references {
        text += &format!("  executions get {reference}\n");
        if let (service @ Service::CrossTrade, Some(account)) =
            (reference.service(), reference.account())
        {
            text += &format!("  executions list {service}:{account} --lookback 15m\n");
        }
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
