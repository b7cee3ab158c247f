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

/// Goes into the members of these names, one in another, past all others, and collects the entries there.
pub(super) struct Within<'a>(pub &'static [&'static str], pub &'a mut Collected);

impl<'de> DeserializeSeed<'de> for Within<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.0.is_empty() {
            self.1.found = true;
            return deserializer.deserialize_seq(self);
        }
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Within<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.first() {
            Some(name) => write!(f, "an object with a member `{name}`"),
            None => f.write_str("a list of entries"),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self(names, collected) = self;
        let mut wanted = names.split_first();
        while let Some(key) = map.next_key::<String>()? {
            match wanted.take_if(|(name, _)| **name == key) {
                Some((_, rest)) => map.next_value_seed(Within(rest, collected))?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(written) = list.next_element()? {
            self.1.add(written).map_err(A::Error::custom)?;
        }
        self.1.ended = true;
        Ok(())
    }
}
