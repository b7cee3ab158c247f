//! `--record`: the traffic of a command, in a HAR file.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use executions::recording::Recorder;
use executions::{Error, Executions};

use crate::failure::Failure;

/// The traffic of a command, recorded or not.
#[derive(Clone, Default)]
pub struct Traffic(Option<Arc<Recorder>>);

impl Traffic {
    pub fn record(file: Option<&Path>) -> Result<Self, Failure> {
        let recorder = file.map(Recorder::create).transpose();
        let named = |why: io::Error| match why.kind() {
            io::ErrorKind::AlreadyExists => {
                let words = format!("{why}; remove it, or give another name");
                io::Error::new(why.kind(), words)
            }
            _ => why,
        };
        let recorder = recorder.map_err(|why| Failure::Recording(named(why)))?;
        Ok(Self(recorder.map(Arc::new)))
    }

    /// The services that the environment has settings for.
    pub fn executions(&self) -> Result<Executions, Error> {
        match &self.0 {
            Some(recorder) => Executions::observed(Arc::clone(recorder) as _).from_env(),
            None => Executions::from_env(),
        }
    }

    /// The services that these variables have settings for.
    pub fn executions_from(
        &self,
        variables: impl Fn(&str) -> Option<String>,
    ) -> Result<Executions, Error> {
        match &self.0 {
            Some(recorder) => {
                Executions::observed(Arc::clone(recorder) as _).from_variables(variables)
            }
            None => Executions::from_variables(variables),
        }
    }

    /// Ends the recording; what it lacks is an error.
    pub fn finish(&self) -> Result<(), Failure> {
        let finished = self.0.as_ref().map(|recorder| recorder.finish());
        finished.transpose().map(drop).map_err(Failure::Recording)
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
