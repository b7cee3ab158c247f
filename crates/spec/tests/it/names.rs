//! Names of a service's own: each works in Rust, or is a problem at its place.

use std::collections::HashSet;

use executions_spec::Spec;

use super::{changed, generate};

/// Keywords, words of the generated code, and what is no identifier as it stands.
const NAMES: &[&str] = &[
    "type",
    "self",
    "crate",
    "async",
    "gen",
    "try",
    "super",
    "fn",
    "Self",
    "box",
    "macro",
    "union",
    "dyn",
    "await",
    "yield",
    "url",
    "request",
    "result",
    "response",
    "info",
    "query",
    "value",
    "client",
    "baseurl",
    "inner",
    "new",
    "build",
    "required",
    "call",
    "types",
    "error",
    "Error",
    "option",
    "some",
    "none",
    "ok",
    "err",
    "vec",
    "string",
    "from",
    "unknown",
    "extra",
    "default",
    "Client",
    "Debug",
    "Default",
    "Clone",
    "Request",
    "Serialize",
    "JsonSchema",
    "PartialEq",
    "Future",
    "Iterator",
    "clone",
    "drop",
    "serde",
    "std",
    "core",
    "reqwest",
    "schemars",
    "path",
    "body",
    "send",
    "header_map",
    "exec",
    "build_get_echo",
    "build_x",
    "GetEcho",
    "security",
    "bounds",
    "spec",
    "model",
    "service",
    "types_",
    "a-b",
    "a.b",
    "a b",
    "a[0]",
    "filter[a]",
    "$top",
    "@id",
    "_id",
    "9lives",
    "+1",
    "-1",
    "don't",
    "\u{1f600}",
    "a\u{1f600}",
    "B\u{b2}",
    "\u{b2}",
    "gr\u{f6}\u{df}e",
    "\u{540d}\u{524d}",
    "\u{646}\u{627}\u{645}",
    "a\u{202e}b",
    "a\u{200b}",
    "",
    " ",
    "_",
    "__",
    "-",
    "\"",
    "`",
    "\\",
    "a\\nb",
    "r#type",
    "'a",
    "{x}",
    "{}",
    "%s",
];

/// What is twice in one place, which rustc would not take.
fn doubles(items: &[syn::Item]) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut doubles = Vec::new();
    let mut note = |name: String| {
        if !seen.insert(name.clone()) {
            doubles.push(name);
        }
    };
    let mut inner = Vec::new();
    for item in items {
        match item {
            syn::Item::Mod(module) => {
                note(format!("type {}", module.ident));
                inner.extend(
                    module
                        .content
                        .iter()
                        .flat_map(|(_, items)| self::doubles(items)),
                );
            }
            syn::Item::Struct(made) => {
                note(format!("type {}", made.ident));
                for field in made.fields.iter().filter_map(|field| field.ident.as_ref()) {
                    note(format!("{}.{field}", made.ident));
                }
            }
            syn::Item::Type(made) => note(format!("type {}", made.ident)),
            syn::Item::Const(made) => note(format!("const {}", made.ident)),
            syn::Item::Impl(block) if block.trait_.is_none() => {
                let of = &block.self_ty;
                for item in &block.items {
                    let syn::ImplItem::Fn(made) = item else {
                        continue;
                    };
                    note(format!("{of:?}::{}", made.sig.ident));
                    let mut arguments = HashSet::new();
                    for input in &made.sig.inputs {
                        let syn::FnArg::Typed(argument) = input else {
                            continue;
                        };
                        if !arguments.insert(&argument.pat) {
                            inner.push(format!("argument of {}", made.sig.ident));
                        }
                    }
                }
            }
            syn::Item::Macro(made) => {
                let text = made.mac.tokens.to_string();
                let name = text
                    .split("pub enum ")
                    .nth(1)
                    .and_then(|rest| rest.split(' ').next());
                note(format!("type {}", name.unwrap_or_default()));
            }
            _ => {}
        }
    }
    doubles.extend(inner);
    doubles
}

