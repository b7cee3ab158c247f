//! CrossTrade's rate limit: a bucket that empties by a token a request. Pure; the time comes in.

use std::time::Duration;

/// A full bucket, and how much of it comes back a second (docs.crosstrade.io/api/rate-limiting).
const CAPACITY: f64 = 20.0;
const REFILL: f64 = 3.0;

#[derive(Debug)]
pub(super) struct Bucket {
    tokens: f64,
    filled: Duration,
}

impl Bucket {
    pub(super) fn full() -> Self {
        Self {
            tokens: CAPACITY,
            filled: Duration::ZERO,
        }
    }

    /// Takes a token at `now`, counted from the bucket's making; `false` where none is left.
    pub(super) fn take(&mut self, now: Duration) -> bool {
        let passed = now.saturating_sub(self.filled).as_secs_f64();
        self.tokens = (self.tokens + passed * REFILL).min(CAPACITY);
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
        let mut bucket = Bucket::full();
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
