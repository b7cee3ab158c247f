//! `executions replay`: a recording served on this machine, until Ctrl-C.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use executions::recording::Recording;
use executions::recording::replay::Replay;

use crate::escape::escaped;
use crate::failure::Failure;
use crate::output;
use crate::simulate::{print_exports, until_interrupted};

/// Serve a recording on this machine, until Ctrl-C.
///
/// Requests are answered as they were when they were recorded, those of the same path in turn; one that was not recorded gets
/// a 404 that names the nearest, and is told on stderr. Prints what to export, so that this command in another terminal asks here.
#[derive(Args)]
#[command(after_help = "\
Examples:
  executions get crosstrade:Sim101/exec_a1b2c3 --record traffic.har
  executions replay traffic.har
  executions replay traffic.har --port 7700 > replay.env")]
pub struct Arguments {
    /// A HAR file, of --record or of a browser.
    #[arg(value_name = "FILE.har")]
    file: PathBuf,

    /// The port. [default: any that is free]
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    port: u16,
}

pub async fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let recording = open(&arguments.file)?;
    let replay = Replay::telling(&recording, arguments.port, |missed| {
        output::say(&escaped(&missed.to_string()));
    });
    let replay = replay.await.map_err(Failure::start)?;
    until_interrupted(|| announce(&replay, &recording)).await?;
    replay.shutdown().await;
    Ok(ExitCode::from(crate::failure::INTERRUPTED))
}

/// The recording in a file that the user named. Entries that cannot be read are told on stderr.
pub fn open(file: &Path) -> Result<Recording, Failure> {
    let name = file.display();
    let opened = File::open(file);
    let opened = opened.map_err(|why| Failure::new([format!("cannot read {name}: {why}")]))?;
    let recording = Recording::read(opened).map_err(|why| {
        let words = format!("{name}: {}", why.what());
        let failure = Failure {
            code: 2,
            ..Failure::new([words])
        };
        failure.hinting(why.hint())
    })?;
    for unread in recording.unread.iter().take(MOST) {
        output::say(&escaped(&format!("{name}: {unread}")));
    }
    if let Some(more @ 1..) = recording.unread.len().checked_sub(MOST) {
        output::say(&format!("{more} more of its entries cannot be read."));
    }
    Ok(recording)
}

/// How many requests, and entries that cannot be read, are listed.
const MOST: usize = 20;

fn announce(replay: &Replay, recording: &Recording) -> Result<(), Failure> {
    let cut = match recording.is_cut_off {
        true => " The file ends in the middle; what is whole is served.",
        false => "",
    };
    output::say(&format!(
        "{} recorded exchanges are served on {}.{cut}",
        recording.entries.len(),
        replay.url(),
    ));
    let answers = recording.entries.iter();
    let answers = answers.filter_map(|entry| entry.answer.as_ref());
    if let incomplete @ 1.. = answers.filter(|answer| answer.is_incomplete).count() {
        output::say(&format!(
            "The file does not hold the whole body of {incomplete} of them."
        ));
    }
    print_exports(&replay.variables())?;
    let requests = replay.requests();
    let mut text = "\nIt answers:".to_owned();
    for request in requests.iter().take(MOST) {
        text += &format!("\n  {}", escaped(request));
    }
    if let Some(more @ 1..) = requests.len().checked_sub(MOST) {
        text += &format!("\n  and {more} more");
    }
    output::say(&format!("{text}\nCtrl-C ends it."));
    Ok(())
}
