//! Whether to send again, and when: decided without a server and without a clock.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

use crate::error::is_passing;

/// How hard a handle tries. The default: three attempts, waits of up to 0.5 s, 1 s, … drawn at random, and a service's
/// `Retry-After` honoured up to 30 s.
///
/// Only what is safe is sent again. A read is sent again if it found no connection, lost it, ran into a time limit, or was
/// answered 429, 500, 502, 503 or 504; but not after a 500 whose body tells that it would come again. A write is sent again
/// only where the attempt before certainly did nothing: no connection was made for it, or the service refused it with a 429
/// that its spec lists as given before the service acts. Such a write may be executed later than it was asked for, at most by
/// the call's [limit](crate::Limits::call).
///
/// One retry costs five of a handle's hundred retry credits (a timeout ten) and a success earns one back, so a service that is
/// down is not hit three times as hard.
///
/// As in [`Limits`](crate::Limits), a setter is named after what it limits, and its getter has the same name with `_limit`:
///
/// ```
/// use std::time::Duration;
/// use executions::{B3os, Retry};
///
/// const STUBBORN: Retry = Retry::new().attempts(6).wait(Duration::from_secs(20));
/// # fn main() -> Result<(), executions::Error> {
/// let b3os = B3os::builder().api_key("a-key").retry(STUBBORN).build()?;
/// assert_eq!(STUBBORN.attempts_limit(), 6);
/// assert_eq!(Retry::never().attempts_limit(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    pub(super) attempts: u32,
    pub(super) base: Duration,
    pub(super) cap: Duration,
    pub(super) longest_retry_after: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self::new()
    }
}

impl Retry {
    /// The default retries.
    pub const fn new() -> Self {
        Self {
            attempts: 3,
            base: Duration::from_millis(500),
            cap: Duration::from_secs(8),
            longest_retry_after: Duration::from_secs(30),
        }
    }

    /// Every call is sent once.
    pub const fn never() -> Self {
        Self {
            attempts: 1,
            base: Duration::ZERO,
            cap: Duration::ZERO,
            longest_retry_after: Duration::ZERO,
        }
    }

    /// Limits how often a call is sent, the first time included; 1 turns retries off. Default 3.
    #[must_use]
    pub const fn attempts(self, most: u32) -> Self {
        Self {
            attempts: most,
            ..self
        }
    }

    /// Limits the first wait that the client chooses; the limit doubles with each attempt, up to [`wait`](Self::wait).
    /// Default 0.5 s.
    #[must_use]
    pub const fn first_wait(self, limit: Duration) -> Self {
        Self {
            base: limit,
            ..self
        }
    }

    /// Limits every wait that the client chooses. Default 8 s.
    #[must_use]
    pub const fn wait(self, limit: Duration) -> Self {
        Self { cap: limit, ..self }
    }

    /// Limits the `Retry-After` that is waited for; a longer one ends the call with the error that carries it. Default 30 s.
    #[must_use]
    pub const fn retry_after(self, limit: Duration) -> Self {
        Self {
            longest_retry_after: limit,
            ..self
        }
    }

    /// How often a call is sent at most, the first time included.
    pub const fn attempts_limit(&self) -> u32 {
        self.attempts
    }

    /// How long the first wait may be that the client chooses.
    pub const fn first_wait_limit(&self) -> Duration {
        self.base
    }

    /// How long any wait may be that the client chooses.
    pub const fn wait_limit(&self) -> Duration {
        self.cap
    }

    /// How long a `Retry-After` may be that is waited for.
    pub const fn retry_after_limit(&self) -> Duration {
        self.longest_retry_after
    }
}

/// How an attempt ended, as far as the decision goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Outcome {
    /// A complete answer with this status.
    Answered {
        status: u16,
        retry_after: Option<Duration>,
    },
    /// No connection, or one that broke.
    Broken,
    /// A time limit of one attempt ran out.
    TimedOut,
    /// What another attempt would not change: TLS, an answer too large.
    Final,
}

