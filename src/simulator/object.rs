//! A JSON object that keeps what the specs wrote: the order of its members and the spelling of its numbers.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// The members in the order they came, each as the text it was.
#[derive(Clone, Debug, Default)]
pub(super) struct Object(Vec<(String, Box<RawValue>)>);

impl Object {
    /// An object written down in this module's own sources.
    pub(super) fn literal(text: &'static str) -> Self {
        serde_json::from_str(text).expect("a constant of the simulator, each used by a test")
    }

    /// Reads any JSON value; `None` where it is no object.
    pub(super) fn of(value: &RawValue) -> Option<Self> {
        serde_json::from_str(value.get()).ok()
    }

    pub(super) fn get(&self, name: &str) -> Option<&RawValue> {
        self.0
            .iter()
            .find(|(member, _)| member == name)
            .map(|(_, value)| &**value)
    }

    /// Reads the field as a type: `None` if it has another, `Some(None)` if it is absent or null.
    pub(super) fn member<'a, T: Deserialize<'a>>(&'a self, name: &str) -> Option<Option<T>> {
        match self.get(name) {
            Some(value) => serde_json::from_str(value.get()).ok(),
            None => Some(None),
        }
    }

    /// The member, where it is an object itself.
    pub(super) fn object(&self, name: &str) -> Option<Self> {
        Self::of(self.get(name)?)
    }

    pub(super) fn members(&self) -> impl Iterator<Item = (&str, &RawValue)> {
        self.0.iter().map(|(name, value)| (name.as_str(), &**value))
    }

    /// Replaces the member where it stands, or adds it at the end.
    pub(super) fn set(mut self, name: &str, value: impl Serialize) -> Self {
        let value = serde_json::value::to_raw_value(&value)
            .expect("texts, numbers and objects with text names always have a JSON form");
        match self.0.iter_mut().find(|(member, _)| member == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.to_owned(), value)),
        }
        self
    }

    /// With the other's members after its own.
    pub(super) fn extended(mut self, other: &Self) -> Self {
        self.0.extend_from_slice(&other.0);
        self
    }

    pub(super) fn without(mut self, names: &[&str]) -> Self {
        self.0
            .retain(|(member, _)| !names.contains(&member.as_str()));
        self
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("its members are JSON already")
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Object(members))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_number_spelling_survive_a_change() {
        let object: Object =
            serde_json::from_str(r#"{"z": 1.0, "a": "0.00", "m": 1e2}"#).expect("valid JSON");
        let changed = object.set("a", "0.10").set("new", 3).without(&["m"]);
        assert_eq!(changed.to_bytes(), br#"{"z":1.0,"a":"0.10","new":3}"#);
    }
}
