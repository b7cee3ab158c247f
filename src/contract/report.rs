//! What the checks of many exchanges came to.

use std::collections::BTreeMap;
use std::fmt;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use super::finding::{Finding, Grade, OTHER};
use super::findings::Findings;
use super::verdict::Verdict;
use super::words::words;

mod junit;
mod table;

/// Findings that differ in more than their times and counts. Whoever has more has another problem than a list would show.
const MOST_FINDINGS: usize = 1_000;
/// Operations. Over a WebSocket their names are whatever was called.
const MOST_OPERATIONS: usize = 200;

/// Gathers verdicts. Equal findings become one, with how often and when first and last; memory is bounded, and what went over
/// the bound is counted.
///
/// It holds no value of any answer, and is safe to send to a vendor: as a table ([`Display`](std::fmt::Display)), as
/// [JSON](Self::to_json) or as [JUnit XML](Self::to_junit).
#[derive(Clone, Debug, Default)]
pub struct Report {
    findings: Findings,
    operations: BTreeMap<(&'static str, Box<str>), Checked>,
    unchecked: BTreeMap<Unchecked, u64>,
}

words! {
    /// Why something was not checked.
    #[derive(PartialOrd, Ord)]
    pub enum Unchecked {
        /// More came than could be checked aside.
        Full = "more came than could be checked",
        /// The report was asked for before it was its turn.
        Waiting = "it was still waiting its turn",
        /// The check itself panicked, which is a fault of this library.
        Failed = "the check itself failed",
        /// There is no spec of its service, or of a recording: none whose address it has.
        Service = "it is of no service that there is a spec of",
        /// Of a recording: the service's spec has no such operation.
        Operation = "the service's spec has no such operation",
        /// Of a recording: no answer came.
        Unanswered = "it got no answer",
        /// Of a recording: the program that made it left the answer's body out, or cut it off.
        Incomplete = "the recording does not hold the whole body",
        /// Of a recording: see [`unread`](crate::recording::Recording::unread).
        Unread = "the recording's entry cannot be read",
    }
}

/// How the answers of one operation fared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Checked {
    /// How many were checked.
    pub exchanges: u64,
    /// Of those, how many the client cannot read, or reads as something else.
    pub broken: u64,
    /// Of those, how many are not as documented, and read.
    pub drifted: u64,
}

/// `5 answers checked: 2 broken, 1 drifted`. One answer may have many findings, and none of its own.
impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, broken, drifted) = (self.exchanges, self.broken, self.drifted);
        let answers = if count == 1 { "answer" } else { "answers" };
        write!(
            f,
            "{count} {answers} checked: {broken} broken, {drifted} drifted"
        )
    }
}

impl Report {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what the check of one exchange or message came to.
    pub fn add(&mut self, verdict: &Verdict) {
        self.add_noting(verdict);
    }

    /// The same. Returns the findings that are new to the report.
    pub(super) fn add_noting(&mut self, verdict: &Verdict) -> Vec<Finding> {
        let grade = verdict.grade();
        let checked = Checked {
            exchanges: 1,
            broken: u64::from(grade == Some(Grade::Breaks)),
            drifted: u64::from(grade == Some(Grade::Drift)),
        };
        self.count(verdict.service, &verdict.operation, checked);
        self.findings.leave(verdict.left_out, grade);
        let mut new = verdict.findings.clone();
        new.retain(|finding| self.findings.add(MOST_FINDINGS, finding.clone()));
        new
    }

    /// Counts what was not checked.
    pub(super) fn leave(&mut self, why: Unchecked, count: u64) {
        if count > 0 {
            *self.unchecked.entry(why).or_default() += count;
        }
    }

    /// Adds all that another report holds.
    pub fn merge(&mut self, other: Self) {
        for ((service, operation), checked) in other.operations {
            self.count(service, &operation, checked);
        }
        self.findings.merge(MOST_FINDINGS, other.findings);
        for (why, count) in other.unchecked {
            self.leave(why, count);
        }
    }

    /// The worst grade; `None` where all is as the specs say, and where nothing was checked.
    pub fn grade(&self) -> Option<Grade> {
        self.findings.grade
    }

    /// Whether a typed client could not read an answer, or was told something else than the spec says.
    pub fn is_broken(&self) -> bool {
        self.grade() == Some(Grade::Breaks)
    }

    /// How many exchanges and messages were checked.
    pub fn exchanges(&self) -> u64 {
        let operations = self.operations.values();
        operations.map(|checked| checked.exchanges).sum()
    }

    /// How the answers fared, by service and operation.
    pub fn operations(&self) -> impl Iterator<Item = (&'static str, &str, Checked)> {
        let operations = self.operations.iter();
        operations.map(|((service, operation), checked)| (*service, &**operation, *checked))
    }

    /// All findings, the worst first; at most 1,000.
    pub fn findings(&self) -> Vec<&Finding> {
        self.findings.sorted()
    }

    /// How many findings are not among [`findings`](Self::findings), since there were too many that differ.
    pub fn left_out(&self) -> u64 {
        self.findings.left_out
    }

    /// How much was not checked, and why.
    pub fn unchecked(&self) -> impl Iterator<Item = (Unchecked, u64)> {
        self.unchecked.iter().map(|(why, count)| (*why, *count))
    }

    /// What stands below the findings of the report as a table: how the answers of each operation fared, what was left out or
    /// not checked, and whether the contract holds.
    pub fn sum(&self) -> impl fmt::Display {
        table::sum(self)
    }

    /// The whole report as one JSON object: `grade`, `exchanges`, `left_out`, `unchecked`, `operations` and `findings`.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("it is made of texts and counts")
    }

    /// As JUnit's XML, a test suite for each service: a test case for each finding, which fails if the finding breaks and
    /// else says what it is in its `system-out`; and one for each operation, which fails if a finding that broke it was left
    /// out.
    pub fn to_junit(&self) -> String {
        self.to_junit_from(Grade::Breaks)
    }

    /// The same, in which whatever is of this grade or worse fails.
    pub fn to_junit_from(&self, least: Grade) -> String {
        junit::xml(self, least)
    }

    fn count(&mut self, service: &'static str, operation: &str, more: Checked) {
        let mut key = (service, Box::from(operation));
        let is_full = self.operations.len() >= MOST_OPERATIONS;
        if is_full && !self.operations.contains_key(&key) {
            key.1 = OTHER.into();
        }
        let checked = self.operations.entry(key).or_default();
        checked.exchanges += more.exchanges;
        checked.broken += more.broken;
        checked.drifted += more.drifted;
    }
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Operation<'a> {
            service: &'static str,
            operation: &'a str,
            #[serde(flatten)]
            checked: Checked,
        }
        let operations = self.operations();
        let operations = operations.map(|(service, operation, checked)| Operation {
            service,
            operation,
            checked,
        });
        let mut report = serializer.serialize_struct("Report", 6)?;
        report.serialize_field("grade", &self.grade())?;
        report.serialize_field("exchanges", &self.exchanges())?;
        report.serialize_field("left_out", &self.left_out())?;
        report.serialize_field("unchecked", &self.unchecked)?;
        report.serialize_field("operations", &operations.collect::<Vec<_>>())?;
        report.serialize_field("findings", &self.findings())?;
        report.end()
    }
}
