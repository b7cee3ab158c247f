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

#[test]
fn what_is_easily_overlooked_is_seen() {
    check(
        "shop",
        SHOP,
        &[
            Case {
                what: "a default's member that is called like prose changes",
                edits: &[(
                    "{ text: { type: string } }\n",
                    "{ text: { type: string } }\n      default: { title: b }\n",
                )],
                expected: &["silent: types::Failure"],
            },
            Case {
                what: "something beside a reference",
                edits: &[(
                    "size: { $ref: '#/components/schemas/Size' }",
                    "size: { $ref: '#/components/schemas/Size', nullable: true }",
                )],
                expected: &["silent: types::Order::size"],
            },
            Case {
                what: "words beside a reference",
                edits: &[(
                    "size: { $ref: '#/components/schemas/Size' }",
                    "size: { $ref: '#/components/schemas/Size', description: How large. }",
                )],
                expected: &["harmless: types::Order::size"],
            },
            Case {
                what: "variants that are tried in turn change places",
                edits: &[
                    (
                        "- $ref: '#/components/schemas/Card'",
                        "- $ref: '#/components/schemas/X'",
                    ),
                    (
                        "- $ref: '#/components/schemas/Cash'",
                        "- $ref: '#/components/schemas/Card'",
                    ),
                    (
                        "- $ref: '#/components/schemas/X'",
                        "- $ref: '#/components/schemas/Cash'",
                    ),
                ],
                expected: &["decode: types::Payment", "decode: types::Payment"],
            },
            Case {
                what: "an operation is renamed and takes something else",
                edits: &[
                    ("operationId: list_orders", "operationId: all_orders"),
                    (
                        "        - { name: tags,",
                        "        - { name: shop, in: query, required: true, schema: { type: string } }\n        - { name: tags,",
                    ),
                ],
                expected: &[
                    "compile: Client::list_orders Client::all_orders",
                    "silent: Client::all_orders",
                ],
            },
            Case {
                what: "a path moves to another server",
                edits: &[(
                    "  /orders:\n",
                    "  /all:\n    servers: [{ url: 'https://other' }]\n",
                )],
                expected: &[
                    "silent: Client::add_order",
                    "silent: Client::list_orders Client::add_order",
                    "silent: Client::list_orders",
                ],
            },
            Case {
                what: "what is not deprecated says so",
                edits: &[(
                    "      operationId: add_order\n",
                    "      operationId: add_order\n      deprecated: false\n",
                )],
                expected: &[],
            },
        ],
    );
}

#[test]
fn a_default_that_differs_in_a_member_called_like_prose_is_a_change() {
    let with = |default: &str| {
        edited(
            SHOP,
            &[(
                "{ text: { type: string } }\n",
                &format!(
                    "{{ title: {{ type: string }} }}\n      default: {{ title: {default} }}\n"
                ),
            )],
        )
    };
    assert!(!compared("shop", &with("a"), &with("b")).all().is_empty());
}

#[test]
fn a_schema_among_extensions_is_compared_where_it_is_used() {
    let with = |sort: &str| {
        let to = (
            "size: { $ref: '#/components/schemas/Size' }",
            "size: { $ref: '#/x-defs/Size' }",
        );
        edited(SHOP, &[to]) + &format!("x-defs:\n  Size: {{ type: {sort} }}\n")
    };
    let changes = compared("shop", &with("string"), &with("integer"));
    assert!(!changes.is_harmless(), "{:#?}", changes.all());
}

#[test]
fn what_no_rust_can_be_made_of_any_more_breaks() {
    for (from, to) in [
        ("openapi: 3.0.1", "openapi: 3.0"),
        ("operationId: add_order", "operationId: list_orders"),
        ("maxLength: 20", "maxLength: 20, pattern: 'a('"),
        ("default: 1 }", "default: one }"),
        (
            "info: { title: Shop, version: '1' }",
            "info: { version: '1' }",
        ),
    ] {
        let new = edited(SHOP, &[(from, to)]);
        let changes = compared("shop", SHOP, &new);
        assert_eq!(
            changes.grade(),
            Some(executions::diff::Grade::Compile),
            "{to}"
        );
        let lost =
            |change: &&executions::diff::Change| change.what.starts_with("no Rust can be made of");
        let lost = changes.all().iter().find(lost).expect(to);
        assert!(lost.new.is_some() && lost.is_proven, "{lost:#?}");
        assert_eq!(compared("shop", &new, &new).grade(), None, "{to}");
    }
}

#[test]
fn words_of_another_meaning_are_not_taken_for_typing() {
    for (was, is, harmless) in [
        ("in £", "in ¥", false),
        ("a != b", "a = b", false),
        ("at most .5", "at most 5", false),
        ("USD/EUR", "USD EUR", false),
        ("≤ 5", "≥ 5", false),
        ("–5", "5", false),
        ("The *size*, in mm.", "The “size” in mm", true),
    ] {
        let with = |text: &str| {
            edited(
                SHOP,
                &[(
                    "note: { type: string }",
                    &format!("note: {{ type: string, description: '{text}' }}"),
                )],
            )
        };
        assert_eq!(
            compared("shop", &with(was), &with(is)).is_harmless(),
            harmless,
            "{was}"
        );
    }
}
