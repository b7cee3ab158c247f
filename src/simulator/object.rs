//! A JSON object that keeps what the specs wrote: the order of its members and the spelling of its numbers.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The members in the order they came, each as the text it was.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(transparent)]
pub(super) struct Object(IndexMap<String, Box<RawValue>>);

impl Object {
    pub(super) fn get(&self, name: &str) -> Option<&RawValue> {
        self.0.get(name).map(|value| &**value)
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
        self.member(name).flatten()
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Replaces the member where it stands, or adds it at the end.
    pub(super) fn set(mut self, name: &str, value: impl Serialize) -> Self {
        let value = serde_json::value::to_raw_value(&value)
            .expect("texts, numbers and objects with text names always have a JSON form");
        self.0.insert(name.to_owned(), value);
        self
    }

    /// Sets each member of another object.
    pub(super) fn with(mut self, other: impl Serialize) -> Self {
        let text = serde_json::to_string(&other).expect("what the simulator answers has a form");
        let Self(members) = serde_json::from_str(&text).expect("an object");
        self.0.extend(members);
        self
    }

    pub(super) fn without(mut self, names: &[&str]) -> Self {
        self.0.retain(|name, _| !names.contains(&name.as_str()));
        self
    }

    pub(super) fn to_text(&self) -> String {
        serde_json::to_string(self).expect("its members are JSON already")
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
        assert_eq!(changed.to_text(), r#"{"z":1.0,"a":"0.10","new":3}"#);
        let again = changed.with(serde_json::json!({"z": 2, "more": null}));
        let expected = r#"{"z":2,"a":"0.10","new":3,"more":null}"#;
        assert_eq!(again.to_text(), expected);
    }
}
