//! The one error type of the crate.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;

mod made;
#[cfg(feature = "contract")]
mod masked;
pub(crate) mod said;
mod text;

use crate::service::ServiceInfo;
use crate::values::printable;
use said::Said;
use text::{Seconds, What};

/// What went wrong, with what, and what to do about it.
///
/// Opaque: decide with the predicates (`is_…`), show it with [`Display`](fmt::Display) (one line; the cause is in
/// [`source`](StdError::source) and not repeated), and read what the service said from the accessors. Cheap to clone. No
/// text of it holds a credential, a header or a URL's query.
///
/// With a write, ask [`is_outcome_unknown`](Self::is_outcome_unknown) before any other predicate.
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    kind: Kind,
    /// Its name and its title.
    service: Option<(&'static str, &'static str)>,
    doing: Option<String>,
    hint: Option<String>,
    attempts: u32,
    elapsed: Duration,
    retry_after: Option<Duration>,
    answer: Option<Arc<Answered>>,
    /// When the call was sent, if nobody knows whether it was executed.
    unsettled: Option<Timestamp>,
    note: Option<String>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// The answer an error came with.
pub(crate) struct Answered {
    /// `None` for what came over a WebSocket.
    pub status: Option<StatusCode>,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub said: Said,
    /// The start of a body that said nothing we could read, fit for a line.
    pub excerpt: Option<String>,
}

/// What happened. Each is one thing a caller can act on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    /// A setting is missing or cannot be used. `name` is the variable or the builder's method.
    Setting { name: String, problem: String },
    /// Something the caller asked for cannot be asked; nothing was sent.
    Input { what: &'static str, problem: String },
    /// No connection could be made.
    Unreachable(Unreachable),
    /// One of the client's own limits ran out.
    Timeout { limit: Limit, after: Duration },
    /// The connection broke after the request was sent.
    Interrupted,
    /// A 3xx. Where it points, without its query.
    Redirected { to: Option<String> },
    /// The service said no: a status of 400 and up, or a 2xx that says it failed.
    Refused(Refusal),
    /// The body is larger than the client accepts.
    TooLarge { limit: usize },
    /// A 2xx whose body is not what the contract promises.
    Unfit {
        path: Option<String>,
        problem: String,
    },
    /// The client's own rate budget is spent, and it was told not to wait or could not wait that long.
    Budget { wait: Duration },
    /// The WebSocket was closed by the service, with its code and its words.
    #[cfg_attr(
        not(feature = "ws"),
        expect(dead_code, reason = "nothing but a WebSocket ends so")
    )]
    HungUp { code: Option<u16>, reason: String },
    /// The WebSocket was closed by this side.
    Closed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreachable {
    Dns,
    Connect,
    Tls,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    Connect,
    Attempt,
    Stall,
    Call,
    #[cfg_attr(
        not(feature = "ws"),
        expect(dead_code, reason = "nothing but a WebSocket ends so")
    )]
    Silence,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// By its HTTP status.
    Status,
    /// A 2xx that says `success: false`.
    InBody,
    /// CrossTrade's 408: the add-on in the user's NinjaTrader is not connected.
    Offline,
    /// A 404 for the path itself rather than for the id: the base URL is wrong.
    WrongPath,
    /// A 2xx or a frame whose body means this status: by a number (B3OS's `code: 404`) or by its words.
    As(StatusCode),
    /// By its HTTP status, which passes by itself elsewhere; its body tells that here it does not.
    Lasting,
}

impl Error {
    pub(crate) fn new(kind: Kind) -> Self {
        Self(Arc::new(Inner {
            kind,
            service: None,
            doing: None,
            hint: None,
            attempts: 0,
            elapsed: Duration::ZERO,
            retry_after: None,
            answer: None,
            unsettled: None,
            note: None,
            source: None,
        }))
    }

    pub(crate) fn setting(name: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::new(Kind::Setting {
            name: name.into(),
            problem: problem.into(),
        })
    }

    pub(crate) fn input(what: &'static str, problem: impl Into<String>) -> Self {
        Self::new(Kind::Input {
            what,
            problem: problem.into(),
        })
    }

