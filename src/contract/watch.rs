//! The contract in a running client: every answer judged as it comes, aside or before its caller has it.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_TYPE, HeaderValue};
use jiff::Timestamp;

mod queue;

use super::{Contract, Finding, Grade, Report, Unchecked, Verdict, frame};
use crate::executions::{Executions, Observed};
use crate::observe::{Direction, Exchange, Message, Observer, Veto};
use crate::settings::Builder;
use queue::Queue;

/// What is done about answers that are not as the spec says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// Nothing is judged.
    #[default]
    Off,
    /// Answers are judged aside, and what is found is collected: no caller waits for it and none is failed by it.
    Report,
    /// Answers are judged before their callers have them, and one that [breaks](Grade::Breaks) becomes an error with
    /// [`is_contract_drift`](crate::Error::is_contract_drift). What is found is collected as well.
    Enforce,
}

/// Judges the traffic of the handles it is given to ([`Builder::contract`]), and holds what it found. Clones are the same
/// watch, so one report may be of many handles.
///
/// ```
/// use executions::contract::{Mode, Watch};
/// use executions::{B3os, CrossTrade};
///
/// let watch = Watch::new(Mode::Report);
/// let crosstrade = CrossTrade::builder().token("…").contract(&watch).build();
/// let b3os = B3os::builder().api_key("…").contract(&watch).build();
/// // … and after some calls:
/// println!("{}", watch.report());
/// # assert_eq!(watch.report().exchanges(), 0);
/// ```
///
/// Each new finding is also a [`tracing`] event of the target `executions::contract` (a warning, or debug for a note), once
/// and not once an occurrence, and without a value of any answer.
///
/// With [`Mode::Report`], at most 4,096 answers and 32 MiB of their bodies wait for the thread that judges them
/// (`executions-contract`, from the first answer until the last clone and handle are gone). What finds no room is not judged,
/// and the report says how much that was.
#[derive(Clone)]
pub struct Watch(Arc<Held>);

/// What the thread does not have, so that it ends when nobody holds it any more.
struct Held {
    mode: Mode,
    start: Once,
    judged: Arc<Judged>,
}

struct Judged {
    queue: Queue<Heard>,
    report: Mutex<Report>,
    judge: Judge,
}

type Judge = fn(&Heard, &Bytes) -> Option<Verdict>;

/// As much of an answer as its check needs beside its body; cheap to make.
enum Heard {
    Exchange {
        service: &'static str,
        operation: &'static str,
        status: u16,
        content_type: Option<HeaderValue>,
        at: Timestamp,
    },
    Frame {
        service: &'static str,
        /// What it answers.
        api: Option<Box<str>>,
        is_text: bool,
        at: Timestamp,
    },
}

/// How long [`Watch::report`] waits for what is being judged.
const FLUSH: Duration = Duration::from_secs(5);

impl Watch {
    /// A watch with an empty report.
    pub fn new(mode: Mode) -> Self {
        Self::judging(mode, judge)
    }

    fn judging(mode: Mode, judge: Judge) -> Self {
        Self(Arc::new(Held {
            mode,
            start: Once::new(),
            judged: Arc::new(Judged {
                queue: Queue::new(),
                report: Mutex::new(Report::new()),
                judge,
            }),
        }))
    }

    /// What it does.
    pub fn mode(&self) -> Mode {
        self.0.mode
    }

    /// What was found so far. All that came before this call is judged first: that is waited for, blocking the thread, 5 s at
    /// the longest; what is not judged by then is counted as [unchecked](Report::unchecked).
    pub fn report(&self) -> Report {
        let judged = &self.0.judged;
        let (waiting, dropped) = judged.queue.flush(FLUSH);
        let mut report = judged.report().clone();
        report.leave(Unchecked::Waiting, waiting);
        report.leave(Unchecked::Full, dropped);
        report
    }

    fn hear(&self, answer: Heard, body: &Bytes) -> Result<(), Veto> {
        match self.0.mode {
            Mode::Off => Ok(()),
            Mode::Report => {
                self.0.start.call_once(|| self.start());
                self.0.judged.queue.push(answer, body);
                Ok(())
            }
            Mode::Enforce => {
                let verdict = self.0.judged.judge(&answer, body);
                verdict
                    .and_then(|verdict| verdict.veto())
                    .map_or(Ok(()), Err)
            }
        }
    }

