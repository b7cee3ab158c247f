//! Finds out what a client makes of an answer, with the client's own decoder.

use bytes::Bytes;

use crate::error::Kind;
use crate::transport::body::{Unusable, refuses};
use crate::values::Json;

/// What a client makes of an answer that is no error.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reading {
    Fits,
    /// It says of itself that the call failed.
    Refused,
    /// With the place, as the decoder tells it, where it knows one.
    Unfit(Option<String>),
}

impl Reading {
    pub fn of(result: Result<(), Unusable>) -> Self {
        match result {
            Ok(()) => Self::Fits,
            Err(Unusable::Failed) => Self::Refused,
            Err(Unusable::Unfit(Kind::Unfit { path, .. })) => Self::Unfit(path),
            Err(Unusable::Unfit(_)) => Self::Unfit(None),
        }
    }
}

/// Reads a success of an operation that no client has: what more there is to say of it, its schema says.
pub(super) fn any(body: &Bytes) -> Reading {
    let json = serde_json::from_slice::<Json>(body);
    match json.map(|json| refuses(json.as_str(), None)) {
        Ok(Ok(true)) => Reading::Refused,
        Ok(Ok(false)) => Reading::Fits,
        Ok(Err(_)) | Err(_) => Reading::Unfit(None),
    }
}
