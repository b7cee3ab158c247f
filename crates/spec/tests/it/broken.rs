//! Each mistake in a spec is one problem at its own place.

use executions_spec::Problem;

use super::{ECHO, generate};

/// Where the problem is expected; not part of the spec.
const MARK: char = '‸';

/// What to find in the spec of echo, what to write in its place with the mark, and what the problem says.
#[rustfmt::skip] // A row a case.
const CASES: &[(&str, &str, &str)] = &[
    // YAML
    ("info:\n", "info: [\n", "YAML cannot be read"),
    ("  title: Echo\n", "  title: Echo\n  ‸title: Echo\n", "YAML cannot be read"),
    ("            type: boolean", "            type: ‸0x10", "`0x10`"),
    // Document
    ("openapi: 3.0.3", "openapi: ‸3.1.0", "write the document as openapi: 3.0.3"),
    ("openapi: 3.0.3", "openapi: ‸3.0", "only OpenAPI 3.0"),
    ("openapi: 3.0.3\n", "‸", "the document needs `openapi`"),
    ("info:\n", "‸inof:\n", "did you mean `info`?"),
    ("servers:\n  - url: https://echo.example.org\n", "servers: ‸[]\n", "list one"),
    ("https://echo.example.org", "‸echo.example.org", "a whole http(s) URL"),
    ("https://echo.example.org", "‸https://{host}.example.org", "a whole http(s) URL"),
    ("https://echo.example.org", "‸https://echo.example.org/", "a whole http(s) URL"),
    ("version: '1'", "version: ‸'1 ä'", "a header's value"),
    ("version: '1'", "version: ‸1", "`version` is a text: quote it"),
    ("paths:\n", "‸x-colour: red\npaths:\n", "it would be ignored"),
    ("paths:\n", "x-wrapper: ‸''\npaths:\n", "give it a name"),
    ("paths:\n", "‸webhooks: {}\npaths:\n", "OpenAPI 3.1"),
    ("paths:\n", "security:\n  - ‸key: []\npaths:\n", "declare it under components.securitySchemes"),
    // Operations
    ("    get:\n", "    ‸put:\n", "only get, post and delete"),
    ("paths:\n", "paths:\n  ‸/none: {}\n", "at least one operation"),
    // Effects
    ("    get:\n", "    ‸post:\n", "an operation needs `x-effect`"),
    ("    get:\n", "    ‸delete:\n", "an operation needs `x-effect`"),
    ("    get:\n", "    get:\n      ‸x-effect: read\n", "a get is a read"),
    ("    get:\n", "    post:\n      x-effect: ‸writes\n", "is read or write"),
    ("    get:\n", "    post:\n      x-effect: ‸[write]\n", "`x-effect` is a text"),
    ("    get:\n", "    post:\n      x-effect: read\n      ‸x-refuses-before: [401]\n", "leave `x-refuses-before` out"),
    ("    get:\n", "    get:\n      ‸x-refuses-before: [401]\n", "leave `x-refuses-before` out"),
    ("    get:\n", "    post:\n      x-effect: write\n      x-refuses-before: [401, ‸408]\n", "but not 408"),
    ("    get:\n", "    post:\n      x-effect: write\n      x-refuses-before: [401, ‸500]\n", "400 to 499"),
    ("    get:\n", "    post:\n      x-effect: write\n      x-refuses-before: [401, ‸401]\n", "listed twice"),
    ("    get:\n", "    post:\n      x-effect: write\n      x-refuses-before: [‸'401']\n", "lists numbers"),
    ("    get:\n", "    post:\n      x-effect: write\n      x-refuses-before: ‸401\n", "is a list of numbers"),
    // Request bodies
    ("      parameters:\n", "      ‸requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Echo'}}}}\n      parameters:\n", "a get has no body"),
    ("    get:\n", "    delete:\n      x-effect: write\n      ‸requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Echo'}}}}\n", "a delete has no body"),
    ("    get:\n", "    post:\n      x-effect: read\n      requestBody: {required: ‸false, content: {application/json: {schema: {$ref: '#/components/schemas/Echo'}}}}\n", "write required: true"),
    ("    get:\n", "    post:\n      x-effect: read\n      requestBody: ‸{content: {application/json: {schema: {$ref: '#/components/schemas/Echo'}}}}\n", "needs `required`"),
    ("    get:\n", "    post:\n      x-effect: read\n      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Echo'}}, ‸text/csv: {schema: {type: string}}}}\n", "exactly one content"),
    ("    get:\n", "    post:\n      x-effect: read\n      requestBody: {required: true, content: {‸text/csv: {schema: {type: string}}}}\n", "write application/json"),
    ("    get:\n", "    post:\n      x-effect: read\n      requestBody: {required: true, content: {application/json: {schema: ‸{type: string}}}}\n", "must be a $ref to an object"),
    ("    get:\n", "    post:\n      x-effect: read\n      requestBody: {required: true, content: {application/json: {schema: ‸{$ref: '#/components/schemas/Mood'}}}}\n", "must be a $ref to an object"),
    ("    get:\n      operationId: get_echo\n      summary: Says a word again.\n      parameters:\n", "    post:\n      operationId: get_echo\n      summary: Says a word again.\n      x-effect: read\n      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Echo'}}}}\n      parameters:\n        - ‸{name: Body, in: query, description: A., schema: {type: string}}\n", "cannot be called `Body`"),
    ("    get:\n", "    post:\n      x-effect: read\n      requestBody: {‸$ref: '#/components/requestBodies/A'}\n", "copy the target"),
    ("  schemas:\n", "  ‸requestBodies: {}\n  schemas:\n", "in its operation"),
    ("  /echo/{word}:\n", "  ‸echo/{word}:\n", "begins with a slash"),
    ("      operationId: get_echo\n      summary", "      ‸summary", "an operation needs `operationId`"),
    ("operationId: get_echo", "operationId: ‸getEcho", "write it like `get_execution`"),
    ("operationId: get_echo", "operationId: ‸fn", "names a Rust method"),
    ("operationId: get_echo", "operationId: ‸exec", "every client has"),
    ("operationId: get_echo", "operationId: ‸new", "every client has"),
    ("      summary: Says", "      ‸sumary: Says", "did you mean `summary`?"),
    ("      parameters:\n", "      ‸deprecated: true\n      parameters:\n", "say it in the description"),
    ("      parameters:\n", "      security:\n        - ‸key: []\n      parameters:\n", "no security scheme"),
    // Parameters
    ("- name: loud", "- ‸name: word", "both become the argument `word`"),
    ("- name: loud", "- ‸name: header_map", "cannot be called `header_map`"),
    ("          in: query\n          description: Whether", "          in: cookie\n          description: Whether", "cookies are not supported"),
    ("- name: word\n          in: path\n          required: true\n", "- ‸name: word\n          in: path\n", "needs required: true"),
    ("- name: word", "- ‸name: wort", "not in the path"),
    ("/echo/{word}:", "‸/echo/{word}/{way}:", "no such path parameter is declared"),
    ("type: boolean", "type: ‸number", "would lose digits"),
    ("type: boolean", "type: ‸object", "cannot be of type `object`"),
    ("type: boolean", "type: boolean\n            format: ‸flag", "no format `flag`"),
    ("type: boolean", "type: integer\n            format: ‸int64", "no format `int64`"),
    ("          schema:\n            type: boolean", "          schema:\n            ‸$ref: '#/components/schemas/Echo'", "refers to an enum and nothing else"),
    ("type: boolean", "type: boolean\n            ‸enum: [yes]", "`enum` is for the type string"),
    ("type: boolean", "type: string\n            ‸items: {type: string}", "`items` is for the type array"),
    ("            type: boolean", "            ‸type: array", "an array needs `items`"),
    ("type: boolean", "type: array\n            items: {type: ‸array}", "cannot be of type `array`"),
    ("type: boolean", "type: array\n            items: {type: string, ‸oneOf: []}", "its values in the description"),
    ("          in: query\n          description: Whether to shout.\n          schema:\n            type: boolean", "          in: header\n          description: Whether to shout.\n          schema:\n            type: ‸array\n            items: {type: string}", "only in a query"),
    ("type: boolean", "type: string\n            enum: [‸'']", "makes no Rust variant"),
    ("          description: Whether to shout.\n          schema:\n            type: boolean", "          explode: ‸false\n          description: Whether to shout.\n          schema:\n            type: array\n            items: {type: string}", "give its whole text"),
    ("          description: Whether to shout.\n          schema:\n            type: boolean", "          style: ‸pipeDelimited\n          description: Whether to shout.\n          schema:\n            type: array\n            items: {type: string}", "give its whole text"),
    ("            minimum: 1\n", "            minimum: ‸-1\n", "whole number from 0"),
    ("            minimum: 1\n", "            minimum: ‸1.5\n", "whole number from 0"),
    ("            minimum: 1\n", "            minimum: ‸'1'\n", "`minimum` is a number"),
    ("          description: Whether to shout.\n", "          description: Whether to shout.\n          ‸explode: false\n", "for an array in a query"),
    ("            type: boolean\n", "            type: boolean\n            ‸minLength: 1\n", "`minLength` is for the type string"),
    ("            minimum: 1\n", "            ‸pattern: a\n            minimum: 1\n", "`pattern` is for the type string"),
    ("type: boolean", "type: array\n            ‸enum: [a]\n            items: {type: string}", "`enum` is of the items"),
    ("type: boolean", "type: array\n            ‸format: decimal\n            items: {type: number, format: decimal}", "`format` is of the items"),
    ("type: boolean", "type: string\n            ‸format: date-time\n            enum: [a]", "an enum has no `format`"),
    // Responses
    ("        '200':\n", "        ‸'+404': {description: A.}\n        '200':\n", "`+404` is no status"),
    ("        '200':\n", "        ‸'0404': {description: A.}\n        '200':\n", "`0404` is no status"),
    ("        '200':\n", "        ‸default:\n", "no response is a success"),
    ("        '200':\n", "        ‸2XX:\n", "`2XX` is no status"),
    ("components:\n", "        ‸'204':\n          description: Nothing.\ncomponents:\n", "one operation has one success"),
    ("components:\n", "        ‸'99':\n          description: Nothing.\ncomponents:\n", "`99` is no status"),
    ("          content:\n            application/json:\n", "          content:\n            ‸text/csv:\n", "write application/json"),
    ("          content:\n            application/json:\n              schema:\n                $ref: '#/components/schemas/Echo'\n", "          content: {}\n", "a success has exactly one content"),
    ("        '200':\n          description: The word.\n          content:", "        '204':\n          description: The word.\n          ‸content:", "a 204 has no content"),
    ("                $ref: '#/components/schemas/Echo'", "                ‸type: array", "needs `items`"),
    ("                $ref: '#/components/schemas/Echo'", "                type: array\n                items: {type: ‸number}", "would lose digits"),
    ("components:\n", "            ‸text/csv:\n              schema:\n                type: string\ncomponents:\n", "exactly one content"),
    ("              schema:\n                $ref: '#/components/schemas/Echo'\n", "              ‸example: 1\n", "a media type needs `schema`"),
    ("                $ref: '#/components/schemas/Echo'", "                ‸type: string", "must be a $ref to an object"),
    ("                $ref: '#/components/schemas/Echo'", "                ‸$ref: '#/components/schemas/Mood'", "must be a $ref to an object"),
    // References
    ("                $ref: '#/components/schemas/Echo'", "                $ref: ‸'#/components/schemas/Eco'", "does not exist"),
    ("                $ref: '#/components/schemas/Echo'", "                $ref: ‸'other.yaml#/Echo'", "must point into this file"),
    ("                $ref: '#/components/schemas/Echo'", "                ‸$ref: '#/components/schemas/Echo'\n                description: An echo.", "is ignored"),
    ("            - $ref: '#/components/schemas/Mood'", "            - $ref: ‸'#/definitions/Mood'", "must point into this file"),
    ("        '200':\n", "        '404': {$ref: ‸'#/components/responses/A'}\n        '200':\n", "does not exist"),
    ("components:\n", "components:\n  responses:\n    A: {$ref: ‸'#/components/responses/A'}\n", "to no end"),
    ("components:\n", "components:\n  parameters:\n    A: {$ref: ‸'#/components/parameters/A'}\n", "to no end"),
    ("components:\n", "components:\n  examples:\n    A: {$ref: ‸'#/components/examples/A'}\n", "to no end"),
    // Texts
    ("  title: Echo\n", "  title: ‸\"E\\rcho\"\n", "hidden character"),
    ("[calm, ", "[calm, ‸\"a\\u202eb\", ", "hidden character"),
    ("        at:\n", "        ‸\"a\\u200bb\":\n          type: string\n          description: A.\n        at:\n", "hidden character"),
    // Security schemes
    ("components:\n", "components:\n  securitySchemes:\n    ‸key: {type: apiKey, in: query, name: key, description: A key.}\n", "does not have"),
    ("components:\n", "components:\n  securitySchemes:\n    ‸key: {type: oauth2, description: A key.}\n", "does not have"),
    ("components:\n", "components:\n  securitySchemes:\n    ‸key: {type: http, scheme: digest, description: A key.}\n", "does not have"),
    ("components:\n", "security:\n  - key: []\n  - ‸key: []\ncomponents:\n  securitySchemes:\n    key: {type: http, scheme: basic, description: A.}\n", "`key` is listed twice"),
    ("components:\n", "components:\n  securitySchemes:\n    aKey: {type: http, scheme: basic, description: A.}\n    ‸a_key: {type: http, scheme: basic, description: B.}\n", "both become the constant `A_KEY`"),
    // Components
    ("    Mood:\n      type: string\n", "    ‸mood:\n      type: string\n      description: A.\n      enum: [a]\n    Mood:\n      type: string\n", "write it as `Mood`"),
    ("    Mood:\n      type: string\n", "    ‸String:\n      description: A.\n    Mood:\n      type: string\n", "clashes with generated code"),
    ("    Mood:\n      type: string\n", "    ‸EchoBody:\n      description: A.\n    Mood:\n      type: string\n", "clashes with the generated type"),
    ("    Mood:\n      type: string\n", "    Words:\n      ‸type: array\n      description: A.\n    Mood:\n      type: string\n", "must be an object with properties"),
    ("    Mood:\n      type: string\n", "    Words:\n      ‸description: A.\n      items: {type: string}\n    Mood:\n      type: string\n", "must be an object with properties"),
    ("    Mood:\n      type: string\n", "    Words:\n      type: array\n      nullable: ‸true\n      description: A.\n      items: {type: string}\n    Mood:\n      type: string\n", "null has no type"),
    ("    Mood:\n      type: string\n", "    Words:\n      type: array\n      ‸required: [a]\n      description: A.\n      items: {type: string}\n    Mood:\n      type: string\n", "only an object with properties"),
    ("    Mood:\n      type: string\n", "    ‸Words:\n      type: array\n      description: A.\n      items: {$ref: '#/components/schemas/Words'}\n    Mood:\n      type: string\n", "leads to itself"),
    ("    Mood:\n      type: string\n", "    Words:\n      type: array\n      description: A.\n      items: {type: array, ‸items: {type: string}}\n    Mood:\n      type: string\n", "make the map or the array a component"),
    ("    Mood:\n      type: string\n", "    Words:\n      type: object\n      description: A.\n      additionalProperties: ‸true\n    Mood:\n      type: string\n", "schema of a map's values"),
    ("    Mood:\n      type: string\n", "    Words:\n      type: object\n      description: A.\n      additionalProperties: {type: ‸number}\n    Mood:\n      type: string\n", "would lose digits"),
    ("    Mood:\n      type: string\n", "    Words:\n      ‸oneOf: []\n      description: A.\n    Mood:\n      type: string\n", ""),
    ("    Mood:\n      type: string\n", "    Words:\n      ‸type: object\n      description: A.\n      properties: {}\n    Mood:\n      type: string\n", "without properties"),
    ("      description: A word that came back.\n", "      description: A word that came back.\n      ‸title: Echo\n", "share one type"),
    ("      description: A word that came back.\n", "      description: A word that came back.\n      ‸discriminator: {}\n", "ignores it"),
    ("      description: A word that came back.\n", "      description: A word that came back.\n      additionalProperties: ‸false\n", "services add members"),
    ("      description: A word that came back.\n", "      description: A word that came back.\n      additionalProperties: ‸{}\n", "needs `type`"),
    ("      description: A word that came back.\n", "      description: A word that came back.\n      additionalProperties: ‸{type: string}\n", "a map has no properties"),
    ("      description: A word that came back.\n", "      description: A word that came back.\n      nullable: ‸true\n", "null has no type"),
    ("required: [word, times, mood]", "required: [word, times, ‸mod]", "is no property"),
    ("required: [word, times, mood]", "required: ‸true", "`required` is a list of texts"),
    // Properties
    ("        at:\n", "        ‸Word:\n          type: string\n          description: A.\n        at:\n", "both become the field `word`"),
    ("        at:\n", "        ‸'9':\n          type: string\n          description: A.\n        at:\n", "a letter first"),
    ("          description: The word.\n        times", "          ‸descripton: The word.\n        times", "did you mean `description`?"),
    ("          format: date-time\n", "          format: date-time\n          x-aliases: [‸word]\n", "another member's name"),
    ("          format: date-time\n", "          format: ‸date\n", "no format `date`"),
    ("          format: decimal\n", "          format: ‸int64\n", "no format `int64`"),
    ("          type: integer\n          format: decimal\n", "          type: ‸integer\n", "would lose digits"),
    ("            type: number\n            format: epoch-seconds\n", "            type: ‸number\n", "would lose digits"),
    ("          format: decimal\n", "          format: decimal\n          ‸minimum: 0\n", "floating point"),
    ("          format: decimal\n", "          format: decimal\n          ‸default: 0\n", "where the service sent nothing"),
    ("          format: date-time\n", "          format: date-time\n          ‸pattern: a\n", "fail a whole answer"),
    ("          format: date-time\n", "          format: date-time\n          ‸const: a\n", "OpenAPI 3.1"),
    ("          format: date-time\n", "          format: date-time\n          ‸enum: [a]\n", "make it a component"),
    ("          format: date-time\n", "          format: date-time\n          ‸oneOf: []\n", "cannot read every answer"),
    ("          type: string\n          format: date-time\n", "          type: ‸strin\n", "`strin` cannot stand here"),
    ("          type: string\n          format: date-time\n", "          type: ‸object\n", "gets a name nobody chose"),
    ("          type: string\n          format: date-time\n", "          type: ‸[string, 'null']\n", ""),
    ("          type: array\n          nullable: true\n", "          ‸type: array\n", "add nullable: true"),
    ("          type: array\n          nullable: true\n", "          ‸nullable: true\n", ""),
    ("          items:\n            type: number\n            format: epoch-seconds\n", "", "needs `items`"),
    ("            - $ref: '#/components/schemas/Mood'\n", "            - $ref: '#/components/schemas/Mood'\n            - $ref: '#/components/schemas/Mood'\n", "exactly one component"),
    ("          description: How it was said.\n", "          description: How it was said.\n          ‸type: string\n", "beside allOf is ignored"),
    ("          description: How it was said.\n", "          description: How it was said.\n          ‸nullable: true\n", "means nothing in 3.0"),
    ("      enum: [calm", "      nullable: true\n      enum: [null, calm", "is required and can be null"),
    ("          type: array\n          nullable: true\n", "          type: array\n          nullable: true\n          additionalProperties: ‸true\n", "schema of a map's values"),
    ("          type: string\n          format: date-time\n          nullable: true\n", "          ‸type: object\n          additionalProperties: {type: string}\n", "is an optional map"),
    ("          type: array\n          nullable: true\n", "          type: array\n          ‸format: decimal\n          nullable: true\n", "of the items or values"),
    // What is sent
    ("components:\n  schemas:\n", "  /more:\n    post:\n      operationId: more\n      summary: M.\n      x-effect: write\n      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Outer'}}}}\n      responses: {'204': {description: A.}}\ncomponents:\n  schemas:\n    Outer: {type: object, description: A., properties: {inner: {type: array, nullable: true, description: A., items: {$ref: '#/components/schemas/Inner'}}}}\n    Inner: {type: object, description: A., properties: {‸price: {type: string, format: decimal, description: A.}}}\n", "sent as a number"),
    // Enums
    ("[calm, ", "[calm, ‸'', ", "makes no Rust variant"),
    ("[calm, ", "[calm, ‸'1', ", "makes no Rust variant"),
    ("[calm, ", "[calm, ‸Unknown, ", "an unlisted word is kept"),
    ("[calm, ", "[calm, ‸self, ", "makes no Rust variant"),
    ("[calm, ", "[calm, ‸Calm, ", "both become the variant `Calm`"),
    ("[calm, ", "[calm, ‸1, ", "quote it"),
    ("[calm, ", "[calm, ‸null, ", "add nullable: true"),
    ("[calm, \"out-loud\", no, type]", "‸[]", "list them"),
];

