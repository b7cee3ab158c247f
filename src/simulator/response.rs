//! JSON responses and request ids, which all simulated services share.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::object::Object;

/// A status and a JSON body, for HTTP or for a WebSocket that has no status to send.
#[derive(Debug)]
pub(super) struct JsonResponse {
    status: StatusCode,
    body: Object,
    scheme: Option<&'static str>,
}

impl JsonResponse {
    pub(super) fn ok(body: Object) -> Self {
        Self::new(StatusCode::OK, body)
    }

    pub(super) fn new(status: StatusCode, body: Object) -> Self {
        Self {
            status,
            body,
            scheme: None,
        }
    }

    /// Status 401.
    pub(super) fn unauthorized(body: &Object) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, body.clone())
    }

    /// Status 404.
    pub(super) fn not_found(body: Object) -> Self {
        Self::new(StatusCode::NOT_FOUND, body)
    }

    pub(super) fn is_refusal(&self) -> bool {
        self.status != StatusCode::OK
    }

    /// The body alone, for a way to answer that has no status.
    pub(super) fn into_body(self) -> Object {
        self.body
    }

    /// Names the scheme to authenticate with, in `WWW-Authenticate`.
    pub(super) fn asking_for(mut self, scheme: &'static str) -> Self {
        self.scheme = Some(scheme);
        self
    }
}

impl IntoResponse for JsonResponse {
    fn into_response(self) -> Response {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(scheme) = self.scheme {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(scheme));
        }
        (self.status, headers, self.body.to_bytes()).into_response()
    }
}

/// Gives out ids in the shape of a UUID, each once.
#[derive(Debug, Default)]
pub(super) struct RequestIds {
    key: RandomState,
    given: AtomicU64,
}

impl RequestIds {
    pub(super) fn next(&self) -> String {
        let number = self.given.fetch_add(1, Ordering::Relaxed);
        let (high, low) = (
            self.key.hash_one((number, "high")),
            self.key.hash_one((number, "low")),
        );
        let hex = format!("{high:016x}{low:016x}");
        format!(
            "{}-{}-4{}-a{}-{}",
            &hex[..8],
            &hex[8..12],
            &hex[13..16],
            &hex[17..20],
            &hex[20..]
        )
    }
}