impl Retry {
    /// How long to wait before the next attempt; `None` ends the call. `random` is in `0.0..1.0`. An attempt that is not
    /// settled may have been executed, so it is the last.
    ///
    /// `offline` is the status by which a service says that what it forwards to is not there, which another attempt would
    /// only hit again.
    pub(crate) fn next(
        &self,
        attempt: u32,
        is_settled: bool,
        outcome: Outcome,
        offline: Option<u16>,
        random: f64,
    ) -> Option<Duration> {
        if attempt >= self.attempts || !is_settled {
            return None;
        }
        match outcome {
            Outcome::Final => None,
            Outcome::Answered { status, .. } if Some(status) == offline || !is_passing(status) => {
                None
            }
            Outcome::Answered {
                retry_after: Some(asked),
                ..
            } => (asked <= self.longest_retry_after).then_some(asked),
            Outcome::Answered { .. } | Outcome::Broken | Outcome::TimedOut => {
                let doubled = self.base.saturating_mul(1 << (attempt - 1).min(20));
                Some(doubled.min(self.cap).mul_f64(random))
            }
        }
    }
}

/// The credits that retries cost, so that many calls together do not storm a service that is down.
#[derive(Debug)]
pub(crate) struct Credits(u32);

impl Credits {
    const MOST: u32 = 100;

    pub fn full() -> Self {
        Self(Self::MOST)
    }

    /// Pays for a retry after `outcome`; `false` where the credits do not suffice.
    pub fn pay(&mut self, outcome: Outcome) -> bool {
        let cost = if outcome == Outcome::TimedOut { 10 } else { 5 };
        match self.0.checked_sub(cost) {
            Some(left) => {
                self.0 = left;
                true
            }
            None => false,
        }
    }

    pub fn earn(&mut self) {
        self.0 = (self.0 + 1).min(Self::MOST);
    }
}

