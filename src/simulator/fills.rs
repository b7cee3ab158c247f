//! CrossTrade's history: the document's fill, and others made from it that are recent whenever they are asked for.

use std::{io, iter};

use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde_json::json;

use super::object::Object;
use super::spec::Spec;

/// A fill as "get" answers it, beside what it is found by.
#[derive(Clone, Debug)]
pub(super) struct Fill {
    pub(super) id: String,
    /// UTC milliseconds.
    pub(super) epoch: i64,
    pub(super) body: Object,
}

/// The wall clock of the simulated desktop: the document's `time` is its `epoch` minus seven hours.
const DESKTOP: Offset = Offset::constant(-7);

pub(super) struct Trade {
    /// Seconds before now.
    age: i64,
    pub(super) instrument: &'static str,
    pub(super) entry: bool,
    pub(super) quantity: i64,
    /// What is held afterwards.
    pub(super) position: i64,
    pub(super) price: f64,
    pub(super) id: &'static str,
    order: &'static str,
}

#[rustfmt::skip]
pub(super) const TRADES: [Trade; 7] = [
    Trade { age: 870, instrument: "ES 12-25", entry: true,  quantity: 2, position: 2, price: 6021.25,  id: "1f0c6f5e0f3b4f0c9a3de1a7c0d94b21", order: "7a4be21c58f94c7e8a52d90c3b16ef01" },
    Trade { age: 640, instrument: "ES 12-25", entry: false, quantity: 1, position: 1, price: 6024.5,   id: "2b7d90a4c1e84d6fb05c7f3e92a8d6c4", order: "8c15d3fa9e6047b2b7410e2fd5a9c302" },
    Trade { age: 505, instrument: "NQ 12-25", entry: true,  quantity: 1, position: 1, price: 21780.25, id: "3e9a1c77d2504b8e8f61a0b4c53d7e90", order: "9de2740b1cf54a838e6fb57c20d41a03" },
    Trade { age: 290, instrument: "ES 12-25", entry: false, quantity: 1, position: 0, price: 6026.75,  id: "4c58e2f0b6934a17ad0e9b7d16f2c835", order: "a0f36bd85e2149c79b3ad81e47c50f04" },
    Trade { age: 180, instrument: "NQ 12-25", entry: false, quantity: 1, position: 0, price: 21791.0,  id: "5d03b7a9e84f4c62915bc6e0f7a1d248", order: "b3c81f4e9d0a4256a7e52b90f6d83c05" },
    Trade { age: 95,  instrument: "ES 12-25", entry: true,  quantity: 1, position: 1, price: 6025.0,   id: "6ea4d19c3b7042f58c2f81d5a06eb973", order: "c5f70a3b28e64d91b8d4063ce19a7f06" },
    Trade { age: 20,  instrument: "NQ 12-25", entry: true,  quantity: 3, position: 3, price: 21788.75, id: "7f1b8e5d90ac4376a4d7e29c8b50f3a6", order: "d81e96c4f05b4a7a93c17f2d6ab08e07" },
];

/// The trades that are left open: the last of each instrument.
pub(super) fn holdings() -> &'static [Trade] {
    &TRADES[5..]
}

/// What the closed ones earned: 8.75 points of ES at 50 dollars, 10.75 of NQ at 20.
pub(super) const REALIZED: f64 = 652.5;

/// How often the trades move up to stay recent, in seconds: seldom enough that one asked for twice is the same both times, and
/// often enough that the oldest stays within the 900 seconds that a list reaches back at most.
const STEP: i64 = 30;

/// The document's own fill, which stays where it is, and the trades.
#[derive(Debug)]
pub(super) struct History {
    document: Fill,
    started: Timestamp,
}

impl History {
    pub(super) fn new(spec: &Spec, document: Object, started: Timestamp) -> io::Result<Self> {
        Ok(Self {
            document: Fill {
                id: spec.part(&document, "id")?,
                epoch: spec.part(&document, "epoch")?,
                body: document,
            },
            started,
        })
    }

