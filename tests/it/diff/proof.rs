//! Whether it breaks is asked of the compiler and the decoder: the Rust of both versions is built, used and run.

use std::fs;

use executions::diff::{Changes, Grade, compare};

use super::schemas::{MEMBERS, SCHEMAS, WORDS};
use super::{CROSSTRADE, compared, edited, read};
use crate::generation;

mod program;
mod uses;

use program::{Built, Program};
use uses::every_use;

/// A change, and an answer to decode.
struct Proof {
    edits: Edits,
    decodes: (&'static str, &'static str),
}

const FILL: &str = r#"{"id":"1","instrument":"ES","quantity":1,"price":2}"#;

const PROOFS: [Proof; 13] = [
    Proof {
        edits: &[(
            "        serverName:\n          type: string\n          description: Name of the machine NinjaTrader runs on.\n",
            "",
        )],
        decodes: (
            "Execution",
            r#"{"id":"1","instrument":"ES","quantity":1,"price":2,"serverName":"a"}"#,
        ),
    },
    Proof {
        edits: &[("        serverName:", "        machineName:")],
        decodes: ("Execution", FILL),
    },
    Proof {
        edits: &[(
            "        exchange:\n",
            "        venue:\n          type: string\n          description: Where.\n        exchange:\n",
        )],
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
        decodes: ("Execution", FILL),
    },
    Proof {
        edits: &[("quantity, price]", "quantity]")],
        decodes: ("Execution", r#"{"id":"1","instrument":"ES","quantity":1}"#),
    },
    Proof {
        edits: &[("quantity, price]", "quantity, price, account]")],
        decodes: ("Execution", FILL),
    },
    Proof {
        edits: &[(
            "          format: epoch-milliseconds\n          description: When it happened",
            "          format: decimal\n          description: When it happened",
        )],
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
        decodes: ("Execution", FILL),
    },
    Proof {
        edits: &[("[Long, Short, Flat]", "[Long, Short, Flat, Mixed]")],
        decodes: ("MarketPosition", r#""Mixed""#),
    },
    Proof {
        edits: &[("[Long, Short, Flat]", "[Long, Short]")],
        decodes: ("MarketPosition", r#""Flat""#),
    },
    Proof {
        edits: &[
            ("    Quote:\n", "    Tick:\n"),
            ("schemas/Quote'", "schemas/Tick'"),
        ],
        decodes: ("Execution", FILL),
    },
    Proof {
        edits: &[(
            "      description: What the service says when a call fails.\n",
            "      description: What the service says when a call fails.\n      required: [error]\n",
        )],
        decodes: ("Error", "{}"),
    },
    Proof {
        edits: &[(
            "Price of one unit, in the instrument's currency.",
            "Price in cents.",
        )],
        decodes: ("Execution", FILL),
    },
];

type Edits = &'static [(&'static str, &'static str)];

/// A changed spec that `build.rs` takes: its types, and what is said of the change.
struct Version {
    edits: Edits,
    types: String,
    changes: Changes,
}

fn has(changes: &Changes, grade: Grade) -> bool {
    let mut all = changes.all().iter();
    all.any(|change| change.grade == grade || change.also.contains(&grade))
}

/// The module `types` that is generated from a spec, where `build.rs` takes the spec.
fn types(yaml: &str) -> Option<String> {
    let module = generation::accepted("crosstrade", yaml)?;
    let begin = module.find("pub mod types {").unwrap();
    // The module ends with the first brace at the line's begin.
    let end = begin + module[begin..].find("\n}\n").unwrap() + 3;
    Some(module[begin..end].to_owned())
}

/// A statement that prints whether a proof's answer decodes.
fn decodes(proof: &Proof) -> String {
    let (of, json) = proof.decodes;
    format!(
        "println!(\"{{}}\", serde_json::from_str::<types::{of}>({json:?}).map(|it| it == it).is_ok());\n"
    )
}

#[test]
fn the_compiler_and_the_decoder_agree_with_the_grades() {
    let before = types(CROSSTRADE).unwrap();
    let uses = every_use(&before);
    let old = read("crosstrade", "old.yaml", CROSSTRADE);
    let version = |edits: Edits| {
        let text = edited(CROSSTRADE, edits);
        let types = types(&text)?;
        let changes = compare(&old, &read("crosstrade", "new.yaml", &text));
        Some(Version {
            edits,
            types,
            changes,
        })
    };
    // Those of the proofs come first.
    let of_proofs = PROOFS.iter().map(|proof| version(proof.edits).unwrap());
    let mut versions: Vec<Version> = of_proofs.collect();
    let mut refused = Vec::new();
    for case in [MEMBERS, SCHEMAS, WORDS].concat() {
        match version(case.edits) {
            Some(version) => versions.push(version),
            None => refused.push(case.what),
        }
    }
    assert!(refused.is_empty(), "{refused:?}");
    let mut program = Program::new();
    let all_decodes = PROOFS.each_ref().map(decodes).concat();
    program.add("before", &before, &uses, &all_decodes);
    for (at, version) in versions.iter().enumerate() {
        program.add(&format!("uses_{at}"), &version.types, &uses, "");
    }
    for (at, (proof, version)) in PROOFS.iter().zip(&versions).enumerate() {
        program.add(&format!("reads_{at}"), &version.types, "", &decodes(proof));
    }

    let Built { broken, printed } = program.build();
    for (at, version) in versions.iter().enumerate() {
        let said = broken.get(&format!("uses_{at}"));
        let breaks = has(&version.changes, Grade::Compile);
        assert_eq!(said.is_some(), breaks, "{:?}: {said:?}", version.edits);
    }
    let did: Vec<&str> = printed["before"].lines().collect();
    for (at, Version { edits, changes, .. }) in versions[..PROOFS.len()].iter().enumerate() {
        let does = printed[&format!("reads_{at}")].trim();
        if does != did[at] {
            assert!(has(changes, Grade::Decode), "{edits:?}");
        } else if has(changes, Grade::Decode) {
            // What decodes as before and is called a break is one of another value: a type that reads other things.
            assert!(has(changes, Grade::Compile), "{edits:?}");
        }
    }
    // The proofs prove something only if both sides of each question were met.
    assert!(did.contains(&"true") && did.contains(&"false"));
    assert!(broken.contains_key("uses_0") && !broken.contains_key("uses_2"));
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
