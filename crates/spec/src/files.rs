//! Which files the specs are read from.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::model::Place;
use crate::source::{Problem, decode};

/// One service's spec file.
#[derive(Debug, PartialEq, Eq)]
pub struct Spec {
    /// The file's stem, which names the module.
    pub service: String,
    pub path: PathBuf,
    /// What problems call the file.
    pub label: String,
}

impl Spec {
    /// The text of the file.
    pub fn text(&self) -> Result<String, Problem> {
        text(&self.path)
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
    let mut specs = BTreeMap::new();
    for path in list(own, &mut problems) {
        let label = format!("specs/{}", name(&path));
        insert(&mut specs, path, label);
    }
    let Some(folder) = theirs.filter(|folder| !folder.is_empty()).map(Path::new) else {
        return (specs.into_values().collect(), problems);
    };
    if !folder.is_absolute() {
        problems.push(format!(
            "EXECUTIONS_SPECS={}: a relative path would be looked up in this crate's own folder: give an absolute one, or \
             write [env] EXECUTIONS_SPECS = {{ value = \"specs\", relative = true }} in .cargo/config.toml",
            folder.display()
        ));
        return (specs.into_values().collect(), problems);
    }
    for path in list(folder, &mut problems) {
        let label = path.display().to_string();
        if path
            .file_stem()
            .and_then(OsStr::to_str)
            .is_some_and(|stem| specs.contains_key(stem))
        {
            insert(&mut specs, path, label);
        } else {
            let known = specs
                .keys()
                .map(|stem| format!("{stem}.yaml"))
                .collect::<Vec<_>>()
                .join(", ");
            problems.push(format!("{label}:1:1: there is no such service in this crate: name the file as one of {known}"));
        }
    }
    (specs.into_values().collect(), problems)
}

fn insert(specs: &mut BTreeMap<String, Spec>, path: PathBuf, label: String) {
    let service = path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    specs.insert(
        service.clone(),
        Spec {
            service,
            path,
            label,
        },
    );
}

/// The `.yaml` files of a folder.
fn list(folder: &Path, problems: &mut Vec<String>) -> Vec<PathBuf> {
    let files: io::Result<Vec<PathBuf>> = fs::read_dir(folder).and_then(|entries| {
        entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect()
    });
    let mut files = files.unwrap_or_else(|error| {
        problems.push(format!(
            "{}: the folder of specs cannot be read: {error}",
            folder.display()
        ));
        Vec::new()
    });
    let ends_in = |path: &Path, end| path.extension().is_some_and(|extension| extension == end);
    for path in files.iter().filter(|path| ends_in(path, "yml")) {
        problems.push(format!(
            "{}:1:1: it would be passed over: call it .yaml",
            path.display()
        ));
    }
    files.retain(|path| ends_in(path, "yaml"));
    files.sort();
    files
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