    fn start(&self) {
        let judged = Arc::clone(&self.0.judged);
        // Whoever listens here is to hear the findings too.
        let listener = tracing::dispatcher::get_default(Clone::clone);
        let run = move || {
            tracing::dispatcher::with_default(&listener, || {
                judged.queue.run(|answer, body| {
                    judged.judge(&answer, &body);
                });
            });
        };
        let thread = thread::Builder::new().name("executions-contract".to_owned());
        if let Err(why) = thread.spawn(run) {
            tracing::warn!(target: "executions::contract", %why, "answers are not checked");
            self.0.judged.queue.close();
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.judged.queue.close();
    }
}

impl Judged {
    /// Judges an answer and collects what is found. A check that panics is counted, and neither ends the thread nor the call.
    fn judge(&self, answer: &Heard, body: &Bytes) -> Option<Verdict> {
        let judged = catch_unwind(AssertUnwindSafe(|| (self.judge)(answer, body)));
        let Ok(verdict) = judged else {
            tracing::error!(target: "executions::contract", "a check failed: it panicked");
            self.report().leave(Unchecked::Failed, 1);
            return None;
        };
        let verdict = verdict?;
        let mut new = Vec::new();
        self.report()
            .add_noting(&verdict, |finding| new.push(finding.clone()));
        // Told once nothing is locked, as a listener may ask for the report. What it does wrong is its own.
        let _ = catch_unwind(AssertUnwindSafe(|| new.iter().for_each(tell)));
        Some(verdict)
    }

    fn report(&self) -> MutexGuard<'_, Report> {
        // At worst a count is one short.
        self.report.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn judge(answer: &Heard, body: &Bytes) -> Option<Verdict> {
    match answer {
        Heard::Exchange {
            service,
            operation,
            status,
            content_type,
            at,
        } => {
            let content_type = content_type.clone();
            let headers: HeaderMap = content_type
                .map(|value| (CONTENT_TYPE, value))
                .into_iter()
                .collect();
            let contract = Contract::named(service)?;
            Some(contract.check(operation, *status, &headers, body, *at))
        }
        Heard::Frame {
            service,
            api,
            is_text,
            at,
        } => {
            let contract = Contract::named(service)?;
            Some(frame::verdict(
                contract,
                api.as_deref(),
                *is_text,
                body,
                *at,
            ))
        }
    }
}

fn tell(finding: &Finding) {
    macro_rules! tell {
        ($level:expr) => {
            tracing::event!(
                target: "executions::contract",
                $level,
                service = finding.service,
                operation = &*finding.operation,
                status = finding.status,
                pointer = &*finding.pointer,
                rule = finding.rule.as_str(),
                grade = finding.grade.as_str(),
                found = finding.found.as_str(),
                "the contract is not kept"
            )
        };
    }
    match finding.grade {
        Grade::Note => tell!(tracing::Level::DEBUG),
        Grade::Drift | Grade::Breaks => tell!(tracing::Level::WARN),
    }
}

/// A value of its own: one shared with the answer's headers would keep what was read with them in memory.
fn detached(value: &HeaderValue) -> Option<HeaderValue> {
    HeaderValue::from_bytes(value.as_bytes()).ok()
}

impl Observer for Watch {
    fn exchange(&self, exchange: &Exchange) -> Result<(), Veto> {
        // No spec describes a WebSocket's handshake, and without an answer there is nothing to judge.
        let (None, Ok(response)) = (exchange.connection, &exchange.response) else {
            return Ok(());
        };
        let answer = Heard::Exchange {
            service: exchange.service,
            operation: exchange.operation,
            status: response.status.as_u16(),
            content_type: response.headers.get(CONTENT_TYPE).and_then(detached),
            at: exchange.started,
        };
        self.hear(answer, &response.body)
    }

    fn reads_heads(&self) -> bool {
        false
    }

