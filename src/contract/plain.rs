//! A string, a number or a boolean against its type and its format.

use executions_spec::model::{Format, Kind, Plain};
use serde::de::DeserializeOwned;

use super::finding::{Found, Grade, Rule};
use super::json::{JsonType, text};
use crate::values::{DateTime, Decimal, EpochMillis, EpochSeconds, Id, LocalDateTime};

/// Why a value is not what its type and format say.
pub(super) struct Misfit {
    pub rule: Rule,
    pub grade: Grade,
    pub found: Found,
}

impl Misfit {
    fn new(rule: Rule, grade: Grade, found: &'static str) -> Self {
        let found = Found::kind(found);
        Self { rule, grade, found }
    }
}

/// What a value that is no null is to be blamed for. `is_read` where the client's type is known to take it.
pub(super) fn misfit(plain: Plain, json: &str, is_read: bool) -> Option<Misfit> {
    let kind = JsonType::of(json);
    let is_sort = match plain.kind {
        Kind::String => kind == JsonType::Text,
        Kind::Number => matches!(kind, JsonType::Integer | JsonType::Number),
        Kind::Integer => kind == JsonType::Integer,
        Kind::Boolean => kind == JsonType::Boolean,
    };
    if !is_read && !reads(plain, json) {
        let rule = if is_sort { Rule::Format } else { Rule::Type };
        let found = match kind {
            JsonType::Text if is_sort => Found::kind("string of another form"),
            kind => kind.found(),
        };
        return Some(Misfit {
            rule,
            grade: Grade::Breaks,
            found,
        });
    }
    let of_format = of_format(plain.format, json);
    match of_format {
        Err(misfit) if misfit.grade == Grade::Breaks => Some(misfit),
        _ if !is_sort => {
            let found = match (plain.format, kind) {
                (Format::Decimal, JsonType::Text) => Found::kind("string that holds a number"),
                (_, kind) => kind.found(),
            };
            Some(Misfit {
                rule: Rule::Type,
                grade: Grade::Drift,
                found,
            })
        }
        of_format => of_format.err(),
    }
}

/// Whether the client's type for this format takes the value: tried, with that type.
fn reads(plain: Plain, json: &str) -> bool {
    fn is<T: DeserializeOwned>(json: &str) -> bool {
        serde_json::from_str::<T>(json).is_ok()
    }
    match (plain.format, plain.kind) {
        (Format::None, Kind::Boolean) => is::<bool>(json),
        // The rest of a string is read in any case, for the reading of the whole found no fault in its escapes.
        (Format::None, _) if !json.contains('\\') => json.starts_with('"'),
        (Format::None, _) => is::<String>(json),
        (Format::Decimal, _) => is::<Decimal>(json),
        (Format::Id, _) => is::<Id>(json),
        (Format::DateTime | Format::MaybeDateTime, _) => is::<DateTime>(json),
        (Format::LocalDateTime, _) => is::<LocalDateTime>(json),
        (Format::EpochSeconds, _) => is::<EpochSeconds>(json),
        (Format::EpochMilliseconds, _) => is::<EpochMillis>(json),
    }
}

/// Whether it is of the format; it breaks where it is a time, but not the one that the spec's words make of it.
fn of_format(format: Format, json: &str) -> Result<(), Misfit> {
    let another_form = || Misfit::new(Rule::Format, Grade::Drift, "string of another form");
    let another_time = |rule, found| Misfit::new(rule, Grade::Breaks, found);
    match format {
        Format::None | Format::Decimal | Format::Id | Format::MaybeDateTime => Ok(()),
        Format::DateTime if instant(json).is_some() => Ok(()),
        Format::DateTime if wall_clock(json).is_some() => {
            Err(another_time(Rule::Zone, "time without a zone"))
        }
        Format::LocalDateTime if instant(json).is_some() => {
            Err(another_time(Rule::Zone, "time with a zone"))
        }
        Format::LocalDateTime if wall_clock(json).is_some() => Ok(()),
        Format::DateTime | Format::LocalDateTime => Err(another_form()),
        Format::EpochSeconds | Format::EpochMilliseconds => {
            let expected = match format {
                Format::EpochSeconds => Unit::Seconds,
                _ => Unit::Millis,
            };
            match Unit::of(json) {
                Some(unit) if unit == expected => Ok(()),
                Some(unit) => Err(another_time(Rule::Unit, unit.found())),
                None if json.starts_with('"') => Err(another_form()),
                None => {
                    let found = "number outside of the years 1990 to 2100";
                    Err(Misfit::new(Rule::Format, Grade::Drift, found))
                }
            }
        }
    }
}

fn instant(json: &str) -> Option<jiff::Timestamp> {
    let text = text(json)?;
    // To have jiff refuse a text costs more than to see that it names no zone: that comes after `YYYYMMDDTHH` or more.
    let has_zone = |text: &str| text.bytes().skip(10).any(|byte| b"Zz+-".contains(&byte));
    has_zone(&text).then(|| text.parse().ok())?
}

/// jiff lets an offset pass here and drops it, so ask for the [`instant`] first.
fn wall_clock(json: &str) -> Option<jiff::civil::DateTime> {
    text(json)?.parse().ok()
}

/// What a time is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Seconds,
    Millis,
    Micros,
    Nanos,
}

