//! Exact decimal numbers.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal as Exact;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::token;

/// A number exactly as the service wrote it: a price, an amount, a count.
///
/// Reads a JSON number or a string that holds one (CrossTrade sends `"commission": "0.00"`), never through a binary float,
/// so no digit is rounded and trailing zeros stay. [`Display`](fmt::Display) prints the digits that came; serialising gives
/// back the same number, quoted if it came quoted.
///
/// Equality and order are numeric (`1.0 == 1.00`) as long as both sides fit [`rust_decimal::Decimal`]; a number of more than
/// 28 digits is kept as its text and equals only the same text.
///
/// Only serde_json can carry it both ways: other formats see the private form serde_json uses for raw values.
#[derive(Clone)]
pub struct Decimal {
    form: Form,
    quoted: bool,
}

#[derive(Clone)]
enum Form {
    /// Prints back as it came.
    Exact(Exact),
    /// Has an exponent, a sign on zero, or more digits than [`Exact`] holds.
    Text(Box<str>),
}

/// The text is not a decimal number in JSON's grammar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a decimal number: expected digits as JSON writes them, such as -12.50")]
pub struct NotADecimal;

impl Decimal {
    /// The number to compute with; `None` where it has more digits than [`rust_decimal::Decimal`] holds (28).
    pub fn to_decimal(&self) -> Option<Exact> {
        match &self.form {
            Form::Exact(exact) => Some(*exact),
            Form::Text(text) => exact_from(text),
        }
    }

    /// The number as an integer; `None` where it has a fraction (`1.0` has none) or does not fit.
    pub fn to_i64(&self) -> Option<i64> {
        let exact = self.to_decimal()?;
        if !exact.is_integer() {
            return None;
        }
        i64::try_from(exact.normalize().mantissa()).ok()
    }

    /// The number as the nearest binary float: for charts, not for money.
    pub fn to_f64_lossy(&self) -> f64 {
        // Every text that gets here is in JSON's number grammar, all of which f64 reads; the fallback is never taken.
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    fn of_text(text: &str, quoted: bool) -> Result<Self, NotADecimal> {
        if let Some(exact) = short(text.as_bytes()) {
            let form = Form::Exact(exact);
            return Ok(Self { form, quoted });
        }
        if !is_json_number(text.as_bytes()) {
            return Err(NotADecimal);
        }
        // `Exact` has no sign on zero; an exponent it refuses.
        let form = match Exact::from_str_exact(text) {
            Ok(exact) if !(exact.is_zero() && text.starts_with('-')) => Form::Exact(exact),
            _ => Form::Text(text.into()),
        };
        Ok(Self { form, quoted })
    }
}

/// A number of up to 18 digits and without exponent, which nearly every one is, read in one pass.
fn short(text: &[u8]) -> Option<Exact> {
    let (is_negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.len() > 19 || matches!(digits, [b'0', b'0'..=b'9', ..]) {
        return None;
    }
    // 18 digits and a point at most, so nothing overflows; 19 digits are left to the long way.
    let (mut mantissa, mut point) = (0_i64, None);
    for (at, byte) in digits.iter().enumerate() {
        match byte {
            b'0'..=b'9' if at < 18 || point.is_some() => {
                mantissa = mantissa * 10 + i64::from(byte - b'0');
            }
            b'.' if point.is_none() && at > 0 => point = Some(at),
            _ => return None,
        }
    }
    let scale = point.map_or(0, |at| digits.len() - at - 1);
    // An end in a point is none of JSON's; a zero has no sign to keep.
    if digits.is_empty() || (point.is_some() && scale == 0) || (is_negative && mantissa == 0) {
        return None;
    }
    let mantissa = if is_negative { -mantissa } else { mantissa };
    Some(Exact::new(mantissa, u32::try_from(scale).ok()?))
}

/// `-?int frac? exp?` as RFC 8259 has it: serde_json has checked bare numbers, nobody has checked quoted ones.
fn is_json_number(text: &[u8]) -> bool {
    fn digits(text: &[u8]) -> Option<&[u8]> {
        let end = text
            .iter()
            .position(|b| !b.is_ascii_digit())
            .unwrap_or(text.len());
        (end > 0).then(|| &text[end..])
    }
    fn number(text: &[u8]) -> Option<&[u8]> {
        let text = text.strip_prefix(b"-").unwrap_or(text);
        let mut rest = match text.strip_prefix(b"0") {
            Some(rest) => rest,
            None => digits(text)?,
        };
        if let Some(fraction) = rest.strip_prefix(b".") {
            rest = digits(fraction)?;
        }
        if let [b'e' | b'E', exponent @ ..] = rest {
            let sign = usize::from(matches!(exponent, [b'+' | b'-', ..]));
            rest = digits(&exponent[sign..])?;
        }
        Some(rest)
    }
    number(text).is_some_and(<[u8]>::is_empty)
}

/// The exact value of a JSON number, exponent included; `None` where it does not fit.
fn exact_from(text: &str) -> Option<Exact> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (text, 0),
    };
    let exact = Exact::from_str_exact(mantissa).ok()?;
    let scale = i64::from(exact.scale()).checked_sub(exponent)?;
    if let Ok(scale) = u32::try_from(scale) {
        return Exact::try_from_i128_with_scale(exact.mantissa(), scale).ok();
    }
    let shift = 10_i128.checked_pow(u32::try_from(-scale).ok()?)?;
    Exact::try_from_i128_with_scale(exact.mantissa().checked_mul(shift)?, 0).ok()
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.form {
            Form::Exact(exact) => exact.fmt(f),
            Form::Text(text) => f.pad(text),
        }
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Decimal {
    type Err = NotADecimal;

    fn from_str(text: &str) -> Result<Self, NotADecimal> {
        Self::of_text(text, false)
    }
}

impl From<Exact> for Decimal {
    fn from(exact: Exact) -> Self {
        Self {
            form: Form::Exact(exact),
            quoted: false,
        }
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        match (self.to_decimal(), other.to_decimal()) {
            (Some(a), Some(b)) => a == b,
            (None, None) => self.to_string() == other.to_string(),
            _ => false,
        }
    }
}

impl PartialEq<Exact> for Decimal {
    fn eq(&self, other: &Exact) -> bool {
        self.to_decimal() == Some(*other)
    }
}

impl PartialOrd for Decimal {
    /// `None` where a side does not fit [`rust_decimal::Decimal`] and the texts differ.
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self.to_decimal(), other.to_decimal()) {
            (Some(a), Some(b)) => Some(a.cmp(&b)),
            _ => (self == other).then_some(Ordering::Equal),
        }
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.quoted {
            return serializer.collect_str(self);
        }
        let raw = RawValue::from_string(self.to_string()).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // From the token, because serde's number visitors hand over an f64.
        token::read(deserializer, |token| {
            let (text, quoted) = match token.strip_prefix('"') {
                Some(rest) => (rest.strip_suffix('"').unwrap_or(rest), true),
                None => (token, false),
            };
            Self::of_text(text, quoted).map_err(|problem| problem.to_string())
        })
    }
}

