//! Finding the list of entries in a HAR file, and keeping what was read of it wherever the file ends.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// The entries read so far, which stay when the file ends in the middle.
pub(super) struct Collected<T> {
    pub entries: Vec<T>,
    /// Whether there was a list at all.
    pub found: bool,
    /// Whether all of it was read.
    pub ended: bool,
}

// Derived, it would ask the same of `T`.
impl<T> Default for Collected<T> {
    fn default() -> Self {
        let (entries, found, ended) = (Vec::new(), false, false);
        Self {
            entries,
            found,
            ended,
        }
    }
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for &mut Collected<T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.found = true;
        deserializer.deserialize_seq(&mut *self)?;
        self.ended = true;
        Ok(())
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for &mut Collected<T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of entries")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(entry) = list.next_element()? {
            self.entries.push(entry);
        }
        Ok(())
    }
}

/// Reads one member of an object, by its name, and passes over the others.
pub(super) struct Within<S>(pub &'static str, pub S);

impl<'de, S: DeserializeSeed<'de, Value = ()>> DeserializeSeed<'de> for Within<S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, S: DeserializeSeed<'de, Value = ()>> Visitor<'de> for Within<S> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with a member `{}`", self.0)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self(name, seed) = self;
        let mut seed = Some(seed);
        while let Some(key) = map.next_key::<String>()? {
            match seed.take_if(|_| key == name) {
                Some(seed) => map.next_value_seed(seed)?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}
