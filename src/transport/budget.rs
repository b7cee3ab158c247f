//! A rate budget: how many calls a service allows, kept on this side.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// A token bucket that calls draw on before they are sent; clones share it.
///
/// CrossTrade meters a user, not a connection: 20 calls at once, refilled at 3 a second, REST and WebSocket together
/// (docs.crosstrade.io/api/rate-limiting). Give every handle with the same token the same budget, or each will spend the
/// whole of it.
///
/// A call that finds the bucket empty waits its turn, first come first served; with [`failing`](Self::failing) it ends at
/// once in an error with [`is_rate_limited`](crate::Error::is_rate_limited) instead, as does one that could not be sent
/// within its own time limit. A 429 from the service empties the bucket for everyone who shares it.
///
/// ```
/// use executions::{Budget, CrossTrade};
///
/// let budget = Budget::new(20, 3.0);
/// let patient = CrossTrade::builder().token("a-token").budget(budget.clone()).build()?;
/// let hasty = CrossTrade::builder().token("a-token").budget(budget.failing()).build()?;
/// # Ok::<(), executions::Error>(())
/// ```
#[derive(Clone)]
pub struct Budget {
    bucket: Arc<Mutex<Bucket>>,
    fails: bool,
}

impl Budget {
    /// A full bucket of `capacity` calls that refills at `per_second`.
    ///
    /// A capacity below 1 counts as 1, and a rate that is not a positive number as one call in a hundred seconds: a budget
    /// never stops a program for ever.
    pub fn new(capacity: u32, per_second: f64) -> Self {
        let slowest = 0.01;
        let rate = if per_second.is_finite() {
            per_second.max(slowest)
        } else {
            slowest
        };
        Self {
            bucket: Arc::new(Mutex::new(Bucket::full(
                capacity.max(1).into(),
                rate,
                Instant::now(),
            ))),
            fails: false,
        }
    }

    /// The same bucket, but a call that finds it empty fails instead of waiting.
    #[must_use]
    pub fn failing(&self) -> Self {
        Self {
            bucket: Arc::clone(&self.bucket),
            fails: true,
        }
    }

    /// Takes one call out of the bucket, waiting for it until `deadline` at the longest. `now` is the time, which whoever calls
    /// has just read.
    ///
    /// # Errors
    /// The time until there is one, where that is too long or the budget does not wait. Nothing is taken then.
    pub(crate) async fn draw(&self, now: Instant, deadline: Instant) -> Result<(), Duration> {
        match self.take(now, deadline)? {
            (Duration::ZERO, _) => Ok(()),
            // In a box, since most calls need none of it.
            (wait, pauses) => Box::pin(self.come(wait, pauses, deadline)).await,
        }
    }

    /// Waits for a turn that is taken.
    async fn come(
        &self,
        mut wait: Duration,
        mut pauses: u64,
        deadline: Instant,
    ) -> Result<(), Duration> {
        while wait > Duration::ZERO {
            let mut turn = Turn {
                budget: self,
                pauses,
                taken: false,
            };
            tokio::time::sleep(wait).await;
            turn.taken = self.lock().pauses == pauses;
            if turn.taken {
                break;
            }
            // A pause that began meanwhile is for this caller too, which asks for another turn.
            (wait, pauses) = self.take(Instant::now(), deadline)?;
        }
        Ok(())
    }

    /// Takes a call out of the bucket; how long to wait for it, and the pauses so far.
    fn take(&self, now: Instant, deadline: Instant) -> Result<(Duration, u64), Duration> {
        let longest = if self.fails {
            Duration::ZERO
        } else {
            deadline.saturating_duration_since(now)
        };
        let mut bucket = self.lock();
        let wait = bucket.take(now, longest)?;
        Ok((wait, bucket.pauses))
    }

    /// Puts back what was drawn for a call that was not sent.
    #[cfg(feature = "ws")]
    pub(crate) fn give_back(&self) {
        self.lock().give_back();
    }

