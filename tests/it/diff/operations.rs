//! Changes of operations and of what they take.

use std::fs;
use std::path::Path;

use executions::diff::Bump;

use super::{CROSSTRADE, Case, check, compared, edited};
use crate::generation;

const ID: &str = "        - name: executionId\n          in: path\n";
const MODE: &str = "        - name: mode\n          in: query\n          description: How.\n          schema:\n            type: string\n";

#[test]
fn every_kind_of_change_of_an_operation_has_its_grade() {
    let echo = include_str!("../../../crates/spec/tests/echo.yaml");
    let second = "  /echo:\n    get:\n      operationId: get_silence\n      summary: Says nothing.\n      responses:\n        '200':\n          description: Nothing.\n          content:\n            application/json:\n              schema:\n                $ref: '#/components/schemas/Echo'\ncomponents:\n";
    let two = echo.replacen("components:\n", second, 1);
    check(
        "echo",
        echo,
        &[Case {
            what: "an operation comes",
            edits: &[(
                "components:\n",
                "  /echo:\n    get:\n      operationId: get_silence\n      summary: Says nothing.\n      responses:\n        '200':\n          description: Nothing.\n          content:\n            application/json:\n              schema:\n                $ref: '#/components/schemas/Echo'\ncomponents:\n",
            )],
            expected: &["harmless: get_silence"],
        }],
    );
    check(
        "echo",
        &two,
        &[
            Case {
                what: "an operation goes",
                edits: &[(
                    "  /echo:\n    get:\n      operationId: get_silence\n      summary: Says nothing.\n      responses:\n        '200':\n          description: Nothing.\n          content:\n            application/json:\n              schema:\n                $ref: '#/components/schemas/Echo'\n",
                    "",
                )],
                expected: &["compile: get_silence"],
            },
            Case {
                what: "an operation is renamed",
                edits: &[("operationId: get_silence", "operationId: fetch_silence")],
                expected: &["compile: get_silence", "harmless: fetch_silence"],
            },
            Case {
                what: "a path changes",
                edits: &[("  /echo:\n", "  /silence:\n")],
                expected: &["silent: get_silence"],
            },
            Case {
                what: "a path is written with another name for its parameter",
                edits: &[
                    ("  /echo/{word}:", "  /echo/{term}:"),
                    ("- name: word", "- name: term"),
                ],
                expected: &["compile: get_echo", "compile: get_echo"],
            },
            Case {
                what: "a summary changes",
                edits: &[("Says nothing.", "Says nothing at all.")],
                expected: &["harmless: get_silence"],
            },
        ],
    );
}

#[test]
fn arguments_of_one_type_that_change_places_are_no_secret() {
    check(
        "crosstrade",
        CROSSTRADE,
        &[Case {
            what: "path parameters change places",
            edits: &[(
                "/v1/api/accounts/{account}/executions/{executionId}:",
                "/v1/api/executions/{executionId}/of/{account}:",
            )],
            expected: &["silent: get_execution"],
        }],
    );
}

