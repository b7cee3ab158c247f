//! A value read from its JSON token as it stands in the text.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// A value that a token stands for.
pub(super) trait Token: Sized {
    /// What it looks like, for an error's text.
    const EXPECTED: &'static str;

    fn read<E: Error>(token: &str) -> Result<Self, E>;
}

/// Reads a value from its token.
///
/// serde_json hands a token over as a [`RawValue`], which has to be boxed where the text may not outlive it: a copy and an
/// allocation for each number of an answer. This asks in the way a `Box<RawValue>` asks, and looks at the token on its way into
/// the box. Where the deserializer does not understand the question, a box it is.
pub(super) fn read<'de, T: Token, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_newtype_struct(QUESTION, Answer(PhantomData))
}

/// The name by which serde_json is asked for a token. It is private there: under another name the box is taken, at the price
/// of the box, and a test says so.
const QUESTION: &str = "$serde_json::private::RawValue";

/// What comes in answer to the question.
struct Answer<T>(PhantomData<T>);

impl<'de, T: Token> Visitor<'de> for Answer<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    /// serde_json's: a map of one entry, whose value is the token.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        match map.next_key::<IgnoredAny>()? {
            // What is wrong with the token is an error of the value itself, not of something that serde_json has inside it.
            Some(_) => map
                .next_value_seed(Text(PhantomData))?
                .map_err(Error::custom),
            None => Err(Error::invalid_type(Unexpected::Map, &self)),
        }
    }

    /// That of whoever does not know the question.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::read(Box::<RawValue>::deserialize(deserializer)?.get())
    }
}

/// The token in the answer.
struct Text<T>(PhantomData<T>);

type Read<T> = Result<T, serde::de::value::Error>;

impl<'de, T: Token> DeserializeSeed<'de> for Text<T> {
    type Value = Read<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Read<T>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<T: Token> Visitor<'_> for Text<T> {
    type Value = Read<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON token")
    }

    fn visit_str<E: Error>(self, token: &str) -> Result<Read<T>, E> {
        Ok(T::read(token))
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
