//! Whether it breaks is asked of the compiler and the decoder: the Rust of both versions is built, used and run.

use std::fmt::Write as _;
use std::fs;

use executions::diff::{Changes, Grade};

use super::schemas::{MEMBERS, SCHEMAS, WORDS};
use super::{CROSSTRADE, compared, edited};
use crate::generation;

mod programs;
mod uses;

use programs::{Programs, types};
use uses::every_use;

/// A change, and an answer to decode.
struct Proof {
    edits: &'static [(&'static str, &'static str)],
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

/// Cases that `build.rs` refuses, so that there is nothing to compile.
const REFUSED: [&str; 1] = ["the last required member of a type goes"];

fn has(changes: &Changes, grade: Grade) -> bool {
    let mut all = changes.all().iter();
    all.any(|change| change.grade == grade || change.also.contains(&grade))
}

#[test]
fn the_compiler_and_the_decoder_agree_with_the_grades() {
    let programs = Programs::new();
    let old = types(CROSSTRADE).unwrap();
    let uses = every_use(&old);
    let mut edits: Vec<_> = PROOFS.iter().map(|proof| proof.edits).collect();
    let mut refused = Vec::new();
    for case in [MEMBERS, SCHEMAS, WORDS].concat() {
        match types(&edited(CROSSTRADE, case.edits)) {
            Some(_) => edits.push(case.edits),
            None => refused.push(case.what),
        }
    }
    assert_eq!(refused, REFUSED);
    for (at, edits) in edits.iter().enumerate() {
        let new = types(&edited(CROSSTRADE, edits)).unwrap();
        programs.add(
            &format!("uses_{at}"),
            &new,
            &format!("{uses}\nfn main() {{}}"),
        );
    }
    let mut all_decodes = String::new();
    for (at, proof) in PROOFS.iter().enumerate() {
        let (of, json) = proof.decodes;
        let decodes = format!(
            "println!(\"{{}}\", serde_json::from_str::<types::{of}>({json:?}).map(|it| it == it).is_ok());\n"
        );
        let new = types(&edited(CROSSTRADE, proof.edits)).unwrap();
        programs.add(
            &format!("reads_{at}"),
            &new,
            &format!("fn main() {{ {decodes} }}"),
        );
        let _ = write!(all_decodes, "{decodes}");
    }
    programs.add(
        "before",
        &old,
        &format!("{uses}\nfn main() {{\n{all_decodes}}}"),
    );

    let said = programs.build();
    for (at, edits) in edits.iter().enumerate() {
        // A bin that failed to build is named; that it is missing could have other reasons.
        let broke = said.contains(&format!("(bin \"uses_{at}\")"));
        let changes = compared("crosstrade", CROSSTRADE, &edited(CROSSTRADE, edits));
        assert_eq!(broke, has(&changes, Grade::Compile), "{edits:?}: {said}");
    }
    let did: Vec<String> = programs
        .run("before", &said)
        .lines()
        .map(str::to_owned)
        .collect();
    for (at, proof) in PROOFS.iter().enumerate() {
        let changes = compared("crosstrade", CROSSTRADE, &edited(CROSSTRADE, proof.edits));
        let does = programs.run(&format!("reads_{at}"), &said);
        if does.trim() != did[at] {
            assert!(has(&changes, Grade::Decode), "{:?}", proof.edits);
        } else if has(&changes, Grade::Decode) {
            // What decodes as before and is called a break is one of another value: a type that reads other things.
            assert!(has(&changes, Grade::Compile), "{:?}", proof.edits);
        }
    }
    // The proofs prove something only if both sides of each question were met.
    assert!(did.contains(&"true".to_owned()) && did.contains(&"false".to_owned()));
    assert!(said.contains("(bin \"uses_0\")") && !said.contains("(bin \"uses_2\")"));
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
