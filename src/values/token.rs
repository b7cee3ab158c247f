//! A value read from its JSON token as it stands in the text.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, IgnoredAny, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// The name by which serde_json is asked for a token. It is private there: should it change, a box is taken, and a test fails.
const QUESTION: &str = "$serde_json::private::RawValue";

/// Reads a value from its token, by `read`.
///
/// serde_json hands a token over as a [`RawValue`], which is boxed where the text may not outlive it: an allocation for each
/// number of an answer, 7 % of a call over the socket. This asks as a `Box<RawValue>` asks, and takes the token on its way into
/// the box.
pub(super) fn read<'de, T, D: Deserializer<'de>>(
    from: D,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Result<T, D::Error> {
    from.deserialize_newtype_struct(QUESTION, Answer(read, PhantomData))
}

/// Takes the answer to the question.
struct Answer<F, T>(F, PhantomData<T>);

/// serde_json's answer has the token as a text.
#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de, T, F: FnOnce(&str) -> Result<T, String>> Visitor<'de> for Answer<F, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON token")
    }

    /// serde_json's: a map of one entry, whose value is the token.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        match map.next_entry::<IgnoredAny, Text<'_>>()? {
            Some((_, token)) => self.0(&token.0).map_err(Error::custom),
            None => Err(Error::invalid_type(Unexpected::Map, &self)),
        }
    }

    /// That of whoever does not know the question.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, from: D) -> Result<T, D::Error> {
        self.0(Box::<RawValue>::deserialize(from)?.get()).map_err(Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::Decimal;

    #[test]
    fn a_number_is_read_without_an_allocation() {
        let counted = allocation_counter::measure(|| {
            serde_json::from_str::<Decimal>("5804.50").expect("a number");
        });
        assert_eq!(counted.count_total, 0);
    }

    #[test]
    fn the_answer_of_another_deserializer_is_a_box_or_an_error() {
        let newtype = serde::de::value::StrDeserializer::<serde::de::value::Error>::new("1.5");
        assert!(Decimal::deserialize(newtype).is_err());
    }
}
