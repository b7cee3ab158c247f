//! Makes a typed client of every spec in `specs/`. A problem is one `cargo::error` line; it never panics.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use executions_spec::{Generated, Problem, files};

const FOLDER: &str = "EXECUTIONS_SPECS";

fn main() -> io::Result<()> {
    let variable = |name| env::var_os(name).map(PathBuf::from).unwrap_or_default();
    let (root, out) = (variable("CARGO_MANIFEST_DIR"), variable("OUT_DIR"));
    let theirs = env::var_os(FOLDER);
    watch(theirs.as_deref().map(Path::new));

    let (specs, mut problems) = files::find(&root.join("specs"), theirs.as_deref());
    let mut services = String::new();
    for spec in specs {
        match generate(&spec) {
            Ok(generated) => {
                let service = &spec.service;
                fs::write(out.join(format!("{service}.rs")), generated.module)?;
                fs::write(out.join(format!("{service}.json")), generated.json)?;
                services += &format!(
                    "pub mod {service} {{ include!(concat!(env!(\"OUT_DIR\"), \"/{service}.rs\")); }}\n"
                );
            }
            Err(found) => problems.extend(found),
        }
    }
    for problem in &problems {
        println!("cargo::error={problem}");
    }
    fs::write(out.join("services.rs"), services)
}

fn generate(spec: &files::Spec) -> Result<Generated, Vec<String>> {
    let label = &spec.label;
    let yaml = fs::read_to_string(&spec.path)
        .map_err(|error| vec![format!("{label}:1:1: it cannot be read: {error}")])?;
    executions_spec::generate(&spec.service, &yaml).map_err(|problems| {
        let line = |Problem { at, text }| format!("{label}:{}:{}: {text}", at.line, at.column);
        problems.into_iter().map(line).collect()
    })
}

fn watch(theirs: Option<&Path>) {
    println!("cargo::rerun-if-env-changed={FOLDER}");
    for path in ["build.rs", "specs"] {
        println!("cargo::rerun-if-changed={path}");
    }
    // Cargo takes a path that is not there for changed, and so runs again once it is.
    if let Some(theirs) = theirs.filter(|theirs| theirs.is_absolute()) {
        println!("cargo::rerun-if-changed={}", theirs.display());
    }
}
