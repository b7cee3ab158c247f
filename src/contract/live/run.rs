//! One service's attempts as they are made: what was answered is kept, and what it came to decided.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Options;
use super::trial::{Attempt, GET, Outcome, Trial};
use crate::contract::{Contract, Grade, Verdict};
use crate::error::Error;
use crate::observe::{Exchange, Message, Observer, Veto};
use crate::reference::{Reference, Service};

/// What an attempt should be answered with.
#[derive(Clone, Copy, Debug)]
pub(super) enum Expected {
    /// A success.
    Answer,
    /// One of these statuses, or any refusal where there is no status; the grade is how bad it is that the service takes the
    /// request for a good one.
    Refusal(&'static [u16], Grade),
    /// A message of this type that comes by itself.
    #[cfg(feature = "ws")]
    Push(&'static str),
}

pub(super) struct Run<'a> {
    service: Service,
    options: &'a Options,
    /// Whether the last call's time ran out, and nothing at all had come since it was made.
    is_unheard: bool,
    trial: Trial,
    tap: Arc<Tap>,
}

impl<'a> Run<'a> {
    pub fn new(service: Service, options: &'a Options) -> Self {
        Self {
            service,
            options,
            is_unheard: false,
            trial: Trial::default(),
            tap: Arc::default(),
        }
    }

    /// Judges the handle's answers for this run.
    pub fn tap(&self) -> Arc<Tap> {
        Arc::clone(&self.tap)
    }

    pub fn end(mut self) -> Trial {
        // What came when nothing was being tried any more.
        self.drain();
        self.trial
    }

    pub fn skip(&mut self, tried: &'static str, why: &str) {
        self.note(tried, Outcome::Skipped, why);
    }

    pub fn note(&mut self, tried: &'static str, outcome: Outcome, why: impl Into<String>) {
        self.trial.attempts.push(Attempt {
            outcome,
            why: why.into(),
            ..self.with(tried, None)
        });
    }

    /// An attempt to be made with an execution, which it names where there are several to tell apart.
    pub fn with(&self, tried: &'static str, execution: Option<&Reference>) -> Attempt {
        let has_several = self.options.of(self.service).nth(1).is_some();
        Attempt {
            service: self.service,
            tried,
            reference: execution.filter(|_| has_several).cloned(),
            outcome: Outcome::Skipped,
            status: None,
            why: String::new(),
        }
    }

    /// Gets each of the executions that there should be, else the one that was listed; `why` there is none. Returns the last
    /// that came.
    pub async fn get_each<'r, T, F: Future<Output = Result<T, Error>>>(
        &mut self,
        listed: Option<&'r Reference>,
        why: &str,
        get: impl Fn(&'r Reference) -> F,
    ) -> Option<T>
    where
        'a: 'r,
    {
        let mut references: Vec<&'r Reference> = self.options.of(self.service).collect();
        if references.is_empty() {
            references.extend(listed);
        }
        if references.is_empty() {
            self.skip(GET, why);
        }
        let mut last = None;
        for reference in references {
            let attempt = self.with(GET, Some(reference));
            let got = self.make(attempt, Expected::Answer, Ok(get(reference)));
            last = got.await.or(last);
        }
        last
    }

    /// Makes an attempt, or skips it for a reason. Returns the answer, where there is one and it can be read.
    pub async fn attempt<T>(
        &mut self,
        tried: &'static str,
        expected: Expected,
        call: Result<impl IntoFuture<Output = Result<T, Error>>, &str>,
    ) -> Option<T> {
        let attempt = self.with(tried, None);
        self.make(attempt, expected, call).await
    }

    /// The same, of an attempt that names its execution.
    pub async fn make<T>(
        &mut self,
        mut attempt: Attempt,
        expected: Expected,
        call: Result<impl IntoFuture<Output = Result<T, Error>>, &str>,
    ) -> Option<T> {
        let ended = match call {
            Ok(call) => {
                if let Some(progress) = &self.options.progress {
                    progress(self.service, &attempt.name());
                }
                self.drain();
                let ended = call.await;
                let seen = self.drain();
                let error = ended.as_ref().err();
                self.is_unheard = seen.is_empty() && error.is_some_and(Error::is_timeout);
                attempt.status = seen.last().and_then(|last| last.status);
                (attempt.outcome, attempt.why) = judged(expected, error, &seen);
                ended.ok()
            }
            Err(why) => {
                attempt.why = why.to_owned();
                None
            }
        };
        self.trial.attempts.push(attempt);
        ended
    }

