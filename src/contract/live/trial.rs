//! What a live check came to: its attempts, in the order they were made, and the report on all that was answered.

use std::fmt;

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus};
use serde::Serialize;

use crate::contract::junit::{self, case, failed, skipped};
use crate::contract::words::words;
use crate::contract::{Grade, Report};
use crate::reference::{Reference, Service};

/// What an attempt to read an execution by its reference is called.
pub(super) const GET: &str = "get an execution";

words! {
    /// The outcome of one attempt.
    pub enum Outcome {
        /// It was answered as the spec says.
        Held = "held",
        /// It was answered otherwise, in a way that the client reads.
        Drifted = "drifted",
        /// It was answered in a way that the client cannot read, or that means something else than the spec says.
        Broke = "broke",
        /// It was not tried.
        Skipped = "skipped",
        /// It was tried and says nothing of the contract: no connection, a credential or a reference that is refused, a
        /// service that is offline or busy.
        Failed = "failed",
    }
}

impl Outcome {
    pub(super) fn of(grade: Option<Grade>) -> Self {
        match grade {
            None | Some(Grade::Note) => Self::Held,
            Some(Grade::Drift) => Self::Drifted,
            Some(Grade::Breaks) => Self::Broke,
        }
    }

    fn grade(self) -> Option<Grade> {
        match self {
            Self::Drifted => Some(Grade::Drift),
            Self::Broke => Some(Grade::Breaks),
            Self::Held | Self::Skipped | Self::Failed => None,
        }
    }
}

/// One thing that was tried, or skipped.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Attempt {
    /// Of which service.
    pub service: Service,
    /// In words, without a value: `get an unknown execution`.
    pub tried: &'static str,
    /// The execution it was about, where more than one of the service were given; what came to pass with one of them is told
    /// from the others by it alone.
    pub reference: Option<Reference>,
    /// What it came to.
    pub outcome: Outcome,
    /// The status it was answered with; `None` over a WebSocket, and where nothing came.
    pub status: Option<u16>,
    /// Why it is so, in words without a value. Of a failed attempt these may be the service's own, in which `…` stands for
    /// whatever may be one.
    pub why: String,
}

impl Attempt {
    /// What was tried, with the reference where there is one.
    pub fn name(&self) -> String {
        match &self.reference {
            Some(reference) => format!("{}, {reference}", self.tried),
            None => self.tried.to_owned(),
        }
    }
}

/// What was tried, and what is to be said of all the answers.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Trial {
    /// In the order they were made.
    pub attempts: Vec<Attempt>,
    /// Every answer that came, retries and pushes included.
    pub report: Report,
}

impl Trial {
    /// Returns true if something held, nothing drifted or broke, and all that was asked for [was read](Self::is_complete).
    pub fn holds(&self) -> bool {
        let is_held = self.count(Outcome::Held) > 0 && self.is_complete();
        is_held && self.grade() < Some(Grade::Drift)
    }

    /// The worst grade of an attempt or a finding; `None` where all is as the specs say, and where nothing was answered.
    pub fn grade(&self) -> Option<Grade> {
        let attempts = self.attempts.iter();
        let attempts = attempts.filter_map(|attempt| attempt.outcome.grade());
        attempts.max().max(self.report.grade())
    }

    /// Returns true if something was tried, nothing failed to say something of the contract, and an execution of each service
    /// that was asked [was read](Self::unread).
    pub fn is_complete(&self) -> bool {
        let is_tried = self.count(Outcome::Skipped) < self.attempts.len();
        is_tried && self.count(Outcome::Failed) == 0 && self.unread().next().is_none()
    }

    /// The services that were asked and of which no execution was read, for want of a reference of one: refusals alone say
    /// nothing of what a service sends.
    pub fn unread(&self) -> impl Iterator<Item = Service> {
        let is_asked = |service| {
            let mut attempts = self.attempts.iter();
            attempts.any(|one| one.service == service && one.outcome != Outcome::Skipped)
        };
        let services = Service::ALL.iter().copied();
        services.filter(move |service| is_asked(*service) && !self.has_read(*service))
    }

    /// Returns true if an execution of this service came, as documented or not.
    pub fn has_read(&self, service: Service) -> bool {
        let is_read = |attempt: &Attempt| {
            let is_skipped = matches!(attempt.outcome, Outcome::Skipped | Outcome::Failed);
            let is_success = attempt
                .status
                .is_some_and(|status| (200..300).contains(&status));
            attempt.service == service && attempt.tried == GET && !is_skipped && is_success
        };
        self.attempts.iter().any(is_read)
    }

    /// How many attempts came to this.
    pub fn count(&self, outcome: Outcome) -> usize {
        let is_it = |attempt: &&Attempt| attempt.outcome == outcome;
        self.attempts.iter().filter(is_it).count()
    }

    /// Adds all that another trial holds.
    pub fn merge(&mut self, other: Self) {
        self.attempts.extend(other.attempts);
        self.report.merge(other.report);
    }

    /// As one JSON object: `attempts` and `report`.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("it is made of texts and counts")
    }

    /// As JUnit's XML, a test suite for each service and a case for each attempt. One that came to this grade or worse fails;
    /// one that failed to say anything is an error, and a skipped one is skipped.
    pub fn to_junit_from(&self, least: Grade) -> String {
        let cases = self.attempts.iter();
        junit::xml(cases.map(|attempt| (attempt.service.as_str(), attempt.to_case(least))))
    }
}

impl Attempt {
    fn to_case(&self, least: Grade) -> TestCase {
        let out = format!("{}: {}", self.outcome, self.why);
        let why = &self.why;
        let (status, out) = match self.outcome {
            Outcome::Failed => (failed(NonSuccessKind::Error, "failed", why), ""),
            Outcome::Skipped => (skipped(why), ""),
            outcome if outcome.grade() >= Some(least) => {
                let word = outcome.as_str();
                (failed(NonSuccessKind::Failure, word, why), "")
            }
            _ => (TestCaseStatus::success(), &*out),
        };
        case(self.service.as_str(), &self.name(), status, out)
    }
}

/// An attempt a line, then the report.
impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for attempt in &self.attempts {
            let (outcome, service, why) = (attempt.outcome, attempt.service, &attempt.why);
            let (tried, status) = (attempt.name(), attempt.status);
            let status = status.map_or_else(|| "-".to_owned(), |status| status.to_string());
            writeln!(f, "{outcome:8} {service:10} {tried:40} {status:4} {why}")?;
        }
        write!(f, "\n{}", self.report)
    }
}
