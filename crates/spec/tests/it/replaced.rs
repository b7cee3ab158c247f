//! A spec in the place of the crate's own: what the crate's code needs must still be there.

use executions_spec::{Problem, files};

use super::{DESK, ECHO};

/// The problems of a spec that stands in the place of another, each with its line.
fn problems(own: &str, theirs: &str) -> Vec<(u64, String)> {
    let folders = [own, theirs].map(|yaml| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("echo.yaml"), yaml).unwrap();
        folder
    });
    let [own, theirs] = &folders;
    let (specs, problems) = files::find(own.path(), Some(theirs.path().as_os_str()));
    assert!(problems.is_empty() && specs.len() == 1, "{problems:?}");
    let found = specs[0].read().err().unwrap_or_default();
    let found = found
        .into_iter()
        .map(|Problem { at, text }| (at.line, text));
    found.collect()
}

type Edits = &'static [(&'static str, &'static str)];

/// A spec, edits, the text in whose line the problem is expected, and what it says.
#[rustfmt::skip] // A row a case.
const LOSSES: &[(&str, Edits, &str, &str)] = &[
    (ECHO, &[("operationId: get_echo", "operationId: fetch_echo")], "openapi: ", "the operation `get_echo` is missing"),
    (ECHO, &[("    Mood:\n", "    Temper:\n"), ("schemas/Mood'", "schemas/Temper'")], "openapi: ", "the component `Mood` is missing"),
    (ECHO, &[("[calm, ", "[")], "    Mood:", "the word `calm` of `Mood` is missing"),
    (ECHO, &[("    Mood:\n      type: string\n      description: How a word is said.\n      enum: [calm, \"out-loud\", no, type]", "    Mood:\n      description: Any JSON.")], "    Mood:", "`Mood` has another type"),
    (ECHO, &[("        at:\n", "        then:\n")], "    Echo:", "`at` of `Echo` is missing"),
    (ECHO, &[("          format: date-time\n", "")], "        at:", "`at` of `Echo` has another type"),
    (ECHO, &[("[word, times, mood]", "[word, mood]")], "        times:", "`times` of `Echo` has another type"),
    (ECHO, &[("          type: integer\n          format: decimal\n", "          type: integer\n          format: decimal\n          nullable: true\n")], "        times:", "`times` of `Echo` has another type"),
    (ECHO, &[("            type: number\n            format: epoch-seconds", "            type: string")], "        seconds:", "`seconds` of `Echo` has another type"),
    (ECHO, &[("- name: loud", "- name: shrill")], "    get:", "the parameter `loud` of `get_echo` is missing"),
    (ECHO, &[("type: boolean", "type: string")], "        - name: loud", "`loud` of `get_echo` has another type"),
    (ECHO, &[("- name: loud\n", "- name: loud\n          required: true\n")], "        - name: loud", "`loud` of `get_echo` has another type"),
    (ECHO, &[("            maximum: 3\n", "")], "        - name: times", "`times` of `get_echo` has no minimum and maximum"),
    (ECHO, &[("        - name: loud\n", "        - {name: new, in: query, required: true, description: A., schema: {type: string}}\n        - name: loud\n")], "        - {name: new", "the parameter `new` of `get_echo` is required"),
    (ECHO, &[("                $ref: '#/components/schemas/Echo'", "                type: array\n                items: {$ref: '#/components/schemas/Echo'}")], "        '200':", "the success of `get_echo` is another"),
    (DESK, &[("schema: {$ref: '#/components/schemas/Filter'}", "schema: {$ref: '#/components/schemas/Leg'}")], "    post:\n      operationId: search", "the body of `search_orders` is another"),
    (DESK, &[("[instrument, side, quantity]", "[instrument, side, quantity, new]"), ("        legs:", "        new: {type: string, description: A.}\n        legs:")], "        new:", "`new` of `NewOrder` is required"),
    (DESK, &[("      x-rpc: PlaceOrder\n", "")], "    post:\n      operationId: place", "the `x-rpc` of `place_order` is missing"),
    (DESK, &[("items: {$ref: '#/components/schemas/Leg'}", "items: {$ref: '#/components/schemas/Bracket'}")], "    Legs:", "`Legs` has another type"),
    (DESK, &[("          additionalProperties: {type: string}", "          additionalProperties: {type: boolean}")], "        labels:", "`labels` of `NewOrder` has another type"),
];

#[test]
fn what_the_code_needs_and_a_users_spec_lacks_is_told_at_its_line() {
    for (own, edits, there, says) in LOSSES {
        let theirs = edits.iter().fold((*own).to_owned(), |text, (from, to)| {
            assert!(text.contains(from), "there is no {from:?}");
            text.replacen(from, to, 1)
        });
        let line = theirs[..theirs.find(there).expect(there)]
            .matches('\n')
            .count()
            + 1;
        let found = problems(own, &theirs);
        // Where a component is gone, what refers to it is told too.
        let told = found.iter().find(|(_, text)| text.contains(says));
        assert!(
            found.len() <= 2 && told.is_some_and(|(at, _)| *at == line as u64),
            "{says} at {line}: {found:?}"
        );
    }
}

#[test]
fn what_a_users_spec_adds_or_says_in_other_words_is_free() {
    for (own, from, to) in [
        (ECHO, "[calm, ", "[calm, entirely-new, "),
        (
            ECHO,
            "        at:\n",
            "        entirely_new: {type: string, description: A.}\n        at:\n",
        ),
        (ECHO, "maximum: 3", "maximum: 9"),
        (ECHO, "format: date-time", "format: maybe-date-time"),
        (ECHO, "A word that came back.", "An echo."),
        (ECHO, "/echo/{word}:", "/v2/echo/{word}:"),
        (
            ECHO,
            "        - name: loud\n",
            "        - {name: new, in: query, description: A., schema: {type: string}}\n        - name: loud\n",
        ),
        (DESK, "x-refuses-before: [404]", "x-refuses-before: []"),
        (DESK, "x-rpc: PlaceOrder", "x-rpc: AddOrder"),
        (
            DESK,
            "    Leg:\n",
            "    New: {description: Any JSON.}\n    Leg:\n",
        ),
        (
            DESK,
            "  /search:\n",
            "  /new: {delete: {operationId: entirely_new, summary: A., x-effect: write, responses: {'204': {description: A.}}}}\n  /search:\n",
        ),
    ] {
        assert!(own.contains(from), "{from}");
        assert_eq!(problems(own, &own.replacen(from, to, 1)), [], "{to}");
    }
}
