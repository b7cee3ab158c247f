//! How long a call may take and how much may come back.

use std::time::Duration;

/// The time and size limits of a call.
///
/// Set for a handle by its builder, or for single calls by `with_limits` on any handle:
///
/// ```
/// use std::time::Duration;
/// let quick = executions::Limits::default().call(Duration::from_secs(5));
/// ```
///
/// The connect limit belongs to the connection pool: [`HttpBuilder::connect_timeout`](crate::HttpBuilder::connect_timeout).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub(crate) call: Duration,
    pub(crate) attempt: Duration,
    pub(crate) stall: Duration,
    pub(crate) body: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            call: Duration::from_secs(60),
            attempt: Duration::from_secs(30),
            stall: Duration::from_secs(10),
            body: 16 * 1024 * 1024,
        }
    }
}

impl Limits {
    /// The whole call, with its attempts and every wait. Default 60 s.
    #[must_use]
    pub fn call(self, limit: Duration) -> Self {
        Self {
            call: limit.min(LONGEST),
            ..self
        }
    }

    /// One attempt, from the connection to the last byte. Default 30 s.
    #[must_use]
    pub fn attempt(self, limit: Duration) -> Self {
        Self {
            attempt: limit.min(LONGEST),
            ..self
        }
    }

    /// The time in which no byte of a body comes. Default 10 s.
    #[must_use]
    pub fn stall(self, limit: Duration) -> Self {
        Self {
            stall: limit.min(LONGEST),
            ..self
        }
    }

    /// The most bytes of a body, counted after decompression. Default 16 MiB.
    #[must_use]
    pub fn body(self, bytes: usize) -> Self {
        Self {
            body: bytes,
            ..self
        }
    }
}

/// Longer limits count as this one (ten years), which keeps the sums with the clock from overflowing.
pub(crate) const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 3600);
