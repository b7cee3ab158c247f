//! Whether it breaks is asked of the compiler and the decoder: the Rust of both versions is built, used and run.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use executions::diff::Grade;

use super::{CROSSTRADE, compared, edited};
use crate::generation;

/// A change, a program that uses what it concerns (with `T` for the types), and an answer to decode.
struct Proof {
    edits: &'static [(&'static str, &'static str)],
    uses: &'static str,
    decodes: (&'static str, &'static str),
}

const FILL: &str = r#"{"id":"1","instrument":"ES","quantity":1,"price":2}"#;

const PROOFS: [Proof; 13] = [
    Proof {
        edits: &[(
            "        serverName:\n          type: string\n          description: Name of the machine NinjaTrader runs on.\n",
            "",
        )],
        uses: "fn f(it: T::Execution) -> Option<String> { it.server_name }",
        decodes: (
            "Execution",
            r#"{"id":"1","instrument":"ES","quantity":1,"price":2,"serverName":"a"}"#,
        ),
    },
    Proof {
        edits: &[("        serverName:", "        machineName:")],
        uses: "fn f(it: T::Execution) -> Option<String> { it.server_name }",
        decodes: ("Execution", FILL),
    },
    Proof {
        edits: &[(
            "        exchange:\n",
            "        venue:\n          type: string\n          description: Where.\n        exchange:\n",
        )],
        uses: "fn f(it: T::Execution) -> Option<String> { let T::Execution { exchange, .. } = it; exchange }",
        decodes: ("Execution", FILL),
    },
    Proof {
        edits: &[
            ("quantity, price]", "quantity, price, venue]"),
            (
                "        exchange:\n",
                "        venue:\n          type: string\n          description: Where.\n        exchange:\n",
            ),
        ],
        uses: "fn f(it: T::Execution) -> Option<String> { it.exchange }",
        decodes: ("Execution", FILL),
    },
    Proof {
        edits: &[("quantity, price]", "quantity]")],
        uses: "fn f(it: T::Execution) -> crate::values::Decimal { it.price }",
        decodes: ("Execution", r#"{"id":"1","instrument":"ES","quantity":1}"#),
    },
    Proof {
        edits: &[("quantity, price]", "quantity, price, account]")],
        uses: "fn f(it: T::Execution) -> Option<String> { it.account }",
        decodes: ("Execution", FILL),
    },
    Proof {
        edits: &[(
            "          format: epoch-milliseconds\n          description: When it happened",
            "          format: decimal\n          description: When it happened",
        )],
        uses: "fn f(it: T::Execution) -> Option<crate::values::EpochMillis> { it.epoch }",
        decodes: (
            "Execution",
            r#"{"id":"1","instrument":"ES","quantity":1,"price":2,"epoch":null}"#,
        ),
    },
    Proof {
        edits: &[(
            "          type: number\n          format: decimal\n          description: Price of one",
            "          type: string\n          format: decimal\n          description: Price of one",
        )],
        uses: "fn f(it: T::Execution) -> crate::values::Decimal { it.price }",
        decodes: ("Execution", FILL),
    },
    Proof {
        edits: &[("[Long, Short, Flat]", "[Long, Short, Flat, Mixed]")],
        uses: "fn f(it: T::MarketPosition) -> bool { matches!(it, T::MarketPosition::Long) }",
        decodes: ("MarketPosition", r#""Mixed""#),
    },
    Proof {
        edits: &[("[Long, Short, Flat]", "[Long, Short]")],
        uses: "fn f(it: T::MarketPosition) -> bool { matches!(it, T::MarketPosition::Flat) }",
        decodes: ("MarketPosition", r#""Flat""#),
    },
    Proof {
        edits: &[
            ("    Quote:\n", "    Tick:\n"),
            ("schemas/Quote'", "schemas/Tick'"),
        ],
        uses: "fn f(it: T::Quote) -> Option<crate::values::Decimal> { it.bid }",
        decodes: ("Execution", FILL),
    },
    Proof {
        edits: &[(
            "      description: What the service says when a call fails.\n",
            "      description: What the service says when a call fails.\n      required: [error]\n",
        )],
        uses: "fn f() -> T::Error { T::Error::default() }",
        decodes: ("Error", "{}"),
    },
    Proof {
        edits: &[(
            "Price of one unit, in the instrument's currency.",
            "Price in cents.",
        )],
        uses: "fn f(it: T::Execution) -> crate::values::Decimal { it.price }",
        decodes: ("Execution", FILL),
    },
];

/// One program, with the crate's own values and the types of a version.
fn program(types: &str, rest: &str) -> String {
    let types = types.replace("crate::generated::crosstrade::types::", "crate::types::");
    format!(
        "#![allow(dead_code, unused)]\n#[path = \"../values/mod.rs\"] pub mod values;\npub(crate) use values::open_enum;\n{types}\nuse types as T;\n{rest}"
    )
}

fn types(yaml: &str) -> String {
    let module = generation::module("crosstrade", yaml);
    let begin = module.find("pub mod types {").unwrap();
    // The module ends with the first brace at the line's begin.
    let end = begin + module[begin..].find("\n}\n").unwrap() + 3;
    module[begin..end].to_owned()
}

#[test]
fn the_compiler_and_the_decoder_agree_with_the_grades() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("proof");
    let bins = home.join("src/bin");
    let _ = fs::remove_dir_all(&bins);
    fs::create_dir_all(&bins).unwrap();
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

    let old = types(CROSSTRADE);
    let (mut all_uses, mut all_decodes) = (String::new(), String::new());
    for (at, proof) in PROOFS.iter().enumerate() {
        let (of, json) = proof.decodes;
        let decodes = |at: usize| {
            format!(
                "println!(\"{{}}\", serde_json::from_str::<T::{of}>({json:?}).map(|it| it == it).is_ok()); // {at}\n"
            )
        };
        let _ = writeln!(all_uses, "mod use_{at} {{ use super::*; {} }}", proof.uses);
        all_decodes += &decodes(at);
        let new = types(&edited(CROSSTRADE, proof.edits));
        let uses = program(&new, &format!("{}\nfn main() {{}}", proof.uses));
        fs::write(bins.join(format!("uses_{at}.rs")), uses).unwrap();
        let reads = program(&new, &format!("fn main() {{ {} }}", decodes(at)));
        fs::write(bins.join(format!("reads_{at}.rs")), reads).unwrap();
    }
    let before = program(&old, &format!("{all_uses}\nfn main() {{\n{all_decodes}}}"));
    fs::write(bins.join("before.rs"), before).unwrap();

    let target = home.join("target");
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
        .current_dir(&home)
        .env("CARGO_TARGET_DIR", &target)
        .env_remove("EXECUTIONS_SPECS")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&built.stderr).into_owned();
    let run = |name: &str| {
        let output = Command::new(target.join("debug").join(name)).output();
        let output = output.unwrap_or_else(|error| panic!("{name}: {error}: {said}"));
        String::from_utf8(output.stdout).unwrap()
    };
    let did: Vec<String> = run("before").lines().map(str::to_owned).collect();
    for (at, proof) in PROOFS.iter().enumerate() {
        let changes = compared("crosstrade", CROSSTRADE, &edited(CROSSTRADE, proof.edits));
        let has = |grade| {
            changes
                .all()
                .iter()
                .any(|change| change.grade == grade || change.also.contains(&grade))
        };
        // A bin that failed to build is named; that it is missing could have other reasons.
        let broke = said.contains(&format!("(bin \"uses_{at}\")"));
        assert_eq!(broke, has(Grade::Compile), "{:?}: {said}", proof.edits);
        let does = run(&format!("reads_{at}"));
        if does.trim() != did[at] {
            assert!(has(Grade::Decode), "{:?}", proof.edits);
        } else if has(Grade::Decode) {
            // What decodes as before and is called a break is one of another value: a type that reads other things.
            assert!(has(Grade::Compile), "{:?}", proof.edits);
        }
    }
    // The proofs prove something only if both sides of each question were met.
    assert!(did.contains(&"true".to_owned()) && did.contains(&"false".to_owned()));
    let _ = fs::remove_dir_all(&bins);
}

#[test]
fn what_the_facade_calls_breaks_it_when_its_grade_says_so() {
    let edits: [&[(&str, &str)]; 3] = [
        &[("            maximum: 900\n", "")],
        &[("maximum: 900", "maximum: 600")],
        &[(
            "        - name: executionId\n",
            "        - name: mode\n          in: query\n          description: How.\n          schema:\n            type: string\n        - name: executionId\n",
        )],
    ];
    let scratch = generation::scratch::Scratch::new();
    for edits in edits {
        let changed = edited(CROSSTRADE, edits);
        fs::write(scratch.path("specs/crosstrade.yaml"), &changed).unwrap();
        let (compiles, said) = scratch.check(None);
        let breaks = compared("crosstrade", CROSSTRADE, &changed).grade() == Some(Grade::Compile);
        assert_eq!(compiles, !breaks, "{edits:?}: {said}");
    }
}
