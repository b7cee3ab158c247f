//! Parameters: what a request takes, and how each is sent.

use heck::{ToPascalCase, ToShoutySnakeCase, ToSnakeCase};

use super::super::change::{Grade, Kind};
use super::super::cursor::{Cursor, is_prose, shape};
use super::values::Table;
use super::{HARMLESS, Rule, SILENT, STRUCTURE, Side, Subject, Walk, rust};

const PARAMETER: Table = &[
    ("style", SILENT),
    ("explode", SILENT),
    ("allowReserved", SILENT),
    ("allowEmptyValue", SILENT),
    ("content", STRUCTURE),
];

/// Where a new parameter of a request is not known to be one of the generated method.
const ADDED: Rule = Rule::Rust {
    untouched: Grade::Silent,
    assumed: &[Grade::Compile],
};

type Named<'a> = (Cursor<'a>, Cursor<'a>);

impl<'a> Walk<'a> {
    /// `holders` are the path and the operation, both of which may have parameters.
    pub(super) fn parameters(
        &mut self,
        method: &str,
        old: [&Cursor<'a>; 2],
        new: [&Cursor<'a>; 2],
    ) {
        let (mut before, mut after) = (listed(old), listed(new));
        let mut matched = Vec::new();
        let mut take = |before: &mut Vec<Named<'a>>,
                        same: &dyn Fn(&Cursor<'a>, &Cursor<'a>) -> bool| {
            before.retain(
                |was| match after.iter().position(|is| same(&was.1, &is.1)) {
                    Some(at) => {
                        matched.push((was.clone(), after.remove(at)));
                        false
                    }
                    None => true,
                },
            );
        };
        let word = |of: &Cursor<'a>, key: &str| of.word(key).unwrap_or_default().to_owned();
        take(&mut before, &|was, is| {
            word(was, "name") == word(is, "name") && word(was, "in") == word(is, "in")
        });
        take(&mut before, &|was, is| {
            word(was, "name") == word(is, "name")
        });
        take(&mut before, &|was, is| {
            word(was, "in") == word(is, "in") && looks(was) == looks(is)
        });
        for ((old_site, was), (new_site, is)) in matched {
            self.on_behalf(subjects(method, &[&was, &is]), |walk| {
                if was.word("name") != is.word("name") {
                    let what = format!(
                        "the parameter {} is now called {}, perhaps",
                        name(&was),
                        name(&is)
                    );
                    walk.report(
                        what,
                        Some(&was),
                        Some(&is),
                        rust(Grade::Silent),
                        Kind::Changed,
                    );
                }
                let moved = old_site.reference() != new_site.reference();
                if moved && shape(was.node, &|_| false) == shape(is.node, &|_| false) {
                    let what = format!(
                        "the parameter {} stands in another place of the file and says the same",
                        name(&is)
                    );
                    walk.report(
                        what,
                        Some(&old_site),
                        Some(&new_site),
                        HARMLESS,
                        Kind::Changed,
                    );
                }
                walk.parameter(method, &was, &is);
            });
        }
        for (_, was) in before {
            self.on_behalf(subjects(method, &[&was]), |walk| {
                walk.lost(&was);
                walk.report(
                    format!("the parameter {} is gone", name(&was)),
                    Some(&was),
                    None,
                    ADDED,
                    Kind::Removed,
                );
            });
        }
        for (_, is) in after {
            self.on_behalf(subjects(method, &[&is]), |walk| {
                walk.lost(&is);
                let sort = if is.node.is("required") {
                    "a required"
                } else {
                    "an optional"
                };
                walk.report(
                    format!("{sort} parameter {} is new", name(&is)),
                    None,
                    Some(&is),
                    ADDED,
                    Kind::Added,
                );
            });
        }
    }

    /// Says that a reference leads nowhere.
    fn lost(&mut self, parameter: &Cursor<'a>) {
        if parameter.is_lost() {
            let reference = parameter.reference().unwrap_or_default();
            let what =
                format!("a parameter is `{reference}`, which is outside the file or nowhere,");
            self.report(what, Some(parameter), None, Rule::Gap, Kind::Changed);
        }
    }

    pub(super) fn parameter(&mut self, method: &str, old: &Cursor<'a>, new: &Cursor<'a>) {
        if !self.is_first(old, new) {
            return;
        }
        let of = format!("the parameter {}", name(new));
        let get = |key: &str| (old.get(key), new.get(key));
        let (before, after) = get("in");
        self.value(
            &format!("where {of} is sent (`in`)"),
            before.as_ref(),
            after.as_ref(),
            rust(Grade::Silent),
        );
        let is = |side: &Cursor<'a>| side.node.is("required");
        if is(old) != is(new) {
            let words = if is(new) {
                "is required now"
            } else {
                "is no longer required"
            };
            let (before, after) = get("required");
            self.report(
                format!("{of} {words}"),
                before.as_ref().or(Some(old)),
                after.as_ref().or(Some(new)),
                rust(Grade::Silent),
                Kind::Changed,
            );
        }
        if let (Some(before), Some(after)) = get("schema") {
            let hint = format!(
                "{}{}",
                method.to_pascal_case(),
                new.word("name").unwrap_or_default().to_pascal_case()
            );
            self.schema(&of, &hint, &before, &after);
        } else {
            let (before, after) = get("schema");
            self.value(
                &format!("`schema` of {of}"),
                before.as_ref(),
                after.as_ref(),
                STRUCTURE,
            );
        }
        self.table(
            &of,
            Some(old),
            Some(new),
            &["name", "in", "required", "schema"],
            PARAMETER,
        );
    }

    pub(super) fn header(&mut self, of: &str, old: &Cursor<'a>, new: &Cursor<'a>) {
        let Some((old, new)) = self.followed(of, old, new) else {
            return;
        };
        // No Rust is made of the headers of answers.
        self.on_behalf(Vec::new(), |walk| {
            if let (Some(before), Some(after)) = (old.get("schema"), new.get("schema")) {
                walk.schema(of, "", &before, &after);
            }
            let sent: Table = &[
                ("required", SILENT),
                ("style", SILENT),
                ("explode", SILENT),
                ("content", SILENT),
                ("schema", SILENT),
            ];
            let handled: &[&str] = if old.get("schema").is_some() && new.get("schema").is_some() {
                &["schema"]
            } else {
                &[]
            };
            walk.table(of, Some(&old), Some(&new), handled, sent);
        });
    }

    pub(super) fn headers(&mut self, of: &str, old: Side<'_, 'a>, new: Side<'_, 'a>) {
        for (key, old, new) in super::pairs(old, new) {
            let name = format!("the header `{key}` of {of}");
            match (&old, &new) {
                (Some(old), Some(new)) => self.header(&name, old, new),
                (None, Some(_)) => self.report(
                    format!("{name} is new"),
                    None,
                    new.as_ref(),
                    HARMLESS,
                    Kind::Added,
                ),
                _ => self.report(
                    format!("{name} is gone"),
                    old.as_ref(),
                    None,
                    SILENT,
                    Kind::Removed,
                ),
            }
        }
    }
}

/// Each parameter where it stands and where a reference there leads; an operation's own take the place of the path's.
fn listed<'a>(holders: [&Cursor<'a>; 2]) -> Vec<Named<'a>> {
    let mut all: Vec<Named<'a>> = Vec::new();
    for holder in holders {
        for site in holder
            .get("parameters")
            .map(|list| list.items())
            .unwrap_or_default()
        {
            let cursor = site.resolve();
            let key = |of: &Cursor<'a>| {
                (
                    of.word("name").map(str::to_owned),
                    of.word("in").map(str::to_owned),
                )
            };
            all.retain(|(_, other)| other.word("name").is_none() || key(other) != key(&cursor));
            all.push((site, cursor));
        }
    }
    all
}

fn name(parameter: &Cursor<'_>) -> String {
    match parameter.word("name") {
        Some(name) => format!("`{name}`"),
        None => format!("`{}`", parameter.reference().unwrap_or("?")),
    }
}

fn subjects(method: &str, parameters: &[&Cursor<'_>]) -> Vec<Subject> {
    let mut subjects = Vec::new();
    for parameter in parameters {
        let name = parameter.word("name").unwrap_or_default();
        let constant = format!(
            "bounds::{}_{}",
            method.to_shouty_snake_case(),
            name.to_shouty_snake_case()
        );
        subjects.push(Subject::Argument(method.to_owned(), argument(name)));
        subjects.push(Subject::Constant(constant));
    }
    subjects.push(Subject::Argument(method.to_owned(), "order".to_owned()));
    subjects.dedup();
    subjects
}

/// The name of an argument in the generated method.
fn argument(name: &str) -> String {
    let snake = name.to_snake_case();
    match syn::parse_str::<syn::Ident>(&snake) {
        Ok(_) => snake,
        Err(_) => format!("{snake}_"),
    }
}

/// All of a parameter but its name and its words.
fn looks(parameter: &Cursor<'_>) -> String {
    shape(parameter.node, &|key| is_prose(key) || key == "name")
}
