//! What reqwest's errors mean here.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use super::retry::Outcome;
use crate::error::{Error, Kind, Limit, Unreachable};

/// An attempt that brought no answer.
#[derive(Debug)]
pub(crate) struct Failure {
    pub kind: Kind,
    pub outcome: Outcome,
    pub source: Option<reqwest::Error>,
}

impl Failure {
    pub fn timeout(limit: Limit, after: Duration) -> Self {
        Self {
            kind: Kind::Timeout { limit, after },
            outcome: Outcome::TimedOut,
            source: None,
        }
    }

    pub fn too_large(limit: usize) -> Self {
        Self {
            kind: Kind::TooLarge { limit },
            outcome: Outcome::Final,
            source: None,
        }
    }

    /// The rate budget has no turn for the call within `wait`.
    pub fn unsent(wait: Duration) -> Self {
        Self {
            kind: Kind::Budget { wait },
            outcome: Outcome::Final,
            source: None,
        }
    }

    pub fn interrupted() -> Self {
        Self {
            kind: Kind::Interrupted,
            outcome: Outcome::Broken,
            source: None,
        }
    }

    /// The error's own text holds the URL with its query, so it is dropped here.
    pub fn of(error: reqwest::Error, connect: Duration, attempt: Duration) -> Self {
        let error = error.without_url();
        let (kind, outcome) = if error.is_timeout() {
            // Only the connect limit, and any that a user's own client has, are reqwest's.
            let (limit, after) = if error.is_connect() {
                (Limit::Connect, connect)
            } else {
                (Limit::Attempt, attempt)
            };
            (Kind::Timeout { limit, after }, Outcome::TimedOut)
        } else if error.is_connect() {
            match reason(&error) {
                Unreachable::Tls => (Kind::Unreachable(Unreachable::Tls), Outcome::Final),
                other => (Kind::Unreachable(other), Outcome::Broken),
            }
        } else if error.is_builder() {
            let problem = "no request can be made of it".to_owned();
            (
                Kind::Input {
                    what: "request",
                    problem,
                },
                Outcome::Final,
            )
        } else {
            (Kind::Interrupted, Outcome::Broken)
        };
        Self {
            kind,
            outcome,
            source: Some(error),
        }
    }

    /// Returns true if the request was certainly handed to no connection. A limit of the attempt or of the call may run out
    /// while there is none yet, but nothing tells so.
    pub fn is_unsent(&self) -> bool {
        match self.kind {
            Kind::Timeout { limit, .. } => limit == Limit::Connect,
            Kind::Unreachable(_) | Kind::Budget { .. } | Kind::Input { .. } => true,
            _ => false,
        }
    }

    /// The error, which names the `place` where no connection could be made.
    pub fn into_error(self, place: impl FnOnce() -> String) -> Error {
        let is_unconnected = matches!(
            self.kind,
            Kind::Unreachable(_)
                | Kind::Timeout {
                    limit: Limit::Connect,
                    ..
                }
        );
        let mut error = Error::new(self.kind);
        if is_unconnected {
            error = error.noting(place());
        }
        match self.source {
            Some(source) => error.because(source),
            None => error,
        }
    }
}

fn reason(error: &reqwest::Error) -> Unreachable {
    if error.is_dns() {
        return Unreachable::Dns;
    }
    if is_refused_handshake(error) {
        return Unreachable::Tls;
    }
    Unreachable::Connect
}

/// rustls reports what the handshake refused as invalid data.
fn is_refused_handshake(error: &(dyn StdError + 'static)) -> bool {
    let inner = match error.downcast_ref::<io::Error>() {
        Some(error) if error.kind() == io::ErrorKind::InvalidData => return true,
        // An I/O error's source is that of the error it wraps, which would leave out that error itself.
        Some(error) => error
            .get_ref()
            .map(|inner| inner as &(dyn StdError + 'static)),
        None => error.source(),
    };
    inner.is_some_and(is_refused_handshake)
}
