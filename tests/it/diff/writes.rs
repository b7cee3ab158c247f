//! Changes of what is sent: effects, bodies, and the parameters and components that only such specs have.

use super::{Case, check};

const DESK: &str = include_str!("../../../crates/spec/tests/desk.yaml");

#[test]
fn every_kind_of_change_of_a_call_has_its_grade() {
    check(
        "desk",
        DESK,
        &[
            Case {
                what: "a read becomes a write",
                edits: &[("x-effect: read", "x-effect: write")],
                expected: &["silent: search_orders"],
            },
            Case {
                what: "a status comes by which a write is refused before it acts",
                edits: &[("x-refuses-before: [404]", "x-refuses-before: [404, 409]")],
                expected: &["silent: cancel_orders"],
            },
            Case {
                what: "a write has another name over the socket",
                edits: &[("x-rpc: PlaceOrder", "x-rpc: AddOrder")],
                expected: &["silent: place_order"],
            },
            Case {
                what: "an operation has another method",
                edits: &[(
                    "    delete:\n      operationId: cancel_orders",
                    "    post:\n      operationId: cancel_orders",
                )],
                expected: &["silent: cancel_orders"],
            },
            Case {
                what: "a body goes",
                edits: &[(
                    "      requestBody:\n        required: true\n        content: {application/json: {schema: {$ref: '#/components/schemas/Filter'}}}\n",
                    "",
                )],
                expected: &["compile: search_orders", "compile: types::Filter"],
            },
            Case {
                what: "a body comes",
                edits: &[(
                    "    delete:\n      operationId: cancel_orders\n      summary: Cancels orders.\n",
                    "    post:\n      operationId: cancel_orders\n      summary: Cancels orders.\n      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Filter'}}}}\n",
                )],
                expected: &["compile: cancel_orders", "silent: cancel_orders"],
            },
            Case {
                what: "a body is another component",
                edits: &[(
                    "schema: {$ref: '#/components/schemas/Filter'}",
                    "schema: {$ref: '#/components/schemas/Leg'}",
                )],
                expected: &["compile+silent: search_orders", "compile: types::Filter"],
            },
            Case {
                what: "a body is described in other words",
                edits: &[(
                    "        description: The order.\n",
                    "        description: The new order.\n",
                )],
                expected: &["silent: place_order"],
            },
            Case {
                what: "a success has a body",
                edits: &[(
                    "responses: {'204': {description: Done.}}",
                    "responses: {'200': {description: Done., content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}}",
                )],
                expected: &["compile+decode+silent: cancel_orders"],
            },
            Case {
                what: "a success is an array of something else",
                edits: &[(
                    "{type: array, items: {$ref: '#/components/schemas/Order'}}}}",
                    "{type: array, items: {$ref: '#/components/schemas/Leg'}}}}",
                )],
                expected: &["compile+decode: types::ListOrdersResponse"],
            },
        ],
    );
}

#[test]
fn every_kind_of_change_of_a_typed_parameter_has_its_grade() {
    check(
        "desk",
        DESK,
        &[
            Case {
                what: "a word comes",
                edits: &[("enum: [newest, oldest]", "enum: [newest, oldest, dearest]")],
                expected: &["silent: types::ListOrdersOrder::Dearest"],
            },
            Case {
                what: "a word goes",
                edits: &[("enum: [newest, oldest]", "enum: [newest]")],
                expected: &["compile: types::ListOrdersOrder::Oldest"],
            },
            Case {
                what: "an enum becomes a text",
                edits: &[(
                    "schema: {type: string, enum: [newest, oldest]}",
                    "schema: {type: string}",
                )],
                expected: &[
                    "compile+silent: list_orders",
                    "compile: types::ListOrdersOrder",
                ],
            },
            Case {
                what: "an array becomes a value",
                edits: &[(
                    "schema: {type: array, items: {type: string}}",
                    "schema: {type: string}",
                )],
                expected: &["compile+silent: list_orders"],
            },
            Case {
                what: "the items of an array become others",
                edits: &[(
                    "schema: {type: array, items: {type: integer}}",
                    "schema: {type: array, items: {type: number, format: decimal}}",
                )],
                expected: &["compile+silent: list_orders"],
            },
            Case {
                what: "a number becomes a text of a number, which is given as before",
                edits: &[(
                    "description: The highest price., schema: {type: number",
                    "description: The highest price., schema: {type: string",
                )],
                expected: &["silent: list_orders"],
            },
        ],
    );
}

#[test]
fn every_kind_of_change_of_what_is_sent_has_its_grade() {
    check(
        "desk",
        DESK,
        &[
            Case {
                what: "a member comes to what is sent",
                edits: &[(
                    "        account: {type: string",
                    "        book: {type: string, description: Which.}\n        account: {type: string",
                )],
                expected: &["compile: types::Filter::book"],
            },
            Case {
                what: "a member comes to what is answered",
                edits: &[(
                    "        id: {type: string, format: id",
                    "        book: {type: string, description: Which.}\n        id: {type: string, format: id",
                )],
                expected: &["harmless: types::Order::book"],
            },
            Case {
                what: "a type is sent from now on",
                edits: &[(
                    "        stop: {type: number",
                    "        order: {description: After., allOf: [{$ref: '#/components/schemas/Order'}]}\n        stop: {type: number",
                )],
                expected: &["compile: types::Bracket::order", "harmless: types::Order"],
            },
            Case {
                what: "an array has another name for its items",
                edits: &[(
                    "items: {$ref: '#/components/schemas/Leg'}",
                    "items: {$ref: '#/components/schemas/Bracket'}",
                )],
                expected: &["compile+decode: types::Legs", "compile: types::Leg"],
            },
            Case {
                what: "the values of a map come as texts, and are read as before",
                edits: &[(
                    "additionalProperties: {type: number, format: decimal}",
                    "additionalProperties: {type: string, format: decimal}",
                )],
                expected: &["silent: types::Fees"],
            },
            Case {
                what: "a map becomes an array",
                edits: &[(
                    "      type: object\n      description: Fees by what they are for.\n      additionalProperties:",
                    "      type: array\n      description: Fees by what they are for.\n      items:",
                )],
                expected: &["compile+decode: types::Fees"],
            },
            Case {
                what: "an array becomes any JSON",
                edits: &[(
                    "    Legs:\n      type: array\n      description: The parts of an order.\n      items: {$ref: '#/components/schemas/Leg'}\n",
                    "    Legs:\n      description: The parts of an order.\n",
                )],
                expected: &[
                    "compile: types::Leg",
                    "compile: types::Legs",
                    "compile+decode: types::NewOrder::legs",
                ],
            },
            Case {
                what: "the values of a map in a member are others",
                edits: &[(
                    "          additionalProperties: {type: string}",
                    "          additionalProperties: {type: boolean}",
                )],
                expected: &["compile+decode: types::NewOrder::labels"],
            },
        ],
    );
}