    /// Empties the bucket for at least `pause`: the service says that its own is.
    pub(crate) fn exhaust(&self, pause: Duration) {
        self.lock().exhaust(Instant::now(), pause);
    }

    fn lock(&self) -> MutexGuard<'_, Bucket> {
        // The bucket is two numbers and a time, whole after any panic.
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the queue, given back when the caller stops waiting for it.
struct Turn<'a> {
    budget: &'a Budget,
    /// Those there had been when it was given.
    pauses: u64,
    taken: bool,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut bucket = self.budget.lock();
        // A pause ends all turns, and there is nothing to give back then.
        if !self.taken && bucket.pauses == self.pauses {
            bucket.give_back();
        }
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bucket = self.lock();
        f.debug_struct("Budget")
            .field("capacity", &bucket.capacity)
            .field("per_second", &bucket.per_second)
            .field("fails", &self.fails)
            .finish_non_exhaustive()
    }
}

/// The decision, without a clock: time comes in.
#[derive(Debug)]
struct Bucket {
    capacity: f64,
    per_second: f64,
    /// Below zero by one for each call that waits.
    tokens: f64,
    /// Up to when they are counted, which lies ahead while a pause lasts.
    counted_at: Instant,
    paused_until: Instant,
    /// How many there were.
    pauses: u64,
}

impl Bucket {
    fn full(capacity: f64, per_second: f64, now: Instant) -> Self {
        Self {
            capacity,
            per_second,
            tokens: capacity,
            counted_at: now,
            paused_until: now,
            pauses: 0,
        }
    }

    /// How long the caller must wait for the token it has now taken; the wait as an error, and nothing taken, where that is
    /// longer than `longest`.
    fn take(&mut self, now: Instant, longest: Duration) -> Result<Duration, Duration> {
        self.refill(now);
        if self.tokens >= 1.0 && !self.is_paused(now) {
            self.tokens -= 1.0;
            return Ok(Duration::ZERO);
        }
        let missing = 1.0 - self.tokens;
        let pause = self.paused_until.saturating_duration_since(now);
        let wait = pause + Duration::from_secs_f64(missing.max(0.0) / self.per_second);
        if wait > longest {
            return Err(wait);
        }
        self.tokens -= 1.0;
        Ok(wait)
    }

    fn is_paused(&self, now: Instant) -> bool {
        self.paused_until > now
    }

    fn give_back(&mut self) {
        self.tokens = (self.tokens + 1.0).min(self.capacity);
    }

    /// Also ends the turns of all who wait, who take others: one after the other, from the end of the pause on.
    fn exhaust(&mut self, now: Instant, pause: Duration) {
        self.tokens = 0.0;
        self.pauses += 1;
        // A year is as good as for ever, and keeps the sum with the clock from overflowing.
        let pause = pause.min(Duration::from_secs(365 * 24 * 3600));
        self.paused_until = self.paused_until.max(now + pause);
        self.counted_at = self.counted_at.max(self.paused_until);
    }

