//! Finding the list of entries in a HAR file, and keeping what was read of it wherever the file ends.

use std::collections::HashMap;
use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

use super::{Entry, Written};

/// The entries read so far, which stay when the file ends in the middle.
#[derive(Default)]
pub(super) struct Collected {
    pub entries: Vec<Entry>,
    /// Where that of each connection is, to which others of the same connection are added.
    connections: HashMap<u64, usize>,
    /// How many entries of the file they are.
    pub read: usize,
    /// Whether there was a list at all.
    pub found: bool,
    /// Whether all of it was read.
    pub ended: bool,
}

impl Collected {
    fn add(&mut self, written: Written) -> Result<(), String> {
        let (connection, continues) = (written.connection, written.continues);
        let entry = written.entry()?;
        let first = connection.and_then(|connection| self.connections.get(&connection));
        match first.and_then(|first| self.entries.get_mut(*first)) {
            Some(first) if continues => {
                let messages = entry.messages.into_iter().flatten();
                first.messages.get_or_insert_default().extend(messages);
                first.lost = entry.lost;
            }
            _ => {
                let place = self.entries.len();
                let opened = connection.map(|connection| (connection, place));
                self.connections.extend(opened);
                self.entries.push(entry);
            }
        }
        self.read += 1;
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for &mut Collected {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.found = true;
        deserializer.deserialize_seq(&mut *self)?;
        self.ended = true;
        Ok(())
    }
}

impl<'de> Visitor<'de> for &mut Collected {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of entries")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(written) = list.next_element()? {
            self.add(written).map_err(A::Error::custom)?;
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