    #[cfg(feature = "ws")]
    pub fn is_unheard(&self) -> bool {
        self.is_unheard
    }

    fn drain(&mut self) -> Vec<Verdict> {
        let seen = std::mem::take(&mut *self.tap.lock());
        for verdict in &seen {
            self.trial.report.add(verdict);
        }
        seen
    }
}

/// Judges what the handle of a run is answered.
#[derive(Debug, Default)]
pub(super) struct Tap(Mutex<Vec<Verdict>>);

/// Pushes of a market in turmoil; more of them show no more.
const MOST: usize = 1_000;

impl Tap {
    fn lock(&self) -> MutexGuard<'_, Vec<Verdict>> {
        // At worst an answer is missing.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, verdict: Option<Verdict>) {
        let mut seen = self.lock();
        if seen.len() < MOST {
            seen.extend(verdict);
        }
    }
}

impl Observer for Tap {
    fn exchange(&self, exchange: &Exchange) -> Result<(), Veto> {
        // No spec describes a WebSocket's handshake.
        if exchange.connection.is_none() {
            let contract = Contract::named(exchange.service);
            self.keep(contract.and_then(|contract| contract.check_exchange(exchange)));
        }
        Ok(())
    }

    fn reads_heads(&self) -> bool {
        false
    }

    fn message(&self, message: &Message) -> Result<(), Veto> {
        let contract = Contract::named(message.service);
        self.keep(contract.and_then(|contract| contract.check_message(message)));
        Ok(())
    }
}

/// Decides the outcome of an attempt, and gives the reason in words.
fn judged(expected: Expected, error: Option<&Error>, seen: &[Verdict]) -> (Outcome, String) {
    let worst = seen.iter().max_by_key(|verdict| verdict.grade());
    let grade = worst.and_then(Verdict::grade);
    let by_grade = |held: &str| match (Outcome::of(grade), worst) {
        (Outcome::Held, _) | (_, None) => (Outcome::Held, held.to_owned()),
        (outcome, Some(worst)) => (outcome, reason(worst)),
    };
    match (expected, error) {
        (_, Some(error)) if error.is_contract_drift() => {
            let why = worst.filter(|verdict| verdict.is_broken());
            (
                Outcome::Broke,
                why.map_or_else(|| error.what_without_values(), reason),
            )
        }
        (Expected::Answer, None) => by_grade("as documented"),
        (Expected::Answer, Some(error)) => match grade >= Some(Grade::Drift) {
            true => by_grade(""),
            false => (Outcome::Failed, told(error)),
        },
        (Expected::Refusal(_, taken), None) => {
            let why = "it was answered as if nothing were wrong with it";
            (Outcome::of(grade.max(Some(taken))), why.to_owned())
        }
        (Expected::Refusal(wanted, _), Some(error)) => match seen.last().map(|last| last.status) {
            Some(Some(status)) if wanted.contains(&status) => {
                by_grade(&format!("{status} came, as documented"))
            }
            Some(Some(200..=299)) => by_grade("refused inside a success, as documented"),
            Some(None) if is_refusal(error) => by_grade("it was refused"),
            None | Some(None | Some(401 | 403 | 408 | 429 | 500..)) => {
                (Outcome::Failed, told(error))
            }
            Some(Some(other)) => {
                let wanted: Vec<String> = wanted.iter().map(u16::to_string).collect();
                let why = format!("{} is documented, {other} came", wanted.join(" or "));
                (Outcome::Drifted, why)
            }
        },
        #[cfg(feature = "ws")]
        (Expected::Push(name), _) => {
            let is_it = |verdict: &&Verdict| *verdict.operation == *name || verdict.is_broken();
            let absent = "none came: the market may be closed";
            match seen.iter().find(is_it) {
                Some(verdict) => (Outcome::of(verdict.grade()), reason(verdict)),
                None => (Outcome::Skipped, absent.to_owned()),
            }
        }
    }
}

/// Returns true if the service refused a call over the WebSocket for what it asked. Such a refusal has no status.
fn is_refusal(error: &Error) -> bool {
    let is_other = error.is_timeout()
        || error.is_unreachable()
        || error.is_closed()
        || error.is_offline()
        || error.is_auth()
        || error.is_rate_limited();
    !is_other
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
    error.what_without_values() + &hint.unwrap_or_default()
}
