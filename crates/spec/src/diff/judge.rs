//! Brings together what the documents' trees and the generated Rust say, and grades it.

use std::collections::BTreeSet;

use super::change::{Change, Changes, Gap, Grade, Kind};
use super::generated::Made;
use super::surface::Surface;
use super::surface::compare::{Delta, deltas};
use super::tree::{Finding, Found, Rule, Subject};

/// Grades all findings, and adds what only the Rust shows.
pub fn judge(service: &str, found: &Found, old: &Made, new: &Made) -> Changes {
    let deltas = deltas(&old.surface, &new.surface);
    let judge = Judge {
        service,
        old,
        new,
        deltas: &deltas,
    };
    let mut claimed = vec![false; deltas.len()];
    let mut changes: Vec<Change> = Vec::new();
    let mut gaps: Vec<Gap> = Vec::new();
    for finding in &found.findings {
        if finding.rule == Rule::Gap {
            let what = match finding.what.strip_suffix(',') {
                Some(lost) => format!("{lost}: not compared"),
                None => format!("{}, and what that does is not known", finding.what),
            };
            let gap = Gap {
                what,
                old: finding.old.clone(),
                new: finding.new.clone(),
            };
            if !gaps.contains(&gap) {
                gaps.push(gap);
            }
            continue;
        }
        add(&mut changes, judge.change(finding, &mut claimed));
    }
    for (delta, is_claimed) in deltas.iter().zip(&claimed) {
        if !is_claimed {
            add(&mut changes, judge.of_rust_alone(delta, found));
        }
    }
    // What the whole made of it is told of the whole; the rest is what another change carries with it.
    changes.sort_by(|one, other| {
        let line = |change: &Change| {
            change
                .new
                .as_ref()
                .or(change.old.as_ref())
                .map(|place| (place.line, place.column))
        };
        other
            .grade
            .cmp(&one.grade)
            .then(line(one).cmp(&line(other)))
    });
    let mut notes: Vec<String> = new.note.clone().into_iter().collect();
    notes.extend(judge.not_made());
    Changes {
        service: service.to_owned(),
        all: changes,
        gaps,
        notes,
    }
}

/// One difference of a shared part is one change, whoever uses it.
fn add(changes: &mut Vec<Change>, change: Change) {
    let same = changes.iter_mut().find(|other| {
        other.what == change.what && other.old == change.old && other.new == change.new
    });
    let Some(same) = same else {
        return changes.push(change);
    };
    let mut grades: BTreeSet<Grade> = same.also.iter().chain(&change.also).copied().collect();
    grades.extend([same.grade, change.grade]);
    (same.grade, same.also) = parts(grades);
    same.is_proven &= change.is_proven;
    for effect in change.effects {
        if !same.effects.contains(&effect) {
            same.effects.push(effect);
        }
    }
    for item in change.items {
        if !same.items.contains(&item) {
            same.items.push(item);
        }
    }
}

/// The worst and the others; what is also harmless is not said.
fn parts(mut grades: BTreeSet<Grade>) -> (Grade, Vec<Grade>) {
    let worst = grades.pop_last().unwrap_or(Grade::Harmless);
    grades.remove(&Grade::Harmless);
    (worst, grades.into_iter().rev().collect())
}

struct Judge<'a> {
    service: &'a str,
    old: &'a Made,
    new: &'a Made,
    deltas: &'a [Delta],
}

