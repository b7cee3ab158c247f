//! `--record` and `--contract`: the traffic of a command, in a HAR file, and held against the specs.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ValueEnum;
use executions::contract::{Mode, Watch};
use executions::recording::Recorder;
use executions::simulator::Simulator;
use executions::{Error, Executions, Observed};

use crate::failure::Failure;
use crate::output;
use crate::output::contract::entries;
use crate::output::entries::listed;

/// What is done about answers that are not as the spec says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Checks {
    /// Nothing.
    #[default]
    Off,
    /// What is found is told on stderr at the end.
    Report,
    /// An answer that breaks the contract ends the command with 8.
    Enforce,
}

/// Hint shown when `enforce` withheld a response.
pub const ENFORCED: &str =
    "`--contract enforce` ended it; `--contract report` tells it beside what the client can read.";

/// The traffic of a command, watched or not.
#[derive(Clone)]
pub struct Traffic {
    recorder: Option<Arc<Recorder>>,
    watch: Watch,
}

impl Traffic {
    pub fn watched(file: Option<&Path>, checks: Checks) -> Result<Self, Failure> {
        let recorder = file.map(Recorder::create).transpose();
        let advice = |why: &io::Error| match why.kind() {
            io::ErrorKind::AlreadyExists => "; remove it, or give another name",
            _ => "",
        };
        let recorder = recorder.map_err(|why| Failure::new([format!("{why}{}", advice(&why))]))?;
        Ok(Self {
            recorder: recorder.map(Arc::new),
            watch: Watch::new(match checks {
                Checks::Off => Mode::Off,
                Checks::Report => Mode::Report,
                Checks::Enforce => Mode::Enforce,
            }),
        })
    }

    /// The services that the environment has settings for.
    pub fn executions(&self) -> Result<Executions, Error> {
        self.observed().from_env()
    }

    /// The services of a simulator. The environment is not asked, so that no real account is used.
    pub fn simulated(&self, simulator: &Simulator) -> Result<Executions, Error> {
        let variables: HashMap<_, _> = simulator.variables().into_iter().collect();
        let observed = self.observed();
        observed.from_variables(|name| variables.get(name).cloned())
    }

    fn observed(&self) -> Observed {
        let watched = Executions::contract(&self.watch);
        let recorder = self.recorder.iter().map(|it| Arc::clone(it) as _);
        recorder.fold(watched, Observed::observer)
    }

    /// Tells what was found, and ends the recording; what that lacks is an error.
    pub fn finish(&self) -> Result<(), Failure> {
        let report = self.watch.report();
        if report.grade().is_some() || report.unchecked().next().is_some() {
            let findings = listed(&entries(&report));
            output::say(format!("\n{findings}{}", report.sum()).trim_end());
        }
        let finished = self
            .recorder
            .iter()
            .try_for_each(|it| it.finish().map(drop));
        finished.map_err(|why| Failure::new([why.to_string()]))
    }
}

/// A file's name: `-` is none, since a recording is written in more than one place.
pub fn file(text: &str) -> Result<PathBuf, String> {
    match text {
        "-" => Err("a recording needs a file, which stdout may not be".to_owned()),
        "" => Err("it is empty".to_owned()),
        name => Ok(PathBuf::from(name)),
    }
}
