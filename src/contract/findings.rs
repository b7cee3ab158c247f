//! Findings gathered within a bound.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::finding::{Finding, Found, Grade, Rule};

/// Gathers findings. Those that differ only in their grades, counts and times become one.
#[derive(Clone, Debug, Default)]
pub(super) struct Findings {
    kept: BTreeMap<Key, Finding>,
    /// How many found no room: counted, not kept.
    pub left_out: u64,
    /// The worst, of those left out too.
    pub grade: Option<Grade>,
}

/// The service, the operation, the status, the pointer, the rule, and what was found.
type Key = (&'static str, Box<str>, Option<u16>, Box<str>, Rule, Found);

impl Findings {
    /// Adds a finding, or only counts it where there are `most` already. Returns true if it is kept and new.
    pub fn add(&mut self, most: usize, finding: Finding) -> bool {
        self.grade = self.grade.max(Some(finding.grade));
        let is_full = self.kept.len() >= most;
        match self.kept.entry(key(&finding)) {
            Entry::Occupied(known) => known.into_mut().merge(&finding),
            Entry::Vacant(_) if is_full => self.leave(finding.count, None),
            Entry::Vacant(place) => {
                place.insert(finding);
                return true;
            }
        }
        false
    }

    /// Counts findings that nobody kept.
    pub fn leave(&mut self, count: u64, worst: Option<Grade>) {
        self.left_out = self.left_out.saturating_add(count);
        self.grade = self.grade.max(worst);
    }

    /// Adds all that another holds.
    pub fn merge(&mut self, most: usize, other: Self) {
        self.leave(other.left_out, other.grade);
        for finding in other.kept.into_values() {
            self.add(most, finding);
        }
    }

    /// Those that were kept, the worst first.
    pub fn sorted(&self) -> Vec<&Finding> {
        let mut findings: Vec<&Finding> = self.kept.values().collect();
        findings.sort_by_key(|finding| Reverse(finding.grade));
        findings
    }
}

fn key(finding: &Finding) -> Key {
    (
        finding.service,
        finding.operation.clone(),
        finding.status,
        finding.pointer.clone(),
        finding.rule,
        finding.found.clone(),
    )
}
