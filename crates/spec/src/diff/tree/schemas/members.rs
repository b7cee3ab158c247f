//! The members of objects and the words of enums.

use heck::{ToPascalCase, ToSnakeCase};

use super::super::super::change::{Grade, Kind};
use super::super::super::cursor::{Cursor, Pair, is_prose, pairs, same, shape};
use super::super::{BREAKS, HARMLESS, Rule, STRUCTURE, Side, Subject, Walk};
use crate::source::Value;

const REQUIRED: Rule = Rule::Rust {
    untouched: Grade::Silent,
    assumed: BREAKS,
};

impl<'a> Walk<'a> {
    pub(super) fn members(&mut self, of: &str, ty: &str, old: &Cursor<'a>, new: &Cursor<'a>) {
        let properties = |side: &Cursor<'a>| side.get("properties");
        let (before, after) = (properties(old), properties(new));
        let all = pairs(before.as_ref(), after.as_ref());
        let renamed = renames(&all);
        let outer = self.subjects.clone();
        // Inside a member or an answer, the type is the generator's; in `allOf` it is the whole that changes.
        for (key, was, is) in &all {
            let name = format!("`{key}` of {}", of.trim_start_matches("the schema "));
            let mut subjects: Vec<Subject> = outer
                .iter()
                .filter(|subject| !matches!(subject, Subject::Type(_)))
                .cloned()
                .collect();
            subjects.push(Subject::Member(ty.to_owned(), (*key).to_owned()));
            let inner = format!("{ty}{}", key.to_pascal_case());
            let (was_needed, is_needed) = (requires(old, key), requires(new, key));
            if was_needed.is_some() || is_needed.is_some() {
                // Not for those that stay as they are: what derives from all members is no matter of theirs.
                if was_needed.is_some() != is_needed.is_some() || was.is_none() || is.is_none() {
                    subjects.push(Subject::Traits(ty.to_owned()));
                }
            }
            match (was, is) {
                (Some(was), Some(is)) => {
                    if was_needed.is_some() != is_needed.is_some() {
                        let words = if is_needed.is_some() {
                            "is required now"
                        } else {
                            "is no longer required"
                        };
                        self.on_behalf(subjects.clone(), |walk| {
                            let (old, new) = (
                                was_needed.as_ref().or(Some(was)),
                                is_needed.as_ref().or(Some(is)),
                            );
                            walk.report(
                                format!("{name} {words}"),
                                old,
                                new,
                                REQUIRED,
                                Kind::Changed,
                            );
                        });
                        subjects.pop();
                    }
                    subjects.push(Subject::Type(inner.clone()));
                    self.on_behalf(subjects, |walk| walk.schema(&name, &inner, was, is));
                }
                (None, is) => {
                    if renamed.iter().any(|(_, new)| new == key) {
                        continue;
                    }
                    subjects.push(Subject::Whole(inner));
                    let sort = if is_needed.is_some() {
                        "the required member"
                    } else {
                        "the member"
                    };
                    let rule = match is_needed.is_some() {
                        true => STRUCTURE,
                        false => Rule::Rust {
                            untouched: Grade::Harmless,
                            assumed: &[Grade::Compile],
                        },
                    };
                    self.on_behalf(subjects, |walk| {
                        walk.report(
                            format!("{sort} {name} is new"),
                            None,
                            is.as_ref(),
                            rule,
                            Kind::Added,
                        );
                    });
                }
                (was, None) => {
                    subjects.push(Subject::Whole(inner));
                    let Some((_, to)) = renamed.iter().find(|(old, _)| old == key) else {
                        self.on_behalf(subjects, |walk| {
                            walk.report(
                                format!("the member {name} is gone"),
                                was.as_ref(),
                                None,
                                STRUCTURE,
                                Kind::Removed,
                            );
                        });
                        continue;
                    };
                    let is = all
                        .iter()
                        .find(|(other, ..)| other == to)
                        .and_then(|(.., is)| is.as_ref());
                    subjects.push(Subject::Member(ty.to_owned(), (*to).to_owned()));
                    subjects.push(Subject::Whole(format!("{ty}{}", to.to_pascal_case())));
                    subjects.push(Subject::Traits(ty.to_owned()));
                    self.on_behalf(subjects, |walk| {
                        let what = format!("the member {name} is now called `{to}`, perhaps");
                        walk.report(what, was.as_ref(), is, STRUCTURE, Kind::Changed);
                    });
                }
            }
        }
        let keys = |side: Option<&Cursor<'a>>| -> Vec<&'a str> {
            side.map(Cursor::members)
                .unwrap_or_default()
                .into_iter()
                .map(|(key, _)| key)
                .collect()
        };
        let (was, is) = (keys(before.as_ref()), keys(after.as_ref()));
        self.order(
            "the members",
            of,
            (was, is),
            (before.as_ref(), after.as_ref()),
        );
        self.unnamed(of, ty, old, new);
    }

