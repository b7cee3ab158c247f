//! Whether the clients read an answer: found out with the decoder that the transport has and the types that build.rs made.

use bytes::Bytes;
use http::HeaderMap;

use crate::error::Kind;
use crate::generated::{b3os, crosstrade, hummingbot, refold};
use crate::reference::Service;
use crate::transport::body::{Success, Unusable, decode, refuses};
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

/// Reads a success, which may stand under the name of the wrapper.
pub(super) type Decoder = fn(&HeaderMap, &Bytes, Option<&str>) -> Reading;

/// The decoder of an operation's success. What a service's own module asks of an answer beyond its type is asked here too.
pub(super) fn decoder(service: Service, operation: &str) -> Option<Decoder> {
    let decoder: Decoder = match (service, operation) {
        (Service::CrossTrade, "get_execution") => decoded::<crosstrade::types::Execution>,
        (Service::CrossTrade, "list_executions") => decoded::<crosstrade::types::ExecutionList>,
        (Service::Hummingbot, "get_executor") => decoded::<hummingbot::types::Executor>,
        (Service::B3os, "get_execution") => envelope,
        (Service::Refold, "get_execution") => decoded::<refold::types::Execution>,
        _ => return None,
    };
    Some(decoder)
}

/// Reads a success of an operation that no client has: what more there is to say of it, its schema says.
pub(super) fn any(body: &Bytes) -> Reading {
    let json = serde_json::from_slice::<Json>(body);
    match json.map(|json| refuses(json.as_str())) {
        Ok(Ok(true)) => Reading::Refused,
        Ok(Ok(false)) => Reading::Fits,
        Ok(Err(_)) | Err(_) => Reading::Unfit(None),
    }
}

/// Every frame that the client reads as a type of its own: the word of its `type`, and its component.
pub(super) fn pushes(service: Service) -> &'static [(&'static str, &'static str)] {
    match service {
        Service::CrossTrade => &[("marketData", "MarketData"), ("pnlUpdate", "PnlUpdate")],
        _ => &[],
    }
}

fn decoded<T: Success>(headers: &HeaderMap, body: &Bytes, wrapper: Option<&str>) -> Reading {
    reading(decode::<T>(headers, body, wrapper))
}

fn envelope(headers: &HeaderMap, body: &Bytes, wrapper: Option<&str>) -> Reading {
    match decode::<b3os::types::ExecutionEnvelope>(headers, body, wrapper) {
        Ok(envelope) if envelope.data.is_none() => Reading::Unfit(Some("data".to_owned())),
        result => reading(result),
    }
}

fn reading<T>(result: Result<T, Unusable>) -> Reading {
    match result {
        Ok(_) => Reading::Fits,
        Err(Unusable::Failed) => Reading::Refused,
        Err(Unusable::Unfit(Kind::Unfit { path, .. })) => Reading::Unfit(path),
        Err(Unusable::Unfit(_)) => Reading::Unfit(None),
    }
}
