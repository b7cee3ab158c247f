//! What a check came to: the findings of one answer, gathered within bounds.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use jiff::Timestamp;

use super::finding::{Finding, Found, Grade, Rule};
use crate::observe::Veto;

/// An answer with more distinct findings is not what the spec describes at all.
const MOST_FINDINGS: usize = 200;

/// What the check of one exchange, or of one message, came to.
#[derive(Clone, Debug)]
#[must_use]
pub struct Verdict {
    pub(super) service: &'static str,
    pub(super) operation: Box<str>,
    pub(super) findings: Vec<Finding>,
    pub(super) left_out: LeftOut,
}

/// Findings past a bound: counted, not kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct LeftOut {
    pub count: u64,
    pub grade: Option<Grade>,
}

impl LeftOut {
    pub fn add(&mut self, other: Self) {
        self.count = self.count.saturating_add(other.count);
        self.grade = self.grade.max(other.grade);
    }
}

impl Verdict {
    /// The worst first, each with how often it was met in this answer. At most 200; the grade is right beyond that.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The worst grade; `None` where all is as the spec says.
    pub fn grade(&self) -> Option<Grade> {
        let kept = self.findings.iter().map(|finding| finding.grade).max();
        kept.max(self.left_out.grade)
    }

    /// Whether the typed client cannot read the answer, or is told something else than the spec says.
    pub fn is_broken(&self) -> bool {
        self.grade() == Some(Grade::Breaks)
    }

    /// What an [`Observer`](crate::observe::Observer) may return in the place of a broken answer: its first finding that
    /// breaks. `None` where nothing does.
    pub fn veto(&self) -> Option<Veto> {
        let is_breaking = |finding: &&Finding| finding.grade == Grade::Breaks;
        let finding = self.findings.iter().find(is_breaking)?;
        Some(Veto {
            by: "the contract's check",
            ..Veto::new(finding.problem(), &*finding.pointer)
        })
    }
}

/// One finding a line, the worst first; nothing where all is as the spec says.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            let Finding { grade, pointer, .. } = finding;
            writeln!(f, "{grade} at `{pointer}`: {}", finding.problem())?;
        }
        Ok(())
    }
}

/// Where a check puts what it finds in one answer.
#[derive(Debug, Default)]
pub(super) struct Findings {
    found: BTreeMap<Place, Seen>,
    left_out: LeftOut,
}

/// The pointer, what was held against it, and what came.
type Place = (Box<str>, Rule, Found);

#[derive(Debug)]
struct Seen {
    grade: Grade,
    expected: Box<str>,
    count: u64,
}

impl Findings {
    /// `expected` is written out only where the finding is new.
    pub fn add(
        &mut self,
        pointer: &str,
        rule: Rule,
        grade: Grade,
        expected: impl fmt::Display,
        found: Found,
    ) {
        let is_full = self.found.len() >= MOST_FINDINGS;
        match self.found.entry((pointer.into(), rule, found)) {
            Entry::Occupied(mut seen) => {
                let seen = seen.get_mut();
                seen.grade = grade.max(seen.grade);
                seen.count += 1;
            }
            Entry::Vacant(_) if is_full => {
                let grade = Some(grade);
                self.left_out.add(LeftOut { count: 1, grade });
            }
            Entry::Vacant(place) => {
                let expected = expected.to_string().into();
                place.insert(Seen {
                    grade,
                    expected,
                    count: 1,
                });
            }
        }
    }

    pub fn is_broken(&self) -> bool {
        let mut grades = self.found.values().map(|seen| seen.grade);
        grades.any(|grade| grade == Grade::Breaks) || self.left_out.grade == Some(Grade::Breaks)
    }

    pub fn verdict(
        self,
        service: &'static str,
        operation: &str,
        status: Option<u16>,
        at: Timestamp,
    ) -> Verdict {
        let mut findings: Vec<Finding> = self
            .found
            .into_iter()
            .map(|((pointer, rule, found), seen)| Finding {
                service,
                operation: operation.into(),
                status,
                pointer,
                rule,
                grade: seen.grade,
                expected: seen.expected,
                found,
                count: seen.count,
                first: at,
                last: at,
            })
            .collect();
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.grade));
        Verdict {
            service,
            operation: operation.into(),
            findings,
            left_out: self.left_out,
        }
    }
}
