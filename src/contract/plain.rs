//! A string, a number or a boolean against its type and its format.

use executions_spec::model::{Format, Plain, Primitive};
use serde::de::DeserializeOwned;

use super::finding::{Found, Grade, Rule};
use super::json::{JsonType, text};
use crate::values::{DateTime, Decimal, EpochMillis, EpochSeconds, Id, LocalDateTime};

/// Why a value is not what its type and format say.
pub(super) type Misfit = (Rule, Grade, Found);

/// Returns what is wrong with a value that is no null.
pub(super) fn misfit(plain: Plain, json: &str) -> Option<Misfit> {
    let json_type = JsonType::of(json);
    let is_kind = match plain.kind {
        Primitive::String => json_type == JsonType::Text,
        Primitive::Number => matches!(json_type, JsonType::Integer | JsonType::Number),
        Primitive::Integer => json_type == JsonType::Integer,
        Primitive::Boolean => json_type == JsonType::Boolean,
    };
    if !reads(plain, json) {
        return Some(match (is_kind, json_type) {
            (true, JsonType::Text) => (Rule::Format, Grade::Breaks, OTHER_FORM),
            (true, _) => (Rule::Format, Grade::Breaks, json_type.found()),
            (false, _) => (Rule::Type, Grade::Breaks, json_type.found()),
        });
    }
    let misfit = misfit_of_format(plain.format, json);
    if is_kind || matches!(misfit, Some((_, Grade::Breaks, _))) {
        return misfit;
    }
    let found = match (plain.format, json_type) {
        (Format::Decimal, JsonType::Text) => Found::kind("string that holds a number"),
        _ => json_type.found(),
    };
    Some((Rule::Type, Grade::Drift, found))
}

const OTHER_FORM: Found = Found::kind("string of another form");

/// Whether the client's type for this format takes the value: tried, with that type.
fn reads(plain: Plain, json: &str) -> bool {
    fn is<T: DeserializeOwned>(json: &str) -> bool {
        serde_json::from_str::<T>(json).is_ok()
    }
    match (plain.format, plain.kind) {
        (Format::None, Primitive::Boolean) => is::<bool>(json),
        (Format::None, _) => is::<String>(json),
        (Format::Decimal, _) => is::<Decimal>(json),
        (Format::Id, _) => is::<Id>(json),
        (Format::DateTime | Format::MaybeDateTime, _) => is::<DateTime>(json),
        (Format::LocalDateTime, _) => is::<LocalDateTime>(json),
        (Format::EpochSeconds, _) => is::<EpochSeconds>(json),
        (Format::EpochMilliseconds, _) => is::<EpochMillis>(json),
    }
}

/// The same of its format alone. It breaks where it is a time, but not the one that the spec's words make of it.
fn misfit_of_format(format: Format, json: &str) -> Option<Misfit> {
    let other_time = |rule, found| Some((rule, Grade::Breaks, Found::kind(found)));
    match format {
        Format::None | Format::Decimal | Format::Id | Format::MaybeDateTime => None,
        Format::DateTime | Format::LocalDateTime => match (has_zone(json), format) {
            (Some(true), Format::DateTime) | (Some(false), Format::LocalDateTime) => None,
            (Some(true), _) => other_time(Rule::Zone, "time with a zone"),
            (Some(false), _) => other_time(Rule::Zone, "time without a zone"),
            (None, _) => Some((Rule::Format, Grade::Drift, OTHER_FORM)),
        },
        Format::EpochSeconds | Format::EpochMilliseconds => match unit(json) {
            Some((of, _)) if of == Some(format) => None,
            Some((_, found)) => other_time(Rule::Unit, found),
            None if json.starts_with('"') => Some((Rule::Format, Grade::Drift, OTHER_FORM)),
            None => {
                let found = Found::kind("number outside of the years 1990 to 2100");
                Some((Rule::Format, Grade::Drift, found))
            }
        },
    }
}

/// Returns true if a time has a zone, and `None` if the value is not a time.
fn has_zone(json: &str) -> Option<bool> {
    let text = text(json)?;
    if text.parse::<jiff::Timestamp>().is_ok() {
        return Some(true);
    }
    // jiff reads an offset here too and drops it, so this comes second.
    let is_time = text.parse::<jiff::civil::DateTime>().is_ok();
    is_time.then_some(false)
}

/// The unit in which a count since 1970 lies in the years 1990 to 2100, as those ranges do not overlap: the format that has
/// it, and what was found.
fn unit(json: &str) -> Option<(Option<Format>, &'static str)> {
    let count = json.trim_matches('"').parse::<Decimal>().ok()?;
    let count = count.to_f64_lossy();
    let (seconds, millis) = (Format::EpochSeconds, Format::EpochMilliseconds);
    let units = [
        (1.0, Some(seconds), "number that fits seconds"),
        (1e3, Some(millis), "number that fits milliseconds"),
        (1e6, None, "number that fits microseconds"),
        (1e9, None, "number that fits nanoseconds"),
    ];
    let years = 631_152_000.0..4_102_444_800.0;
    let mut units = units.into_iter();
    let found = units.find(|(per_second, ..)| years.contains(&(count / per_second)));
    found.map(|(_, format, found)| (format, found))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(kind: Primitive, format: Format, json: &str) -> Option<(Rule, Grade)> {
        misfit(Plain { kind, format }, json).map(|(rule, grade, _)| (rule, grade))
    }

    #[test]
    fn what_the_client_reads_anyway_is_drift_and_what_it_refuses_breaks() {
        use {Format as F, Grade as G, Primitive as S, Rule as R};
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
        use {Format as F, Grade as G, Primitive as S, Rule as R};
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
