//! What the user wants streamed, what the service was told, and when it may be told more. No I/O and no clock.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::time::Instant;

use super::wire;

/// Changes that may be sent at once.
const BURST: u32 = 6;
/// One more every so often: 18 within any minute, while the vendor allows about 20
/// (docs.crosstrade.io/api/rate-limiting).
const PACE: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(super) struct Subscriptions {
    wanted: BTreeSet<Box<str>>,
    told: BTreeSet<Box<str>>,
    wanted_pnl: Option<Duration>,
    told_pnl: Option<Duration>,
    left: u32,
    /// When `left` last grew, or was last full.
    since: Instant,
}

impl Subscriptions {
    pub fn new(now: Instant) -> Self {
        Self {
            wanted: BTreeSet::new(),
            told: BTreeSet::new(),
            wanted_pnl: None,
            told_pnl: None,
            left: BURST,
            since: now,
        }
    }

    pub fn want(&mut self, instruments: impl IntoIterator<Item = Box<str>>) {
        self.wanted.extend(instruments);
    }

    pub fn unwant(&mut self, instruments: impl IntoIterator<Item = Box<str>>) {
        for instrument in instruments {
            self.wanted.remove(&instrument);
        }
    }

    pub fn want_pnl(&mut self, interval: Option<Duration>) {
        self.wanted_pnl = interval;
    }

    pub fn wanted(&self) -> impl Iterator<Item = &str> {
        self.wanted.iter().map(|instrument| &**instrument)
    }

    /// A new connection: the service there has been told nothing.
    pub fn forgotten(&mut self) {
        self.told.clear();
        self.told_pnl = None;
    }

    /// When there will be something to send.
    pub fn due(&self) -> Option<Instant> {
        if self.wanted == self.told && self.wanted_pnl == self.told_pnl {
            return None;
        }
        Some(if self.left > 0 {
            self.since
        } else {
            self.since + PACE
        })
    }

    /// The next frame to send now. All that has been wanted since the last one is in it.
    pub fn next(&mut self, now: Instant) -> Option<String> {
        let passed = now.saturating_duration_since(self.since);
        let grown = u32::try_from(passed.as_millis() / PACE.as_millis()).unwrap_or(BURST);
        self.left = self.left.saturating_add(grown).min(BURST);
        self.since = if self.left == BURST {
            now
        } else {
            self.since + PACE * grown
        };
        if self.left == 0 {
            return None;
        }
        let frame = self.change()?;
        self.left -= 1;
        Some(frame)
    }

    fn change(&mut self) -> Option<String> {
        let (wanted, told) = (&self.wanted, &self.told);
        if !wanted.is_subset(told) {
            let frame = wire::subscribe(wanted.difference(told).map(|new| &**new));
            self.told.extend(self.wanted.iter().cloned());
            return Some(frame);
        }
        if wanted != told {
            let frame = wire::unsubscribe(told.difference(wanted).map(|old| &**old));
            self.told.clone_from(&self.wanted);
            return Some(frame);
        }
        if self.wanted_pnl != self.told_pnl {
            self.told_pnl = self.wanted_pnl;
            return Some(wire::stream_pnl(self.wanted_pnl));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use proptest::prelude::*;

    use super::*;

    fn names(names: &[&str]) -> Vec<Box<str>> {
        names.iter().map(|name| Box::from(*name)).collect()
    }

    #[test]
    fn changes_are_told_together_and_only_where_something_changed() {
        let now = Instant::now();
        let mut subscriptions = Subscriptions::new(now);
        assert_eq!((subscriptions.due(), subscriptions.next(now)), (None, None));
        subscriptions.want(names(&["NQ 12-25", "ES 12-25"]));
        subscriptions.want(names(&["ES 12-25"]));
        subscriptions.want_pnl(Some(Duration::from_secs(1)));
        assert_eq!(subscriptions.due(), Some(now));
        let frames: Vec<String> = std::iter::from_fn(|| subscriptions.next(now)).collect();
        assert_eq!(
            frames,
            [
                r#"{"action":"subscribe","instruments":["ES 12-25","NQ 12-25"]}"#,
                r#"{"action":"streamPnl","enabled":true,"interval":1000}"#
            ]
        );
        subscriptions.want(names(&["YM 12-25"]));
        subscriptions.unwant(names(&["YM 12-25", "no such"]));
        assert_eq!(subscriptions.due(), None);
        subscriptions.unwant(names(&["NQ 12-25"]));
        assert_eq!(
            subscriptions.next(now).as_deref(),
            Some(r#"{"action":"unsubscribe","instruments":["NQ 12-25"]}"#)
        );
    }

    #[test]
    fn a_new_connection_is_told_all_that_is_wanted() {
        let now = Instant::now();
        let mut subscriptions = Subscriptions::new(now);
        subscriptions.want(names(&["ES 12-25"]));
        subscriptions.want_pnl(Some(Duration::from_secs(1)));
        let first: Vec<String> = std::iter::from_fn(|| subscriptions.next(now)).collect();
        subscriptions.forgotten();
        let again: Vec<String> = std::iter::from_fn(|| subscriptions.next(now)).collect();
        assert_eq!(first, again);
        assert_eq!(first.len(), 2);
        subscriptions.want_pnl(None);
        subscriptions.forgotten();
        assert_eq!(
            subscriptions.next(now).as_deref(),
            Some(r#"{"action":"subscribe","instruments":["ES 12-25"]}"#)
        );
        assert_eq!(subscriptions.due(), None);
    }

    proptest! {
        #[test]
        fn never_twenty_changes_within_a_minute(steps in prop::collection::vec((0..4_u64, 0..3000_u64, any::<bool>()), 0..400)) {
            let mut now = Instant::now();
            let mut subscriptions = Subscriptions::new(now);
            let mut sent: VecDeque<Instant> = VecDeque::new();
            for (name, passes, wanted) in steps {
                let name = [Box::from(name.to_string())];
                if wanted { subscriptions.want(name) } else { subscriptions.unwant(name) }
                now += Duration::from_millis(passes);
                while subscriptions.next(now).is_some() {
                    sent.push_back(now);
                }
                prop_assert!(subscriptions.due().is_none_or(|at| at > now), "it says when");
                sent.retain(|at| now.duration_since(*at) < Duration::from_secs(60));
                prop_assert!(sent.len() < 20);
            }
            now += PACE;
            while subscriptions.next(now).is_some() {}
            now += PACE;
            while subscriptions.next(now).is_some() {}
            prop_assert_eq!(subscriptions.due(), None);
        }
    }
}