#[test]
fn every_kind_of_change_of_a_parameter_has_its_grade() {
    check(
        "crosstrade",
        CROSSTRADE,
        &[
            Case {
                what: "an optional parameter comes, and the generated method takes it",
                edits: &[(
                    ID,
                    "        - name: mode\n          in: query\n          description: How.\n          schema:\n            type: string\n        - name: executionId\n          in: path\n",
                )],
                expected: &["harmless: get_execution"],
            },
            Case {
                what: "a required parameter comes",
                edits: &[(
                    ID,
                    "        - name: mode\n          in: query\n          required: true\n          description: How.\n          schema:\n            type: string\n        - name: executionId\n          in: path\n",
                )],
                expected: &["compile: get_execution"],
            },
            Case {
                what: "a parameter is renamed",
                edits: &[("- name: lookbackTime", "- name: lookback")],
                expected: &[
                    "compile: list_executions",
                    "harmless: list_executions",
                    "harmless: list_executions",
                    "harmless: list_executions",
                ],
            },
            Case {
                what: "a parameter becomes required",
                edits: &[(
                    "        - name: lookbackTime\n          in: query\n",
                    "        - name: lookbackTime\n          in: query\n          required: true\n",
                )],
                expected: &["compile: list_executions"],
            },
            Case {
                what: "a bound gets tighter",
                edits: &[("maximum: 900", "maximum: 600")],
                expected: &["silent: list_executions"],
            },
            Case {
                what: "a bound gets wider",
                edits: &[("maximum: 900", "maximum: 3600")],
                expected: &["harmless: list_executions"],
            },
            Case {
                what: "a bound goes",
                edits: &[("            maximum: 900\n", "")],
                expected: &["compile+silent: list_executions"],
            },
            Case {
                what: "a default changes",
                edits: &[("default: 320", "default: 300")],
                expected: &["silent: list_executions"],
            },
            Case {
                what: "a type changes",
                edits: &[
                    (
                        "            type: integer\n            # The",
                        "            type: string\n            # The",
                    ),
                    ("            minimum: 1\n            maximum: 900\n", ""),
                ],
                expected: &["compile+silent: list_executions"],
            },
            Case {
                what: "a parameter moves into a header",
                edits: &[(
                    "        - name: lookbackTime\n          in: query\n",
                    "        - name: lookbackTime\n          in: header\n",
                )],
                expected: &["silent: list_executions"],
            },
            Case {
                what: "a shared parameter says something else",
                edits: &[(
                    "Name of the account in NinjaTrader 8.",
                    "Number of the account.",
                )],
                expected: &["silent: get_execution", "silent: list_executions"],
            },
            Case {
                what: "a shared parameter stands in its operation now",
                edits: &[(
                    "        - $ref: '#/components/parameters/Account'\n",
                    "        - name: account\n          in: path\n          required: true\n          description: Name of the account in NinjaTrader 8.\n          schema:\n            type: string\n            minLength: 1\n          example: Sim101\n",
                )],
                expected: &["harmless: list_executions"],
            },
        ],
    );
    let with = CROSSTRADE.replacen(ID, &format!("{MODE}{ID}"), 1);
    check(
        "crosstrade",
        &with,
        &[Case {
            what: "a parameter goes",
            edits: &[(
                "        - name: mode\n          in: query\n          description: How.\n          schema:\n            type: string\n",
                "",
            )],
            expected: &["compile: get_execution"],
        }],
    );
}

/// The sentences that say what other bounds of `times` do, after the edits and then more of them.
fn bounds(before: &[(&str, &str)], after: &[(&str, &str)]) -> Vec<String> {
    let echo = include_str!("../../../crates/spec/tests/echo.yaml");
    let old = edited(echo, before);
    let changes = compared("echo", &old, &edited(&old, after));
    let all = changes.all().iter();
    all.flat_map(|change| change.effects.clone()).collect()
}

#[test]
fn only_what_the_client_checks_is_said_to_be_refused() {
    let both = [("maximum: 3", "maximum: 2")];
    assert_eq!(
        bounds(&[], &both),
        ["a `times` over 2 is refused, it was 3"]
    );
    // Without the other bound nothing is made that the client could check.
    let without = [("            minimum: 1\n", "")];
    assert_eq!(
        bounds(&without, &both),
        ["a `times` over 2 may be refused by the service, it was 3"]
    );
    let none = [("            minimum: 1\n            maximum: 3\n", "")];
    let length = [(
        "            type: integer\n",
        "            type: integer\n            maximum: 5\n",
    )];
    assert_eq!(
        bounds(&none, &length),
        ["a `times` over 5 may be refused by the service now"]
    );
}

#[test]
fn a_wider_bound_lets_calls_through_that_failed() {
    let wider = [("maximum: 3", "maximum: 9")];
    assert_eq!(
        bounds(&[], &wider),
        ["a `times` over 3 is no longer refused, up to 9"]
    );
    let without = [("            minimum: 1\n", "")];
    assert_eq!(
        bounds(&without, &wider),
        ["a `times` over 3 is right for the service now, up to 9"]
    );
    let lower = [("minimum: 1", "minimum: 0")];
    assert_eq!(
        bounds(&[], &lower),
        ["a `times` under 1 is no longer refused, down to 0"]
    );
    let changes = compared(
        "crosstrade",
        CROSSTRADE,
        &edited(CROSSTRADE, &[("maximum: 900", "maximum: 3600")]),
    );
    assert!(changes.is_harmless());
    assert_eq!(changes.bump(), Bump::Minor);
    assert!(changes.changelog().starts_with("### Added\n"));
}

/// So that what is said of a parameter with both bounds is true.
#[test]
fn the_client_checks_every_parameter_that_has_both_bounds() {
    let mut checked = 0;
    for service in ["b3os", "crosstrade", "hummingbot", "refold"] {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let read = |path: String| fs::read_to_string(root.join(path)).unwrap();
        let module = generation::module(service, &read(format!("specs/{service}.yaml")));
        let client = read(format!("src/{service}.rs"));
        for line in module.lines() {
            let range = line.split_once(": std::ops::RangeInclusive<u64>");
            if let Some((_, name)) = range.and_then(|(before, _)| before.split_once("pub const ")) {
                assert!(client.contains(&format!("bounds::{name}")), "{name}");
                checked += 1;
            }
        }
    }
    assert!(checked > 0);
}
