//! How long a call may take and how much may come back.

use std::time::Duration;

/// The time and size limits of a call.
///
/// A setter is named after what it limits, and its getter has the same name with `_limit`. A handle gets its limits from its
/// builder, and a copy of the handle gets others from `with_limits`:
///
/// ```
/// use std::time::Duration;
/// use executions::{CrossTrade, Limits};
///
/// const PATIENT: Limits = Limits::new().call(Duration::from_secs(120)).body(64 * 1024 * 1024);
/// # fn main() -> Result<(), executions::Error> {
/// let crosstrade = CrossTrade::builder().token("a-token").limits(PATIENT).build()?;
/// let quick = crosstrade.with_limits(crosstrade.limits().call(Duration::from_secs(5)));
/// assert_eq!(quick.limits().call_limit(), Duration::from_secs(5));
/// assert_eq!(quick.limits().body_limit(), PATIENT.body_limit());
/// # Ok(())
/// # }
/// ```
///
/// The connect limit belongs to the connection pool: [`HttpBuilder::connect_timeout`](crate::HttpBuilder::connect_timeout).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub(super) call: Duration,
    pub(super) attempt: Duration,
    pub(super) stall: Duration,
    pub(super) body: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self::new()
    }
}

impl Limits {
    /// The default limits.
    pub const fn new() -> Self {
        Self {
            call: Duration::from_secs(60),
            attempt: Duration::from_secs(30),
            stall: Duration::from_secs(10),
            body: 16 * 1024 * 1024,
        }
    }

    /// Limits the whole call, with its attempts and every wait. Default 60 s; more than ten years count as ten years.
    #[must_use]
    pub const fn call(self, limit: Duration) -> Self {
        Self {
            call: bounded(limit),
            ..self
        }
    }

    /// Limits one attempt, from the connection to the last byte. Default 30 s; more than ten years count as ten years.
    #[must_use]
    pub const fn attempt(self, limit: Duration) -> Self {
        Self {
            attempt: bounded(limit),
            ..self
        }
    }

    /// Limits the time in which no byte of a body comes. Default 10 s; more than ten years count as ten years.
    #[must_use]
    pub const fn stall(self, limit: Duration) -> Self {
        Self {
            stall: bounded(limit),
            ..self
        }
    }

    /// Limits the bytes of a body, counted after decompression. Default 16 MiB.
    #[must_use]
    pub const fn body(self, bytes: usize) -> Self {
        Self {
            body: bytes,
            ..self
        }
    }

    /// How long a [`call`](Self::call) may take.
    pub const fn call_limit(&self) -> Duration {
        self.call
    }

    /// How long an [`attempt`](Self::attempt) may take.
    pub const fn attempt_limit(&self) -> Duration {
        self.attempt
    }

    /// How long a body may [`stall`](Self::stall).
    pub const fn stall_limit(&self) -> Duration {
        self.stall
    }

    /// How many bytes a [`body`](Self::body) may have.
    pub const fn body_limit(&self) -> usize {
        self.body
    }
}

/// Keeps the sums with the clock from overflowing.
const fn bounded(limit: Duration) -> Duration {
    match limit.as_nanos() > LONGEST.as_nanos() {
        true => LONGEST,
        false => limit,
    }
}

/// Longer limits count as this one: ten years.
pub(crate) const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 3600);
