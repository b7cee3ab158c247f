//! A string, a number or a boolean against its type and its format.

use serde::de::DeserializeOwned;

use super::finding::{Found, Grade, Rule};
use super::json::{Kind, text};
use super::schema::{Format, Plain, Sort};
use crate::values::{DateTime, Decimal, EpochMillis, EpochSeconds, Id, LocalDateTime};

/// Why a value is not what its type and format say.
pub(super) struct Misfit {
    pub rule: Rule,
    pub grade: Grade,
    pub found: Found,
}

/// What a value that is no null is to be blamed for.
pub(super) fn misfit(plain: Plain, json: &str) -> Option<Misfit> {
    let kind = Kind::of(json);
    let is_sort = match plain.sort {
        Sort::Text => kind == Kind::Text,
        Sort::Number => matches!(kind, Kind::Integer | Kind::Number),
        Sort::Integer => kind == Kind::Integer,
        Sort::Boolean => kind == Kind::Boolean,
    };
    let rule = if is_sort { Rule::Format } else { Rule::Type };
    if !reads(plain, json) {
        let found = match kind {
            Kind::Text if is_sort => Found::kind("string of another form"),
            kind => kind.found(),
        };
        return Some(Misfit {
            rule,
            grade: Grade::Breaks,
            found,
        });
    }
    if let Some(changed) = another_time(plain.format, json) {
        return Some(changed);
    }
    if !is_sort {
        let found = match (plain.format, kind) {
            (Format::Decimal, Kind::Text) => Found::kind("string that holds a number"),
            (_, kind) => kind.found(),
        };
        return Some(Misfit {
            rule,
            grade: Grade::Drift,
            found,
        });
    }
    if is_of_format(plain.format, json) {
        return None;
    }
    let found = Found::kind(match kind {
        Kind::Text => "string of another form",
        _ => "number outside of the years 1990 to 2100",
    });
    Some(Misfit {
        rule,
        grade: Grade::Drift,
        found,
    })
}

/// Whether the client's type for this format takes the value: tried, with that type.
fn reads(plain: Plain, json: &str) -> bool {
    fn is<T: DeserializeOwned>(json: &str) -> bool {
        serde_json::from_str::<T>(json).is_ok()
    }
    match (plain.format, plain.sort) {
        (Format::None, Sort::Boolean) => is::<bool>(json),
        // The rest of a string is read in any case, for the reading of the whole found no fault in its escapes.
        (Format::None, _) if !json.contains('\\') => json.starts_with('"'),
        (Format::None, _) => is::<String>(json),
        (Format::Decimal, _) => is::<Decimal>(json),
        (Format::Id, _) => is::<Id>(json),
        (Format::DateTime | Format::MaybeDateTime, _) => is::<DateTime>(json),
        (Format::LocalDateTime, _) => is::<LocalDateTime>(json),
        (Format::EpochSeconds, _) => is::<EpochSeconds>(json),
        (Format::EpochMillis, _) => is::<EpochMillis>(json),
    }
}

fn is_of_format(format: Format, json: &str) -> bool {
    match format {
        Format::None | Format::Decimal | Format::Id | Format::MaybeDateTime => true,
        Format::DateTime => instant(json).is_some(),
        Format::LocalDateTime => wall_clock(json).is_some(),
        Format::EpochSeconds => is_plausible(json, 1.0),
        Format::EpochMillis => is_plausible(json, 1e3),
    }
}

/// What is a time, but not the one that the spec's words make of it.
fn another_time(format: Format, json: &str) -> Option<Misfit> {
    let breaks = |rule, found| {
        let found = Found::kind(found);
        Some(Misfit {
            rule,
            grade: Grade::Breaks,
            found,
        })
    };
    let unit = match format {
        Format::DateTime if instant(json).is_none() && wall_clock(json).is_some() => {
            return breaks(Rule::Zone, "time without a zone");
        }
        Format::LocalDateTime if instant(json).is_some() => {
            return breaks(Rule::Zone, "time with a zone");
        }
        Format::EpochSeconds => 1.0,
        Format::EpochMillis => 1e3,
        _ => return None,
    };
    let units = [
        (1.0, "number that fits seconds"),
        (1e3, "number that fits milliseconds"),
        (1e6, "number that fits microseconds"),
        (1e9, "number that fits nanoseconds"),
    ];
    let other = units
        .into_iter()
        .find(|(per_second, _)| is_plausible(json, *per_second))?;
    (other.0 != unit).then(|| breaks(Rule::Unit, other.1))?
}