pub fn is_sound(file: &syn::File) -> Result<(), Vec<String>> {
    let doubles = doubles(&file.items);
    if doubles.is_empty() {
        Ok(())
    } else {
        Err(doubles)
    }
}

const SUCCESS: &str = "responses: {'200': {description: A., content: {application/json: {schema: {$ref: '#/components/schemas/Echo'}}}}}";

/// Where a name of the service becomes one in Rust: what to put before what in the spec of echo, once for each name.
#[rustfmt::skip] // A row a place.
const PLACES: &[(&str, &str)] = &[
    ("    Mood:\n", "        \"NAME\": {type: string, description: A.}\n"),
    ("      responses:\n", "        - {name: \"NAME\", in: query, description: A., schema: {type: integer, minimum: 1, maximum: 2}}\n"),
    ("      responses:\n", "        - {name: \"NAME\", in: query, required: true, description: A., schema: {type: string}}\n"),
    ("      responses:\n", "        - {name: \"NAME\", in: header, description: A., schema: {type: string}}\n"),
    ("      responses:\n", "        - {name: \"NAME\", in: query, description: A., schema: {type: string, enum: [a]}}\n"),
    ("      responses:\n", "        - {name: \"NAME\", in: query, description: A., schema: {type: array, items: {type: number, format: decimal}}}\n"),
    ("    Mood:\n", "    \"NAME\": {type: array, description: A., items: {type: string}}\n"),
    ("components:\n", "  \"/more/NAME\": {get: {operationId: more_INDEX, summary: M., SUCCESS}}\n"),
    ("components:\n", "  /more/INDEX: {get: {operationId: \"NAME\", summary: M., SUCCESS}}\n"),
    ("    Mood:\n", "    \"NAME\": {description: A.}\n"),
    ("    Mood:\n", "    \"NAME\": {type: object, description: A., properties: {a: {type: string, description: A.}}}\n"),
    ("    Mood:\n", "    EnumINDEX: {type: string, description: A., enum: [\"NAME\"]}\n"),
    ("  schemas:\n", "    \"NAME\": {type: http, scheme: basic, description: A.}\n"),
];

/// Where it does not.
#[rustfmt::skip] // A row a place.
const OTHER_PLACES: &[(&str, &str)] = &[
    ("          format: date-time\n", "          format: date-time\n          x-aliases: [\"NAME\"]\n"),
    ("  schemas:\n", "  securitySchemes:\n    key: {type: apiKey, in: header, name: \"NAME\", description: A.}\n  schemas:\n"),
    ("  schemas:\n", "  examples:\n    \"NAME\": {value: 1}\n  schemas:\n"),
    ("            application/json:\n", "            \"NAME\":\n"),
    ("        '200':\n", "        \"NAME\": {description: A.}\n        '200':\n"),
    ("          description: The word.\n          content", "          description: The word.\n          headers: {\"NAME\": {description: A., schema: {type: string}}}\n          content"),
    ("paths:\n", "x-wrapper: \"NAME\"\npaths:\n"),
    ("title: Echo", "title: \"NAME\""),
    ("version: '1'", "version: \"NAME\""),
    ("https://echo.example.org", "\"https://NAME\""),
];

fn quoted(name: &str) -> String {
    if name.contains("\\n") {
        return name.to_owned();
    }
    name.replace('\\', "\\\\").replace('"', "\\\"")
}