impl Judge<'_> {
    fn change(&self, finding: &Finding, claimed: &mut [bool]) -> Change {
        let mut effects = Vec::new();
        let mut items = Vec::new();
        let mut grades = BTreeSet::new();
        let is_proven = !self.is_left_out(finding);
        match finding.rule {
            Rule::Always(grade) => {
                grades.insert(grade);
            }
            Rule::Rust { assumed, .. } if !is_proven => grades.extend(assumed),
            Rule::Gap => {}
            Rule::Rust { untouched, .. } => {
                for (delta, is_claimed) in self.deltas.iter().zip(claimed) {
                    if finding
                        .subjects
                        .iter()
                        .any(|subject| self.concerns(subject, delta))
                    {
                        *is_claimed = true;
                        grades.extend(&delta.grades);
                        effects.push(self.path_in(&delta.effect));
                        items.push(delta.item.clone());
                    }
                }
                if grades.is_empty() {
                    grades.insert(untouched);
                }
            }
        }
        if items.is_empty() {
            items = finding
                .subjects
                .iter()
                .filter_map(|subject| self.item(subject))
                .collect();
        }
        let mut known = BTreeSet::new();
        items.retain(|item| known.insert(item.clone()));
        let (grade, also) = parts(grades);
        Change {
            grade,
            also,
            what: finding.what.clone(),
            effects,
            is_proven: is_proven || matches!(finding.rule, Rule::Always(_)),
            old: finding.old.clone(),
            new: finding.new.clone(),
            items: items
                .into_iter()
                .map(|item| format!("{}::{item}", self.service))
                .collect(),
            kind: finding.kind,
        }
    }

    /// The Rust that a subject names and that is there.
    fn item(&self, subject: &Subject) -> Option<String> {
        let surfaces = [&self.new.surface, &self.old.surface];
        let find = |item: &dyn Fn(&Surface) -> Option<String>| surfaces.into_iter().find_map(item);
        match subject {
            Subject::Type(name) | Subject::Whole(name) => find(&|surface| {
                surface
                    .types
                    .contains_key(name)
                    .then(|| format!("types::{name}"))
            }),
            Subject::Member(of, member) => find(&|surface| surface.field(of, member)),
            Subject::Word(of, word) => find(&|surface| surface.variant(of, word)),
            Subject::Operation(name) | Subject::Argument(name, _) | Subject::Answer(name) => {
                find(&|surface| {
                    surface
                        .operations
                        .contains_key(name)
                        .then(|| format!("Client::{name}"))
                })
            }
            Subject::Constant(name) => {
                find(&|surface| surface.constants.contains_key(name).then(|| name.clone()))
            }
            Subject::Traits(_) => None,
        }
    }

    fn concerns(&self, subject: &Subject, delta: &Delta) -> bool {
        let part = delta.part.as_deref();
        let is_in = |surface: &Surface, item: Option<String>| {
            item.is_some_and(|item| item == delta.item && !surface.types.is_empty())
        };
        // A type that is gone or another sort of type takes all that is in it with it.
        let is_whole = |of: &str| part.is_none() && delta.item == format!("types::{of}");
        match subject {
            Subject::Type(name) => delta.item == format!("types::{name}"),
            Subject::Whole(name) => {
                let item = format!("types::{name}");
                delta
                    .item
                    .strip_prefix(&item)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
            }
            Subject::Traits(name) => part.is_some() && delta.item == format!("types::{name}"),
            Subject::Member(of, member) => {
                let (old, new) = (&self.old.surface, &self.new.surface);
                is_whole(of)
                    || is_in(old, old.field(of, member))
                    || is_in(new, new.field(of, member))
            }
            Subject::Word(of, word) => {
                let (old, new) = (&self.old.surface, &self.new.surface);
                is_whole(of)
                    || is_in(old, old.variant(of, word))
                    || is_in(new, new.variant(of, word))
            }
            Subject::Operation(name) => delta.item == format!("Client::{name}") && part.is_none(),
            Subject::Argument(name, argument) => {
                delta.item == format!("Client::{name}") && part == Some(argument)
            }
            Subject::Answer(name) => {
                delta.item == format!("Client::{name}") && part == Some("answer")
            }
            Subject::Constant(name) => delta.item == *name,
        }
    }

    fn is_left_out(&self, finding: &Finding) -> bool {
        let is_in = |made: &Made| {
            let place = [&finding.old, &finding.new].into_iter().flatten();
            let mut pointers = place
                .map(|place| place.pointer.as_str())
                .chain([finding.unit.as_str()]);
            made.failure.is_some()
                || pointers.any(|pointer| {
                    made.left_out.keys().any(|part| {
                        pointer
                            .strip_prefix(part.as_str())
                            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                    })
                })
        };
        is_in(self.old) || is_in(self.new)
    }

    /// What follows from another change: a type that holds what changed, a trait that is derived no more.
    fn of_rust_alone(&self, delta: &Delta, found: &Found) -> Change {
        // A field's place is that of its type.
        let item = delta
            .item
            .splitn(3, "::")
            .take(2)
            .collect::<Vec<_>>()
            .join("::");
        let places = found.places.get(&item).cloned();
        let (old, new) = places.unwrap_or_default();
        let (grade, also) = parts(delta.grades.clone());
        Change {
            grade,
            also,
            what: format!(
                "as a consequence of other changes, {}",
                self.path_in(&delta.effect)
            ),
            effects: Vec::new(),
            is_proven: true,
            old,
            new,
            items: vec![format!("{}::{}", self.service, delta.item)],
            kind: Kind::Changed,
        }
    }

    /// An effect with its items as a user of the crate names them.
    fn path_in(&self, effect: &str) -> String {
        ["`types::", "`Client::", "`bounds::", "`security::"]
            .iter()
            .fold(effect.to_owned(), |text, start| {
                text.replace(start, &format!("`{}::{}", self.service, &start[1..]))
            })
    }

    /// What there is no Rust of: how everything in it was graded, and why.
    fn not_made(&self) -> Vec<String> {
        if let Some(failure) = self.new.failure.as_ref().or(self.old.failure.as_ref()) {
            let note = format!(
                "No Rust could be made of the documents; every change is graded as the worst it is likely to be: {failure}"
            );
            return vec![note];
        }
        let parts = self.new.left_out.iter();
        let note = |(pointer, reason)| {
            format!(
                "No Rust could be made of `{pointer}`; what changed in it is graded as the worst it is likely to be: {reason}"
            )
        };
        parts.map(note).collect()
    }
}
