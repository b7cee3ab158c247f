//! JSON as a tree that keeps the text of every token and both of two members of one name.

use std::collections::BTreeMap;
use std::fmt;

use executions::serde_json::{self, value::RawValue};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

#[derive(Clone, Debug, PartialEq)]
pub enum Tree {
    /// Any text: what stands for a value need not be JSON.
    Token(String),
    Array(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Members;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Read)
    }
}

impl Tree {
    pub fn read(json: &str) -> Self {
        let json = json.trim();
        match json.as_bytes()[0] {
            b'{' => {
                let members: Members = serde_json::from_str(json).expect("an object");
                let members = members.0.into_iter();
                Self::Object(
                    members
                        .map(|(name, raw)| (name, Self::read(raw.get())))
                        .collect(),
                )
            }
            b'[' => {
                let items: Vec<Box<RawValue>> = serde_json::from_str(json).expect("an array");
                Self::Array(items.iter().map(|item| Self::read(item.get())).collect())
            }
            _ => Self::Token(json.to_owned()),
        }
    }

    pub fn write(&self) -> String {
        match self {
            Self::Token(token) => token.clone(),
            Self::Array(items) => {
                let items: Vec<String> = items.iter().map(Self::write).collect();
                format!("[{}]", items.join(","))
            }
            Self::Object(members) => {
                let member = |(name, tree): &(String, Self)| {
                    format!(
                        "{}:{}",
                        serde_json::to_string(name).expect("a string"),
                        tree.write()
                    )
                };
                let members: Vec<String> = members.iter().map(member).collect();
                format!("{{{}}}", members.join(","))
            }
        }
    }

    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, tree)| tree),
            _ => None,
        }
    }

    pub fn members(&self) -> &[(String, Self)] {
        match self {
            Self::Object(members) => members,
            _ => &[],
        }
    }

    /// What a string token says.
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Token(token) => serde_json::from_str(token).ok(),
            _ => None,
        }
    }

    /// The places of all members and elements: at each step, the how-manieth.
    pub fn places(&self) -> Vec<Vec<usize>> {
        let children: Vec<&Self> = match self {
            Self::Token(_) => Vec::new(),
            Self::Array(items) => items.iter().collect(),
            Self::Object(members) => members.iter().map(|(_, tree)| tree).collect(),
        };
        let mut places = Vec::new();
        for (index, child) in children.into_iter().enumerate() {
            places.push(vec![index]);
            places.extend(child.places().into_iter().map(|mut place| {
                place.insert(0, index);
                place
            }));
        }
        places
    }

    pub fn at(&mut self, place: &[usize]) -> &mut Self {
        let Some((first, rest)) = place.split_first() else {
            return self;
        };
        match self {
            Self::Array(items) => items[*first].at(rest),
            Self::Object(members) => members[*first].1.at(rest),
            Self::Token(_) => panic!("a place within the tree"),
        }
    }

    /// The same whatever the order of members and the spelling of strings; without nulls, which mean that nothing is there.
    pub fn canonical(&self) -> String {
        match self {
            Self::Token(token) if token.starts_with('"') => {
                serde_json::to_string(&self.text().expect("a string")).expect("a string")
            }
            Self::Token(token) => token.clone(),
            Self::Array(items) => {
                let items: Vec<String> = items.iter().map(Self::canonical).collect();
                format!("[{}]", items.join(","))
            }
            Self::Object(members) => {
                let is_there =
                    |(_, tree): &&(String, Self)| *tree != Self::Token("null".to_owned());
                let members: BTreeMap<&str, String> = members
                    .iter()
                    .filter(is_there)
                    .map(|(name, tree)| (name.as_str(), tree.canonical()))
                    .collect();
                format!("{members:?}")
            }
        }
    }
}
