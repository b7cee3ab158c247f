//! Who does as a problem says has a spec without it.

use super::{changed, generate};

const AT: &str = "          type: string\n          format: date-time\n          nullable: true\n          description: When it was said.\n";
const BODY: &str = "                $ref: '#/components/schemas/Echo'\n";
const LOUD: &str = "          schema:\n            type: boolean\n";
const MOOD: &str = "    Mood:\n      type: string\n";
const MOOD_OF_ECHO: &str = "          description: How it was said.\n          allOf:\n            - $ref: '#/components/schemas/Mood'\n";

/// What to find in the spec of echo, what is wrong in its place, what the problem says, and what it says to write.
#[rustfmt::skip] // A row a case.
const CASES: &[(&str, &str, &str, &str)] = &[
    // Methods and bodies.
    ("    get:\n", "    put:\n", "only get, post and delete",
        "    post:\n      x-effect: write\n"),
    ("    get:\n", "    delete:\n", "needs `x-effect`",
        "    delete:\n      x-effect: write\n"),
    ("    get:\n", "    post:\n      x-effect: read\n      requestBody: {required: true, content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Echo'}}}}}\n", "a $ref to an object",
        "    post:\n      x-effect: read\n      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Echo'}}}}\n"),
    (BODY, "                $ref: '#/components/schemas/Mood'\n", "an array or a map under components.schemas",
        "                $ref: '#/components/schemas/Texts'\n"),
    // A parameter's values.
    (LOUD, "          schema:\n            type: object\n", "use string",
        "          schema:\n            type: string\n            description: JSON.\n"),
    (LOUD, "          schema:\n            $ref: '#/components/schemas/Echo'\n", "refers to an enum",
        "          schema:\n            $ref: '#/components/schemas/Mood'\n"),
    (LOUD, "          explode: false\n          schema:\n            type: array\n            items: {type: string}\n", "use type: string",
        "          schema:\n            type: string\n            description: Separated by commas.\n"),
    (LOUD, "          schema:\n            type: array\n            items: {type: array, items: {type: string}}\n", "use type: string",
        "          schema:\n            type: array\n            items: {type: string}\n"),
    (LOUD, "          schema:\n            oneOf: [{type: string}]\n", "write type: string",
        "          schema:\n            type: string\n"),
    (LOUD, "          content:\n            application/json: {schema: {type: string}}\n", "write a schema",
        "          schema:\n            type: string\n"),
    (LOUD, "          schema:\n            type: number\n", "add format: decimal",
        "          schema:\n            type: number\n            format: decimal\n"),
    (LOUD, "          schema:\n            type: integer\n            format: int32\n", "leave it out",
        "          schema:\n            type: integer\n"),
    // Enums in properties.
    (AT, "          type: string\n          enum: [a]\n          description: A.\n", "make it a component",
        "          description: A.\n          allOf: [{$ref: '#/components/schemas/Mood'}]\n"),
    // Maps.
    (AT, "          type: object\n          additionalProperties: {type: string}\n          description: A.\n", "add nullable: true",
        "          type: object\n          additionalProperties: {type: string}\n          description: A.\n          nullable: true\n"),
    (MOOD, "    Map2:\n      type: object\n      description: A.\n      additionalProperties: true\n    Mood:\n      type: string\n", "component without type",
        "    Map2:\n      description: A.\n    Mood:\n      type: string\n"),
    (MOOD, "    Map2:\n      type: object\n      description: A.\n      additionalProperties: {type: object, additionalProperties: {type: string}}\n    Mood:\n      type: string\n", "a component, and refer",
        "    Map2:\n      type: object\n      description: A.\n      additionalProperties: {$ref: '#/components/schemas/Map3'}\n    Map3:\n      type: object\n      description: A.\n      additionalProperties: {type: string}\n    Mood:\n      type: string\n"),
    (AT, "          type: object\n          description: A.\n", "refer to one without type",
        "          description: A.\n          allOf: [{$ref: '#/components/schemas/Map'}]\n"),
    // Arrays.
    (MOOD, "    Words:\n      type: array\n      description: A.\n      items: {type: array, items: {type: string}}\n    Mood:\n      type: string\n", "a component, and refer",
        "    Words:\n      type: array\n      description: A.\n      items: {$ref: '#/components/schemas/Words2'}\n    Words2: {type: array, description: A., items: {type: string}}\n    Mood:\n      type: string\n"),
    (MOOD, "    Words:\n      type: array\n      description: A.\n    Mood:\n      type: string\n", "without a type",
        "    Words:\n      description: A.\n    Mood:\n      type: string\n"),
    (BODY, "                type: array\n", "needs `items`",
        "                type: array\n                items: {$ref: '#/components/schemas/Echo'}\n"),
    (BODY, "                type: object\n                additionalProperties: {type: string}\n", "a component, and refer",
        "                $ref: '#/components/schemas/Texts'\n"),
    (BODY, "                type: string\n", "component without type",
        "                $ref: '#/components/schemas/Map'\n"),
    (AT, "          type: array\n          description: A.\n          nullable: true\n          items: {type: array}\n", "refer to a component",
        "          type: array\n          description: A.\n          nullable: true\n          items: {$ref: '#/components/schemas/Map'}\n"),
    // Null.
    (AT, "          description: A.\n          anyOf: [{$ref: '#/components/schemas/Mood'}, {type: 'null'}]\n", "the property optional",
        "          description: A.\n          allOf: [{$ref: '#/components/schemas/Mood'}]\n"),
    (AT, "          description: A.\n          type: [string, 'null']\n", "nullable: true",
        "          description: A.\n          type: string\n          nullable: true\n"),
    (MOOD_OF_ECHO, "          description: A.\n          nullable: true\n          allOf: [{$ref: '#/components/schemas/Echo'}]\n", "leave the property optional",
        "          description: A.\n          allOf: [{$ref: '#/components/schemas/Echo'}]\n"),
    // Compositions.
    (AT, "          description: A.\n          oneOf: [{type: string}, {type: object}]\n", "without type",
        "          description: A.\n          allOf: [{$ref: '#/components/schemas/Map'}]\n"),
    (BODY, "                oneOf: [{$ref: '#/components/schemas/Echo'}]\n", "without type",
        "                $ref: '#/components/schemas/Map'\n"),
    (AT, "          $ref: '#/components/schemas/Mood'\n", "allOf",
        "          description: A.\n          allOf: [{$ref: '#/components/schemas/Mood'}]\n"),
    (MOOD, "    Sulk: {$ref: '#/components/schemas/Mood'}\n    Mood:\n      type: string\n", "copy the target",
        "    Sulk: {type: string, description: A., enum: [a]}\n    Mood:\n      type: string\n"),
    (AT, "          description: A.\n          type: string\n          required: true\n", "under `required` of its object",
        "          description: A.\n          type: string\n"),
    // Numbers and names.
    (AT, "          description: A.\n          type: integer\n", "add format: decimal",
        "          description: A.\n          type: integer\n          format: decimal\n"),
    (AT, "          description: A.\n          type: string\n        _at:\n          description: A.\n          type: string\n", "under its x-aliases",
        "          description: A.\n          type: string\n          x-aliases: [_at]\n"),
    (MOOD, "    \"B\u{b2}\":\n      description: A.\n    Mood:\n      type: string\n", "the first a capital letter",
        "    B2:\n      description: A.\n    Mood:\n      type: string\n"),
    ("[calm,", "[calm, '\u{1f600}',", "leave it out", "[calm,"),
    // References.
    ("        '200':\n", "        '404': {$ref: '#/components/responses/Gone'}\n        '200':\n", "to no end", "        '404': {$ref: '#/components/responses/Lost'}\n        '200':\n"),
    // Signing.
    ("paths:\n", "security: [{a: [], b: []}]\npaths:\n", "one scheme", "security: [{a: []}, {b: []}]\npaths:\n"),
    ("paths:\n", "security: [{}]\npaths:\n", "one scheme", "security: []\npaths:\n"),
];

