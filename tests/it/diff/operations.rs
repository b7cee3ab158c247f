//! Changes of operations and of what they take.

use super::{CROSSTRADE, Case, check};

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
                what: "a bound changes",
                edits: &[("maximum: 900", "maximum: 3600")],
                expected: &["silent: list_executions"],
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
