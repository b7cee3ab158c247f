//! Changes of types: fields, formats, nullability, words.

use super::{CROSSTRADE, Case, check};

const PRICE: &str = "        price:\n          type: number\n          format: decimal\n          description: Price of one unit, in the instrument's currency.\n";

/// What can happen to a member.
pub(super) const MEMBERS: &[Case] = &[
    Case {
        what: "an optional member goes",
        edits: &[(
            "        serverName:\n          type: string\n          description: Name of the machine NinjaTrader runs on.\n",
            "",
        )],
        expected: &["compile: types::Execution::server_name"],
    },
    Case {
        what: "a required member goes",
        edits: &[
            ("instrument, quantity, price]", "instrument, quantity]"),
            (PRICE, ""),
        ],
        expected: &["compile+decode: types::Execution::price"],
    },
    Case {
        what: "a member is renamed",
        edits: &[("        serverName:", "        machineName:")],
        expected: &[
            "compile: types::Execution::server_name",
            "harmless: types::Execution::machine_name",
        ],
    },
    Case {
        what: "an optional member comes",
        edits: &[(
            "        exchange:\n",
            "        venue:\n          type: string\n          description: Where.\n        exchange:\n",
        )],
        expected: &["harmless: types::Execution::venue"],
    },
    Case {
        what: "a required member comes",
        edits: &[
            ("quantity, price]", "quantity, price, venue]"),
            (
                "        exchange:\n",
                "        venue:\n          type: string\n          description: Where.\n        exchange:\n",
            ),
        ],
        expected: &["decode: types::Execution::venue"],
    },
    Case {
        what: "a member becomes required",
        edits: &[("quantity, price]", "quantity, price, account]")],
        expected: &["compile+decode: types::Execution::account"],
    },
    Case {
        what: "a member is no longer required",
        edits: &[("quantity, price]", "quantity]")],
        expected: &["compile+decode: types::Execution::price"],
    },
    Case {
        what: "the first member of a type becomes required",
        edits: &[(
            "      description: What the service says when a call fails.\n",
            "      description: What the service says when a call fails.\n      required: [error]\n",
        )],
        expected: &[
            "compile+decode: types::Error::error",
            "compile: types::Error",
        ],
    },
    Case {
        what: "a type changes",
        edits: &[(
            "          type: boolean\n          description: Whether it closed the position.",
            "          type: string\n          description: Whether it closed the position.",
        )],
        expected: &["compile+decode: types::Execution::is_last_exit"],
    },
    Case {
        what: "a format that means another type changes",
        edits: &[(
            "          format: epoch-milliseconds\n          description: When it happened",
            "          format: decimal\n          description: When it happened",
        )],
        expected: &["compile+decode: types::Execution::epoch"],
    },
    Case {
        what: "a format that means the same type comes",
        edits: &[(
            "          type: number\n          format: decimal\n          description: Price of one",
            "          type: string\n          format: decimal\n          description: Price of one",
        )],
        expected: &["silent: types::Execution::price"],
    },
    Case {
        what: "a required member becomes nullable",
        edits: &[(
            "          type: number\n          format: decimal\n          description: Price of one",
            "          type: number\n          format: decimal\n          nullable: true\n          description: Price of one",
        )],
        expected: &["compile+decode: types::Execution::price"],
    },
    Case {
        what: "an optional member becomes nullable, which it was in Rust",
        edits: &[(
            "          description: Name of the machine",
            "          nullable: true\n          description: Name of the machine",
        )],
        expected: &["silent: types::Execution::server_name"],
    },
    Case {
        what: "a member is read under another name",
        edits: &[(
            "          description: Name of the machine",
            "          x-aliases: [host]\n          description: Name of the machine",
        )],
        expected: &["silent: types::Execution::server_name"],
    },
    Case {
        what: "items change",
        edits: &[(
            "          items:\n            $ref: '#/components/schemas/Quote'",
            "          items:\n            $ref: '#/components/schemas/Json'",
        )],
        expected: &["compile+decode: types::MarketData::quotes"],
    },
    Case {
        what: "an enum is opened to a text",
        edits: &[(
            "          allOf:\n            - $ref: '#/components/schemas/MarketPosition'",
            "          type: string",
        )],
        expected: &["compile+decode: types::Execution::market_position"],
    },
    Case {
        what: "a text is closed to an enum",
        edits: &[(
            "          type: string\n          description: Sort of the instrument, such as `Future`.",
            "          description: Sort of the instrument, such as `Future`.\n          allOf:\n            - $ref: '#/components/schemas/MarketPosition'",
        )],
        expected: &["compile+decode: types::Execution::instrument_type"],
    },
    Case {
        what: "members stand in another order",
        edits: &[
            ("        bid:\n", "        bad:\n"),
            ("        ask:\n", "        bid:\n"),
            ("        bad:\n", "        ask:\n"),
            ("Highest price that somebody offers to buy at.", "X"),
            (
                "Lowest price that somebody offers to sell at.",
                "Highest price that somebody offers to buy at.",
            ),
            (
                "description: X",
                "description: Lowest price that somebody offers to sell at.",
            ),
        ],
        expected: &["harmless: types::Quote"],
    },
];

