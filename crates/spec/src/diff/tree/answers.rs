//! What operations answer with.

use heck::ToPascalCase;

use super::super::change::{Grade, Kind};
use super::super::cursor::{Cursor, pairs};
use super::{HARMLESS, Rule, SILENT, STRUCTURE, Side, Subject, Walk};

/// An answer beside the success, of which no Rust is made: errors are read by status.
const BESIDE: Rule = Rule::Always(Grade::Silent);

impl<'a> Walk<'a> {
    pub(super) fn answers(&mut self, of: &str, method: &str, old: Side<'_, 'a>, new: Side<'_, 'a>) {
        for (status, old, new) in pairs(old, new) {
            let name = format!("the answer {status} of {of}");
            if status.starts_with("x-") {
                self.value(&name, old.as_ref(), new.as_ref(), HARMLESS);
                continue;
            }
            let is_success = status.starts_with('2') || status == "default";
            let subjects = match is_success {
                true => vec![
                    Subject::Answer(method.to_owned()),
                    Subject::Whole(format!("{}Response", method.to_pascal_case())),
                ],
                false => Vec::new(),
            };
            let rule = if is_success { STRUCTURE } else { BESIDE };
            self.on_behalf(subjects, |walk| match (&old, &new) {
                (Some(old), Some(new)) => walk.answer(&name, old, new),
                (None, Some(_)) => walk.report(
                    format!("{name} is new"),
                    None,
                    new.as_ref(),
                    rule,
                    Kind::Added,
                ),
                _ => walk.report(
                    format!("{name} is gone"),
                    old.as_ref(),
                    None,
                    rule,
                    Kind::Removed,
                ),
            });
        }
    }

    pub(super) fn answer(&mut self, name: &str, old: &Cursor<'a>, new: &Cursor<'a>) {
        let Some((old, new)) = self.followed(name, old, new) else {
            return;
        };
        let rule = if self.subjects.is_empty() {
            BESIDE
        } else {
            STRUCTURE
        };
        self.contents(
            name,
            old.get("content").as_ref(),
            new.get("content").as_ref(),
            rule,
        );
        self.headers(
            name,
            old.get("headers").as_ref(),
            new.get("headers").as_ref(),
        );
        self.table(name, Some(&old), Some(&new), &["content", "headers"], &[]);
    }

    /// The bodies by their type.
    pub(super) fn contents(&mut self, of: &str, old: Side<'_, 'a>, new: Side<'_, 'a>, rule: Rule) {
        for (media, old, new) in pairs(old, new) {
            let name = format!("{of} as {media}");
            match (&old, &new) {
                (Some(before), Some(after)) => {
                    match (before.get("schema"), after.get("schema")) {
                        (Some(before), Some(after)) => {
                            let hint = self.subjects.iter().find_map(|subject| match subject {
                                Subject::Whole(name) => Some(name.clone()),
                                _ => None,
                            });
                            self.schema(&name, &hint.unwrap_or_default(), &before, &after);
                        }
                        (before, after) => self.value(
                            &format!("`schema` of {name}"),
                            before.as_ref(),
                            after.as_ref(),
                            rule,
                        ),
                    }
                    self.table(
                        &name,
                        Some(before),
                        Some(after),
                        &["schema"],
                        &[("encoding", SILENT)],
                    );
                }
                (None, Some(_)) => self.report(
                    format!("{name} is new"),
                    None,
                    new.as_ref(),
                    rule,
                    Kind::Added,
                ),
                _ => self.report(
                    format!("{name} is gone"),
                    old.as_ref(),
                    None,
                    rule,
                    Kind::Removed,
                ),
            }
        }
    }
}
