//! Makes a typed client of every spec in `specs/`. A problem is one `cargo::error` line; it never panics.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use executions_spec::{Problem, Spec, files};

const FOLDER: &str = "EXECUTIONS_SPECS";

fn main() -> io::Result<()> {
    let variable = |name| env::var_os(name).map(PathBuf::from).unwrap_or_default();
    let (root, out) = (variable("CARGO_MANIFEST_DIR"), variable("OUT_DIR"));
    let theirs = env::var_os(FOLDER);
    watch(theirs.as_deref().map(Path::new));

    let (specs, mut problems) = files::find(&root.join("specs"), theirs.as_deref());
    let (mut services, mut schemas) = (String::new(), String::new());
    for file in specs {
        match compile(&file) {
            Ok((spec, module)) => {
                let service = &spec.service;
                fs::write(out.join(format!("{service}.rs")), module)?;
                fs::write(out.join(format!("{service}.json")), spec.to_json())?;
                let model = serde_json::to_string(&spec.model)?;
                fs::write(out.join(format!("{service}.model.json")), model)?;
                services += &format!(
                    "pub mod {service} {{ include!(concat!(env!(\"OUT_DIR\"), \"/{service}.rs\")); }}\n"
                );
                schemas += &format!("{service}::SCHEMAS, ");
            }
            Err(found) => problems.extend(found),
        }
    }
    for problem in &problems {
        println!("cargo::error={problem}");
    }
    services += &format!(
        "#[cfg(feature = \"cli\")]\npub const SCHEMAS: &[&[(&str, fn() -> schemars::Schema)]] = &[{schemas}];\n"
    );
    fs::write(out.join("services.rs"), services)
}

fn compile(file: &files::Spec) -> Result<(Spec, String), Vec<String>> {
    let make = || {
        let spec = file.read()?;
        let module = spec.to_rust()?;
        Ok((spec, module))
    };
    make().map_err(|problems: Vec<Problem>| {
        let lines = problems.iter().map(|problem| problem.line(&file.label));
        lines.collect()
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
