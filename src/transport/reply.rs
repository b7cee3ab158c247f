//! A successful answer with all that came with it.

use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::body::{Success, elements, unknown_members};
use super::request::Target;
use super::{Received, ServiceInfo};
use crate::error::request_id_header;
use crate::values::Json;

use super::body::UnknownMember;

/// A service's answer: the typed value, to which it derefs, beside everything else that was received.
// In boxes, as it is hundreds of bytes that every layer on the way out would move.
pub struct Reply<T> {
    value: Box<T>,
    rest: Box<Rest>,
}

/// All of a reply but its value.
struct Rest {
    received: Received,
    request_id: Option<Box<str>>,
    asked: Asked,
    unknown: fn(&[u8], Option<&str>) -> Vec<UnknownMember>,
    service: &'static ServiceInfo,
}

/// What was asked for, for the answer's [`Reference`](crate::Reference).
#[derive(Clone)]
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
        (self.rest.unknown)(self.bytes(), self.rest.service.wrapper)
    }

    /// The typed value alone.
    pub fn into_inner(self) -> T {
        *self.value
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
            service,
        });
        Self { value, rest }
    }

    /// The reply with its value made into another. What counts as unknown stays as it was.
    pub(crate) fn map<U>(self, make: impl FnOnce(T) -> U) -> Reply<U> {
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
        elements(self.bytes(), self.rest.service.wrapper, name)
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
