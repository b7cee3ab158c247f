//! JSON responses and request ids, which all simulated services share.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::object::Object;

/// A status and a JSON body, for HTTP or for a WebSocket that has no status to send.
#[derive(Clone, Debug)]
pub(super) struct JsonResponse {
    pub(super) status: StatusCode,
    pub(super) body: Object,
}

impl JsonResponse {
    pub(super) fn ok(body: Object) -> Self {
        Self::new(StatusCode::OK, body)
    }

    pub(super) fn new(status: StatusCode, body: Object) -> Self {
        Self { status, body }
    }

    /// Sets a member of the body.
    pub(super) fn set(mut self, name: &str, value: impl Serialize) -> Self {
        self.body = self.body.set(name, value);
        self
    }
}

impl IntoResponse for JsonResponse {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}

/// Makes an id in the shape of a UUID.
pub(super) fn request_id() -> String {
    let hex = format!("{:032x}", fastrand::u128(..));
    format!(
        "{}-{}-4{}-a{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[13..16],
        &hex[17..20],
        &hex[20..]
    )
}
