//! The result of checking one answer.

use std::fmt;

use jiff::Timestamp;

use super::finding::{Finding, Grade};
use super::findings::Findings;
use crate::observe::Veto;

/// What the check of one exchange, or of one message, came to.
#[derive(Clone, Debug)]
#[must_use]
pub struct Verdict {
    pub(super) service: &'static str,
    pub(super) operation: Box<str>,
    pub(super) status: Option<u16>,
    pub(super) findings: Vec<Finding>,
    pub(super) left_out: u64,
    grade: Option<Grade>,
}

impl Verdict {
    /// The verdict on an answer of an operation that was asked for `at` this time.
    pub(super) fn new(
        service: &'static str,
        operation: &str,
        status: Option<u16>,
        at: Timestamp,
        findings: &Findings,
    ) -> Self {
        let found = findings.sorted().into_iter().map(|finding| Finding {
            service,
            operation: operation.into(),
            status,
            first: at,
            last: at,
            ..finding.clone()
        });
        Self {
            service,
            operation: operation.into(),
            status,
            findings: found.collect(),
            left_out: findings.left_out,
            grade: findings.grade,
        }
    }

    /// The worst first, each with how often it was met in this answer. At most 200; the grade is right beyond that.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The worst grade; `None` where all is as the spec says.
    pub fn grade(&self) -> Option<Grade> {
        self.grade
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
