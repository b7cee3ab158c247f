//! Instants and wall-clock times, one explicit rule a field.

use std::fmt;
use std::marker::PhantomData;

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::{Decimal, token};

/// A time as a service wrote it, and what it means by the one rule its field has.
///
/// [`get`](Self::get) is `None` where the text does not fit the rule: nothing is guessed (a date without a zone is no
/// instant, milliseconds are not taken for seconds), and the answer does not fail over it. [`as_str`](Self::as_str) is always
/// what came, and so is the serialised form.
#[derive(Clone)]
pub struct Time<R: Rule> {
    text: Box<str>,
    quoted: bool,
    rule: PhantomData<R>,
}

/// An instant as text with an offset: `2023-10-31T14:19:34.788Z`. A leap second reads as the second before it.
pub type DateTime = Time<Rfc3339>;
/// An instant as seconds since 1970 in UTC, fractions allowed; digits past the nanosecond are cut off.
pub type EpochSeconds = Time<Seconds>;
/// An instant as milliseconds since 1970 in UTC, fractions allowed; digits past the nanosecond are cut off.
pub type EpochMillis = Time<Millis>;
/// A wall-clock time without a zone: `2025-09-26T18:09:38.3736787`. It is no instant, and nothing here makes it one.
pub type LocalDateTime = Time<Local>;

/// How a field's text is read. Sealed: the rules are the four that the services' documents need.
pub trait Rule: sealed::Sealed {
    /// What a text that fits means.
    type Value: Copy + PartialEq + fmt::Debug + Send + Sync;
    /// The format's name in the specs.
    #[doc(hidden)]
    const FORMAT: &'static str;
    #[doc(hidden)]
    fn value_of(text: &str, quoted: bool) -> Option<Self::Value>;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! rules {
    ($($(#[$meta:meta])* $name:ident($format:literal) -> $value:ty = $value_of:expr;)*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug)]
        pub enum $name {}

        impl sealed::Sealed for $name {}

        impl Rule for $name {
            type Value = $value;
            const FORMAT: &'static str = $format;

            fn value_of(text: &str, quoted: bool) -> Option<$value> {
                let value_of: fn(&str, bool) -> Option<$value> = $value_of;
                value_of(text, quoted)
            }
        }
    )*};
}

rules! {
    /// The rule of [`DateTime`].
    Rfc3339("date-time") -> Timestamp = |text, quoted| quoted.then(|| text.parse().ok())?;
    /// The rule of [`EpochSeconds`].
    Seconds("epoch-seconds") -> Timestamp = |text, _| since_epoch(text, 1_000_000_000);
    /// The rule of [`EpochMillis`].
    Millis("epoch-milliseconds") -> Timestamp = |text, _| since_epoch(text, 1_000_000);
    /// The rule of [`LocalDateTime`].
    Local("local-date-time") -> jiff::civil::DateTime = |text, quoted| quoted.then(|| text.parse().ok())?;
}

fn since_epoch(text: &str, nanoseconds: i64) -> Option<Timestamp> {
    let count = text.parse::<Decimal>().ok()?.to_decimal()?;
    let nanoseconds = count.checked_mul(nanoseconds.into())?.trunc();
    Timestamp::from_nanosecond(nanoseconds.normalize().mantissa()).ok()
}

impl<R: Rule> Time<R> {
    /// What the text means by the field's rule: a [`jiff::Timestamp`], or a [`jiff::civil::DateTime`] for [`LocalDateTime`].
    ///
    /// Reads the text anew each time.
    pub fn get(&self) -> Option<R::Value> {
        R::value_of(&self.text, self.quoted)
    }

    /// The text, or the number's digits, as they came.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// To send it: `2023-10-31T14:19:34.788Z`.
impl From<Timestamp> for DateTime {
    fn from(at: Timestamp) -> Self {
        Self {
            text: at.to_string().into(),
            quoted: true,
            rule: PhantomData,
        }
    }
}

impl<R: Rule> fmt::Display for Time<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl<R: Rule> fmt::Debug for Time<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.get() {
            Some(value) => write!(f, "{value:?}"),
            None => write!(f, "{:?} (not a {})", self.as_str(), R::FORMAT),
        }
    }
}

impl<R: Rule> PartialEq for Time<R> {
    /// The same instant however written; the same text where it is no instant.
    fn eq(&self, other: &Self) -> bool {
        match (self.get(), other.get()) {
            (Some(a), Some(b)) => a == b,
            (None, None) => self.as_str() == other.as_str(),
            _ => false,
        }
    }
}

impl<R: Rule> Serialize for Time<R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.quoted {
            return serializer.serialize_str(&self.text);
        }
        let raw =
            RawValue::from_string(self.text.to_string()).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de, R: Rule> Deserialize<'de> for Time<R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        token::read(deserializer, |token| {
            let quoted = token.starts_with('"');
            let text = if quoted {
                serde_json::from_str(token).map_err(|error| error.to_string())?
            } else if token.starts_with(['{', '[', 't', 'f', 'n']) {
                let format = R::FORMAT;
                return Err(format!("expected a {format}, as text or as a number"));
            } else {
                token.into()
            };
            Ok(Self {
                text,
                quoted,
                rule: PhantomData,
            })
        })
    }
}

