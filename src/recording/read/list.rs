//! Finding the list of entries in a HAR file, and keeping what was read of it wherever the file ends.

use std::collections::HashMap;
use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

use serde_json::value::RawValue;

use super::text::Text;
use super::written::{Written, read};
use super::{Entry, Unread};

/// The entries read so far, which stay when the file ends in the middle.
#[derive(Default)]
pub(super) struct Collected {
    pub entries: Vec<Entry>,
    pub unread: Vec<Unread>,
    /// Where that of each connection is, to which others of the same connection are added.
    connections: HashMap<u64, usize>,
    /// How many entries of the file they are.
    pub read: usize,
    /// Whether there was a list at all.
    pub found: bool,
    /// Whether all of it was read.
    pub ended: bool,
    is_patched: bool,
}

impl Collected {
    pub fn of(text: &Text<'_>) -> Self {
        let is_patched = text.is_patched;
        Self {
            is_patched,
            ..Self::default()
        }
    }

    fn add(&mut self, written: &RawValue) {
        let place = format!("log.entries[{}]", self.read);
        self.read += 1;
        let is_patched = self.is_patched && written.get().contains(char::REPLACEMENT_CHARACTER);
        let entry = match is_patched {
            true => Err("it holds bytes that are no text".to_owned()),
            false => read::<Written<'_>>(written).and_then(|written| self.keep(&place, written)),
        };
        if let Err(reason) = entry {
            self.unread.push(Unread { place, reason });
        }
    }

    fn keep(&mut self, place: &str, written: Written<'_>) -> Result<(), String> {
        let connection = written.connection;
        let continues = written.continues == Some(true);
        let (entry, unread) = written.entry()?;
        self.unread
            .extend(unread.into_iter().map(|(message, reason)| Unread {
                place: format!("{place}._webSocketMessages[{message}]"),
                reason,
            }));
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
        let wanted = names.split_first();
        let mut is_found = false;
        while let Some(key) = map.next_key::<String>()? {
            match wanted.filter(|(name, _)| **name == key) {
                Some((name, _)) if is_found => {
                    return Err(A::Error::custom(format!("it has two members `{name}`")));
                }
                Some((_, rest)) => {
                    map.next_value_seed(Within(rest, collected))?;
                    is_found = true;
                }
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(written) = list.next_element::<&RawValue>()? {
            self.1.add(written);
        }
        self.1.ended = true;
        Ok(())
    }
}