#[test]
fn every_mistake_is_one_problem_at_its_own_place() {
    let failures: Vec<String> = CASES.iter().filter_map(failure).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// What is unexpected about the problems of a case.
fn failure((find, replace, says): &(&str, &str, &str)) -> Option<String> {
    assert!(ECHO.contains(find), "echo has no {find:?}");
    let marked = ECHO.replacen(find, replace, 1);
    let yaml = marked.replacen(MARK, "", 1);
    let problems = match generate("echo", &yaml) {
        Ok(_) => return Some(format!("{replace:?}: no problem was found")),
        Err(problems) => problems,
    };
    let [Problem { at, text }] = &problems[..] else {
        return Some(format!("{replace:?}: {problems:?}"));
    };
    let expected = marked.find(MARK).map(|index| place(&marked[..index]));
    let is_there = expected.is_none_or(|expected| expected == (at.line, at.column));
    let is_said = text.contains(says) && !text.contains('\n');
    (!is_there || !is_said)
        .then(|| format!("{replace:?}: {problems:?}, expected {says:?} at {expected:?}"))
}

fn place(before: &str) -> (u64, u64) {
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .unwrap_or_default()
        .chars()
        .count()
        + 1;
    (line as u64, column as u64)
}

#[test]
fn all_problems_of_a_spec_are_said_at_once_and_in_order() {
    let yaml = ECHO
        .replace("format: decimal", "format: int32")
        .replace("operationId: get_echo", "operationId: exec");
    let problems = generate("echo", &yaml).unwrap_err();
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems.is_sorted());
}

/// Whatever is lost from a spec, or put in twice, the rules find it before the generator stumbles.
#[test]
fn the_generator_never_fails_at_what_the_rules_let_through() {
    let lines: Vec<&str> = ECHO.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let (before, after) = (lines[..index].join("\n"), lines[index + 1..].join("\n"));
        let word = line.trim_end().replacen(": ", ": x", 1);
        for changed in ["", &word, &format!("{line}\n{line}"), &format!("  {line}")] {
            let problems = generate("echo", &format!("{before}\n{changed}\n{after}\n")).err();
            let stumbled = problems
                .iter()
                .flatten()
                .find(|problem| problem.text.contains("the generator"));
            assert_eq!(stumbled, None, "{changed:?} for {line:?}");
        }
    }
}

#[test]
fn a_files_name_must_name_a_module() {
    for name in ["my-service", "MyService", "fn", "9lives"] {
        let problems = generate(name, ECHO).unwrap_err();
        assert!(
            problems.len() == 1 && problems[0].text.contains("names a Rust module"),
            "{problems:?}"
        );
    }
}