    /// Names that are required and that no property of this schema has, as in a part of `allOf`.
    fn unnamed(&mut self, of: &str, ty: &str, old: &Cursor<'a>, new: &Cursor<'a>) {
        let names = |side: &Cursor<'a>| -> Vec<Cursor<'a>> {
            let required = side
                .get("required")
                .map(|list| list.items())
                .unwrap_or_default();
            let has = |item: &Cursor<'a>| {
                item.node
                    .text()
                    .is_some_and(|name| side.path(&["properties", name]).is_some())
            };
            required.into_iter().filter(|item| !has(item)).collect()
        };
        let (before, after) = (names(old), names(new));
        let text = |item: &Cursor<'a>| item.node.text().unwrap_or_default().to_owned();
        let inherits = |side: &Cursor<'a>, name: &str| side.path(&["properties", name]).is_some();
        let lost = before.iter().filter(|was| {
            after.iter().all(|is| text(is) != text(was)) && !inherits(new, &text(was))
        });
        let gained = after.iter().filter(|is| {
            before.iter().all(|was| text(was) != text(is)) && !inherits(old, &text(is))
        });
        let mut subjects = self.subjects.clone();
        subjects.push(Subject::Whole(ty.to_owned()));
        self.on_behalf(subjects, |walk| {
            for was in lost {
                walk.report(
                    format!("`{}` of {of} is no longer required", text(was)),
                    Some(was),
                    Some(new),
                    REQUIRED,
                    Kind::Changed,
                );
            }
            for is in gained {
                walk.report(
                    format!("`{}` of {of} is required now", text(is)),
                    Some(old),
                    Some(is),
                    REQUIRED,
                    Kind::Changed,
                );
            }
        });
    }

    /// The words of an enum.
    pub(super) fn words(&mut self, of: &str, ty: &str, old: Side<'_, 'a>, new: Side<'_, 'a>) {
        let (Some(before), Some(after)) = (old, new) else {
            if old.is_some() || new.is_some() {
                let words = if new.is_some() {
                    "lists the values it can have now"
                } else {
                    "no longer lists the values it can have"
                };
                let mut subjects = self.subjects.clone();
                subjects.push(Subject::Whole(ty.to_owned()));
                self.on_behalf(subjects, |walk| {
                    walk.report(format!("{of} {words}"), old, new, STRUCTURE, Kind::Changed)
                });
            }
            return;
        };
        let word = |item: &Cursor<'a>| match &item.node.value {
            Value::Text(text) => text.clone(),
            _ => item.node.to_json(),
        };
        let (before_items, after_items) = (before.items(), after.items());
        let lacks = |items: &[Cursor<'a>], item: &Cursor<'a>| {
            items.iter().all(|other| !same(other.node, item.node))
        };
        for item in before_items.iter().filter(|item| lacks(&after_items, item)) {
            self.word(ty, &word(item), |walk| {
                let what = format!("the word `{}` of {of} is gone", word(item));
                walk.report(what, Some(item), None, STRUCTURE, Kind::Removed);
            });
        }
        for item in after_items.iter().filter(|item| lacks(&before_items, item)) {
            self.word(ty, &word(item), |walk| {
                let what = format!("the word `{}` of {of} is new", word(item));
                walk.report(what, None, Some(item), STRUCTURE, Kind::Added);
            });
        }
        let texts = |items: &[Cursor<'a>]| items.iter().map(&word).collect::<Vec<_>>();
        let (was, is) = (texts(&before_items), texts(&after_items));
        let mut subjects = self.subjects.clone();
        subjects.push(Subject::Traits(ty.to_owned()));
        self.on_behalf(subjects, |walk| {
            walk.order("the words", of, (was, is), (old, new))
        });
    }

    fn word(&mut self, ty: &str, word: &str, work: impl FnOnce(&mut Self)) {
        let mut subjects: Vec<Subject> = self.subjects.clone();
        subjects.retain(|subject| !matches!(subject, Subject::Type(_)));
        subjects.push(Subject::Word(ty.to_owned(), word.to_owned()));
        self.on_behalf(subjects, work);
    }

    /// Says that what is the same stands in another order.
    fn order<T: PartialEq + Clone>(
        &mut self,
        what: &str,
        of: &str,
        (was, is): (Vec<T>, Vec<T>),
        sides: (Side<'_, 'a>, Side<'_, 'a>),
    ) {
        let kept = |list: &[T], other: &[T]| -> Vec<T> {
            list.iter()
                .filter(|item| other.contains(item))
                .cloned()
                .collect()
        };
        if kept(&was, &is) != kept(&is, &was) {
            self.report(
                format!("{what} of {of} stand in another order"),
                sides.0,
                sides.1,
                HARMLESS,
                Kind::Changed,
            );
        }
    }
}

/// Where a schema requires a member.
fn requires<'a>(schema: &Cursor<'a>, member: &str) -> Option<Cursor<'a>> {
    let required = schema.get("required")?;
    required
        .items()
        .into_iter()
        .find(|item| item.node.text() == Some(member))
}

/// Members that are gone and new and look alike: by their words or their names, or because there is but one of each.
fn renames<'a>(all: &[Pair<'a>]) -> Vec<(&'a str, &'a str)> {
    let gone: Vec<&Pair<'a>> = all.iter().filter(|(.., new)| new.is_none()).collect();
    let mut added: Vec<&Pair<'a>> = all.iter().filter(|(_, old, _)| old.is_none()).collect();
    let looks = |side: &Option<Cursor<'a>>| {
        side.as_ref()
            .map(|side| shape(side.node, &is_prose))
            .unwrap_or_default()
    };
    let told = |side: &Option<Cursor<'a>>| {
        side.as_ref()
            .and_then(|side| side.word("description"))
            .map(str::to_owned)
    };
    let is_only = gone.len() == 1 && added.len() == 1;
    let mut renames = Vec::new();
    for (was, old, _) in gone {
        let alike = added.iter().position(|(is, _, new)| {
            let same_words = told(old).is_some() && told(old) == told(new);
            looks(old) == looks(new)
                && (is_only || same_words || was.to_snake_case() == is.to_snake_case())
        });
        if let Some(at) = alike {
            renames.push((*was, added.remove(at).0));
        }
    }
    renames
}