    /// The document's, then the newest.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        let newest = TRADES.last().map(|trade| trade.id);
        [self.document.id.as_str()].into_iter().chain(newest)
    }

    pub(super) fn get(&self, id: &str, now: Timestamp) -> Option<Object> {
        let fill = self.fills(now).find(|fill| fill.id == id)?;
        Some(fill.body)
    }

    /// Those that are younger than so many seconds, the newest first.
    pub(super) fn last(&self, seconds: u64, now: Timestamp) -> Vec<Object> {
        let back = i64::try_from(seconds.saturating_mul(1000)).unwrap_or(i64::MAX);
        let reach = now.as_millisecond().saturating_sub(back);
        let recent = self.fills(now).filter(|fill| fill.epoch >= reach);
        let mut fills: Vec<Object> = recent.map(|fill| fill.body).collect();
        fills.reverse();
        fills
    }

    /// Oldest first.
    fn fills(&self, now: Timestamp) -> impl Iterator<Item = Fill> {
        let age = now.duration_since(self.started).as_secs();
        let moved = SignedDuration::from_secs(age - age.rem_euclid(STEP));
        let at = self.started.saturating_add(moved).unwrap_or(now);
        let trades = (1..).zip(&TRADES);
        let trades =
            trades.filter_map(move |(number, trade)| trade.fill(&self.document.body, at, number));
        iter::once(self.document.clone()).chain(trades)
    }
}

impl Trade {
    /// `None` at the end of time.
    fn fill(&self, document: &Object, now: Timestamp, number: i64) -> Option<Fill> {
        // Tenths of a microsecond, as the desktop's clock counts; never a whole millisecond of them.
        let ticks = (number * 1_379).nanoseconds() * 100;
        let at = Timestamp::from_millisecond(now.as_millisecond() - self.age * 1000)
            .and_then(|at| at.checked_add(ticks))
            .ok()?;
        let epoch = at.as_millisecond();
        let closes = !self.entry;
        let body = document.clone().with(json!({
            "id": self.id, "time": format!("{:.7}", DESKTOP.to_datetime(at)), "epoch": epoch, "orderId": self.order,
            "name": if self.entry { "Entry" } else { "Exit" },
            "instrument": self.instrument, "price": self.price, "quantity": self.quantity,
            "position": self.position, "marketPosition": if self.entry { "Long" } else { "Short" },
            "isEntry": self.entry, "isEntryStrategy": self.entry, "isInitialEntry": self.entry,
            "isExit": closes, "isExitStrategy": closes, "isLastExit": closes && self.position == 0,
        }));
        Some(Fill {
            id: self.id.to_owned(),
            epoch,
            body,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Object {
        Object::default()
            .set("id", "of-the-document")
            .set("epoch", 0)
    }

    #[test]
    fn the_trades_stay_recent_and_what_is_asked_for_twice_is_the_same() {
        let started: Timestamp = "2026-01-01T00:00:00.5Z".parse().expect("a time");
        let spec = Spec::open("CrossTrade", "{}").expect("an object");
        let history = History::new(&spec, document(), started).expect("whole");
        let at = |seconds| started + SignedDuration::from_secs(seconds);
        for seconds in [0, 1, 29, 30, 59, 900, 3_600, 86_429, 31_536_000] {
            assert_eq!(
                history.last(900, at(seconds)).len(),
                TRADES.len(),
                "{seconds}"
            );
            assert!(!history.last(320, at(seconds)).is_empty(), "{seconds}");
            assert!(
                history
                    .fills(at(seconds))
                    .all(|fill| fill.epoch < at(seconds).as_millisecond())
            );
        }
        let newest = |seconds| {
            history
                .get(TRADES[6].id, at(seconds))
                .map(|fill| format!("{fill:?}"))
        };
        assert_eq!(newest(0), newest(29));
        assert_ne!(newest(0), newest(30));
        let old = |seconds| {
            history
                .get("of-the-document", at(seconds))
                .map(|fill| format!("{fill:?}"))
        };
        assert_eq!(old(0), old(3_600));
        assert_eq!(history.last(u64::MAX, at(0)).len(), TRADES.len() + 1);
    }
}