impl Unit {
    /// The one in which a count lies in the years 1990 to 2100; those ranges do not overlap.
    fn of(json: &str) -> Option<Self> {
        let count = json.trim_matches('"').parse::<Decimal>().ok()?;
        let count = count.to_f64_lossy();
        let units = [
            (1.0, Self::Seconds),
            (1e3, Self::Millis),
            (1e6, Self::Micros),
            (1e9, Self::Nanos),
        ];
        let years = 631_152_000.0..4_102_444_800.0;
        let is_in_range = |(per_second, _): &(f64, _)| years.contains(&(count / per_second));
        units.into_iter().find(is_in_range).map(|(_, unit)| unit)
    }

    fn found(self) -> &'static str {
        match self {
            Self::Seconds => "number that fits seconds",
            Self::Millis => "number that fits milliseconds",
            Self::Micros => "number that fits microseconds",
            Self::Nanos => "number that fits nanoseconds",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(kind: Kind, format: Format, json: &str) -> Option<(Rule, Grade)> {
        misfit(Plain { kind, format }, json, false).map(|misfit| (misfit.rule, misfit.grade))
    }

    #[test]
    fn what_the_client_reads_anyway_is_drift_and_what_it_refuses_breaks() {
        use {Format as F, Grade as G, Kind as S, Rule as R};
        for (sort, format, json, expected) in [
            (S::Number, F::Decimal, "5804.5", None),
            (S::Number, F::Decimal, "1e400", None),
            (
                S::Number,
                F::Decimal,
                "\"5804.5\"",
                Some((R::Type, G::Drift)),
            ),
            (S::Number, F::Decimal, "\"x\"", Some((R::Type, G::Breaks))),
            (S::Number, F::Decimal, "true", Some((R::Type, G::Breaks))),
            (S::Integer, F::Decimal, "1.0", None),
            (S::Integer, F::Decimal, "1.5", Some((R::Type, G::Drift))),
            (S::String, F::Decimal, "\"0.00\"", None),
            (S::String, F::Decimal, "0.5", Some((R::Type, G::Drift))),
            (
                S::String,
                F::Decimal,
                "\"free\"",
                Some((R::Format, G::Breaks)),
            ),
            (S::String, F::Id, "\"a\"", None),
            (
                S::String,
                F::Id,
                "18446744073709551615",
                Some((R::Type, G::Drift)),
            ),
            (
                S::String,
                F::Id,
                "18446744073709551616",
                Some((R::Type, G::Breaks)),
            ),
            (S::String, F::None, "\"\\ud83d\\ude00\"", None),
            (
                S::String,
                F::None,
                "\"\\ud800\"",
                Some((R::Format, G::Breaks)),
            ),
            (S::String, F::None, "{}", Some((R::Type, G::Breaks))),
            (S::Boolean, F::None, "true", None),
            (S::Boolean, F::None, "\"true\"", Some((R::Type, G::Breaks))),
            (S::Boolean, F::None, "1", Some((R::Type, G::Breaks))),
        ] {
            assert_eq!(judged(sort, format, json), expected, "{format:?} {json}");
        }
    }

    #[test]
    fn a_time_that_means_another_instant_breaks() {
        use {Format as F, Grade as G, Kind as S, Rule as R};
        for (sort, format, json, expected) in [
            (S::String, F::DateTime, "\"2023-10-31T14:19:34.788Z\"", None),
            (
                S::String,
                F::DateTime,
                "\"2023-10-31T14:19:34+05:30\"",
                None,
            ),
            (
                S::String,
                F::DateTime,
                "\"2023-10-31T14:19:34\"",
                Some((R::Zone, G::Breaks)),
            ),
            (
                S::String,
                F::DateTime,
                "\"2023-10-31\"",
                Some((R::Zone, G::Breaks)),
            ),
            (
                S::String,
                F::DateTime,
                "\"soon\"",
                Some((R::Format, G::Drift)),
            ),
            (
                S::String,
                F::DateTime,
                "1698761974",
                Some((R::Type, G::Drift)),
            ),
            (S::String, F::MaybeDateTime, "\"<string>\"", None),
            (
                S::String,
                F::LocalDateTime,
                "\"2025-09-26T18:09:38.3736787\"",
                None,
            ),
            (
                S::String,
                F::LocalDateTime,
                "\"2025-09-26T18:09:38Z\"",
                Some((R::Zone, G::Breaks)),
            ),
            (
                S::String,
                F::LocalDateTime,
                "\"2025-09-26T18:09:38-07:00\"",
                Some((R::Zone, G::Breaks)),
            ),
            (
                S::String,
                F::LocalDateTime,
                "\"\"",
                Some((R::Format, G::Drift)),
            ),
            (S::Integer, F::EpochMilliseconds, "1727399378373", None),
            (
                S::Integer,
                F::EpochMilliseconds,
                "\"1727399378373\"",
                Some((R::Type, G::Drift)),
            ),
            (
                S::Integer,
                F::EpochMilliseconds,
                "1727399378",
                Some((R::Unit, G::Breaks)),
            ),
            (
                S::Integer,
                F::EpochMilliseconds,
                "\"1727399378\"",
                Some((R::Unit, G::Breaks)),
            ),
            (
                S::Integer,
                F::EpochMilliseconds,
                "0",
                Some((R::Format, G::Drift)),
            ),
            (S::Number, F::EpochSeconds, "1705315800.125", None),
            (
                S::Number,
                F::EpochSeconds,
                "1705315800125",
                Some((R::Unit, G::Breaks)),
            ),
            (
                S::Number,
                F::EpochSeconds,
                "1e400",
                Some((R::Format, G::Drift)),
            ),
            (S::Number, F::EpochSeconds, "[]", Some((R::Type, G::Breaks))),
        ] {
            assert_eq!(judged(sort, format, json), expected, "{format:?} {json}");
        }
    }
}
