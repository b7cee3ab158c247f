//! Changes of what operations answer with, and of the document as a whole.

use super::{CROSSTRADE, Case, check};

#[test]
fn every_kind_of_change_of_an_answer_has_its_grade() {
    check(
        "crosstrade",
        CROSSTRADE,
        &[
            Case {
                what: "an error's status comes",
                edits: &[(
                    "        '408':\n",
                    "        '402':\n          $ref: '#/components/responses/Forbidden'\n        '408':\n",
                )],
                expected: &["silent:"],
            },
            Case {
                what: "an error's status goes",
                edits: &[(
                    "        '408':\n          $ref: '#/components/responses/Offline'\n",
                    "",
                )],
                expected: &["silent:"],
            },
            Case {
                what: "a success is of another type",
                edits: &[(
                    "$ref: '#/components/schemas/ExecutionList'",
                    "$ref: '#/components/schemas/Execution'",
                )],
                expected: &["compile+decode: list_executions"],
            },
            Case {
                what: "a success has another status",
                edits: &[("        '200':\n", "        '202':\n")],
                expected: &["silent: list_executions"],
            },
            Case {
                what: "an error has another content",
                edits: &[(
                    "        text/html:\n          schema:\n            type: string\n",
                    "",
                )],
                expected: &["harmless:", "silent:", "silent:"],
            },
            Case {
                what: "an error is of another type",
                edits: &[(
                    "      description: The service failed. Undocumented; the body may be anything.\n      content:\n        application/json:\n          schema:\n            $ref: '#/components/schemas/Error'",
                    "      description: The service failed. Undocumented; the body may be anything.\n      content:\n        application/json:\n          schema:\n            $ref: '#/components/schemas/Json'",
                )],
                expected: &["silent:", "silent:"],
            },
            Case {
                what: "a header comes",
                edits: &[(
                    "      description: The token is missing or wrong. Undocumented; the body may be anything.\n",
                    "      description: The token is missing or wrong. Undocumented; the body may be anything.\n      headers:\n        X-Id:\n          description: An id.\n          schema:\n            type: string\n",
                )],
                expected: &["harmless:"],
            },
        ],
    );
}

#[test]
fn every_kind_of_change_of_the_whole_has_its_grade() {
    check(
        "crosstrade",
        CROSSTRADE,
        &[
            Case {
                what: "the wrapper is called otherwise",
                edits: &[("x-wrapper: data", "x-wrapper: result")],
                expected: &["decode:"],
            },
            Case {
                what: "the wrapper goes",
                edits: &[("x-wrapper: data\n", "")],
                expected: &["decode:"],
            },
            Case {
                what: "the server is another",
                edits: &[(
                    "url: https://app.crosstrade.io\n",
                    "url: https://api.crosstrade.io\n",
                )],
                expected: &["silent:"],
            },
            Case {
                what: "a second server comes",
                edits: &[(
                    "security:\n  - token: []\n",
                    "  - url: https://api.crosstrade.io\nsecurity:\n  - token: []\n",
                )],
                expected: &["harmless:"],
            },
            Case {
                what: "requests are signed otherwise",
                edits: &[("scheme: bearer", "scheme: basic")],
                expected: &["silent:"],
            },
            Case {
                what: "a way to sign is renamed",
                edits: &[
                    ("  - token: []", "  - key: []"),
                    ("    token:\n", "    key:\n"),
                ],
                expected: &[
                    "compile:",
                    "harmless:",
                    "silent: get_execution",
                    "silent: list_executions",
                ],
            },
            Case {
                what: "the version is another",
                edits: &[("  version: v1\n", "  version: v2\n")],
                expected: &["silent:"],
            },
            Case {
                what: "the title is another",
                edits: &[("  title: CrossTrade\n", "  title: Cross Trade\n")],
                expected: &["harmless:"],
            },
            Case {
                what: "a comment changes",
                edits: &[("# CrossTrade: executions", "# Executions")],
                expected: &[],
            },
        ],
    );
}
