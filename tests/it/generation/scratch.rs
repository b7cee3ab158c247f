//! Cargo itself, run on a copy of the package.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use tempfile::TempDir;

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
        let mut cargo = self.cargo("check");
        cargo.args(["--lib", "--no-default-features"]);
        cargo.envs(specs.map(|specs| ("EXECUTIONS_SPECS", specs)));
        said(&mut cargo)
    }

    fn cargo(&self, command: &str) -> Command {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scratch");
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args([command, "--offline", "--quiet", "--color=never"]);
        cargo
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", target)
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env_remove("EXECUTIONS_SPECS");
        cargo
    }

    /// Runs a program of the package, and returns what it prints.
    fn run(&self, program: &str) -> String {
        let mut cargo = self.cargo("run");
        let features = "contract,recording,simulator,tokio/macros,tokio/rt";
        cargo.args(["--no-default-features", "--features", features]);
        let output = cargo.args(["--bin", program]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        String::from_utf8(output.stdout).unwrap()
    }
}

fn said(cargo: &mut Command) -> (bool, String) {
    let output = cargo.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
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

/// A spec with what its users may add: a word in each enum, a member in each object, an operation.
fn grown(yaml: &str) -> String {
    let mut grown = String::new();
    for line in yaml.lines() {
        grown += &line.replacen("enum: [", "enum: [entirely_new, ", 1);
        grown += "\n";
        let indent = &line[..line.len() - line.trim_start().len()];
        let added = match line.trim() {
            "enum:" => "  - entirely_new",
            "properties:" => "  entirely_new: {type: string, description: New.}",
            "paths:" => {
                "  /new: {post: {operationId: entirely_new, summary: New., x-effect: write, responses: {'204': {description: Done.}}}}"
            }
            _ => continue,
        };
        grown += &format!("{indent}{added}\n");
    }
    assert!(grown.matches("entirely_new").count() > 4, "{grown}");
    grown
}

#[test]
fn users_point_the_build_at_specs_of_their_own() {
    let scratch = Scratch::new();
    let theirs = scratch.path("theirs");
    fs::create_dir(&theirs).unwrap();
    for service in ["b3os", "crosstrade", "hummingbot", "refold"] {
        let file = format!("{service}.yaml");
        let own = fs::read_to_string(scratch.path("specs").join(&file)).unwrap();
        fs::write(theirs.join(&file), grown(&own)).unwrap();
    }
    // What the crate's own specs have not is there to be used.
    let uses = "mod generated;\n/// Uses it.\npub fn entirely_new(run: generated::refold::types::Execution, client: &generated::refold::Client) -> (Option<String>, bool) { \
        let call = client.entirely_new(generated::refold::required::EntirelyNew {}); (run.entirely_new, call.build().is_ok()) }";
    scratch.edit("src/lib.rs", "mod generated;", uses);
    let (success, said) = scratch.check(Some(&theirs));
    assert!(success, "{said}");

    let refold = fs::read_to_string(scratch.path("specs/refold.yaml")).unwrap();
    let lost = refold.replacen("        status:\n", "        state:\n", 1);
    let line = lost.lines().position(|it| it == "    Execution:").unwrap() + 1;
    fs::write(theirs.join("refold.yaml"), lost).unwrap();
    let (success, said) = scratch.check(Some(&theirs));
    let place = format!(
        "{}:{line}:5: `status` of `Execution` is missing",
        theirs.join("refold.yaml").display()
    );
    assert!(
        !success && said.contains(&place) && !said.contains("error[E"),
        "{said}"
    );

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

/// A service that shows its requests, and a program that uses it from outside.
const DESK: [&str; 3] = [
    include_str!("../../../crates/spec/tests/desk.yaml"),
    include_str!("desk/module.rs"),
    include_str!("desk/program.rs"),
];

#[test]
fn bodies_enums_numbers_and_arrays_are_sent_as_the_spec_says() {
    let scratch = Scratch::new();
    let files = ["specs/desk.yaml", "src/desk.rs", "src/bin/desk.rs"];
    for (file, text) in files.iter().zip(DESK) {
        fs::write(scratch.path(file), text).unwrap();
    }
    scratch.edit(
        "src/lib.rs",
        "mod generated;",
        "mod generated;\npub mod desk;",
    );
    let printed = scratch.run("desk");
    #[rustfmt::skip] // A row a request.
    let expected = [
        "GET /orders?max_price=1e400&min_price=0.10&number=1&number=-2&order=newest&prices=1.50&prices=0.0000000000000000000000000001&sides=buy&sides=left%26right&since=2025-01-02T03%3A04%3A05.678%2B01%3A00&tag=a+b x-desk: sell x-limit: 1.50",
        "GET /orders?min_price=0.10",
        r#"POST /orders content-type: application/json {"bracket":{"stop":99.5},"instrument":"ES 12-25","quantity":1.50,"side":"buy"}"#,
        r#"POST /orders content-type: application/json {"instrument":"NQ","labels":{"a":"1","b":"2"},"legs":[{"instrument":"MNQ"}],"quantity":2,"side":"hold"}"#,
        "DELETE /orders x-desk: buy",
        "DELETE /orders/left%2Fright/1e400",
        "POST /search content-type: application/json {}",
    ];
    assert_eq!(printed.lines().collect::<Vec<_>>(), expected);
}

/// `specs/depot.yaml`, `src/depot.rs` with its `mod`, and a line in the list of services; what uses it is a program of its own.
#[test]
fn a_fifth_service_is_one_spec_one_module_and_one_line() {
    let scratch = Scratch::new();
    let files = [
        ("specs/depot.yaml", include_str!("fifth/depot.yaml")),
        ("src/depot.rs", include_str!("fifth/depot.rs")),
        ("src/bin/uses.rs", include_str!("fifth/uses.rs")),
        // Beside it stands one of which rustc itself must say that no name in it is in the way of another.
        ("specs/odd.yaml", ODD),
    ];
    for (name, text) in files {
        fs::write(scratch.path(name), text).unwrap();
    }
    scratch.edit(
        "src/lib.rs",
        "pub mod refold;",
        "pub mod refold;\npub mod depot;",
    );
    let line = "/// Jobs.\nDepot = depot, Account::None;\n";
    let fills = "/// Fills in NinjaTrader 8.\n";
    scratch.edit("src/reference.rs", fills, &format!("{line}{fills}"));

    assert_eq!(scratch.run("uses"), "all of it\n");
}
