//! Whether the clients read an answer: found out with the decoder that the transport has and the types that build.rs made.

use bytes::Bytes;
use http::HeaderMap;

use crate::error::Kind;
use crate::generated::{b3os, crosstrade, hummingbot, refold};
use crate::reference::Service;
use crate::transport::body::{Success, Unusable, decode};

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
pub(super) type Read = fn(&HeaderMap, &Bytes, Option<&str>) -> Reading;

/// The decoder of an operation's success. What a service's own module asks of an answer beyond its type is asked here too.
pub(super) fn of(service: Service, operation: &str) -> Option<Read> {
    let read: Read = match (service, operation) {
        (Service::CrossTrade, "get_execution") => read::<crosstrade::types::Execution>,
        (Service::CrossTrade, "list_executions") => read::<crosstrade::types::ExecutionList>,
        (Service::Hummingbot, "get_executor") => read::<hummingbot::types::Executor>,
        (Service::B3os, "get_execution") => read_envelope,
        (Service::Refold, "get_execution") => read::<refold::types::Execution>,
        _ => return None,
    };
    Some(read)
}

/// A frame that a service pushes: the word of its `type`, and its component.
pub(super) struct Push {
    pub word: &'static str,
    pub component: &'static str,
}

/// Every frame that the client reads as a type of its own.
pub(super) fn pushes(service: Service) -> &'static [Push] {
    match service {
        Service::CrossTrade => &[
            Push {
                word: "marketData",
                component: "MarketData",
            },
            Push {
                word: "pnlUpdate",
                component: "PnlUpdate",
            },
        ],
        _ => &[],
    }
}

fn read<T: Success>(headers: &HeaderMap, body: &Bytes, wrapper: Option<&str>) -> Reading {
    reading(decode::<T>(headers, body, wrapper)).map_or_else(|reading| reading, |_| Reading::Fits)
}

fn read_envelope(headers: &HeaderMap, body: &Bytes, wrapper: Option<&str>) -> Reading {
    match reading(decode::<b3os::types::ExecutionEnvelope>(
        headers, body, wrapper,
    )) {
        Ok(envelope) if envelope.data.is_none() => Reading::Unfit(Some("data".to_owned())),
        Ok(_) => Reading::Fits,
        Err(reading) => reading,
    }
}

fn reading<T>(decoded: Result<T, Unusable>) -> Result<T, Reading> {
    decoded.map_err(|unusable| match unusable {
        Unusable::Failed => Reading::Refused,
        Unusable::Unfit(Kind::Unfit { path, .. }) => Reading::Unfit(path),
        Unusable::Unfit(_) => Reading::Unfit(None),
    })
}
