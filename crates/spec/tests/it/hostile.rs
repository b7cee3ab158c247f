//! Documents that are large, deep, or unfold to much end soon, with a place.

use std::time::{Duration, Instant};

use executions_spec::{Problem, Spec, decode};

use super::{ECHO, changed, generate};

/// The first problem of a document, soon.
fn problem(yaml: &str) -> Problem {
    let start = Instant::now();
    let problems = generate("echo", yaml).err();
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "{:?}",
        start.elapsed()
    );
    problems.expect("a problem").remove(0)
}

#[test]
fn deep_documents_end_at_the_level_that_is_too_deep() {
    let levels = 10_000;
    let blocks: String = (0..2_000)
        .map(|level| format!("{}a:\n", " ".repeat(level)))
        .collect();
    let lists = format!("paths: {}{}", "[".repeat(levels), "]".repeat(levels));
    let maps = format!("paths: {}{}", "{a: ".repeat(levels), "}".repeat(levels));
    let open = format!("paths: {}", "[".repeat(levels));
    let dashes = format!("paths:\n{}a", "- ".repeat(levels));
    let questions = format!("{}a", "? ".repeat(levels));
    for yaml in [blocks, lists, maps, open, dashes, questions] {
        let Problem { at, text } = problem(&yaml);
        assert!(
            text.contains("cannot be read") && at.line < 400,
            "{at:?} {text}"
        );
    }
}

/// On the smallest stack that a main thread has.
#[test]
fn an_example_may_be_as_deep_as_documents_may() {
    let example = format!(
        "          example: {}1{}\n",
        "{a: ".repeat(50),
        "}".repeat(50)
    );
    let yaml = changed(
        "          description: The word.\n        times",
        &format!("{example}          description: The word.\n        times"),
    );
    let small = std::thread::Builder::new().stack_size(1 << 20);
    small
        .spawn(move || drop(generate("echo", &yaml).unwrap()))
        .unwrap()
        .join()
        .unwrap();
}

#[test]
fn what_unfolds_to_more_than_a_spec_holds_is_no_spec() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb += &format!("a{level}: &a{level} [{aliases}]\n");
    }
    let mut merges = "a0: &a0 {k: 1}\n".to_owned();
    for level in 1..30 {
        let before = level - 1;
        merges += &format!("a{level}: &a{level} {{<<: [*a{before}, *a{before}], k{level}: 1}}\n");
    }
    let itself = "a: &a {b: *a}\n".to_owned();
    for yaml in [bomb, merges, itself] {
        let Problem { at, text } = problem(&yaml);
        assert!(text.contains("cannot be read"), "{at:?} {text}");
    }
}

#[test]
fn huge_documents_are_refused() {
    let long = changed("Says a word again.", &"x".repeat(16 << 20));
    assert!(problem(&long).text.contains("longer than 4 MiB"));
    let words = vec!["x"; 250_000].join(", ");
    let many = changed("info:\n", &format!("x-words: [{words}]\ninfo:\n"));
    assert!(problem(&many).text.contains("cannot be read"));
}

/// As large as can be, and nothing wrong: components that all refer to each other, properties, words.
#[test]
fn large_documents_are_read_in_time() {
    let start = Instant::now();
    let many: String = (0..2_000)
        .map(|it| {
            let next = (it + 1) % 2_000;
            format!(
                "    C{it}:\n      type: object\n      description: C.\n      required: [next]\n      properties:\n        next: {{description: N., \
                 allOf: [{{$ref: '#/components/schemas/C{next}'}}]}}\n"
            )
        })
        .collect();
    let words: Vec<String> = (0..10_000).map(|it| format!("w{it}")).collect();
    let words = words.join(", ");
    let fields: String = (0..3_000)
        .map(|it| format!("        f{it}: {{type: string, description: F.}}\n"))
        .collect();
    let yaml = changed("    Mood:\n", &format!("{many}    Mood:\n"))
        .replacen("[calm,", &format!("[{words}, calm,"), 1)
        .replacen("        at:\n", &format!("{fields}        at:\n"), 1);
    generate("echo", &yaml).unwrap();
    assert!(
        start.elapsed() < Duration::from_secs(60),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn ordinary_files_are_read() {
    let aliases = vec!["*a"; 200].join(", ");
    let example = format!(
        "          example: [&a x, {aliases}, 044925, 68534049e7548, -007, +4123, .5, 0x1F, .inf, 1.50, &n 5, *n, ~]\n"
    );
    let yaml = changed(
        "          description: The word.\n        times",
        &format!("{example}          description: The word.\n        times"),
    );
    let spec = Spec::read("echo", &yaml).unwrap();
    let end = r#""044925","68534049e7548","-007","+4123",".5","0x1F",".inf",1.50,5,5,null]"#;
    assert!(spec.to_json().contains(end), "{}", spec.to_json());

    let marked = format!("\u{feff}{yaml}");
    assert_eq!(
        Spec::read("echo", &marked).unwrap().to_json(),
        spec.to_json()
    );
    let wrong = marked.replacen("openapi: 3.0.3", "openapi: 3.1.0", 1);
    assert_eq!(
        (problem(&wrong).at.line, problem(&wrong).at.column),
        (1, 10)
    );
}

#[test]
fn windows_writes_utf_16() {
    let bytes = |to: fn(u16) -> [u8; 2]| -> Vec<u8> {
        let marked = format!("\u{feff}{ECHO}");
        marked.encode_utf16().flat_map(to).collect()
    };
    assert_eq!(decode(&bytes(u16::to_le_bytes)).unwrap(), ECHO);
    assert_eq!(decode(&bytes(u16::to_be_bytes)).unwrap(), ECHO);
    assert_eq!(decode(ECHO.as_bytes()).unwrap(), ECHO);
    let Problem { at, text } = decode(b"a: b\nc: \xe9\n").unwrap_err();
    assert!(
        (at.line, at.column) == (2, 4) && text.contains("UTF-8"),
        "{at:?} {text}"
    );
    assert!(decode(b"\xff\xfe\x00\xd8").is_err() && decode(b"\xff\xfea").is_err());
}

#[test]
fn a_problem_is_one_line_whatever_it_is_about() {
    let key = "\"a\\ncargo::rustc-cfg=x\\u202e\\e[2J\": 1\ninfo:\n";
    let Problem { text, .. } = problem(&changed("info:\n", key));
    assert!(
        text.contains("a cargo::rustc-cfg=xU+202EU+001B[2J"),
        "{text}"
    );
    let long = format!("{}: 1\ninfo:\n", "k".repeat(900));
    assert!(problem(&changed("info:\n", &long)).text.len() < 1_200);
}

#[test]
fn version_is_a_text_with_a_place() {
    let Problem { at, text } = problem(&changed("version: '1'", "version: 1.0"));
    assert!(
        (at.line, at.column) == (4, 12) && text.contains("quote it"),
        "{at:?} {text}"
    );
}