    fn with(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    pub(crate) fn of_service(self, service: &'static ServiceInfo) -> Self {
        self.with(|inner| inner.service = Some((service.name, service.title)))
    }

    pub(crate) fn of(self, service: &'static ServiceInfo, doing: impl fmt::Display) -> Self {
        let doing = printable(&doing.to_string(), 200);
        self.of_service(service)
            .with(|inner| inner.doing = Some(doing))
    }

    pub(crate) fn hinting(self, hint: impl Into<String>) -> Self {
        let hint = hint.into();
        self.with(|inner| inner.hint = Some(hint))
    }

    pub(crate) fn because(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        let source = Arc::from(source.into());
        self.with(|inner| inner.source = Some(source))
    }

    pub(crate) fn tried(self, attempts: u32, elapsed: Duration) -> Self {
        self.with(|inner| (inner.attempts, inner.elapsed) = (attempts, elapsed))
    }

    pub(crate) fn retry_in(self, after: Option<Duration>) -> Self {
        self.with(|inner| inner.retry_after = after)
    }

    pub(crate) fn answered(self, answer: Answered) -> Self {
        self.with(|inner| inner.answer = Some(Arc::new(answer)))
    }

    /// The call was `sent` then, and nobody here knows whether it was executed; `None` where that is known.
    pub(crate) fn unsettled(self, sent: Option<Timestamp>) -> Self {
        self.with(|inner| inner.unsettled = sent)
    }

    pub(crate) fn noting(self, note: impl Into<String>) -> Self {
        let note = note.into();
        self.with(|inner| inner.note = Some(note))
    }

    /// The service it happened with, by the word in references (`crosstrade`); `None` for what concerns no one service.
    pub fn service(&self) -> Option<&'static str> {
        Some(self.0.service?.0)
    }