    fn message(&self, message: &Message) -> Result<(), Veto> {
        if message.direction == Direction::Sent {
            return Ok(());
        }
        let answer = Heard::Frame {
            service: message.service,
            api: message.api.clone(),
            is_text: message.is_text,
            at: message.at,
        };
        self.hear(answer, &message.data)
    }
}

impl From<Mode> for Watch {
    /// A watch of its own, for whom its events and errors are enough: its report is out of reach.
    fn from(mode: Mode) -> Self {
        Self::new(mode)
    }
}

impl From<&Watch> for Watch {
    fn from(watch: &Watch) -> Self {
        watch.clone()
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Watch");
        debug.field("mode", &self.0.mode).finish_non_exhaustive()
    }
}

impl<C> Builder<C> {
    /// Judges the handle's answers by the service's spec, those of its WebSockets too: with a [`Mode`], or with a [`Watch`]
    /// whose report can be asked for. Default: [`Mode::Off`].
    #[must_use]
    pub fn contract(self, watch: impl Into<Watch>) -> Self {
        let watch = watch.into();
        match watch.mode() {
            Mode::Off => self,
            Mode::Report | Mode::Enforce => self.observer(Arc::new(watch)),
        }
    }
}

impl Executions {
    /// To open the services with their answers judged: `Executions::contract(Mode::Enforce).from_env()`. See
    /// [`Builder::contract`].
    pub fn contract(watch: impl Into<Watch>) -> Observed {
        Observed(Vec::new()).contract(watch)
    }
}

impl Observed {
    /// The same, with the answers judged. See [`Builder::contract`].
    pub fn contract(self, watch: impl Into<Watch>) -> Self {
        let watch = watch.into();
        match watch.mode() {
            Mode::Off => self,
            Mode::Report | Mode::Enforce => self.observer(Arc::new(watch)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hear(watch: &Watch, body: &'static str) {
        let answer = Heard::Exchange {
            service: "refold",
            operation: "get_execution",
            status: 200,
            content_type: Some(HeaderValue::from_static("application/json")),
            at: Timestamp::UNIX_EPOCH,
        };
        let body = Bytes::from_static(body.as_bytes());
        watch.hear(answer, &body).expect("no veto");
    }

    const GOOD: &str = r#"{"_id": "a", "status": "RUNNING"}"#;

    fn panics(answer: &Heard, body: &Bytes) -> Option<Verdict> {
        assert!(body != "panic", "as it was told");
        judge(answer, body)
    }

    #[test]
    fn a_check_that_panics_is_told_and_ends_neither_the_thread_nor_the_call() {
        for mode in [Mode::Report, Mode::Enforce] {
            let watch = Watch::judging(mode, panics);
            hear(&watch, "panic");
            hear(&watch, GOOD);
            let report = watch.report();
            assert_eq!(report.exchanges(), 1, "{mode:?}");
            assert!(report.unchecked().eq([(Unchecked::Failed, 1)]), "{report}");
        }
    }

    #[test]
    fn a_full_queue_is_told_and_delays_nobody() {
        fn slow(answer: &Heard, body: &Bytes) -> Option<Verdict> {
            thread::sleep(Duration::from_millis(2));
            judge(answer, body)
        }
        let watch = Watch::judging(Mode::Report, slow);
        let before = std::time::Instant::now();
        let count = queue::MOST as u64 + 500;
        for _ in 0..count {
            hear(&watch, GOOD);
        }
        assert!(before.elapsed() < Duration::from_secs(2), "nobody waits");
        let report = watch.report();
        let left: u64 = report.unchecked().map(|(_, count)| count).sum();
        assert_eq!(report.exchanges() + left, count);
        let full = report.unchecked().find(|(why, _)| *why == Unchecked::Full);
        assert!(full.is_some_and(|(_, count)| count > 0), "{report}");
    }

    #[test]
    fn the_thread_ends_once_nobody_holds_the_watch() {
        let watch = Watch::new(Mode::Report);
        hear(&watch, GOOD);
        let left = Arc::downgrade(&watch.0.judged);
        drop(watch);
        let end = std::time::Instant::now() + Duration::from_secs(10);
        while left.upgrade().is_some() {
            assert!(std::time::Instant::now() < end, "it goes on");
            thread::sleep(Duration::from_millis(5));
        }
    }
}