/// What an answer asks to wait: `retry-after-ms`, or `Retry-After` in seconds, fractions of them, or as an HTTP date.
///
/// A date counts from the answer's own `Date` where it has one, so that a wrong clock on this side does not matter. What is
/// negative, not a number, or of any other form asks for nothing.
pub(crate) fn asked_wait(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let number = |text: &str, unit: f64| {
        // `try_from` refuses NaN and the negative; what overflows is longer than any bound.
        let seconds = text.parse::<f64>().ok().filter(|n| *n >= 0.0)? * unit;
        Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
    };
    if let Some(wait) = text("retry-after-ms").and_then(|ms| number(ms, 0.001)) {
        return Some(wait);
    }
    let asked = text(RETRY_AFTER.as_str())?;
    number(asked, 1.0).or_else(|| {
        let until = httpdate::parse_http_date(asked).ok()?;
        let from = text(DATE.as_str()).and_then(|date| httpdate::parse_http_date(date).ok());
        Some(
            until
                .duration_since(from.unwrap_or(now))
                .unwrap_or_default(),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::UNIX_EPOCH;

    fn answered(status: u16, retry_after: Option<u64>) -> Outcome {
        Outcome::Answered {
            status,
            retry_after: retry_after.map(Duration::from_secs),
        }
    }

    fn next(attempt: u32, outcome: Outcome) -> Option<Duration> {
        Retry::default().next(attempt, true, outcome, None, 0.5)
    }

    #[test]
    fn passing_failures_are_sent_again_three_times_in_all_where_they_are_settled() {
        for outcome in [
            Outcome::Broken,
            Outcome::TimedOut,
            answered(429, None),
            answered(500, None),
            answered(502, None),
            answered(503, None),
            answered(504, None),
        ] {
            assert_eq!(
                next(1, outcome),
                Some(Duration::from_millis(250)),
                "{outcome:?}"
            );
            assert_eq!(
                next(2, outcome),
                Some(Duration::from_millis(500)),
                "{outcome:?}"
            );
            assert_eq!(next(3, outcome), None, "{outcome:?}");
            let unsettled = Retry::default().next(1, false, outcome, None, 0.5);
            assert_eq!(unsettled, None, "{outcome:?}");
        }
    }

    #[test]
    fn what_another_attempt_would_not_change_is_final() {
        for status in [200, 204, 301, 400, 401, 403, 404, 409, 422, 501] {
            assert_eq!(next(1, answered(status, None)), None, "{status}");
        }
        assert_eq!(next(1, Outcome::Final), None);
    }

    #[test]
    fn a_services_offline_status_is_final_for_it_alone() {
        let outcome = answered(408, None);
        assert!(next(1, outcome).is_some());
        assert_eq!(
            Retry::default().next(1, true, outcome, Some(408), 0.5),
            None
        );
    }

    #[test]
    fn a_wait_the_service_asks_for_is_kept_or_refused() {
        assert_eq!(next(1, answered(429, Some(0))), Some(Duration::ZERO));
        assert_eq!(
            next(1, answered(429, Some(30))),
            Some(Duration::from_secs(30))
        );
        assert_eq!(next(1, answered(429, Some(31))), None);
        assert_eq!(
            next(1, answered(503, Some(2))),
            Some(Duration::from_secs(2))
        );
    }

    #[test]
    fn waits_are_drawn_from_the_whole_range_and_capped() {
        let retry = Retry {
            attempts: u32::MAX,
            ..Retry::default()
        };
        let wait = |attempt, random| retry.next(attempt, true, Outcome::Broken, None, random);
        assert_eq!(wait(1, 0.0), Some(Duration::ZERO));
        assert_eq!(wait(90, 1.0), Some(retry.cap));
    }

    #[test]
    fn retry_after_is_understood_in_every_form_and_never_panics() {
        let now = UNIX_EPOCH + Duration::from_secs(784_111_777);
        let asked = |name: &'static str, value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().expect("a header value"));
            asked_wait(&headers, now)
        };
        let seconds = |s: f64| Some(Duration::from_secs_f64(s));
        assert_eq!(asked("retry-after", "7"), seconds(7.0));
        assert_eq!(asked("retry-after", " 0.25 "), seconds(0.25));
        assert_eq!(asked("retry-after-ms", "1500"), seconds(1.5));
        assert_eq!(
            asked("retry-after", "Sun, 06 Nov 1994 08:49:47 GMT"),
            seconds(10.0)
        );
        assert_eq!(
            asked("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT"),
            seconds(0.0)
        );
        assert_eq!(asked("retry-after", "1e300"), Some(Duration::MAX));
        assert_eq!(asked("retry-after", "315360000"), seconds(315_360_000.0));
        for nothing in ["-1", "NaN", "soon", "", "-inf", "1;2"] {
            assert_eq!(asked("retry-after", nothing), None, "{nothing}");
        }
    }

    #[test]
    fn a_date_counts_from_the_servers_own_clock() {
        let mut headers = HeaderMap::new();
        headers.insert(
            DATE,
            "Sun, 06 Nov 1994 08:49:37 GMT".parse().expect("a date"),
        );
        headers.insert(
            RETRY_AFTER,
            "Sun, 06 Nov 1994 08:49:39 GMT".parse().expect("a date"),
        );
        assert_eq!(
            asked_wait(&headers, UNIX_EPOCH),
            Some(Duration::from_secs(2))
        );
    }

    #[test]
    fn credits_run_out_when_everything_fails_and_come_back_with_successes() {
        let mut credits = Credits::full();
        let paid = (0..100).filter(|_| credits.pay(Outcome::Broken)).count();
        assert_eq!(paid, 20);
        (0..5).for_each(|_| credits.earn());
        assert!(!credits.pay(Outcome::TimedOut));
        assert!(credits.pay(Outcome::Broken));
    }
}
