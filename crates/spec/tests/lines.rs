use executions_spec::diff::{Document, compare};
fn mutated(line: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let Some((key, value)) = line.split_once(": ") else {
        return out;
    };
    let value = value.trim();
    let mut with = |v: String| out.push(format!("{key}: {v}"));
    if let Ok(n) = value.parse::<i64>() {
        with((n + 1).to_string());
    } else if value == "true" {
        with("false".into())
    } else if value == "false" {
        with("true".into())
    } else if value.starts_with('[') && value.contains(',') {
        let at = value.rfind(',').unwrap();
        with(format!("{}]", &value[..at]));
        with(value.replacen("]", ", zzz]", 1));
        let mut words: Vec<&str> = value.trim_matches(['[', ']']).split(", ").collect();
        words.reverse();
        with(format!("[{}]", words.join(", ")));
    } else if value.ends_with('\'') && value.len() > 2 {
        with(format!("{}x'", &value[..value.len() - 1]))
    } else {
        with(format!("{value}x"));
    }
    if key.trim() == "in" {
        for p in ["query", "header", "path"] {
            if p != value {
                with(p.into())
            }
        }
    }
    if key.trim() == "type" {
        for p in ["string", "number", "integer", "boolean"] {
            if p != value {
                with(p.into())
            }
        }
    }
    if key.trim() == "format" {
        for p in [
            "decimal",
            "id",
            "date-time",
            "maybe-date-time",
            "local-date-time",
            "epoch-seconds",
            "epoch-milliseconds",
        ] {
            if p != value {
                with(p.into())
            }
        }
    }
    out
}
#[test]
fn lines() {
    for file in std::env::var("SPECS").unwrap().split(',') {
        let text = std::fs::read_to_string(file).unwrap();
        let old = Document::read("m", "old.yaml", &text).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let (mut seen, mut refused) = (0, 0);
        for at in 0..lines.len() {
            let line = lines[at];
            if line.trim().is_empty() || line.trim().starts_with('#') {
                continue;
            }
            let mut news = mutated(line);
            news.push(format!("{line}\n{line}"));
            for new in news {
                let mut all: Vec<String> = lines.iter().map(|s| (*s).to_owned()).collect();
                if new.is_empty() {
                    all.remove(at);
                } else {
                    all[at] = new.clone();
                }
                match Document::read("m", "new.yaml", &all.join("\n")) {
                    Err(e) => {
                        refused += 1;
                        let e = e.to_string();
                        assert!(!e.contains("cannot be read: cannot"), "{e}");
                    }
                    Ok(doc) => {
                        let changes = compare(&old, &doc);
                        let same = old.surface() == doc.surface();
                        if changes.all().is_empty() {
                            println!(
                                "UNSEEN {file}:{}: {line:?} -> {new:?} surface same={same}",
                                at + 1
                            );
                        } else {
                            seen += 1;
                            if !same
                                && changes.is_harmless()
                                && !changes.all().iter().any(|c| !c.effects.is_empty())
                            {
                                println!(
                                    "HARMLESS? {file}:{} {line:?} -> {new:?}: {:?}",
                                    at + 1,
                                    changes.all()
                                );
                            }
                            if std::env::var("SHOW").is_ok() {
                                let t: Vec<String> = changes
                                    .all()
                                    .iter()
                                    .map(|c| {
                                        format!(
                                            "{} {:?} {} {:?} {:?}",
                                            c.grade, c.also, c.what, c.effects, c.items
                                        )
                                    })
                                    .collect();
                                println!(
                                    "{}: {} -> {}\n    {}",
                                    at + 1,
                                    line.trim(),
                                    new.trim().replace('\n', "|"),
                                    t.join("\n    ")
                                );
                            }
                        }
                    }
                }
            }
        }
        println!("{file}: seen {seen} refused {refused}");
    }
}
