//! Prices that move: each a pure function of the instrument and the time, so that a run can be had again.

use std::time::Duration;

use serde::Serialize;

use super::fills::{REALIZED, holdings};
use super::object::Object;

/// How long a price stands.
pub(super) const PERIOD: Duration = Duration::from_millis(250);

/// The smallest step of any price.
const TICK: f64 = 0.25;

/// As `marketData` has it.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Quote<'a> {
    instrument: &'a str,
    last: f64,
    bid: f64,
    ask: f64,
    volume: u64,
}

impl<'a> Quote<'a> {
    /// At `uptime`, counted from the simulator's start.
    pub(super) fn at(instrument: &'a str, uptime: Duration) -> Self {
        // Some eight thousand years of them are enough.
        let period = (uptime.as_millis() / PERIOD.as_millis()) as u64 % (1 << 40);
        let seed = seed(instrument);
        let t = period as f64;
        let phase = (seed % 628) as f64 / 100.0;
        let swing = 9.0 * (t / 97.0 + phase).sin() + 5.0 * (t / 23.0 + 2.0 * phase).sin();
        let steps = (swing + 2.0 * (t / 3.7).sin()).round();
        let (base, _) = terms(instrument);
        let last = base + steps * TICK;
        // The last trade was now a sale at the bid, now a purchase at the ask.
        let bid = match (seed ^ period) % 2 {
            0 => last,
            _ => last - TICK,
        };
        Self {
            instrument,
            last,
            bid,
            ask: bid + TICK,
            volume: 1_000 + seed % 9_000 + period * 3 + period % 3,
        }
    }
}

/// The simulated account's gains, as `pnlUpdate` has them. The vendor does not name the members.
pub(super) fn gains(account: &str, uptime: Duration) -> Object {
    let open: f64 = holdings()
        .iter()
        .map(|held| {
            let moved = Quote::at(held.instrument, uptime).last - held.price;
            moved * held.quantity as f64 * point(held.instrument)
        })
        .sum();
    Object::default()
        .set("account", account)
        .set("realizedPnl", REALIZED)
        .set("unrealizedPnl", open)
}

/// Dollars a point.
pub(super) fn point(instrument: &str) -> f64 {
    terms(instrument).1
}

/// Where the price starts from, and the dollars a point.
fn terms(instrument: &str) -> (f64, f64) {
    let root = instrument.get(..2).map(str::to_ascii_uppercase);
    match root.as_deref() {
        Some("ES") => (6025.0, 50.0),
        Some("NQ") => (21788.75, 20.0),
        _ => (20.0 + (seed(instrument) % 4_000) as f64 * TICK, 1.0),
    }
}

/// FNV-1a: the same everywhere, which the standard library's hash is not.
fn seed(instrument: &str) -> u64 {
    instrument
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::fills::TRADES;

    fn hour(instrument: &str) -> Vec<Quote<'_>> {
        (0..4 * 3_600)
            .map(|period| Quote::at(instrument, PERIOD * period))
            .collect()
    }

    #[test]
    fn prices_move_in_ticks_and_not_far_and_volume_only_grows() {
        for instrument in ["ES 12-25", "NQ 12-25", "CL 01-26"] {
            let quotes = hour(instrument);
            for pair in quotes.windows(2) {
                let step = pair[1].last - pair[0].last;
                assert!(step.abs() <= 4.0 * TICK, "{instrument} jumped by {step}");
                assert!(pair[1].volume > pair[0].volume);
            }
            for quote in &quotes {
                assert_eq!(quote.ask - quote.bid, TICK);
                assert!(quote.last == quote.bid || quote.last == quote.ask);
                assert!(quote.bid > 0.0 && (quote.last / TICK).fract() == 0.0);
            }
            assert!(
                quotes
                    .windows(2)
                    .filter(|pair| pair[0].last != pair[1].last)
                    .count()
                    > 1_000
            );
        }
    }

    #[test]
    fn the_same_moment_has_the_same_price_and_instruments_differ() {
        assert_eq!(hour("ES 12-25"), hour("ES 12-25"));
        let prices = |instrument: &str| {
            let quotes = hour(instrument).into_iter();
            quotes.map(|quote| quote.last).collect::<Vec<_>>()
        };
        assert_ne!(prices("CL 01-26"), prices("GC 02-26"));
    }

    #[test]
    fn the_end_of_time_has_a_price() {
        assert!(Quote::at("ES 12-25", Duration::MAX).last.is_finite());
        assert!(Quote::at("", Duration::ZERO).bid > 0.0);
    }

    #[test]
    fn holdings_and_earnings_are_those_of_the_trades() {
        let mut realized = 0.0;
        for holding in holdings() {
            let trades = TRADES
                .iter()
                .filter(|trade| trade.instrument == holding.instrument);
            let (mut position, mut spent) = (0, 0.0);
            for trade in trades {
                let bought = if trade.entry {
                    trade.quantity
                } else {
                    -trade.quantity
                };
                position += bought;
                spent += bought as f64 * trade.price;
                assert_eq!(position, trade.position, "{}", trade.id);
            }
            assert_eq!(position, holding.quantity);
            let point = point(holding.instrument);
            realized += (holding.quantity as f64 * holding.price - spent) * point;
        }
        assert_eq!(realized, REALIZED);
    }
}
