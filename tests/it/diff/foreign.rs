//! OpenAPI 3.0 that this crate's specs do not use, in files that others wrote.

use super::{Case, check, compared, edited};

const SHOP: &str = include_str!("../../data/shop.yaml");

#[test]
fn what_openapi_allows_and_the_specs_do_not_use_has_its_grade() {
    check(
        "shop",
        SHOP,
        &[
            Case {
                what: "a method changes",
                edits: &[(
                    "    post:\n      operationId: add_order",
                    "    put:\n      operationId: add_order",
                )],
                expected: &["silent: Client::add_order"],
            },
            Case {
                what: "a body becomes another type",
                edits: &[(
                    "            schema: { $ref: '#/components/schemas/Order' }\n      responses:\n        '201'",
                    "            schema: { $ref: '#/components/schemas/Size' }\n      responses:\n        '201'",
                )],
                expected: &["compile: Client::add_order"],
            },
            Case {
                what: "a body goes",
                edits: &[(
                    "      requestBody:\n        required: true\n        content:\n          application/json:\n            schema: { $ref: '#/components/schemas/Order' }\n",
                    "",
                )],
                expected: &["compile: Client::add_order"],
            },
            Case {
                what: "a closed enum gets a word",
                edits: &[("enum: [small, large]", "enum: [small, large, huge]")],
                expected: &["compile+decode: types::Size::Huge"],
            },
            Case {
                what: "a closed enum loses a word",
                edits: &[("enum: [small, large]", "enum: [small]")],
                expected: &["compile+decode: types::Size::Large"],
            },
            Case {
                what: "a struct that programs write out gets a member",
                edits: &[(
                    "        note: { type: string }\n",
                    "        note: { type: string }\n        hint: { type: string }\n",
                )],
                expected: &["compile: types::Order::hint"],
            },
            Case {
                what: "a default changes",
                edits: &[("default: 1 }", "default: 2 }")],
                expected: &["decode: types::Order::count"],
            },
            Case {
                what: "a text's length is bounded more tightly",
                edits: &[("maxLength: 20", "maxLength: 10")],
                expected: &["decode: types::OrderCode"],
            },
            Case {
                what: "other members are refused",
                edits: &[(
                    "    Order:\n      type: object\n",
                    "    Order:\n      type: object\n      additionalProperties: false\n",
                )],
                expected: &["decode: types::Order"],
            },
            Case {
                what: "a choice is added",
                edits: &[(
                    "        - $ref: '#/components/schemas/Cash'\n",
                    "        - $ref: '#/components/schemas/Cash'\n        - type: boolean\n",
                )],
                expected: &["compile+decode: types::Payment::Boolean types::Payment"],
            },
            Case {
                what: "an operation is deprecated",
                edits: &[(
                    "      operationId: add_order\n",
                    "      operationId: add_order\n      deprecated: true\n",
                )],
                expected: &["silent: Client::add_order"],
            },
            Case {
                what: "how a list is sent changes",
                edits: &[("explode: true", "explode: false")],
                expected: &["silent: Client::list_orders"],
            },
            Case {
                what: "an integer is of another size",
                edits: &[(
                    "type: integer, format: int32",
                    "type: integer, format: int64",
                )],
                expected: &["compile+decode: types::Order::count"],
            },
            Case {
                what: "an inline schema is a component now, and says the same",
                edits: &[
                    (
                        "{ type: string, enum: [red, blue] }",
                        "{ $ref: '#/components/schemas/OrderColour' }",
                    ),
                    (
                        "    Size:\n",
                        "    OrderColour: { type: string, enum: [red, blue] }\n    Size:\n",
                    ),
                ],
                expected: &[
                    "harmless: types::Order::colour types::OrderColour",
                    "harmless: types::OrderColour",
                ],
            },
            Case {
                what: "callbacks change",
                edits: &[("      callbacks: {}\n", "      callbacks: { done: {} }\n")],
                expected: &[
                    "not compared: `callbacks` of `add_order` changed, and what that does is not known",
                ],
            },
            Case {
                what: "links change",
                edits: &[("          links: {}\n", "          links: { next: {} }\n")],
                expected: &[
                    "not compared: `links` of the answer default of `list_orders` changed, and what that does is not known",
                ],
            },
            Case {
                what: "a discriminator changes",
                edits: &[("propertyName: kind", "propertyName: sort")],
                expected: &[
                    "not compared: `discriminator` of `Payment` changed, and what that does is not known",
                ],
            },
        ],
    );
}

#[test]
fn a_reference_out_of_the_file_is_said_and_not_followed() {
    let outside = edited(
        SHOP,
        &[(
            "{ $ref: '#/components/schemas/Size' }",
            "{ $ref: 'other.yaml#/Size' }",
        )],
    );
    let changes = compared("shop", &outside, &outside);
    assert!(!changes.is_harmless());
    let said: Vec<&str> = changes
        .not_compared()
        .iter()
        .map(|gap| gap.what.as_str())
        .collect();
    assert!(
        said.iter()
            .any(|what| what.contains("`other.yaml#/Size`, which is outside the file")),
        "{said:?}"
    );
}

#[test]
fn what_no_rust_can_be_made_of_is_graded_as_the_worst_and_said() {
    let odd = edited(
        SHOP,
        &[(
            "        note: { type: string }\n",
            "        note: { type: strin }\n",
        )],
    );
    let changes = compared(
        "shop",
        &odd,
        &edited(
            &odd,
            &[
                ("format: int32", "format: int64"),
                ("enum: [small, large]", "enum: [small]"),
            ],
        ),
    );
    assert!(
        changes
            .notes()
            .iter()
            .any(|note| note.contains("`/components/schemas/Order`")),
        "{:?}",
        changes.notes()
    );
    let lines: Vec<String> = changes.all().iter().map(super::line).collect();
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("compile+decode:") && line.ends_with("(not proven)")),
        "{lines:?}"
    );
    // The rest is still proven.
    assert!(
        lines.contains(&"compile+decode: types::Size::Large".to_owned()),
        "{lines:?}"
    );
}
