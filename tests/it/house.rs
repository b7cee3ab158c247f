//! The rules of the source tree, kept by a test rather than by a document.

use std::fs;
use std::path::{Path, PathBuf};

/// Who may import whom: a module uses `crate::` only from before its own name. Services stand on one rung, so none of them
/// may use another. The simulator shares the specs with the clients and nothing else.
const LADDER: [&[&str]; 13] = [
    &["values"],
    &["observe"],
    &["error"],
    &["recording"],
    &["transport"],
    &["generated"],
    &["rpc"],
    &["reference"],
    &["execution"],
    &["settings"],
    // The services: one a spec.
    &[],
    &["executions"],
    &["contract"],
];

const MOST_LINES: usize = 400;

fn sources(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder of the tree") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    assert!(
        !found.is_empty(),
        "the tree was looked for in the wrong place"
    );
    found
}

/// The lines of code: no comments, no blank lines, no unit tests.
fn code(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).expect("a source file");
    let text = text
        .split("#[cfg(test)]\nmod tests")
        .next()
        .unwrap_or_default();
    let lines = text.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .map(str::to_owned)
        .collect()
}

/// `transport` for `src/transport.rs` and all of `src/transport/`.
fn module(path: &Path) -> String {
    let inside = path
        .strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
        .expect("in src");
    let first = inside.iter().next().expect("a name").to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

fn imports(line: &str) -> impl Iterator<Item = &str> {
    line.split("crate::")
        .skip(1)
        .filter(|rest| !rest.starts_with('{'))
        .map(|rest| {
            let end = rest
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(rest.len());
            &rest[..end]
        })
}

#[test]
fn modules_import_only_from_the_rungs_below_their_own() {
    let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs");
    let rung = |name: &str| {
        let is_service = specs.join(format!("{name}.yaml")).is_file();
        LADDER
            .iter()
            .position(|rung| rung.contains(&name) || (is_service && rung.is_empty()))
    };
    let mut wrong = Vec::new();
    for path in sources("src") {
        let own = module(&path);
        if matches!(own.as_str(), "lib" | "bin" | "generated") {
            continue;
        }
        for line in code(&path) {
            for import in imports(&line) {
                let allowed = match (own.as_str(), import) {
                    (own, import) if own == import => true,
                    ("simulator", import) => import == "generated",
                    (own, import) => match (rung(own), rung(import)) {
                        (Some(own), Some(import)) => import < own,
                        _ => false,
                    },
                };
                if !allowed {
                    wrong.push(format!("{}: {line}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_stay_short() {
    let folders = ["src", "crates", "benches"];
    let files = folders.into_iter().flat_map(sources);
    let long: Vec<_> = files
        .map(|path| (code(&path).len(), path))
        .filter(|(lines, _)| *lines > MOST_LINES)
        .collect();
    assert!(long.is_empty(), "{long:?}");
}

#[test]
fn the_library_neither_panics_by_choice_nor_prints() {
    let forbidden = [
        ".unwrap()",
        "panic!",
        "todo!",
        "unimplemented!",
        "unreachable!",
        "dbg!",
        "println!",
        "unsafe ",
    ];
    let mut found = Vec::new();
    for path in sources("src")
        .into_iter()
        .filter(|path| module(path) != "bin")
    {
        let lines = code(&path);
        found.extend(
            lines
                .into_iter()
                .filter(|line| forbidden.iter().any(|word| line.contains(word))),
        );
    }
    assert!(found.is_empty(), "{found:?}");
}
