//! One service's attempts as they are made: what was answered is kept, and what it came to decided.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::trial::{Attempt, Outcome, Trial};
use super::{Options, Progress};
use crate::contract::{Contract, Grade, Verdict};
use crate::error::Error;
use crate::observe::{Exchange, Message, Observer, Veto};
use crate::reference::{Reference, Service};

/// What an attempt should be answered with.
#[derive(Clone, Copy, Debug)]
pub(super) enum Expected {
    /// A success.
    Answer,
    /// One of these statuses; the grade is how bad it is that the service takes the request for a good one.
    Refusal(&'static [u16], Grade),
    /// A refusal over the WebSocket, where it has no status.
    #[cfg(feature = "ws")]
    RefusalInFrame,
}

pub(super) struct Run {
    service: Service,
    progress: Option<Progress>,
    /// Whether there are several executions to tell apart.
    has_several: bool,
    /// Whether the last call's time ran out, and nothing at all had come since it was made.
    is_unheard: bool,
    trial: Trial,
    pub tap: Arc<Tap>,
}

impl Run {
    pub fn new(service: Service, options: &Options) -> Self {
        Self {
            service,
            progress: options.progress.clone(),
            has_several: options.of(service).nth(1).is_some(),
            is_unheard: false,
            trial: Trial::default(),
            tap: Arc::default(),
        }
    }

    pub fn service(&self) -> Service {
        self.service
    }

    pub fn end(mut self) -> Trial {
        // What came when nothing was being tried any more.
        self.drain();
        self.trial
    }

    pub fn skip(&mut self, tried: &'static str, why: impl Into<String>) {
        self.note((tried, None), Outcome::Skipped, None, why.into());
    }

    pub fn fail(&mut self, tried: &'static str, why: impl Into<String>) {
        self.note((tried, None), Outcome::Failed, None, why.into());
    }

    /// Makes an attempt; what it was answered, where that can be read.
    pub async fn attempt<T>(
        &mut self,
        tried: &'static str,
        expected: Expected,
        call: impl IntoFuture<Output = Result<T, Error>>,
    ) -> Option<T> {
        self.announce(tried);
        self.judge((tried, None), expected, call).await
    }

    /// The same with one of the executions that there should be.
    pub async fn attempt_with<T>(
        &mut self,
        reference: &Reference,
        tried: &'static str,
        expected: Expected,
        call: impl IntoFuture<Output = Result<T, Error>>,
    ) -> Option<T> {
        if !self.has_several {
            return self.attempt(tried, expected, call).await;
        }
        self.announce(&format!("{tried}, {reference}"));
        let tried = (tried, Some(reference.clone()));
        self.judge(tried, expected, call).await
    }

    async fn judge<T>(
        &mut self,
        tried: Tried,
        expected: Expected,
        call: impl IntoFuture<Output = Result<T, Error>>,
    ) -> Option<T> {
        self.drain();
        let ended = call.await;
        let seen = self.drain();
        let error = ended.as_ref().err();
        self.is_unheard = seen.is_empty() && error.is_some_and(Error::is_timeout);
        let (outcome, status, why) = judged(expected, error, &seen);
        self.note(tried, outcome, status, why);
        ended.ok()
    }

    #[cfg(feature = "ws")]
    pub fn is_unheard(&self) -> bool {
        self.is_unheard
    }

    /// Notes what came by itself, by the first verdict that is of this operation or breaks.
    #[cfg(feature = "ws")]
    pub fn pushed(&mut self, tried: &'static str, operation: &str, absent: &str) {
        let seen = self.drain();
        let is_of =
            |seen: &&Seen| *seen.verdict.operation == *operation || seen.verdict.is_broken();
        match seen.iter().find(is_of) {
            Some(seen) => {
                let grade = seen.verdict.grade();
                let outcome = Outcome::of(grade);
                self.note((tried, None), outcome, None, reason(&seen.verdict));
            }
            None => self.skip(tried, absent),
        }
    }

    pub fn announce(&self, tried: &str) {
        if let Some(progress) = &self.progress {
            progress(self.service, tried);
        }
    }

    fn drain(&mut self) -> Vec<Seen> {
        let seen = std::mem::take(&mut *self.tap.lock());
        seen.iter()
            .for_each(|seen| self.trial.report.add(&seen.verdict));
        seen
    }