    fn refill(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.counted_at);
        self.tokens = self
            .capacity
            .min(self.tokens + passed.as_secs_f64() * self.per_second);
        self.counted_at = self.counted_at.max(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVER: Duration = Duration::from_secs(3600);

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    #[test]
    fn a_burst_is_free_and_then_calls_are_spaced() {
        let start = Instant::now();
        let mut bucket = Bucket::full(20.0, 3.0, start);
        for _ in 0..20 {
            assert_eq!(bucket.take(start, EVER), Ok(Duration::ZERO));
        }
        for turn in 1..=6 {
            let wait = bucket.take(start, EVER).expect("waits");
            assert!((wait.as_secs_f64() - f64::from(turn) / 3.0).abs() < 1e-6);
        }
    }

    #[test]
    fn what_would_wait_too_long_takes_nothing() {
        let start = Instant::now();
        let mut bucket = Bucket::full(1.0, 1.0, start);
        assert_eq!(bucket.take(start, EVER), Ok(Duration::ZERO));
        assert_eq!(bucket.take(start, seconds(0.5)), Err(seconds(1.0)));
        assert_eq!(bucket.take(start, Duration::ZERO), Err(seconds(1.0)));
        assert_eq!(bucket.take(start, EVER), Ok(seconds(1.0)));
        bucket.give_back();
        assert_eq!(bucket.take(start, EVER), Ok(seconds(1.0)));
    }

    #[test]
    fn it_never_holds_more_than_its_capacity() {
        let start = Instant::now();
        let mut bucket = Bucket::full(2.0, 3.0, start);
        bucket.give_back();
        let later = start + EVER;
        assert_eq!(bucket.take(later, Duration::ZERO), Ok(Duration::ZERO));
        assert_eq!(bucket.take(later, Duration::ZERO), Ok(Duration::ZERO));
        assert!(bucket.take(later, Duration::ZERO).is_err());
    }

    #[test]
    fn who_read_the_clock_first_and_asks_second_does_not_wait() {
        let start = Instant::now();
        let mut bucket = Bucket::full(20.0, 3.0, start);
        assert_eq!(bucket.take(start + seconds(2.0), EVER), Ok(Duration::ZERO));
        assert_eq!(bucket.take(start, EVER), Ok(Duration::ZERO));
    }

    #[test]
    fn a_429_empties_it_and_holds_everyone_for_the_pause() {
        let start = Instant::now();
        let mut bucket = Bucket::full(20.0, 2.0, start);
        bucket.exhaust(start, seconds(5.0));
        assert_eq!(bucket.take(start, EVER), Ok(seconds(5.5)));
        assert_eq!(bucket.take(start + seconds(1.0), EVER), Ok(seconds(5.0)));
        // A shorter pause does not end a longer one; who waits takes another turn.
        bucket.exhaust(start + seconds(1.0), Duration::ZERO);
        assert_eq!(bucket.take(start + seconds(1.0), EVER), Ok(seconds(4.5)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_that_gives_up_gives_its_turn_back() {
        let budget = Budget::new(1, 1.0);
        let deadline = Instant::now() + EVER;
        budget
            .draw(Instant::now(), deadline)
            .await
            .expect("one is there");
        let gave_up =
            tokio::time::timeout(seconds(0.5), budget.draw(Instant::now(), deadline)).await;
        assert!(gave_up.is_err());
        let before = Instant::now();
        budget
            .draw(Instant::now(), deadline)
            .await
            .expect("the next");
        assert_eq!(before.elapsed().as_millis(), 500);
        assert!(
            budget
                .failing()
                .draw(Instant::now(), deadline)
                .await
                .is_err()
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_that_begins_meanwhile_is_for_who_waits_too() {
        let budget = Budget::new(1, 1.0);
        let start = Instant::now();
        let draw = async |until: Duration| {
            let drawn = budget.draw(start, start + until).await;
            drawn.map(|()| start.elapsed())
        };
        draw(EVER).await.expect("one is there");
        let paused = async {
            tokio::time::sleep(seconds(0.5)).await;
            budget.exhaust(seconds(3.0));
        };
        let ((), first, second, hasty) =
            tokio::join!(paused, draw(EVER), draw(EVER), draw(seconds(3.2)));
        // One after the other, and not from the time on when the last of them would have gone.
        let (first, second) = (first.expect("it waits on"), second.expect("it waits on"));
        assert_eq!((first.as_millis(), second.as_millis()), (4500, 5500));
        assert!(hasty.is_err(), "it could not be sent in time");
    }

    #[test]
    fn no_rate_stops_a_program_for_ever() {
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let budget = Budget::new(0, rate);
            let mut bucket = budget.lock();
            let now = Instant::now();
            assert!(bucket.take(now, EVER).is_ok());
            assert!(bucket.take(now, EVER).is_ok());
        }
    }
}
