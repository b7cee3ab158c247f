//! Rows of executions: fitted to a terminal, or complete for a pipe.

use std::fmt;

use anstyle::Style;
use comfy_table::presets::NOTHING;
use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, Row};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::escaped;

/// Between columns on a terminal.
const GAP: u16 = 2;

/// What a shrinking column is given before columns are dropped for it, and before columns that should be whole are cut.
const ROOM: u16 = 28;
const LEAST: u16 = 10;

const HEADER: Style = Style::new().bold();

pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Value>>,
}

pub struct Column {
    name: &'static str,
    title: &'static str,
    fit: Fit,
    is_right: bool,
}

/// What becomes of a column on a terminal too narrow for all.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    Whole,
    Shrinks,
    /// Left out, the highest rank first.
    Drops(u8),
}

/// What a cell holds.
pub enum Value {
    Nothing,
    Text(String),
    Time(Timestamp),
}

pub struct Fitted {
    pub text: String,
    /// Nothing was cut or left out.
    pub is_complete: bool,
}

impl Column {
    pub fn whole(name: &'static str) -> Self {
        Self {
            name,
            title: name,
            fit: Fit::Whole,
            is_right: false,
        }
    }

    pub fn shrinking(name: &'static str) -> Self {
        Self {
            fit: Fit::Shrinks,
            ..Self::whole(name)
        }
    }

    pub fn droppable(name: &'static str, rank: u8) -> Self {
        Self {
            fit: Fit::Drops(rank),
            ..Self::whole(name)
        }
    }

    /// Another name on a terminal.
    pub fn titled(self, title: &'static str) -> Self {
        Self { title, ..self }
    }

    pub fn right(self) -> Self {
        Self {
            is_right: true,
            ..self
        }
    }
}

impl Value {
    pub fn text(text: Option<impl fmt::Display>) -> Self {
        text.map_or(Self::Nothing, |text| Self::Text(text.to_string()))
    }

    pub fn time(at: Option<Timestamp>) -> Self {
        at.map_or(Self::Nothing, Self::Time)
    }
}

impl From<Timestamp> for Value {
    fn from(at: Timestamp) -> Self {
        Self::Time(at)
    }
}

impl Table {
    pub fn new(columns: Vec<Column>) -> Self {
        Self {
            columns,
            rows: Vec::new(),
        }
    }

    pub fn add(&mut self, row: Vec<Value>) {
        debug_assert_eq!(row.len(), self.columns.len());
        self.rows.push(row);
    }

    /// A line a row after a line of names, cells between tabs, nothing cut, times in RFC 3339.
    pub fn tabbed(&self) -> String {
        let names = self.columns.iter().map(|column| column.name);
        let mut text = names.collect::<Vec<_>>().join("\t") + "\n";
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(Value::complete).collect();
            text += &(cells.join("\t") + "\n");
        }
        text
    }

    /// No line longer than the terminal is wide.
    pub fn fitted(&self, width: u16, now: Timestamp) -> Fitted {
        let has_dates = self.has_dates(now);
        let mut table = self.laid_out(has_dates);
        let natural = table.column_max_content_widths();
        let kept = self.kept(&natural, width);
        let whole: u16 = kept
            .iter()
            .filter(|&&at| self.columns[at].fit != Fit::Shrinks)
            .fold(0, |sum, &at| sum.saturating_add(natural[at]));
        let gaps = GAP.saturating_mul(u16::try_from(kept.len()).unwrap_or(u16::MAX));
        let are_whole = whole.saturating_add(gaps).saturating_add(LEAST) <= width;
        for (at, column) in table.column_iter_mut().enumerate() {
            if !kept.contains(&at) {
                column.set_constraint(ColumnConstraint::Hidden);
            } else if self.columns[at].fit != Fit::Shrinks && are_whole {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
            let is_last = kept.last() == Some(&at);
            column.set_padding((0, if is_last { 0 } else { GAP }));
        }
        table.set_width(width);
        let mut lines = table.lines();
        let header = lines.next().unwrap_or_default();
        let mut text = format!("{HEADER}{}{HEADER:#}\n", header.trim_end());
        for line in lines {
            text += line.trim_end();
            text.push('\n');
        }
        Fitted {
            text,
            is_complete: kept.len() == self.columns.len() && needed(&natural, &kept) <= width,
        }
    }

    fn laid_out(&self, has_dates: bool) -> comfy_table::Table {
        let mut table = comfy_table::Table::new();
        table
            .load_style(NOTHING)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_truncation_indicator("…");
        table.set_header(
            self.row(self.columns.iter().enumerate().map(|(at, column)| {
                let title = column.title.to_uppercase();
                match self
                    .rows
                    .iter()
                    .any(|row| matches!(row[at], Value::Time(_)))
                {
                    true => title + " (UTC)",
                    false => title,
                }
            })),
        );
        for row in &self.rows {
            table.add_row(self.row(row.iter().map(|value| value.readable(has_dates))));
        }
        table
    }

    fn row(&self, cells: impl Iterator<Item = String>) -> Row {
        let cells = self.columns.iter().zip(cells).map(|(column, text)| {
            let alignment = match column.is_right {
                true => CellAlignment::Right,
                false => CellAlignment::Left,
            };
            Cell::new(text).set_alignment(alignment)
        });
        let mut row = Row::from(cells.collect::<Vec<_>>());
        row.max_height(1);
        row
    }

    /// The columns that stay on a terminal this wide.
    fn kept(&self, natural: &[u16], width: u16) -> Vec<usize> {
        let mut kept: Vec<usize> = (0..self.columns.len()).collect();
        let roomy: Vec<u16> = natural
            .iter()
            .zip(&self.columns)
            .map(|(&natural, column)| match column.fit {
                Fit::Shrinks => natural.min(ROOM),
                _ => natural,
            })
            .collect();
        while needed(&roomy, &kept) > width {
            let rank = |at: &usize| match self.columns[*at].fit {
                Fit::Drops(rank) => Some(rank),
                _ => None,
            };
            let Some(least_missed) = kept.iter().filter_map(rank).max() else {
                break;
            };
            kept.retain(|at| rank(at) != Some(least_missed));
        }
        kept
    }

    /// Whether the rows are of more days than today, in UTC.
    fn has_dates(&self, now: Timestamp) -> bool {
        let date = |at: Timestamp| TimeZone::UTC.to_datetime(at).date();
        self.rows
            .iter()
            .flatten()
            .any(|value| matches!(value, Value::Time(at) if date(*at) != date(now)))
    }
}

