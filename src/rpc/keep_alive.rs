//! When to ping, and when to give a silent connection up. No clock.

use std::time::Duration;

use tokio::time::Instant;

/// What there is to do now.
#[derive(Debug, PartialEq)]
pub(super) enum Pulse {
    Wait(Instant),
    Ping,
    Dead,
}

/// Pings at a fixed pace, whatever else is said, as a server may drop a client that says nothing; and expects some frame,
/// any frame, soon after a ping. So a half-open connection is found within `every + grace`.
#[derive(Debug)]
pub(super) struct KeepAlive {
    every: Duration,
    grace: Duration,
    next: Instant,
    /// When the first ping was sent since a frame came.
    unanswered: Option<Instant>,
}

impl KeepAlive {
    pub fn new(every: Duration, grace: Duration, now: Instant) -> Self {
        Self {
            every,
            grace,
            next: now + every,
            unanswered: None,
        }
    }

    /// `heard` is when the last frame came.
    pub fn pulse(&mut self, now: Instant, heard: Instant) -> Pulse {
        self.unanswered = self.unanswered.filter(|since| heard < *since);
        let dead_at = self.unanswered.map(|since| since + self.grace);
        if dead_at.is_some_and(|at| at <= now) {
            return Pulse::Dead;
        }
        if self.next <= now {
            self.next = now + self.every;
            self.unanswered.get_or_insert(now);
            return Pulse::Ping;
        }
        Pulse::Wait(dead_at.map_or(self.next, |at| at.min(self.next)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const EVERY: Duration = Duration::from_secs(20);
    const GRACE: Duration = Duration::from_secs(10);

    #[test]
    fn a_ping_goes_out_at_each_interval_and_an_answer_keeps_the_connection() {
        let start = Instant::now();
        let mut alive = KeepAlive::new(EVERY, GRACE, start);
        let mut heard = start;
        assert_eq!(alive.pulse(start, heard), Pulse::Wait(start + EVERY));
        for round in 1..10 {
            let now = start + EVERY * round;
            assert_eq!(alive.pulse(now, heard), Pulse::Ping);
            assert_eq!(alive.pulse(now, heard), Pulse::Wait(now + GRACE));
            heard = now;
            assert_eq!(alive.pulse(now, heard), Pulse::Wait(now + EVERY));
        }
    }

    proptest! {
        // fault 38
        #[test]
        fn a_silent_connection_is_dead_within_the_documented_time(every in 1..60_u64, grace in 1..60_u64, heard in 0..300_u64) {
            let (every, grace) = (Duration::from_secs(every), Duration::from_secs(grace));
            let start = Instant::now();
            let mut alive = KeepAlive::new(every, grace, start);
            let silent_from = start + Duration::from_secs(heard);
            let mut now = start;
            let mut last = start;
            loop {
                if now <= silent_from {
                    last = now;
                }
                match alive.pulse(now, last) {
                    Pulse::Dead => break,
                    Pulse::Ping => {}
                    Pulse::Wait(until) => {
                        prop_assert!(until > now);
                        now = until;
                    }
                }
            }
            prop_assert!(now > silent_from, "what is heard is not dead");
            // The test hears only when it looks, which is up to an interval before the silence.
            prop_assert!(now <= silent_from + every + grace + every);
        }
    }
}