fn instant(json: &str) -> Option<jiff::Timestamp> {
    text(json)?.parse().ok()
}

/// jiff lets an offset pass here and drops it, so ask for the [`instant`] first.
fn wall_clock(json: &str) -> Option<jiff::civil::DateTime> {
    text(json)?.parse().ok()
}

/// Whether a count of so many parts of a second lies in the years 1990 to 2100. The ranges of the units do not overlap.
fn is_plausible(json: &str, per_second: f64) -> bool {
    let count = json.trim_matches('"').parse::<Decimal>();
    let seconds = count.map(|count| count.to_f64_lossy() / per_second);
    seconds.is_ok_and(|seconds| (631_152_000.0..4_102_444_800.0).contains(&seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(sort: Sort, format: Format, json: &str) -> Option<(Rule, Grade)> {
        misfit(Plain { sort, format }, json).map(|misfit| (misfit.rule, misfit.grade))
    }

    #[test]
    fn what_the_client_reads_anyway_is_drift_and_what_it_refuses_breaks() {
        use {Format as F, Grade as G, Rule as R, Sort as S};
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
            (S::Text, F::Decimal, "\"0.00\"", None),
            (S::Text, F::Decimal, "0.5", Some((R::Type, G::Drift))),
            (
                S::Text,
                F::Decimal,
                "\"free\"",
                Some((R::Format, G::Breaks)),
            ),
            (S::Text, F::Id, "\"a\"", None),
            (
                S::Text,
                F::Id,
                "18446744073709551615",
                Some((R::Type, G::Drift)),
            ),
            (
                S::Text,
                F::Id,
                "18446744073709551616",
                Some((R::Type, G::Breaks)),
            ),
            (S::Text, F::None, "\"\\ud83d\\ude00\"", None),
            (
                S::Text,
                F::None,
                "\"\\ud800\"",
                Some((R::Format, G::Breaks)),
            ),
            (S::Text, F::None, "{}", Some((R::Type, G::Breaks))),
            (S::Boolean, F::None, "true", None),
            (S::Boolean, F::None, "\"true\"", Some((R::Type, G::Breaks))),
            (S::Boolean, F::None, "1", Some((R::Type, G::Breaks))),
        ] {
            assert_eq!(judged(sort, format, json), expected, "{format:?} {json}");
        }
    }

    #[test]
    fn a_time_that_means_another_instant_breaks() {
        use {Format as F, Grade as G, Rule as R, Sort as S};
        for (sort, format, json, expected) in [
            (S::Text, F::DateTime, "\"2023-10-31T14:19:34.788Z\"", None),
            (S::Text, F::DateTime, "\"2023-10-31T14:19:34+05:30\"", None),
            (
                S::Text,
                F::DateTime,
                "\"2023-10-31T14:19:34\"",
                Some((R::Zone, G::Breaks)),
            ),
            (
                S::Text,
                F::DateTime,
                "\"2023-10-31\"",
                Some((R::Zone, G::Breaks)),
            ),
            (
                S::Text,
                F::DateTime,
                "\"soon\"",
                Some((R::Format, G::Drift)),
            ),
            (
                S::Text,
                F::DateTime,
                "1698761974",
                Some((R::Type, G::Drift)),
            ),
            (S::Text, F::MaybeDateTime, "\"<string>\"", None),
            (
                S::Text,
                F::LocalDateTime,
                "\"2025-09-26T18:09:38.3736787\"",
                None,
            ),
            (
                S::Text,
                F::LocalDateTime,
                "\"2025-09-26T18:09:38Z\"",
                Some((R::Zone, G::Breaks)),
            ),
            (
                S::Text,
                F::LocalDateTime,
                "\"2025-09-26T18:09:38-07:00\"",
                Some((R::Zone, G::Breaks)),
            ),
            (
                S::Text,
                F::LocalDateTime,
                "\"\"",
                Some((R::Format, G::Drift)),
            ),
            (S::Integer, F::EpochMillis, "1727399378373", None),
            (
                S::Integer,
                F::EpochMillis,
                "\"1727399378373\"",
                Some((R::Type, G::Drift)),
            ),
            (
                S::Integer,
                F::EpochMillis,
                "1727399378",
                Some((R::Unit, G::Breaks)),
            ),
            (
                S::Integer,
                F::EpochMillis,
                "\"1727399378\"",
                Some((R::Unit, G::Breaks)),
            ),
            (S::Integer, F::EpochMillis, "0", Some((R::Format, G::Drift))),
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