impl Value {
    fn complete(&self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Text(text) => escaped(text).into_owned(),
            Self::Time(at) => at.to_string(),
        }
    }

    fn readable(&self, has_dates: bool) -> String {
        match self {
            Self::Nothing => "-".to_owned(),
            Self::Time(at) if has_dates => at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
            Self::Time(at) => at.strftime("%H:%M:%S").to_string(),
            Self::Text(_) => self.complete(),
        }
    }
}

fn needed(widths: &[u16], kept: &[usize]) -> u16 {
    let gaps = u16::try_from(kept.len().saturating_sub(1)).unwrap_or(u16::MAX);
    kept.iter().fold(GAP.saturating_mul(gaps), |sum, &at| {
        sum.saturating_add(widths[at])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(vec![
            Column::whole("time"),
            Column::whole("price").right(),
            Column::droppable("order", 1),
            Column::shrinking("reference"),
        ]);
        for (at, price) in [
            ("2025-09-26T18:09:38.373Z", "5804.5"),
            ("2025-09-26T07:00:00Z", "21780.25"),
        ] {
            table.add(vec![
                Value::from(at.parse::<Timestamp>().expect("a time")),
                Value::text(Some(price)),
                Value::Nothing,
                Value::text(Some(
                    "crosstrade:Sim101/550837ff9e784c2895ef6dab22d06be0\u{1b}[2J",
                )),
            ]);
        }
        table
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn plain(fitted: &Fitted) -> String {
        anstream::adapter::strip_str(&fitted.text).to_string()
    }

    #[test]
    fn no_line_is_longer_than_the_terminal_is_wide() {
        for width in 20..200 {
            let fitted = table().fitted(width, at("2025-09-27T00:00:00Z"));
            let text = plain(&fitted);
            assert_eq!(text.lines().count(), 3, "{width}: {text}");
            for line in text.lines() {
                assert!(line.chars().count() <= width.into(), "{width}: {line}");
            }
            assert_eq!(
                fitted.is_complete,
                text.contains("06be0\\u{1b}[2J") && text.contains("ORDER"),
                "{width}: {text}"
            );
        }
    }

    #[test]
    fn a_narrow_terminal_loses_columns_before_it_cuts_prices() {
        let text = plain(&table().fitted(60, at("2025-09-27T00:00:00Z")));
        assert!(
            text.contains("2025-09-26 18:09:38    5804.5  crosstrade:"),
            "{text}"
        );
        assert!(text.contains('…') && !text.contains("ORDER"), "{text}");
    }

    #[test]
    fn todays_times_need_no_date() {
        let text = plain(&table().fitted(200, at("2025-09-26T23:00:00Z")));
        assert!(
            text.contains("\n18:09:38 ") && !text.contains("2025"),
            "{text}"
        );
        assert!(text.starts_with("TIME (UTC)"), "{text}");
    }

    #[test]
    fn a_pipe_gets_everything_between_tabs() {
        let text = table().tabbed();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "time\tprice\torder\treference");
        assert_eq!(
            lines[1],
            "2025-09-26T18:09:38.373Z\t5804.5\t\tcrosstrade:Sim101/550837ff9e784c2895ef6dab22d06be0\\u{1b}[2J"
        );
    }
}
