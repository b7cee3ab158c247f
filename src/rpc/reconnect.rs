//! Whether to connect again, and after how long: decided without a socket and without a clock.

use std::time::Duration;

use crate::error::Error;
use crate::transport::retry::Outcome;

/// The upper bound of the first wait. It doubles with each attempt, up to [`MOST`].
pub(super) const FIRST: Duration = Duration::from_secs(2);
pub(super) const MOST: Duration = Duration::from_secs(30);
/// A connection that has lasted so long counts as a good one, after which waits are short again.
const STABLE: Duration = Duration::from_secs(60);
/// The longest that a service is waited for which says when to come back.
const LONGEST_ASKED: Duration = Duration::from_secs(300);

/// The waits between connections: drawn from the whole range between nothing and a bound that doubles, so that the clients
/// of a server that restarts do not come back together.
#[derive(Debug)]
pub(super) struct Backoff {
    first: Duration,
    most: Duration,
    attempts: u32,
}

impl Backoff {
    /// Waits of up to `first`, and later up to `most`.
    pub fn new(first: Duration, most: Duration) -> Self {
        Self {
            first,
            most,
            attempts: 0,
        }
    }

    /// A connection has ended after `lasted`.
    pub fn ended(&mut self, lasted: Duration) {
        if lasted >= STABLE {
            self.attempts = 0;
        }
    }

    /// The wait before the next attempt. `asked` is what the service asked for; `random` is in `0.0..1.0`.
    pub fn next(&mut self, asked: Option<Duration>, random: f64) -> Duration {
        let doubled = self.first.saturating_mul(1 << self.attempts.min(10));
        let bound = doubled.min(self.most);
        self.attempts = self.attempts.saturating_add(1);
        // Beside what was asked for, since everyone was asked for the same.
        asked.unwrap_or_default().min(LONGEST_ASKED) + bound.mul_f64(random)
    }
}

/// Whether a connection that ended with `error` may be tried again: not where the credential was refused.
pub(super) fn may_reconnect(error: &Error) -> bool {
    !error.is_auth()
}

/// What the service asked to wait for, where its answer to the handshake says so.
pub(super) fn asked(outcome: Outcome) -> Option<Duration> {
    match outcome {
        Outcome::Answered { retry_after, .. } => retry_after,
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::error::Kind;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn waits_double_up_to_half_a_minute_and_are_drawn_from_the_whole_range() {
        let mut backoff = Backoff::new(FIRST, MOST);
        let bounds: Vec<Duration> = (0..7).map(|_| backoff.next(None, 1.0)).collect();
        assert_eq!(bounds, [2, 4, 8, 16, 30, 30, 30].map(seconds));
        assert_eq!(backoff.next(None, 0.0), Duration::ZERO);
        for _ in 0..10_000 {
            assert!(backoff.next(None, fastrand::f64()) <= MOST);
        }
    }

    #[test]
    fn only_a_connection_that_lasted_makes_the_waits_short_again() {
        let mut backoff = Backoff::new(FIRST, MOST);
        for _ in 0..5 {
            backoff.next(None, 1.0);
        }
        backoff.ended(STABLE - seconds(1));
        assert_eq!(backoff.next(None, 1.0), MOST);
        backoff.ended(STABLE);
        assert_eq!(backoff.next(None, 1.0), FIRST);
    }

    #[test]
    fn a_service_that_says_when_is_waited_for_within_reason() {
        let mut backoff = Backoff::new(FIRST, MOST);
        assert_eq!(backoff.next(Some(seconds(7)), 0.0), seconds(7));
        assert_eq!(backoff.next(Some(Duration::MAX), 0.0), LONGEST_ASKED);
    }

    #[test]
    fn a_refused_credential_ends_it() {
        for (code, again) in [(4001, false), (4401, false), (1000, true), (1012, true)] {
            let error = Error::new(Kind::HungUp {
                code: Some(code),
                reason: String::new(),
            });
            assert_eq!(may_reconnect(&error), again, "{code}");
        }
    }

    // fault 39
    #[test]
    fn a_thousand_clients_of_a_server_that_restarts_make_no_storm() {
        let mut random = fastrand::Rng::with_seed(1);
        let down = seconds(20);
        let mut arrivals: BTreeMap<u128, u32> = BTreeMap::new();
        let mut last = Duration::ZERO;
        let mut attempts = 0;
        for _ in 0..1000 {
            let mut backoff = Backoff::new(FIRST, MOST);
            backoff.ended(seconds(3600));
            let mut at = Duration::ZERO;
            loop {
                at += backoff.next(None, random.f64());
                attempts += 1;
                *arrivals.entry(at.as_millis() / 100).or_default() += 1;
                if at >= down {
                    break;
                }
            }
            last = last.max(at);
        }
        // All came within the first bound, in equal parts; then fewer and fewer.
        let peak = arrivals.values().max().copied().unwrap_or_default();
        assert!(peak <= 100, "{peak} in a tenth of a second");
        let later = arrivals.range(60..).map(|(_, count)| *count).max();
        assert!(later.unwrap_or_default() <= 40, "{later:?} later on");
        assert!(attempts <= 6000, "{attempts} in all");
        assert!(last <= down + MOST, "the last came after {last:?}");
    }
}
