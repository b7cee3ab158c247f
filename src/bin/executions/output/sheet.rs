//! One execution: a line a fact.

use anstyle::Style;
use comfy_table::presets::NOTHING;
use comfy_table::{ColumnConstraint, ContentArrangement, Width};
use executions::Execution;
use jiff::Timestamp;

use super::json;
use crate::escape::escaped;

const HEADING: Style = Style::new().bold();

pub struct Sheet {
    neutral: Vec<(String, String)>,
    raw: Vec<(String, String)>,
}

impl Sheet {
    pub fn of(execution: &Execution) -> Self {
        let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
        let neutral = [
            ("reference", Some(execution.reference.to_string())),
            ("service", Some(execution.service.to_string())),
            ("id", Some(execution.id.clone())),
            ("name", execution.name.clone()),
            ("state", Some(execution.state.to_string())),
            ("resumable", execution.resumable.then(|| "yes".to_owned())),
            ("status", execution.status.clone()),
            ("reason", execution.reason.clone()),
            ("started", time(execution.started)),
            ("finished", time(execution.finished)),
            ("about", execution.about.clone()),
        ];
        let neutral = neutral.into_iter();
        let neutral = neutral.filter_map(|(name, text)| Some((name.to_owned(), text?)));
        let raw = json::leaves(execution.raw.as_str()).into_iter();
        let plain = |(name, text): (String, String)| {
            (escaped(&name).into_owned(), escaped(&text).into_owned())
        };
        Self {
            neutral: neutral.map(plain).collect(),
            raw: raw.map(plain).collect(),
        }
    }

    /// A line a fact, its name and a tab before it; what the service sent under `raw.`, as in `-o json`.
    pub fn tabbed(&self) -> String {
        let line = |lead: &str, (name, text): &(String, String)| format!("{lead}{name}\t{text}\n");
        let neutral = self.neutral.iter().map(|fact| line("", fact));
        let raw = self.raw.iter().map(|fact| line("raw.", fact));
        neutral.chain(raw).collect()
    }

    /// No line longer than the terminal is wide; long values go on in the next line.
    pub fn fitted(&self, width: u16) -> String {
        let facts = self.neutral.iter().chain(&self.raw);
        let names = facts.map(|(name, _)| name.chars().count()).max();
        let names = u16::try_from(names.unwrap_or(0)).unwrap_or(u16::MAX);
        let most = (width / 2).max(width.saturating_sub(30));
        let names = names.saturating_add(2).min(most);
        let mut text = lines(&self.neutral, names, width);
        text += &format!("\n{HEADING}As the service sent it{HEADING:#}\n");
        text + &lines(&self.raw, names, width)
    }
}

fn lines(facts: &[(String, String)], names: u16, width: u16) -> String {
    let mut table = comfy_table::Table::new();
    table
        .load_style(NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width);
    for (name, text) in facts {
        table.add_row([name, text]);
    }
    for (column, padding) in table.column_iter_mut().zip([(0, 2), (0, 0)]) {
        column.set_padding(padding);
    }
    if let Some(column) = table.column_mut(0) {
        column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(names)));
    }
    table
        .lines()
        .map(|line| line.trim_end().to_owned() + "\n")
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_go_on_in_the_next_line() {
        let sheet = Sheet {
            neutral: vec![("state".to_owned(), "failed".to_owned())],
            raw: vec![("a.long.path[0].to_something".to_owned(), "word ".repeat(40))],
        };
        for width in [24, 40, 80] {
            let text = anstream::adapter::strip_str(&sheet.fitted(width)).to_string();
            assert!(
                text.lines()
                    .all(|line| line.chars().count() <= width.into()),
                "{text}"
            );
            assert_eq!(text.matches("word").count(), 40, "{text}");
        }
    }
}
