//! A successful answer with all that came with it.

use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};

use super::Received;
use super::body::{Success, UnknownMember, Unusable, decode_any, elements, unknown_members};
use super::request::Target;
use crate::error::said::Said;
use crate::error::{Error, Kind, Refusal, request_id_header};
use crate::service::ServiceInfo;
use crate::values::Json;

/// A service's answer: the typed value, to which it derefs, beside everything else that was received.
///
/// It serialises as its value alone.
///
/// ```
/// use executions::{Reply, hummingbot::types::Executor};
///
/// fn line(reply: &Reply<Executor>) -> String {
///     format!("{} {} (request {:?})", reply.executor_id, reply.status, reply.request_id())
/// }
///
/// // In a program, `hummingbot.executor(id).await?` brings it. In a test of yours, a text does:
/// let reply = Reply::from_json(r#"{"executor_id": "abc123", "status": "RUNNING"}"#)?;
/// assert_eq!(line(&reply), "abc123 RUNNING (request None)");
/// # Ok::<(), executions::Error>(())
/// ```
#[derive(Clone)]
// In boxes, as it is hundreds of bytes that every layer on the way out would move.
pub struct Reply<T> {
    value: Box<T>,
    rest: Box<Rest>,
}

/// All of a reply but its value.
#[derive(Clone)]
struct Rest {
    received: Received,
    request_id: Option<Box<str>>,
    asked: Asked,
    unknown: fn(&[u8], Option<&str>) -> Vec<UnknownMember>,
    wrapper: Option<&'static str>,
}

/// What was asked for, for the answer's [`Reference`](crate::Reference).
#[derive(Clone, Default)]
pub(crate) struct Asked {
    scope: Option<Box<str>>,
    id: Option<Box<str>>,
}

impl Asked {
    fn of(target: Target<'_>) -> Self {
        Self {
            scope: target.scope().map(Box::from),
            id: target.id().map(Box::from),
        }
    }

    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}

impl<T> Reply<T> {
    /// The HTTP status: a 2xx. `None` for an answer over a WebSocket, which has none.
    pub fn http_status(&self) -> Option<StatusCode> {
        self.rest.received.status
    }

    /// The answer's headers; none over a WebSocket.
    pub fn headers(&self) -> &HeaderMap {
        &self.rest.received.headers
    }

    /// The id to quote to the service's support: from the answer where it holds one (B3OS), else from its headers.
    pub fn request_id(&self) -> Option<&str> {
        self.rest
            .request_id
            .as_deref()
            .or_else(|| request_id_header(self.headers()))
    }

    /// The id that was asked for; `None` for a list, and for a reply that [`from_json`](Self::from_json) made. CrossTrade may
    /// answer with another; of every other service an answer with another id is an error.
    pub fn asked_id(&self) -> Option<&str> {
        self.rest.asked.id()
    }

    /// How many times the request was sent.
    pub fn attempts(&self) -> u32 {
        self.rest.received.attempts
    }

    /// The time from the call to the arrival of its answer, waits and retries included.
    pub fn elapsed(&self) -> Duration {
        self.rest.received.elapsed
    }

    /// The body exactly as received, after decompression.
    pub fn bytes(&self) -> &Bytes {
        &self.rest.received.body
    }

    /// The members of the answer that the spec does not know, with their exact text. Reads the body again, so it costs as
    /// much as the answer did.
    pub fn unknown_members(&self) -> Vec<UnknownMember> {
        (self.rest.unknown)(self.bytes(), self.rest.wrapper)
    }

    /// The typed value alone.
    pub fn into_inner(self) -> T {
        *self.value
    }

    /// Makes a reply from a value's own JSON, for tests of code that is given replies. The service has no part in it.
    ///
    /// Its status is `None`, its headers are empty, its attempts and its elapsed time are 0, its bytes are the text, and its
    /// request id is what the text holds as `requestId` or `request_id`. The neutral view takes the id, and CrossTrade's
    /// account, from the text.
    ///
    /// # Errors
    /// [`is_contract_drift`](Error::is_contract_drift), with the place, if the text is not the type's JSON. A text that says
    /// `success: false` or has an `error` is an error too, as it is from a service.
    pub fn from_json(text: &str) -> Result<Self, Error>
    where
        T: DeserializeOwned,
    {
        let value = decode_any(text, None).map_err(|problem| match problem {
            Unusable::Failed => Error::new(Kind::Refused(Refusal::InBody)),
            Unusable::Unfit(kind) => Error::new(kind),
        })?;
        let received = Received {
            status: None,
            headers: HeaderMap::new(),
            body: Bytes::copy_from_slice(text.as_bytes()),
            attempts: 0,
            elapsed: Duration::ZERO,
            unsettled: None,
        };
        let rest = Box::new(Rest {
            received,
            request_id: Said::read(text.as_bytes()).request_id.map(Box::from),
            asked: Asked::default(),
            unknown: unknown_members::<T>,
            wrapper: None,
        });
        Ok(Self {
            value: Box::new(value),
            rest,
        })
    }

    pub(crate) fn new(
        value: Box<T>,
        received: Received,
        service: &'static ServiceInfo,
        target: Target<'_>,
    ) -> Self
    where
        T: Success,
    {
        let rest = Box::new(Rest {
            received,
            request_id: value.request_id().map(Box::from),
            asked: Asked::of(target),
            unknown: unknown_members::<T>,
            wrapper: service.wrapper,
        });
        Self { value, rest }
    }

    /// Makes the value into another. Everything else stays as it was, the bytes and the unknown members too.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Reply<U> {
        Reply {
            value: Box::new(make(*self.value)),
            rest: self.rest,
        }
    }

    pub(crate) fn value_mut(&mut self) -> &mut T {
        &mut self.value
    }

    /// The whole body as JSON text.
    pub(crate) fn json(&self) -> Json {
        serde_json::from_slice(self.bytes())
            .expect("the body decoded as JSON before there was a reply")
    }

    /// The elements of the body's array `name`, each as its own text.
    pub(crate) fn elements(&self, name: &str) -> Vec<Json> {
        elements(self.bytes(), self.rest.wrapper, name)
    }

    pub(crate) fn asked(&self) -> &Asked {
        &self.rest.asked
    }

    pub(crate) fn into_received(self) -> Received {
        self.rest.received
    }
}

impl<T> Deref for Reply<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: Serialize> Serialize for Reply<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl<T: fmt::Debug> fmt::Debug for Reply<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("value", &self.value)
            .field("http_status", &self.http_status())
            .field("request_id", &self.request_id())
            .field("attempts", &self.attempts())
            .finish_non_exhaustive()
    }
}
