//! Cargo itself, run on a copy of the package.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use tempfile::TempDir;

const ECHO: &str = include_str!("../../../crates/spec/tests/echo.yaml");
const ODD: &str = include_str!("../../../crates/spec/tests/odd.yaml");

/// A copy of what builds the library.
///
/// All copies share one target folder, which stays for the next run. To cargo they are one package that changes, and it
/// goes by the files' times: a copy must be made after the last build of another, hence the lock.
pub struct Scratch {
    folder: TempDir,
    _turn: File,
}

impl Scratch {
    pub fn new() -> Self {
        let turn =
            File::create(Path::new(env!("CARGO_TARGET_TMPDIR")).join("scratch.lock")).unwrap();
        turn.lock().unwrap();
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for name in [
            "Cargo.toml",
            "Cargo.lock",
            "build.rs",
            "crates",
            "specs",
            "src",
            "tests",
            "README.md",
            "benches",
        ] {
            copy(&root.join(name), &folder.path().join(name)).unwrap();
        }
        Self {
            folder,
            _turn: turn,
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn edit(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(name)).unwrap();
        assert!(text.contains(from), "{name} has no {from}");
        fs::write(self.path(name), text.replacen(from, to, 1)).unwrap();
    }

    /// Whether `cargo check` succeeds, and what it says.
    pub fn check(&self, specs: Option<&Path>) -> (bool, String) {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scratch");
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args([
            "check",
            "--lib",
            "--offline",
            "--quiet",
            "--no-default-features",
            "--color=never",
        ]);
        cargo
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", target);
        cargo.env_remove("EXECUTIONS_SPECS");
        cargo.envs(specs.map(|specs| ("EXECUTIONS_SPECS", specs)));
        let output = cargo.output().unwrap();
        (
            output.status.success(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if from.is_dir() {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
    } else if from.exists() {
        fs::copy(from, to)?;
    }
    Ok(())
}

#[test]
fn cargo_prints_one_line_a_problem_and_nothing_else() {
    let scratch = Scratch::new();
    scratch.edit("specs/crosstrade.yaml", "info:\n", "inof:\n");
    scratch.edit(
        "specs/refold.yaml",
        "operationId: get_execution",
        "operationId: exec",
    );
    let (success, said) = scratch.check(None);
    assert!(!success);
    let lines: Vec<&str> = said.lines().filter(|line| !line.is_empty()).collect();
    let expected = [
        "specs/crosstrade.yaml:11:1: the document has no `inof`: did you mean `info`?",
        "specs/refold.yaml:29:20: `exec` is a method that every client has: choose another operationId",
        "build script logged errors",
    ];
    assert_eq!(lines.len(), expected.len(), "{said}");
    for (line, expected) in lines.iter().zip(expected) {
        assert!(
            line.starts_with("error: ") && line.ends_with(expected),
            "{said}"
        );
    }
}

#[test]
fn users_point_the_build_at_specs_of_their_own() {
    let scratch = Scratch::new();
    let theirs = scratch.path("theirs");
    fs::create_dir(&theirs).unwrap();
    let refold = fs::read_to_string(scratch.path("specs/refold.yaml")).unwrap();
    // What the crate's own spec has not is there to be used.
    let member = "        config_id:\n";
    let added = "        colour:\n          type: string\n          description: A new member.\n";
    fs::write(
        theirs.join("refold.yaml"),
        refold.replacen(member, &format!("{added}{member}"), 1),
    )
    .unwrap();
    scratch.edit("src/lib.rs", "mod generated;", "mod generated;\n/// Reads it.\npub fn colour(run: generated::refold::types::Execution) -> Option<String> { run.colour }");
    let (success, said) = scratch.check(Some(&theirs));
    assert!(success, "{said}");

    fs::write(
        theirs.join("refold.yaml"),
        refold.replacen("openapi: 3.0.3", "openapi: 3.1.0", 1),
    )
    .unwrap();
    let (success, said) = scratch.check(Some(&theirs));
    let place = format!(
        "{}:9:10: only OpenAPI 3.0 is supported",
        theirs.join("refold.yaml").display()
    );
    assert!(!success && said.contains(&place), "{said}");

    let (success, said) = scratch.check(Some(Path::new("theirs")));
    assert!(
        !success && said.contains("EXECUTIONS_SPECS=theirs: "),
        "{said}"
    );
}

#[test]
fn a_fifth_service_is_one_spec_one_module_and_one_line() {
    let scratch = Scratch::new();
    fs::write(scratch.path("specs/echo.yaml"), ECHO).unwrap();
    // Beside it stands one of which rustc itself must say that no name in it is in the way of another.
    fs::write(scratch.path("specs/odd.yaml"), ODD).unwrap();
    let module = "//! Echo.\n\
        pub use crate::generated::echo::types;\n\
        /// Its address.\n\
        pub fn address() -> &'static str { crate::generated::echo::SERVICE.base_url }\n";
    fs::write(scratch.path("src/echo.rs"), module).unwrap();
    scratch.edit(
        "src/lib.rs",
        "mod generated;",
        "mod generated;\npub mod echo;",
    );
    let (success, said) = scratch.check(None);
    assert!(success, "{said}");
}
