//! CrossTrade's rate limits: a bucket that empties by a token a request. Pure; the time comes in.

use std::time::Duration;

/// A full bucket. Both limits have 20 (docs.crosstrade.io/api/rate-limiting).
const CAPACITY: f64 = 20.0;

/// Of calls over REST and WebSocket together, 3 come back a second.
pub(super) const CALLS: f64 = 3.0;

/// Of changes to what a WebSocket subscribes to, 20 come back a minute.
pub(super) const SUBSCRIPTIONS: f64 = 20.0 / 60.0;

#[derive(Debug)]
pub(super) struct Bucket {
    tokens: f64,
    refill: f64,
    filled: Duration,
}

impl Bucket {
    /// `refill`: what comes back a second.
    pub(super) fn full(refill: f64) -> Self {
        Self {
            tokens: CAPACITY,
            refill,
            filled: Duration::ZERO,
        }
    }

    /// Takes a token at `now`, counted from the bucket's making; `false` where none is left.
    pub(super) fn take(&mut self, now: Duration) -> bool {
        let passed = now.saturating_sub(self.filled).as_secs_f64();
        self.tokens = (self.tokens + passed * self.refill).min(CAPACITY);
        self.filled = self.filled.max(now);
        let granted = self.tokens >= 1.0;
        if granted {
            self.tokens -= 1.0;
        }
        granted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_at_once_then_three_a_second_and_never_more_than_twenty() {
        let mut bucket = Bucket::full(CALLS);
        let mut granted = |seconds, tries| {
            (0..tries)
                .filter(|_| bucket.take(Duration::from_secs(seconds)))
                .count()
        };
        assert_eq!(granted(0, 30), 20);
        assert_eq!(granted(1, 30), 3);
        assert_eq!(granted(1, 30), 0);
        assert_eq!(granted(1000, 30), 20);
        assert_eq!(granted(5, 1), 0);
    }
}