    /// The same by the name that the vendor writes (`CrossTrade`), for people.
    pub fn service_title(&self) -> Option<&'static str> {
        Some(self.0.service?.1)
    }

    /// What was being done: `get execution 5508… of account Sim101`.
    pub fn operation(&self) -> Option<&str> {
        self.0.doing.as_deref()
    }

    /// The HTTP status, where an answer came that has one; one over a WebSocket has none. A 200 can be an error: see
    /// [`is_contract_drift`](Self::is_contract_drift) and CrossTrade's `success: false`.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.answer.as_ref()?.status
    }

    /// The service's machine-readable code (`invalid_account`, `RESOURCE_NOT_FOUND`), where it gave one.
    pub fn code(&self) -> Option<&str> {
        self.said()?.code.as_deref()
    }

    /// The service's own text, where it gave one.
    pub fn message(&self) -> Option<&str> {
        self.said()?.message.as_deref()
    }

    /// The id to quote to the service's support: from the body where it has one, else from the answer's headers.
    pub fn request_id(&self) -> Option<&str> {
        self.said()?.request_id.as_deref()
    }

    /// The answer's headers, where an answer came.
    pub fn headers(&self) -> Option<&HeaderMap> {
        Some(&self.0.answer.as_ref()?.headers)
    }

    /// The answer's body, exactly as received after decompression, up to the body limit.
    pub fn body(&self) -> Option<&Bytes> {
        Some(&self.0.answer.as_ref()?.body)
    }

    /// Where in the answer the contract is not met: `executions[0].price`; as a JSON pointer where an observer says so
    /// (`/executions/0/price`).
    pub fn json_path(&self) -> Option<&str> {
        match &self.0.kind {
            Kind::Unfit { path, .. } => path.as_deref(),
            _ => None,
        }
    }

    /// How long the service, or the client's own rate budget, asks to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        match self.0.kind {
            Kind::Budget { wait } => Some(wait),
            _ => self.0.retry_after,
        }
    }

    /// How many attempts to send the request were made, those that found no connection included; 0 where none was.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// The time from the call to this error, waits included.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// When the call was sent, by this machine's clock, if its [outcome is unknown](Self::is_outcome_unknown); else `None`.
    /// Look from a little before it on for what the call may have done: the service has a clock of its own.
    pub fn sent_at(&self) -> Option<Timestamp> {
        self.0.unsettled
    }

    /// What to do about it, where there is something.
    pub fn hint(&self) -> Option<String> {
        let special = self.0.hint.clone();
        if !self.is_outcome_unknown() {
            return special.or_else(|| self.general_hint());
        }
        let first = "Find out whether it happened before you repeat it.".to_owned();
        Some(match special {
            Some(special) => format!("{first} {special}"),
            None => first,
        })
    }

    /// What happened, without the operation and the hint.
    pub fn what(&self) -> String {
        What(self, printable).to_string()
    }

    /// The same for a report that goes to others: in the service's own words `…` stands for whatever may be a value.
    #[cfg(feature = "contract")]
    pub(crate) fn what_without_values(&self) -> String {
        What(self, masked::masked).to_string()
    }

    /// A setting or an argument cannot be used; nothing was sent.
    pub fn is_invalid_input(&self) -> bool {
        matches!(self.0.kind, Kind::Setting { .. } | Kind::Input { .. })
    }

    /// The service knows no such execution, or no such thing to act on. Hummingbot also says so of one that exists while its
    /// database cannot be read.
    pub fn is_not_found(&self) -> bool {
        self.refused_with(|status| status == StatusCode::NOT_FOUND)
    }

    /// The address is not the service's: a redirect, or a 404 for the path itself.
    pub fn is_wrong_address(&self) -> bool {
        matches!(
            self.0.kind,
            Kind::Redirected { .. } | Kind::Refused(Refusal::WrongPath)
        )
    }

    /// The credential was not accepted (401, or a WebSocket closed with 4001 or 4401) or not allowed this (403, 4003 or 4403).
    pub fn is_auth(&self) -> bool {
        matches!(&self.0.kind, Kind::HungUp { code: Some(code), .. } if is_auth_code(*code))
            || self.refused_with(|s| matches!(s, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN))
    }

    /// The service's rate limit was hit (429), or the client's own budget is spent.
    pub fn is_rate_limited(&self) -> bool {
        matches!(self.0.kind, Kind::Budget { .. })
            || self.refused_with(|status| status == StatusCode::TOO_MANY_REQUESTS)
    }

    /// The service is there but what it forwards to is not: CrossTrade's 408, the add-on in NinjaTrader is not connected.
    pub fn is_offline(&self) -> bool {
        self.0.kind == Kind::Refused(Refusal::Offline)
    }

    /// A limit of this client ran out, or the service said that one of its own did (408 but for CrossTrade's, 504).
    pub fn is_timeout(&self) -> bool {
        matches!(self.0.kind, Kind::Timeout { .. })
            || self.refused_with(|s| {
                matches!(s, StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT)
            })
    }

    /// No connection could be made: name resolution, TCP or TLS.
    pub fn is_unreachable(&self) -> bool {
        matches!(self.0.kind, Kind::Unreachable(_))
    }

    /// The service says it succeeded, but its answer is not what the spec promises; or an
    /// [observer](crate::observe::Observer) does not let it pass. The bytes are in [`body`](Self::body).
    pub fn is_contract_drift(&self) -> bool {
        matches!(self.0.kind, Kind::Unfit { .. })
    }

    /// The body was larger than the client accepts; what had come by then was dropped.
    pub fn is_too_large(&self) -> bool {
        matches!(self.0.kind, Kind::TooLarge { .. })
    }

    /// A call that may change something was sent, and nothing proves that it was not executed. It was not sent again and will
    /// not be: look whether it happened, around [`sent_at`](Self::sent_at), before you repeat it.
    ///
    /// Over REST the proof is that no connection was made, or a status that the spec lists as given before the service acts,
    /// in the service's own error form. So a timeout, a broken connection, a redirect, any other status, and a 2xx that does
    /// not fit or says that it failed leave the outcome unknown; so does a veto of what came. Over a WebSocket a lost
    /// connection, a deadline and the end of the socket do; a refusal there names the call it is for, and is taken at its word.
    ///
    /// Ask this first. The other predicates and [`status`](Self::status), [`message`](Self::message) and
    /// [`body`](Self::body) hold besides it, and say how the call ended, not that it did nothing: one that
    /// [`is_not_found`](Self::is_not_found) or [`is_rate_limited`](Self::is_rate_limited) may have been executed too.
    /// [`is_retryable`](Self::is_retryable) and [`is_invalid_input`](Self::is_invalid_input) never hold besides it.
    pub fn is_outcome_unknown(&self) -> bool {
        self.0.unsettled.is_some()
    }

    /// The WebSocket was closed on this side: by `close`, or because its last handle or its runtime is gone.
    pub fn is_closed(&self) -> bool {
        self.0.kind == Kind::Closed
    }

    /// The same call may succeed later, unchanged. Never so where the [outcome is unknown](Self::is_outcome_unknown).
    pub fn is_retryable(&self) -> bool {
        if self.is_outcome_unknown() || self.is_auth() {
            return false;
        }
        match self.0.kind {
            Kind::Unreachable(reason) => reason != Unreachable::Tls,
            Kind::Timeout { .. }
            | Kind::Interrupted
            | Kind::Budget { .. }
            | Kind::HungUp { .. } => true,
            _ => self.refused_with(|status| is_passing(status.as_u16())),
        }
    }

    fn said(&self) -> Option<&Said> {
        Some(&self.0.answer.as_ref()?.said)
    }

    fn refused_with(&self, is: impl FnOnce(StatusCode) -> bool) -> bool {
        let status = match self.0.kind {
            Kind::Refused(Refusal::Status) => self.status(),
            Kind::Refused(Refusal::As(status)) => Some(status),
            _ => None,
        };
        status.is_some_and(is)
    }

    fn general_hint(&self) -> Option<String> {
        let hint = match &self.0.kind {
            Kind::Unreachable(Unreachable::Dns) => {
                "Check the host in the base URL, and the network."
            }
            Kind::Unreachable(Unreachable::Connect) => {
                "Check that the service runs and that the base URL's host and port are right."
            }
            Kind::Unreachable(Unreachable::Tls) => {
                "Check the base URL's host and scheme; for a private certificate authority, give its root certificate."
            }
            Kind::Timeout { .. } => "Try again, or allow more time.",
            Kind::Interrupted => "Try again.",
            Kind::Redirected { .. } | Kind::Refused(Refusal::WrongPath) => "Check the base URL.",
            Kind::Refused(Refusal::Offline) => {
                "Start NinjaTrader and check that the CrossTrade add-on is connected, then try again."
            }
            Kind::TooLarge { .. } => "Ask for less, or raise the body limit.",
            Kind::Unfit { .. } => {
                "The service may have changed: compare its answer with the spec, and report the difference."
            }
            Kind::Refused(Refusal::Lasting) => {
                "Trying again does not help: the service cannot answer this as it stands."
            }
            Kind::Refused(_) if self.is_not_found() => "Check the id.",
            Kind::HungUp { .. } if self.is_auth() => "Check the credential.",
            Kind::HungUp { .. } => "Try again.",
            Kind::Closed => "Connect again for another call.",
            Kind::Budget { .. } | Kind::Refused(_) if self.is_rate_limited() => {
                return Some(match self.retry_after() {
                    Some(wait) => format!("Wait {} and try again.", Seconds(wait)),
                    None => "Wait a little and try again.".to_owned(),
                });
            }
            Kind::Refused(_) if self.is_retryable() => "Try again in a moment.",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

/// Statuses that pass by themselves.
pub(crate) fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 429 | 500 | 502 | 503 | 504)
}

/// Close codes that refuse the credential. CrossTrade documents none; these are the customary ones, after 401 and 403.
pub(crate) fn is_auth_code(code: u16) -> bool {
    matches!(code, 4001 | 4003 | 4401 | 4403)
}

/// The first header by which services and the proxies before them name a request.
pub(crate) fn request_id_header(headers: &HeaderMap) -> Option<&str> {
    ["x-request-id", "request-id", "x-correlation-id", "cf-ray"]
        .iter()
        .find_map(|name| headers.get(*name)?.to_str().ok())
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(service) = self.service_title() {
            write!(f, "{service}: ")?;
        }
        match self.operation() {
            Some(doing) if self.is_outcome_unknown() => {
                write!(f, "the outcome of `{doing}` is unknown: ")?;
            }
            Some(doing) => write!(f, "could not {doing}: ")?,
            None => {}
        }
        What(self, printable).fmt(f)?;
        self.hint()
            .iter()
            .try_for_each(|hint| write!(f, ". {hint}"))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("text", &self.to_string())
            .field("status", &self.status())
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.source {
            Some(source) => Some(&**source),
            None => None,
        }
    }
}
