//! Rows of executions: fitted to a terminal, or complete for a pipe.

use std::cmp::Reverse;
use std::fmt;

use anstyle::Style;
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ColumnConstraint, Row, Width};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::escape::escaped;

/// Between columns on a terminal.
const GAP: u16 = 2;

pub const HEADER: Style = Style::new().bold();

pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

#[derive(Default)]
pub struct Column {
    name: &'static str,
    /// Another name on a terminal.
    title: Option<&'static str>,
    is_right: bool,
    /// Shown in a pipe alone.
    is_piped: bool,
    /// Its turn to give way on a terminal too narrow for all, the highest first; 0 never gives way of itself.
    turn: u8,
    /// How narrow it may become then; without it, it is left out.
    least: Option<u16>,
}

pub enum Cell {
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
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            ..Self::default()
        }
    }

    /// Columns without anything special, by their names with spaces between.
    pub fn plain(names: &'static str) -> Vec<Self> {
        names.split(' ').map(Self::new).collect()
    }

    pub fn titled(mut self, title: &'static str) -> Self {
        self.title = Some(title);
        self
    }

    pub fn right(mut self) -> Self {
        self.is_right = true;
        self
    }

    pub fn piped(mut self) -> Self {
        self.is_piped = true;
        self
    }

    pub fn dropped(mut self, turn: u8) -> Self {
        self.turn = turn;
        self
    }

    pub fn cut(mut self, turn: u8, least: u16) -> Self {
        self.least = Some(least);
        self.dropped(turn)
    }
}

impl Cell {
    pub fn of(text: impl fmt::Display) -> Self {
        Self::Text(text.to_string())
    }

    pub fn any(text: Option<impl fmt::Display>) -> Self {
        text.map_or(Self::Nothing, Self::of)
    }

    pub fn time(at: Option<Timestamp>) -> Self {
        at.map_or(Self::Nothing, Self::Time)
    }
}

impl Table {
    pub fn new(columns: Vec<Column>, rows: impl IntoIterator<Item = Vec<Cell>>) -> Self {
        let rows: Vec<Vec<Cell>> = rows.into_iter().collect();
        debug_assert!(rows.iter().all(|row| row.len() == columns.len()));
        Self { columns, rows }
    }

    /// A line a row after a line of names, cells between tabs, nothing cut, times in RFC 3339.
    pub fn tabbed(&self) -> String {
        let names = self.columns.iter().map(|column| column.name);
        let mut text = names.collect::<Vec<_>>().join("\t") + "\n";
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(Cell::complete).collect();
            text += &(cells.join("\t") + "\n");
        }
        text
    }

    /// No line longer than the terminal is wide.
    pub fn fitted(&self, width: u16, now: Timestamp) -> Fitted {
        let mut table = self.laid_out(self.has_dates(now));
        let natural = table.column_max_content_widths();
        let widths = self.widths(&natural, width);
        let last = widths.iter().rposition(|&width| width > 0);
        for (at, column) in table.column_iter_mut().enumerate() {
            let gap = if last == Some(at) { 0 } else { GAP };
            column.set_padding((0, gap));
            column.set_cell_alignment(match self.columns[at].is_right {
                true => CellAlignment::Right,
                false => CellAlignment::Left,
            });
            column.set_constraint(match widths[at] {
                0 => ColumnConstraint::Hidden,
                width => ColumnConstraint::Absolute(Width::Fixed(width + gap)),
            });
        }
        let mut text = String::new();
        for (at, line) in table.lines().enumerate() {
            let line = line.trim_end();
            text += &match at {
                0 => format!("{HEADER}{line}{HEADER:#}\n"),
                _ => format!("{line}\n"),
            };
        }
        let mut columns = self.columns.iter().zip(natural.iter().zip(&widths));
        Fitted {
            text,
            is_complete: columns
                .all(|(column, (natural, width))| column.is_piped || natural == width),
        }
    }

    fn laid_out(&self, has_dates: bool) -> comfy_table::Table {
        let mut table = comfy_table::Table::new();
        table.load_style(NOTHING).set_truncation_indicator("…");
        let titles = self.columns.iter().enumerate().map(|(at, column)| {
            let title = column.title.unwrap_or(column.name).to_uppercase();
            let is_time = |row: &Vec<Cell>| matches!(row[at], Cell::Time(_));
            match self.rows.iter().any(is_time) {
                true => title + " (UTC)",
                false => title,
            }
        });
        let one_line = |cells: Vec<String>| {
            let mut row = Row::from(cells);
            row.max_height(1);
            row
        };
        table.set_header(one_line(titles.collect()));
        for row in &self.rows {
            let cells = row.iter().map(|cell| cell.readable(has_dates));
            table.add_row(one_line(cells.collect()));
        }
        table
    }

    /// How wide each column becomes for all to fit; 0 for one that is left out.
    fn widths(&self, natural: &[u16], terminal: u16) -> Vec<u16> {
        let shown = self.columns.iter().zip(natural);
        let mut widths: Vec<u16> = shown
            .map(|(column, &width)| if column.is_piped { 0 } else { width })
            .collect();
        let mut order: Vec<usize> = (0..widths.len()).collect();
        order.sort_by_key(|&at| Reverse(self.columns[at].turn));
        for &at in &order {
            let column = &self.columns[at];
            let excess = needed(&widths).saturating_sub(terminal);
            if column.turn == 0 || excess == 0 {
                break;
            }
            let cut = widths[at].saturating_sub(excess);
            let least = column.least.map(|least| least.min(widths[at]));
            widths[at] = least.map_or(0, |least| cut.max(least));
        }
        // A terminal for which even that is too wide: the columns on the right give way until it fits.
        for at in (1..widths.len()).rev() {
            if needed(&widths) <= terminal {
                break;
            }
            widths[at] = 0;
        }
        if let Some(first) = widths.first_mut() {
            *first = (*first).min(terminal);
        }
        widths
    }

    /// Whether the rows are of more days than today, in UTC.
    fn has_dates(&self, now: Timestamp) -> bool {
        let date = |at: Timestamp| TimeZone::UTC.to_datetime(at).date();
        let mut cells = self.rows.iter().flatten();
        cells.any(|cell| matches!(cell, Cell::Time(at) if date(*at) != date(now)))
    }
}

impl Cell {
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

/// The length of a line of columns this wide.
fn needed(widths: &[u16]) -> u16 {
    let shown = widths.iter().filter(|&&width| width > 0);
    let add = |sum: u16, width: &u16| sum.saturating_add(*width).saturating_add(GAP);
    shown.fold(0, add).saturating_sub(GAP)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let reference = "crosstrade:Sim101/550837ff9e784c2895ef6dab22d06be0\u{1b}[2J";
        let rows = [
            ("2025-09-26T18:09:38.373Z", "5804.5"),
            ("2025-09-26T07:00:00Z", "21780.25"),
        ];
        Table::new(
            vec![
                Column::new("time"),
                Column::new("price").right(),
                Column::new("order").dropped(2),
                Column::new("reference").cut(1, 12),
            ],
            rows.map(|(time, price)| {
                vec![
                    Cell::Time(at(time)),
                    Cell::of(price),
                    Cell::Nothing,
                    Cell::of(reference),
                ]
            }),
        )
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