impl JsonSchema for Decimal {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Decimal".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "An exact decimal: a number, or a string that holds one.",
            "type": ["number", "string"],
            "format": "decimal",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Decimal {
        serde_json::from_str(json).expect(json)
    }

    #[test]
    fn every_digit_comes_back_as_it_came() {
        for json in [
            "5804.5",
            "0.0",
            "\"0.00\"",
            "-0.00",
            "-0",
            "1e5",
            "1E-7",
            "1e400",
            "0.1234567890123456789012345678",
            "123456789012345678901234567890.123456789",
            "9223372036854775808",
            "18446744073709551616",
        ] {
            assert_eq!(serde_json::to_string(&read(json)).expect(json), json);
        }
    }

    #[test]
    fn values_are_compared_as_numbers() {
        assert_eq!(read("1.0"), read("\"1.00\""));
        assert_eq!(read("1e2"), read("100"));
        assert_eq!(read("-0"), read("0"));
        assert_eq!(read("1.5e-3"), read("0.0015"));
        assert!(read("2") > read("1.999"));
        assert_ne!(read("1e400"), read("1e401"));
        assert_eq!(read("1e400"), read("1e400"));
    }

    #[test]
    fn integers_are_read_whatever_their_spelling() {
        assert_eq!(read("1.0").to_i64(), Some(1));
        assert_eq!(read("\"-7\"").to_i64(), Some(-7));
        assert_eq!(read("1e3").to_i64(), Some(1000));
        assert_eq!(read("1.5").to_i64(), None);
        assert_eq!(read("9223372036854775808").to_i64(), None);
        assert_eq!(read("1e400").to_i64(), None);
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for json in [
            "\"\"",
            "\"abc\"",
            "\"NaN\"",
            "\"1,5\"",
            "\"1_000\"",
            "\"+1\"",
            "\".5\"",
            "\"5.\"",
            "\"1e\"",
            "\"01\"",
            "\"\\u0031\"",
            "true",
            "[]",
            "{}",
        ] {
            assert!(serde_json::from_str::<Decimal>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn a_value_tree_can_hold_it_too() {
        let value = serde_json::json!({"price": 1.5});
        let price: Decimal = serde_json::from_value(value["price"].clone()).expect("a number");
        assert_eq!(price, read("1.50"));
    }

    #[test]
    fn the_answer_of_another_deserializer_is_an_error() {
        let newtype = serde::de::value::StrDeserializer::<serde::de::value::Error>::new("1.5");
        assert!(Decimal::deserialize(newtype).is_err());
    }

    proptest::proptest! {
        #[test]
        fn a_short_number_is_read_as_a_long_one_is(text in "-?[0-9]{0,20}\\.?[0-9]{0,20}") {
            if let Some(exact) = short(text.as_bytes()) {
                proptest::prop_assert!(is_json_number(text.as_bytes()));
                let long = Exact::from_str_exact(&text).expect("a number");
                proptest::prop_assert_eq!((exact.mantissa(), exact.scale()), (long.mantissa(), long.scale()));
                proptest::prop_assert_eq!(exact.to_string(), text);
            }
        }

        #[test]
        fn any_number_survives_a_round_trip(text in "-?(0|[1-9][0-9]{0,40})(\\.[0-9]{1,40})?([eE][+-]?[0-9]{1,20})?") {
            let decimal = read(&text);
            proptest::prop_assert_eq!(decimal.to_string(), text.clone());
            proptest::prop_assert_eq!(serde_json::to_string(&decimal).expect("serialises"), text);
            let _ = (decimal.to_i64(), decimal.to_f64_lossy(), decimal == decimal.clone());
        }
    }
}
