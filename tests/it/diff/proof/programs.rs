//! Programs of one package, each with the crate's own values and the types of a version of a spec.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::generation;

pub struct Programs {
    home: PathBuf,
}

impl Programs {
    pub fn new() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("proof");
        let _ = fs::remove_dir_all(home.join("src"));
        fs::create_dir_all(home.join("src/bin")).unwrap();
        let values = home.join("src/values");
        fs::create_dir_all(&values).unwrap();
        fs::copy(root.join("src/values.rs"), values.join("mod.rs")).unwrap();
        for file in fs::read_dir(root.join("src/values")).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), values.join(file.file_name())).unwrap();
        }
        let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
        let dependency = |name: &str| {
            let line = manifest
                .lines()
                .find(|line| line.starts_with(&format!("{name} = ")));
            line.unwrap().to_owned() + "\n"
        };
        let dependencies: String = [
            "arrayvec",
            "jiff",
            "thiserror",
            "percent-encoding",
            "rust_decimal",
            "schemars",
            "serde",
            "serde_json",
        ]
        .map(dependency)
        .concat();
        let head = "[package]\nname = \"proof\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n[profile.dev]\ndebug = false\n[dependencies]\n";
        fs::write(home.join("Cargo.toml"), format!("{head}{dependencies}")).unwrap();
        fs::copy(root.join("Cargo.lock"), home.join("Cargo.lock")).unwrap();
        Self { home }
    }

    /// A program whose types stand in its module `types`.
    pub fn add(&self, name: &str, types: &str, rest: &str) {
        let program = format!(
            "#![allow(dead_code, unused)]\n#[path = \"../values/mod.rs\"] pub mod values;\npub(crate) use values::open_enum;\n{types}\n{rest}"
        );
        fs::write(
            self.home.join("src/bin").join(format!("{name}.rs")),
            program,
        )
        .unwrap();
    }

    /// What the compiler says of those that cannot be built.
    pub fn build(&self) -> String {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args([
            "build",
            "--bins",
            "--offline",
            "--quiet",
            "--keep-going",
            "--color=never",
        ]);
        let built = cargo
            .current_dir(&self.home)
            .env("CARGO_TARGET_DIR", self.home.join("target"))
            .env_remove("EXECUTIONS_SPECS")
            .output()
            .unwrap();
        String::from_utf8_lossy(&built.stderr).into_owned()
    }

    pub fn run(&self, name: &str, said: &str) -> String {
        let output = Command::new(self.home.join("target/debug").join(name)).output();
        let output = output.unwrap_or_else(|error| panic!("{name}: {error}: {said}"));
        String::from_utf8(output.stdout).unwrap()
    }
}

/// The module `types` that is generated from a spec, where `build.rs` takes the spec.
pub fn types(yaml: &str) -> Option<String> {
    let module = generation::accepted("crosstrade", yaml)?;
    let begin = module.find("pub mod types {").unwrap();
    // The module ends with the first brace at the line's begin.
    let end = begin + module[begin..].find("\n}\n").unwrap() + 3;
    Some(module[begin..end].replace("crate::generated::crosstrade::types::", "crate::types::"))
}
