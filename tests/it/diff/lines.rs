//! Nothing that a spec says can change unseen: every line is changed, one at a time.

use executions::diff::{Document, compare};

/// Other values for a line, `None` for none of it, and the line twice.
fn others(line: &str) -> Vec<Option<String>> {
    let mut others = vec![None, Some(format!("{line}\n{line}"))];
    let Some((key, value)) = line.split_once(": ") else {
        return others;
    };
    let mut with = |value: &str| others.push(Some(format!("{key}: {value}")));
    match key.trim_start_matches([' ', '-']) {
        "type" => ["string", "number", "integer", "boolean", "object", "array"].map(&mut with),
        "in" => ["path", "query", "header", "query", "header", "path"].map(&mut with),
        "format" => [
            "decimal",
            "id",
            "date-time",
            "local-date-time",
            "epoch-seconds",
            "epoch-milliseconds",
        ]
        .map(&mut with),
        _ => [(); 6],
    };
    let number = value.parse::<i64>();
    match value {
        "true" => with("false"),
        "false" => with("true"),
        _ if number.is_ok() => with(&(number.unwrap_or_default() + 1).to_string()),
        _ if value.starts_with('[') => {
            with(&value.replace(']', ", other]"));
            if let Some((all_but_last, _)) = value.rsplit_once(',') {
                with(&format!("{all_but_last}]"));
            }
        }
        _ if value.ends_with('\'') => with(&format!("{}1'", &value[..value.len() - 1])),
        _ => with(&format!("{value}1")),
    }
    others
}

/// How many changes of lines were compared, and those in which no difference was found.
fn unseen(text: &str, step: usize) -> (usize, Vec<String>) {
    let old = Document::read("it", "old.yaml", text).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let (mut compared, mut unseen) = (0, Vec::new());
    for (at, line) in lines.iter().enumerate().step_by(step) {
        let is_said = !line.trim().is_empty() && !line.trim().starts_with('#');
        for other in others(line).into_iter().filter(|_| is_said) {
            if other.as_deref() == Some(*line) {
                continue;
            }
            let before = lines[..at].iter().copied();
            let after = lines[at + 1..].iter().copied();
            let new: Vec<&str> = before.chain(other.as_deref()).chain(after).collect();
            // What `build.rs` refuses is refused here too.
            let Ok(new) = Document::read("it", "new.yaml", &new.join("\n")) else {
                continue;
            };
            compared += 1;
            if compare(&old, &new).all().is_empty() {
                unseen.push(format!("{}: {line} -> {other:?}", at + 1));
            }
        }
    }
    (compared, unseen)
}

#[test]
fn no_line_of_a_small_spec_changes_unseen() {
    let (compared, unseen) = unseen(include_str!("../../../crates/spec/tests/echo.yaml"), 1);
    assert!(compared > 40, "{compared}");
    assert_eq!(unseen, [""; 0]);
}

#[test]
fn no_line_of_the_specs_changes_unseen_or_ends_in_a_panic() {
    for text in [
        include_str!("../../../specs/b3os.yaml"),
        include_str!("../../../specs/crosstrade.yaml"),
        include_str!("../../../specs/hummingbot.yaml"),
        include_str!("../../../specs/refold.yaml"),
    ] {
        let (compared, unseen) = unseen(text, 11);
        assert!(compared > 10, "{compared}");
        assert_eq!(unseen, [""; 0]);
    }
}