#[test]
fn every_name_works_or_is_a_problem_at_its_line() {
    let schemes =
        "components:\n  securitySchemes:\n    echo: {type: http, scheme: basic, description: A.}\n";
    let echo = changed("components:\n", schemes);
    for (before, put) in PLACES {
        let first = echo.split(before).next().unwrap().matches('\n').count() as u64 + 1;
        let names = NAMES.iter().enumerate();
        let mut lines: Vec<String> = names
            .map(|(index, name)| {
                let line = put.replace("SUCCESS", SUCCESS);
                line.replace("INDEX", &format!("{}", index + 100))
                    .replace("NAME", &quoted(name))
            })
            .collect();
        // Those of which something is wrong go, until the others are a spec.
        let file = loop {
            let yaml = echo.replacen(before, &format!("{}{before}", lines.concat()), 1);
            let problems = match generate("echo", &yaml) {
                Ok(file) => break file,
                Err(problems) => problems,
            };
            let mut wrong: Vec<u64> = problems.iter().map(|it| it.at.line).collect();
            wrong.dedup();
            let there = first..first + lines.len() as u64;
            let stumbled = problems.iter().any(|it| it.text.contains("the generator"));
            assert!(
                !stumbled && wrong.iter().all(|line| there.contains(line)),
                "{problems:?}"
            );
            for line in wrong.iter().rev() {
                lines.remove((line - first) as usize);
            }
        };
        assert!(lines.len() > 9, "{lines:?}");
        assert_eq!(is_sound(&file), Ok(()), "{lines:?}");
    }
    for (find, put) in OTHER_PLACES {
        let read = |name: &&&str| {
            Spec::read("echo", &changed(find, &put.replace("NAME", &quoted(name)))).is_err()
        };
        assert!(NAMES.iter().step_by(3).any(|name| read(&name)), "{put}");
    }
}

#[test]
fn parameters_may_be_called_like_what_stands_around_them() {
    for name in [
        "client", "new", "build", "url", "request", "info", "required", "type", "self", "value",
    ] {
        for required in ["", "          required: true\n"] {
            let put = format!("- name: {name}\n          in: query\n{required}");
            let yaml = changed("- name: loud\n          in: query\n", &put);
            assert_eq!(
                is_sound(&generate("echo", &yaml).unwrap()),
                Ok(()),
                "{name}"
            );
        }
    }
}

#[test]
fn two_names_that_become_one_are_said_at_the_second() {
    let operation = |id: &str, path: &str, name: &str| {
        format!(
            "  {path}:\n    get:\n      operationId: {id}\n      summary: M.\n      parameters:\n        - name: {name}\n          in: query\n          \
             description: A.\n          schema: {{type: integer, minimum: 1, maximum: 2}}\n      responses: {{'200': {{description: A., content: \
             {{application/json: {{schema: {{$ref: '#/components/schemas/Echo'}}}}}}}}}}\n"
        )
    };
    let both = |one: (&str, &str), other: (&str, &str)| {
        let (one, other) = (
            operation(one.0, "/x", one.1),
            operation(other.0, "/y", other.1),
        );
        changed("paths:\n", &format!("paths:\n{one}{other}"))
    };
    for (yaml, says) in [
        (
            both(("get_a1", "p"), ("get_a_1", "q")),
            "both become the call `GetA1`",
        ),
        (
            both(("get_a", "p"), ("get_a", "q")),
            "both become the call `GetA`",
        ),
        (
            both(("get_a", "b_c"), ("get_a_b", "c")),
            "both become the constant `GET_A_B_C`",
        ),
        (
            changed("- name: loud", "- name: Times"),
            "both become the argument `times`",
        ),
        (
            changed(
                "        at:\n",
                "        fooBar: {type: string, description: A.}\n        foo_bar: {type: string, description: A.}\n        at:\n",
            ),
            "both become the field `foo_bar`",
        ),
        (
            changed("[calm,", "[out_loud, calm,"),
            "both become the variant `OutLoud`",
        ),
    ] {
        let problems = generate("echo", &yaml).unwrap_err();
        assert!(
            problems.len() == 1 && problems[0].text.contains(says),
            "{problems:?}"
        );
    }
}

#[test]
fn types_may_go_in_circles() {
    let circle = "    A:\n      type: object\n      description: A.\n      required: [b]\n      properties:\n        b: {description: B., allOf: [{$ref: '#/components/schemas/B'}]}\n    \
        B:\n      type: object\n      description: B.\n      required: [a, s]\n      properties:\n        a: {description: A., allOf: [{$ref: '#/components/schemas/A'}]}\n        \
        s: {type: array, description: S., items: {$ref: '#/components/schemas/B'}}\n    Mood:\n";
    let file = generate("echo", &changed("    Mood:\n", circle)).unwrap();
    let rust = format!("{file:?}");
    assert!(rust.contains("Box"), "no field is boxed");
}