impl<R: Rule> JsonSchema for Time<R> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        R::FORMAT.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number"], "format": R::FORMAT })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant<R: Rule<Value = Timestamp>>(json: &str) -> Option<String> {
        let time: Time<R> = serde_json::from_str(json).expect(json);
        assert_eq!(serde_json::to_string(&time).expect(json), json);
        time.get().map(|at| at.to_string())
    }

    #[test]
    fn an_instant_is_sent_as_it_is_read() {
        let at: Timestamp = "2023-10-31T14:19:34.788Z".parse().expect("an instant");
        let time = DateTime::from(at);
        assert_eq!(
            (time.get(), time.as_str()),
            (Some(at), "2023-10-31T14:19:34.788Z")
        );
    }

    #[test]
    fn text_with_an_offset_is_an_instant() {
        let read = instant::<Rfc3339>;
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            read("\"2023-10-31T14:19:34.788Z\""),
            some("2023-10-31T14:19:34.788Z")
        );
        assert_eq!(
            read("\"2026-04-09T09:59:04.306723+02:00\""),
            some("2026-04-09T07:59:04.306723Z")
        );
        assert_eq!(
            read("\"2024-01-15 10:30:00Z\""),
            some("2024-01-15T10:30:00Z")
        );
        assert_eq!(
            read("\"0001-01-01T00:00:00Z\""),
            some("0001-01-01T00:00:00Z")
        );
        assert_eq!(
            read("\"2016-12-31T23:59:60Z\""),
            some("2016-12-31T23:59:59Z")
        );
    }

    #[test]
    fn what_is_ambiguous_is_no_instant_and_stays_as_text() {
        for json in [
            "\"2024-01-15T10:30:00\"",
            "\"2024-01-15\"",
            "\"<string>\"",
            "\"\"",
            "1705315800",
            "\"1705315800\"",
        ] {
            assert_eq!(instant::<Rfc3339>(json), None, "{json}");
        }
    }

    #[test]
    fn epochs_are_read_in_their_own_unit_only() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            instant::<Seconds>("1705315800"),
            some("2024-01-15T10:50:00Z")
        );
        assert_eq!(
            instant::<Seconds>("1705315800.123456789012"),
            some("2024-01-15T10:50:00.123456789Z")
        );
        assert_eq!(
            instant::<Seconds>("\"1705315800.5\""),
            some("2024-01-15T10:50:00.5Z")
        );
        assert_eq!(
            instant::<Millis>("1727399378373"),
            some("2024-09-27T01:09:38.373Z")
        );
        assert_eq!(
            instant::<Millis>("1727399378373.0"),
            some("2024-09-27T01:09:38.373Z")
        );
        assert_eq!(instant::<Millis>("-1"), some("1969-12-31T23:59:59.999Z"));
        // Milliseconds where seconds are promised lie past the year 9999: kept, not reinterpreted.
        assert_eq!(instant::<Seconds>("1705315800000"), None);
        assert_eq!(instant::<Seconds>("1e400"), None);
        assert_eq!(instant::<Millis>("99999999999999999999999999999999"), None);
    }

    #[test]
    fn a_wall_clock_time_keeps_its_seven_digits_and_gets_no_zone() {
        let json = "\"2025-09-26T18:09:38.3736787\"";
        let time: LocalDateTime = serde_json::from_str(json).expect("text");
        assert_eq!(
            time.get(),
            Some(jiff::civil::date(2025, 9, 26).at(18, 9, 38, 373_678_700))
        );
        assert_eq!(serde_json::to_string(&time).expect("text"), json);
        let zoned: LocalDateTime = serde_json::from_str("\"2025-09-26T18:09:38Z\"").expect("text");
        assert_eq!(zoned.get(), None);
    }

    #[test]
    fn what_is_neither_text_nor_number_is_refused() {
        for json in ["{}", "[]", "true", "false"] {
            assert!(serde_json::from_str::<DateTime>(json).is_err(), "{json}");
        }
    }
}
