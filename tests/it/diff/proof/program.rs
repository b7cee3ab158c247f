//! One program with a module for each version of a spec: its types, and what is done with them.
//!
//! A program each would read, derive and link the same values sixty times. Here the compiler sees everything at once; the
//! modules that it names are taken out, until the others build. That takes a few rounds, as it ends at the first stage
//! that finds errors: names are resolved before types are checked.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The client's dependencies that its values and generated types use.
const DEPENDENCIES: [&str; 7] = [
    "jiff",
    "thiserror",
    "percent-encoding",
    "rust_decimal",
    "schemars",
    "serde",
    "serde_json",
];

pub struct Program {
    home: PathBuf,
    /// Those that the compiler has not named.
    modules: Vec<String>,
}

/// What the compiler made of a program.
pub struct Built {
    /// What it said of each module that does not compile, by the module's name.
    pub broken: BTreeMap<String, String>,
    /// What each of the others printed.
    pub printed: BTreeMap<String, String>,
}

impl Program {
    pub fn new() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("proof");
        let _ = fs::remove_dir_all(home.join("src"));
        let values = home.join("src/values");
        fs::create_dir_all(&values).unwrap();
        fs::copy(root.join("src/values.rs"), home.join("src/values.rs")).unwrap();
        for file in fs::read_dir(root.join("src/values")).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), values.join(file.file_name())).unwrap();
        }
        let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
        let line = |name: &str| {
            let mut lines = manifest.lines();
            let line = lines.find(|line| line.starts_with(&format!("{name} = ")));
            line.unwrap().to_owned() + "\n"
        };
        let head = "[package]\nname = \"proof\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n[profile.dev]\ndebug = false\n[dependencies]\n";
        let manifest = head.to_owned() + &DEPENDENCIES.map(line).concat();
        fs::write(home.join("Cargo.toml"), manifest).unwrap();
        fs::copy(root.join("Cargo.lock"), home.join("Cargo.lock")).unwrap();
        let modules = Vec::new();
        Self { home, modules }
    }

    /// A module with `types`, a module of that name, and `main`, which is run if all of it compiles.
    pub fn add(&mut self, name: &str, types: &str, uses: &str, main: &str) {
        let module = format!("{types}\n{uses}\npub fn main() {{\n{main}}}\n");
        let own = format!("crate::{name}::types::");
        let module = module.replace("crate::generated::crosstrade::types::", &own);
        fs::write(self.home.join(format!("src/{name}.rs")), module).unwrap();
        self.modules.push(name.to_owned());
    }

    /// Builds and runs all modules that compile.
    pub fn build(mut self) -> Built {
        let mut broken = BTreeMap::new();
        loop {
            self.write_main();
            let said = self.cargo_build();
            let of = |name: &String| Some((name.clone(), errors(&said, name)?));
            let named: BTreeMap<_, _> = self.modules.iter().filter_map(of).collect();
            if named.is_empty() {
                assert!(!said.contains("error"), "it stands in no module: {said}");
                break;
            }
            self.modules.retain(|name| !named.contains_key(name));
            broken.extend(named);
        }
        let output = Command::new(self.home.join("target/debug/proof")).output();
        let output = String::from_utf8(output.unwrap().stdout).unwrap();
        let parts = output.split('\u{1d}').skip(1).map(|part| {
            let (name, printed) = part.split_once('\n').unwrap();
            (name.to_owned(), printed.to_owned())
        });
        let printed = parts.collect();
        Built { broken, printed }
    }

    fn write_main(&self) {
        let head =
            "#![allow(dead_code, unused)]\npub mod values;\npub(crate) use values::open_enum;\n";
        let mut main = head.to_owned();
        for name in &self.modules {
            let _ = writeln!(main, "mod {name};");
        }
        main += "fn main() {\n";
        for name in &self.modules {
            let _ = writeln!(main, "println!(\"\\u{{1d}}{name}\"); {name}::main();");
        }
        fs::write(self.home.join("src/main.rs"), main + "}\n").unwrap();
    }

    fn cargo_build(&self) -> String {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--offline", "--quiet", "--color=never"]);
        cargo.env("CARGO_TARGET_DIR", self.home.join("target"));
        cargo.current_dir(&self.home).env_remove("EXECUTIONS_SPECS");
        let output = cargo.output().unwrap();
        String::from_utf8(output.stderr).unwrap()
    }
}

/// The errors that stand in a module's file.
fn errors(said: &str, name: &str) -> Option<String> {
    let place = format!("--> src/{name}.rs:");
    let errors = said.split("\n\n").filter(|error| error.contains(&place));
    let errors: Vec<&str> = errors.collect();
    (!errors.is_empty()).then(|| errors.join("\n\n"))
}
