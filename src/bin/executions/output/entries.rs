//! Things too wordy for a table, one below the other: a mark, a sentence, and lines of detail.

use crate::escape::escaped;
use crate::output::table::HEADER;

pub struct Entry {
    pub mark: String,
    pub title: String,
    pub details: Vec<String>,
}

/// The entries, their words aligned. Control characters are escaped.
pub fn listed(entries: &[Entry]) -> String {
    let marks = entries.iter().map(|entry| entry.mark.len());
    let width = marks.max().unwrap_or_default();
    let mut text = String::new();
    for entry in entries {
        let (mark, title) = (escaped(&entry.mark), escaped(&entry.title));
        text += &format!("{HEADER}{mark:width$}{HEADER:#}  {title}\n");
        for detail in &entry.details {
            text += &format!("{:width$}  {}\n", "", escaped(detail));
        }
    }
    text
}
