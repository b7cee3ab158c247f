//! Watching the traffic: each exchange over HTTP once it has ended, each message of a WebSocket as it passes.
//!
//! What is shown is what was sent and received, without the credential: the headers are copied before the request is signed,
//! cookies of either side are left out, and where an address, a header or a body repeats the credential, `[hidden]` stands in
//! its place (of one of up to five characters it does not, which would blot out innocent words). Else bodies are as they came;
//! they hold the users' own data.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use jiff::Timestamp;
use url::Url;

/// Is told of the traffic, on the path of the calls: what takes long belongs elsewhere. Set it with
/// [`Builder::observer`](crate::Builder::observer), or for all services with
/// [`Executions::observed`](crate::Executions::observed).
///
/// Each method has a default, which does nothing and vetoes nothing, so an observer writes only those that it needs:
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
/// use executions::observe::{Exchange, Observer, Veto};
///
/// #[derive(Default)]
/// struct Failures(AtomicU64);
///
/// impl Observer for Failures {
///     fn exchange(&self, exchange: &Exchange) -> Result<(), Veto> {
///         if exchange.response.is_err() {
///             self.0.fetch_add(1, Relaxed);
///         }
///         Ok(())
///     }
/// }
///
/// let failures = Arc::new(Failures::default());
/// let b3os = executions::B3os::builder().api_key("a-key").observer(failures.clone()).build()?;
/// # Ok::<(), executions::Error>(())
/// ```
pub trait Observer: Send + Sync + 'static {
    /// One attempt of a call has ended, whatever its outcome; also because its caller gave it up. A call with retries is
    /// several exchanges, and the handshake that opens a WebSocket is one.
    ///
    /// # Errors
    /// A veto: the call ends with it in place of its answer, and is not sent again. The error has
    /// [`is_contract_drift`](crate::Error::is_contract_drift).
    fn exchange(&self, exchange: &Exchange) -> Result<(), Veto> {
        let _ = exchange;
        Ok(())
    }

    /// A WebSocket's message was sent, or received in whole.
    ///
    /// # Errors
    /// A veto: the call that a received message answers ends with it. A message that answers no call goes on as if there
    /// were none, and so does one that was sent.
    fn message(&self, message: &Message) -> Result<(), Veto> {
        let _ = message;
        Ok(())
    }

    /// Whether it looks at more of an [`Exchange`] than its answer's status, content type and body. Where no observer does,
    /// the rest of the address and the headers is not copied for it: they cost more than all else. Default: yes.
    fn reads_heads(&self) -> bool {
        true
    }

    /// A WebSocket's connection is over. `lost` says why, in words, and is `None` where this side closed it. A socket that
    /// lost its connection may go on with another.
    fn closed(&self, connection: u64, lost: Option<&str>) {
        let _ = (connection, lost);
    }
}

/// Several as one: each is told, in order, also of what another vetoes. The first veto counts.
pub(crate) struct Several(pub Vec<Arc<dyn Observer>>);

impl Observer for Several {
    fn exchange(&self, exchange: &Exchange) -> Result<(), Veto> {
        let told = self.0.iter().map(|observer| observer.exchange(exchange));
        told.fold(Ok(()), Result::and)
    }

    fn message(&self, message: &Message) -> Result<(), Veto> {
        let told = self.0.iter().map(|observer| observer.message(message));
        told.fold(Ok(()), Result::and)
    }

    fn reads_heads(&self) -> bool {
        self.0.iter().any(|observer| observer.reads_heads())
    }

    fn closed(&self, connection: u64, lost: Option<&str>) {
        let each = self.0.iter();
        each.for_each(|observer| observer.closed(connection, lost));
    }
}

/// One request over HTTP and what came of it.
#[derive(Clone)]
#[non_exhaustive]
pub struct Exchange {
    /// The service's name in lower case, as in a reference: `crosstrade`.
    pub service: &'static str,
    /// The `operationId` of the service's spec; `connect_socket` for the handshake of a WebSocket.
    pub operation: &'static str,
    /// Counted from 1.
    pub attempt: u32,
    /// The number of the connection that a handshake is for, by which its messages are told from other connections'.
    pub connection: Option<u64>,
    /// When the request was handed over.
    pub started: Timestamp,
    /// From then to the end of the body, or to the failure.
    pub elapsed: Duration,
    /// The request's method.
    pub method: Method,
    /// With its query; never with user information; of no meaning where nobody [reads it](Observer::reads_heads). A
    /// handshake's is in WebSocket's notation (`wss://…`).
    pub url: Url,
    /// What was asked with, the credential's headers left out.
    pub request: HeaderMap,
    /// What was received; or in words why nothing whole was.
    pub response: Result<Response, String>,
}

/// A complete answer over HTTP. The body of one with a status of 400 and up may have been cut off.
#[derive(Clone)]
#[non_exhaustive]
pub struct Response {
    /// Any status, not only a success.
    pub status: StatusCode,
    /// Without cookies.
    pub headers: HeaderMap,
    /// Decompressed.
    pub body: Bytes,
}

/// One data message of a WebSocket; a ping, a pong and the closing are none.
#[derive(Clone)]
#[non_exhaustive]
pub struct Message {
    /// The service's name in lower case.
    pub service: &'static str,
    /// Which connection, by a number that no other of this process has; the handshake's [`Exchange::connection`].
    pub connection: u64,
    /// The handshake's address, in WebSocket's notation (`wss://…`).
    pub url: Url,
    /// When it was queued for the socket, or had come in whole.
    pub at: Timestamp,
    /// Who sent it.
    pub direction: Direction,
    /// The remote procedure it calls, or answers to; `None` for every other message.
    pub api: Option<Box<str>>,
    /// Whether it was of the text kind, and so UTF-8.
    pub is_text: bool,
    /// The whole message.
    pub data: Bytes,
}

/// Who sent a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The client.
    Sent,
    /// The service.
    Received,
}

/// Why an observer will not let an answer pass.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Veto {
    /// In words that a stranger understands.
    pub problem: String,
    /// Where in the body, as a JSON pointer; empty for the whole.
    pub pointer: String,
    /// The rule of the observer's that it breaks, as a word to search for; may be empty.
    pub rule: String,
    /// Who it is.
    pub(crate) by: &'static str,
}

impl Veto {
    /// A veto for a reason, at a JSON pointer into the body (empty for the whole).
    pub fn new(problem: impl Into<String>, pointer: impl Into<String>) -> Self {
        Self {
            problem: problem.into(),
            pointer: pointer.into(),
            rule: String::new(),
            by: "an observer",
        }
    }

    /// The same, naming the rule that is broken.
    #[must_use]
    pub fn rule(mut self, rule: impl Into<String>) -> Self {
        self.rule = rule.into();
        self
    }
}

/// Without header values, body and query, which hold what is not for a log.
impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("service", &self.service)
            .field("operation", &self.operation)
            .field("attempt", &self.attempt)
            .field("response", &self.response)
            .finish_non_exhaustive()
    }
}

/// Without header values and body.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Without its data.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("service", &self.service)
            .field("direction", &self.direction)
            .field("api", &self.api)
            .field("bytes", &self.data.len())
            .finish_non_exhaustive()
    }
}
