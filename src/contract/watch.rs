//! The contract in a running client: every answer judged as it comes, aside or before its caller has it.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_TYPE, HeaderValue};
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
    queue: Queue<Check>,
    report: Mutex<Report>,
}

/// Judges the body that it is given. It holds as little of the rest as it needs, and shares no memory with the answer.
type Check = Box<dyn FnOnce(&Bytes) -> Verdict + Send>;

/// How long [`Watch::report`] waits for what is being judged.
const FLUSH: Duration = Duration::from_secs(5);

impl Watch {
    /// A watch with an empty report.
    pub fn new(mode: Mode) -> Self {
        Self(Arc::new(Held {
            mode,
            start: Once::new(),
            judged: Arc::new(Judged {
                queue: Queue::new(),
                report: Mutex::new(Report::new()),
            }),
        }))
    }

    /// What it does.
    pub fn mode(&self) -> Mode {
        self.0.mode
    }

    /// The watch as an observer, unless it is off.
    fn observer(self) -> Option<Arc<dyn Observer>> {
        (self.mode() != Mode::Off).then(|| Arc::new(self) as _)
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

    fn hear(
        &self,
        body: &Bytes,
        check: impl FnOnce(&Bytes) -> Verdict + Send + 'static,
    ) -> Result<(), Veto> {
        let judged = &self.0.judged;
        match self.0.mode {
            Mode::Off => {}
            Mode::Report => {
                self.0.start.call_once(|| self.start());
                judged.queue.push(Box::new(check), body);
            }
            Mode::Enforce => {
                let verdict = judged.judge(|| check(body));
                if let Some(veto) = verdict.and_then(|verdict| verdict.veto()) {
                    return Err(veto);
                }
            }
        }
        Ok(())
    }

    /// Counts what nobody can judge.
    fn leave(&self, why: Unchecked) -> Result<(), Veto> {
        if self.mode() != Mode::Off {
            self.0.judged.report().leave(why, 1);
        }
        Ok(())
    }

    fn start(&self) {
        let judged = Arc::clone(&self.0.judged);
        // Whoever listens here is to hear the findings too.
        let listener = tracing::dispatcher::get_default(Clone::clone);
        let run = move || {
            tracing::dispatcher::with_default(&listener, || {
                judged.queue.run(|check, body| {
                    judged.judge(|| check(&body));
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
    fn judge(&self, check: impl FnOnce() -> Verdict) -> Option<Verdict> {
        let Ok(verdict) = catch_unwind(AssertUnwindSafe(check)) else {
            tracing::error!(target: "executions::contract", "a check failed: it panicked");
            self.report().leave(Unchecked::Failed, 1);
            return None;
        };
        let new = self.report().add_noting(&verdict);
        // Told once nothing is locked, as a listener may ask for the report. What it does wrong is its own.
        let _ = catch_unwind(AssertUnwindSafe(|| new.iter().for_each(tell)));
        Some(verdict)
    }

    fn report(&self) -> MutexGuard<'_, Report> {
        // At worst a count is one short.
        self.report.lock().unwrap_or_else(PoisonError::into_inner)
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

/// The content type alone, in a value of its own: one shared with the answer's headers would keep what was read with them in
/// memory.
fn content_type(headers: &HeaderMap) -> HeaderMap {
    let value = headers.get(CONTENT_TYPE);
    let value = value.and_then(|value| HeaderValue::from_bytes(value.as_bytes()).ok());
    HeaderMap::from_iter(value.map(|value| (CONTENT_TYPE, value)))
}

impl Observer for Watch {
    fn exchange(&self, exchange: &Exchange) -> Result<(), Veto> {
        // No spec describes a WebSocket's handshake, and without an answer there is nothing to judge.
        if let (None, Ok(response)) = (exchange.connection, &exchange.response) {
            let Some(contract) = Contract::named(exchange.service) else {
                return self.leave(Unchecked::Service);
            };
            let (operation, at) = (exchange.operation, exchange.started);
            let status = response.status.as_u16();
            let headers = content_type(&response.headers);
            return self.hear(&response.body, move |body| {
                contract.check(operation, status, &headers, body, at)
            });
        }
        Ok(())
    }

    fn reads_heads(&self) -> bool {
        false
    }

    fn message(&self, message: &Message) -> Result<(), Veto> {
        if message.direction == Direction::Received {
            let Some(contract) = Contract::named(message.service) else {
                return self.leave(Unchecked::Service);
            };
            let (api, is_text, at) = (message.api.clone(), message.is_text, message.at);
            return self.hear(&message.data, move |data| {
                frame::verdict(contract, api.as_deref(), is_text, data, at)
            });
        }
        Ok(())
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
        let observer = watch.into().observer().into_iter();
        observer.fold(self, Self::observer)
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
        let observer = watch.into().observer().into_iter();
        observer.fold(self, Self::observer)
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::reference::Service;

    const GOOD: &[u8] = br#"{"_id": "a", "status": "RUNNING"}"#;

    fn judge(body: &Bytes) -> Verdict {
        let headers =
            HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        let contract = Contract::of(Service::Refold);
        contract.check("get_execution", 200, &headers, body, Timestamp::UNIX_EPOCH)
    }

    fn hear(watch: &Watch, check: fn(&Bytes) -> Verdict) {
        let heard = watch.hear(&Bytes::from_static(GOOD), check);
        heard.expect("no veto");
    }

    #[test]
    fn a_check_that_panics_is_told_and_ends_neither_the_thread_nor_the_call() {
        for mode in [Mode::Report, Mode::Enforce] {
            let watch = Watch::new(mode);
            hear(&watch, |_| panic!("as it was told"));
            hear(&watch, judge);
            let report = watch.report();
            assert_eq!(report.exchanges(), 1, "{mode:?}");
            assert!(report.unchecked().eq([(Unchecked::Failed, 1)]), "{report}");
        }
    }

    #[test]
    fn a_full_queue_is_told_and_delays_nobody() {
        fn slow(body: &Bytes) -> Verdict {
            thread::sleep(Duration::from_millis(2));
            judge(body)
        }
        let watch = Watch::new(Mode::Report);
        let before = std::time::Instant::now();
        let count = queue::MOST as u64 + 500;
        for _ in 0..count {
            hear(&watch, slow);
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
        hear(&watch, judge);
        let left = Arc::downgrade(&watch.0.judged);
        drop(watch);
        let end = std::time::Instant::now() + Duration::from_secs(10);
        while left.upgrade().is_some() {
            assert!(std::time::Instant::now() < end, "it goes on");
            thread::sleep(Duration::from_millis(5));
        }
    }
}