#[test]
fn every_kind_of_change_of_a_member_has_its_grade() {
    check("crosstrade", CROSSTRADE, MEMBERS);
}

/// What can happen to a schema as a whole.
pub(super) const SCHEMAS: &[Case] = &[
    Case {
        what: "a word is added",
        edits: &[("[Long, Short, Flat]", "[Long, Short, Flat, Mixed]")],
        expected: &["silent: types::MarketPosition::Mixed"],
    },
    Case {
        what: "a word goes",
        edits: &[("[Long, Short, Flat]", "[Long, Short]")],
        expected: &["compile: types::MarketPosition::Flat"],
    },
    Case {
        what: "a word is spelt otherwise, its variant is not",
        edits: &[("[Long, Short, Flat]", "[Long, Short, FLAT]")],
        expected: &["decode: types::MarketPosition::Flat"],
    },
    Case {
        what: "the words stand in another order",
        edits: &[("[Long, Short, Flat]", "[Flat, Long, Short]")],
        expected: &["harmless: types::MarketPosition"],
    },
    Case {
        what: "a schema is added",
        edits: &[(
            "    Json:\n      description: Any JSON.",
            "    Venue:\n      type: object\n      description: Where.\n      properties:\n        name:\n          type: string\n          description: Its name.\n    Json:\n      description: Any JSON.",
        )],
        expected: &["harmless: types::Venue"],
    },
    Case {
        what: "a schema is renamed",
        edits: &[
            ("    Quote:\n", "    Tick:\n"),
            ("schemas/Quote'", "schemas/Tick'"),
        ],
        expected: &[
            "compile: types::MarketData::quotes",
            "compile: types::Quote",
            "harmless: types::Tick",
        ],
    },
    Case {
        what: "a schema is renamed, and one of its members is another",
        edits: &[
            ("    Quote:\n", "    Tick:\n"),
            ("schemas/Quote'", "schemas/Tick'"),
            ("        bid:\n", "        best_bid:\n"),
        ],
        expected: &[
            "compile+decode: types::MarketData::quotes",
            "compile: types::Quote",
            "harmless: types::Tick",
        ],
    },
    Case {
        what: "the schema of a success is renamed",
        edits: &[
            ("    ExecutionList:\n", "    Executions:\n"),
            ("schemas/ExecutionList'", "schemas/Executions'"),
        ],
        expected: &[
            "compile: list_executions",
            "compile: types::ExecutionList",
            "harmless: types::Executions",
        ],
    },
    Case {
        what: "an object becomes any JSON",
        edits: &[(
            "    MarketData:\n      type: object\n      description: Quotes of the instruments subscribed to, pushed over the WebSocket.\n      required: [quotes]\n      properties:\n        quotes:\n          type: array\n          description: One for each instrument that changed.\n          items:\n            $ref: '#/components/schemas/Quote'\n",
            "    MarketData:\n      description: Quotes of the instruments subscribed to, pushed over the WebSocket.\n",
        )],
        expected: &["compile: types::MarketData"],
    },
    Case {
        what: "additional members are said",
        edits: &[(
            "    Quote:\n      type: object\n",
            "    Quote:\n      type: object\n      additionalProperties: true\n",
        )],
        expected: &[],
    },
];

#[test]
fn every_kind_of_change_of_a_schema_has_its_grade() {
    check("crosstrade", CROSSTRADE, SCHEMAS);
}

/// What people are told.
pub(super) const WORDS: &[Case] = &[
    Case {
        what: "a description says something else",
        edits: &[(
            "Price of one unit, in the instrument's currency.",
            "Price of one unit, in cents.",
        )],
        expected: &["silent: types::Execution::price"],
    },
    Case {
        what: "a description is typed in another way",
        edits: &[(
            "Price of one unit, in the instrument's currency.",
            "price of  one unit; in the instrument's currency",
        )],
        expected: &["harmless: types::Execution::price"],
    },
    Case {
        what: "a number in a description has another point",
        edits: &[("to 100 nanoseconds", "to 1.00 nanoseconds")],
        expected: &["silent: types::Execution::time"],
    },
    Case {
        what: "an example changes",
        edits: &[(
            "          example: 1727399378373",
            "          example: 1727399378374",
        )],
        expected: &["harmless: types::Execution::epoch"],
    },
];

#[test]
fn words_and_examples_have_their_grades() {
    check("crosstrade", CROSSTRADE, WORDS);
}
