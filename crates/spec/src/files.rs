//! Which files the specs are read from.

use std::ffi::OsStr;
use std::fs::{self, DirEntry, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::model::Place;
use crate::replacement::missing;
use crate::source::{Problem, decode};

/// One service's spec file.
#[derive(Debug, PartialEq, Eq)]
pub struct Spec {
    /// The file's stem, which names the module.
    pub service: String,
    pub path: PathBuf,
    /// What problems call the file.
    pub label: String,
    /// The crate's own file in whose place it stands.
    pub replaced: Option<PathBuf>,
}

impl Spec {
    fn new(path: PathBuf, label: String) -> Self {
        let service = path.file_stem().unwrap_or_default();
        Self {
            service: service.to_string_lossy().into_owned(),
            path,
            label,
            replaced: None,
        }
    }

    /// Reads and judges the file. One in the place of the crate's own has all that the crate's code needs.
    pub fn read(&self) -> Result<crate::Spec, Vec<Problem>> {
        let read = |path: &Path| {
            let yaml = text(path).map_err(|problem| vec![problem])?;
            crate::Spec::read(&self.service, &yaml)
        };
        let spec = read(&self.path)?;
        // The crate's own is in order, or nobody could build the crate.
        let own = self.replaced.as_ref().and_then(|own| read(own).ok());
        let missing = own.map_or(Vec::new(), |own| missing(&own.model, &spec.model));
        match missing.is_empty() {
            true => Ok(spec),
            false => Err(missing),
        }
    }
}

/// No file is read beyond this; a spec has less.
const MOST_BYTES: u64 = 64 << 20;

/// The text of a file that may be a spec.
pub(crate) fn text(path: &Path) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MOST_BYTES).read_to_end(&mut bytes))
        .map_err(|error| Problem::new(Place::START, format!("it cannot be read: {error}")))?;
    decode(&bytes)
}

/// The crate's own specs in `own`, sorted, each replaced by the file of the same name in the folder that users name with
/// `EXECUTIONS_SPECS`; and what is wrong with the folders.
pub fn find(own: &Path, theirs: Option<&OsStr>) -> (Vec<Spec>, Vec<String>) {
    let mut problems = Vec::new();
    let own = list(own, &mut problems).into_iter().map(|path| {
        let name = path.file_name().unwrap_or_default();
        let label = format!("specs/{}", name.display());
        Spec::new(path, label)
    });
    let mut specs: Vec<Spec> = own.collect();
    let Some(folder) = theirs.filter(|folder| !folder.is_empty()).map(Path::new) else {
        return (specs, problems);
    };
    if !folder.is_absolute() {
        problems.push(format!(
            "EXECUTIONS_SPECS={}: a relative path would be looked up in this crate's own folder: give an absolute one, or \
             write [env] EXECUTIONS_SPECS = {{ value = \"specs\", relative = true }} in .cargo/config.toml",
            folder.display()
        ));
        return (specs, problems);
    }
    for path in list(folder, &mut problems) {
        let label = path.display().to_string();
        let theirs = Spec::new(path, label);
        match specs.iter_mut().find(|own| own.service == theirs.service) {
            Some(own) => {
                let replaced = Some(own.path.clone());
                *own = Spec { replaced, ..theirs };
            }
            None => {
                let known = specs.iter().map(|own| format!("{}.yaml", own.service));
                let known = known.collect::<Vec<_>>().join(", ");
                problems.push(format!("{}:1:1: there is no such service in this crate: name the file as one of {known}", theirs.label));
            }
        }
    }
    (specs, problems)
}

/// The `.yaml` files of a folder, sorted.
fn list(folder: &Path, problems: &mut Vec<String>) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let entries = entries.unwrap_or_else(|error| {
        let folder = folder.display();
        problems.push(format!(
            "{folder}: the folder of specs cannot be read: {error}"
        ));
        Vec::new()
    });
    let mut files = Vec::new();
    for path in entries.iter().map(DirEntry::path) {
        match path.extension().and_then(OsStr::to_str) {
            Some("yaml") => files.push(path),
            Some("yml") => problems.push(format!(
                "{}:1:1: it would be passed over: call it .yaml",
                path.display()
            )),
            _ => {}
        }
    }
    files.sort();
    files
}