    fn note(&mut self, tried: Tried, outcome: Outcome, status: Option<u16>, why: String) {
        let (tried, reference) = tried;
        self.trial.attempts.push(Attempt {
            service: self.service,
            tried,
            reference,
            outcome,
            status,
            why,
        });
    }
}

/// In words, and with which of several executions.
type Tried = (&'static str, Option<Reference>);

/// An answer, judged.
#[derive(Debug)]
pub(super) struct Seen {
    status: Option<u16>,
    verdict: Verdict,
}

/// Judges what the handle of a run is answered.
#[derive(Debug, Default)]
pub(super) struct Tap(Mutex<Vec<Seen>>);

/// Pushes of a market in turmoil; more of them show no more.
const MOST: usize = 1_000;

impl Tap {
    fn lock(&self) -> MutexGuard<'_, Vec<Seen>> {
        // At worst an answer is missing.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, status: Option<u16>, verdict: Verdict) {
        let mut seen = self.lock();
        if seen.len() < MOST {
            seen.push(Seen { status, verdict });
        }
    }
}

impl Observer for Tap {
    fn exchange(&self, exchange: &Exchange) -> Result<(), Veto> {
        if exchange.connection.is_none()
            && let Some(contract) = Contract::named(exchange.service)
            && let Some(verdict) = contract.check_exchange(exchange)
        {
            let response = exchange.response.as_ref().ok();
            self.keep(response.map(|response| response.status.as_u16()), verdict);
        }
        Ok(())
    }

    fn reads_heads(&self) -> bool {
        false
    }

    fn message(&self, message: &Message) -> Result<(), Veto> {
        if let Some(contract) = Contract::named(message.service)
            && let Some(verdict) = contract.check_message(message)
        {
            self.keep(None, verdict);
        }
        Ok(())
    }
}

/// Why a request that should be refused and was not is at fault.
const TAKEN: &str = "it was answered as if nothing were wrong with it";

/// What an attempt came to, with its last status and the reason in words.
fn judged(
    expected: Expected,
    error: Option<&Error>,
    seen: &[Seen],
) -> (Outcome, Option<u16>, String) {
    let last = seen.last();
    let status = last.and_then(|seen| seen.status);
    let worst = seen
        .iter()
        .map(|seen| &seen.verdict)
        .max_by_key(|verdict| verdict.grade());
    let grade = worst.and_then(Verdict::grade);
    let by_grade = |held: String| match Outcome::of(grade) {
        Outcome::Held => (Outcome::Held, status, held),
        outcome => (outcome, status, worst.map_or(held, reason)),
    };
    match (expected, error) {
        (_, Some(error)) if error.is_contract_drift() => {
            let why = worst.filter(|verdict| verdict.is_broken());
            (
                Outcome::Broke,
                status,
                why.map_or_else(|| error.what(), reason),
            )
        }
        (Expected::Answer, None) => by_grade("as documented".to_owned()),
        (Expected::Answer, Some(_)) if grade >= Some(Grade::Drift) => by_grade(String::new()),
        (Expected::Answer, Some(error)) => (Outcome::Failed, status, told(error)),
        (Expected::Refusal(_, taken), None) => {
            let outcome = Outcome::of(grade.max(Some(taken)));
            (outcome, status, TAKEN.to_owned())
        }
        #[cfg(feature = "ws")]
        (Expected::RefusalInFrame, None) => (Outcome::Broke, status, TAKEN.to_owned()),
        (Expected::Refusal(wanted, _), Some(error)) => match status {
            Some(status) if wanted.contains(&status) => {
                by_grade(format!("{status} came, as documented"))
            }
            Some(200..=299) => by_grade("refused inside a success, as documented".to_owned()),
            Some(401 | 403 | 408 | 429 | 500..) | None => (Outcome::Failed, status, told(error)),
            Some(other) => {
                let wanted: Vec<String> = wanted.iter().map(u16::to_string).collect();
                let why = format!("{} is documented, {other} came", wanted.join(" or "));
                (Outcome::Drifted, status, why)
            }
        },
        #[cfg(feature = "ws")]
        (Expected::RefusalInFrame, Some(error)) => {
            let is_other = error.is_timeout()
                || error.is_unreachable()
                || error.is_closed()
                || error.is_offline()
                || error.is_auth()
                || error.is_rate_limited()
                || last.is_none();
            match is_other {
                true => (Outcome::Failed, status, told(error)),
                false => by_grade("it was refused".to_owned()),
            }
        }
    }
}

/// The first of what is wrong, and how much more there is.
fn reason(verdict: &Verdict) -> String {
    let Some(first) = verdict.findings().first() else {
        return "as documented".to_owned();
    };
    let place = match &*first.pointer {
        "" => String::new(),
        pointer => format!(" at {pointer}"),
    };
    let first = format!("{}{place}", first.problem());
    match verdict.findings().len() {
        1 => first,
        count => format!("{first}; and {} more", count - 1),
    }
}

fn told(error: &Error) -> String {
    let hint = error.hint().map(|hint| format!(". {hint}"));
    error.what() + &hint.unwrap_or_default()
}
