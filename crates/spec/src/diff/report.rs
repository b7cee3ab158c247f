//! All changes as something to read or to paste.

use std::fmt::Write as _;

use serde::Serialize;

use super::change::{Bump, Change, Changes, Grade, Heading};

/// What `to_json` writes.
#[derive(Serialize)]
struct Report<'a> {
    service: &'a str,
    grade: Option<Grade>,
    is_harmless: bool,
    bump: Bump,
    bump_before_1_0: Bump,
    changes: &'a [Change],
    changelog: String,
}

const SECTIONS: [(Heading, &str); 3] = [
    (Heading::Added, "Added"),
    (Heading::Changed, "Changed"),
    (Heading::Removed, "Removed"),
];

impl Changes {
    /// Everything, as one JSON object.
    pub fn to_json(&self) -> String {
        let report = Report {
            service: &self.service,
            grade: self.grade(),
            is_harmless: self.is_harmless(),
            bump: self.bump(),
            bump_before_1_0: self.bump().before_one(),
            changes: &self.all,
            changelog: self.changelog(),
        };
        // Nothing in it is a map whose keys are no texts, so there is nothing to fail at.
        serde_json::to_string_pretty(&report).unwrap_or_default()
    }

    /// Lines under the headings of Keep a Changelog, of what a user may notice: all that is not harmless, and new items.
    pub fn changelog(&self) -> String {
        let mut text = String::new();
        for (heading, title) in SECTIONS {
            let is_new =
                |change: &&Change| change.heading == Heading::Added && !change.items.is_empty();
            let told = self.all.iter().filter(|change| change.heading == heading);
            let told = told.filter(|change| change.grade > Grade::Harmless || is_new(change));
            let lines: Vec<String> = told.map(|change| self.line(change)).collect();
            if !lines.is_empty() {
                let gap = if text.is_empty() { "" } else { "\n" };
                // Writing to a string does not fail.
                let _ = write!(text, "{gap}### {title}\n\n{}", lines.concat());
            }
        }
        text
    }

    fn line(&self, change: &Change) -> String {
        let mark = match change.grade {
            Grade::Compile | Grade::Decode => "**Breaking:** ",
            _ => "",
        };
        let mut what = one_line(&change.what);
        let mut first = what.chars();
        if let Some(letter) = first.next() {
            what = letter.to_uppercase().chain(first).collect();
        }
        let missing = change
            .items
            .iter()
            .filter(|item| !what.contains(item.as_str()));
        let missing: Vec<String> = missing.map(|item| format!("`{item}`")).collect();
        let items = match missing.len() {
            0 => String::new(),
            1..=3 => format!(" ({})", missing.join(", ")),
            more => format!(" ({} and {} more)", missing[..3].join(", "), more - 3),
        };
        format!("- {mark}{}: {what}{items}.\n", self.service)
    }

    /// A section a grade, for a review.
    pub fn to_markdown(&self) -> String {
        let mut text = format!("## `{}`: {}\n\n", self.service, self.summary());
        for grade in Grade::ALL {
            let mut changes = self
                .all
                .iter()
                .filter(|change| change.grade == grade)
                .peekable();
            if changes.peek().is_none() {
                continue;
            }
            let _ = writeln!(
                text,
                "### {} ({})\n",
                capital(grade.words()),
                self.count(grade)
            );
            for change in changes {
                let _ = write!(text, "- {}", one_line(&change.what));
                for also in &change.also {
                    let _ = write!(text, " (also: {also})");
                }
                text.push('\n');
                for effect in &change.effects {
                    let _ = writeln!(text, "  - {}", one_line(effect));
                }
                if change.effects.is_empty() && !change.items.is_empty() {
                    let items: Vec<String> = change
                        .items
                        .iter()
                        .map(|item| format!("`{item}`"))
                        .collect();
                    let _ = writeln!(text, "  - {}", items.join(", "));
                }
                let _ = writeln!(text, "  - {}", one_line(&places(change)));
            }
            text.push('\n');
        }
        let changelog = self.changelog();
        if !changelog.is_empty() {
            let _ = write!(
                text,
                "### For the changelog\n\n```markdown\n{changelog}```\n"
            );
        }
        text
    }

    /// How many changes of which grade, and the step of the version, in a line.
    pub fn summary(&self) -> String {
        let parts: Vec<String> = Grade::ALL
            .into_iter()
            .filter(|grade| self.count(*grade) > 0)
            .map(|grade| match self.count(grade) {
                1 => format!("1 {grade}"),
                many if grade == Grade::Harmless => format!("{many} harmless"),
                many => format!("{many} {grade}s"),
            })
            .collect();
        if parts.is_empty() {
            return "nothing changed".to_owned();
        }
        let bump = self.bump();
        format!(
            "{}; asks for a {bump} version, before 1.0 a {}",
            parts.join(", "),
            bump.before_one()
        )
    }
}

/// Where it was and is.
fn places(change: &Change) -> String {
    match (&change.old, &change.new) {
        (Some(old), Some(new)) => format!("`{old}` → `{new}`"),
        (Some(old), None) => format!("was `{old}`"),
        (None, Some(new)) => format!("new `{new}`"),
        (None, None) => "in the generated Rust".to_owned(),
    }
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// What a file says, as a line that does nothing to a terminal.
fn one_line(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let plain = text.chars().map(|letter| match letter.is_control() {
        true => letter.escape_default().to_string(),
        false => letter.to_string(),
    });
    plain.collect()
}