#[test]
fn advice_that_is_followed_leads_to_a_spec_that_builds() {
    let more = "components:\n  securitySchemes:\n    a: {type: http, scheme: bearer, description: A.}\n    b: {type: http, scheme: basic, description: B.}\n  \
        responses:\n    Gone: {$ref: '#/components/responses/Gone'}\n    Lost: {description: Lost.}\n  schemas:\n    Map:\n      description: Any JSON.\n    Texts: {type: object, description: A., additionalProperties: {type: string}}\n";
    let complete = |yaml: String, without: &str| {
        let more = more.replace(without, "");
        yaml.replacen("components:\n  schemas:\n", &more, 1)
    };
    let gone = "    Gone: {$ref: '#/components/responses/Gone'}\n";
    for (find, wrong, says, right) in CASES {
        let without = if wrong.contains("Gone") { "" } else { gone };
        let problems = generate("echo", &complete(changed(find, wrong), without)).unwrap_err();
        assert!(
            problems.iter().any(|it| it.text.contains(says)),
            "{wrong}: {problems:?}"
        );
        if let Err(problems) = generate("echo", &complete(changed(find, right), gone)) {
            panic!("{right}: {problems:?}");
        }
    }
}

#[test]
fn a_default_response_stands_beside_a_success() {
    let failure = "        default:\n          description: A failure.\n          content:\n            application/json:\n              \
        schema: {$ref: '#/components/schemas/Mood'}\n        4XX: {description: Ours.}\n        '200':\n";
    generate("echo", &changed("        '200':\n", failure)).unwrap();
}
