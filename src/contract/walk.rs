//! A body against its schema, member by member.

use std::fmt::Display;

use executions_spec::model::{Property, Shape, Sort, Word};

use super::finding::{Finding, Found, Grade, OTHER, Rule, shown};
use super::findings::Findings;
use super::json::{JsonType, elements, members, text};
use super::plain::misfit;
use super::schema::{Expected, Schemas};

/// An answer with more distinct findings is not what the spec describes at all.
const MOST_FINDINGS: usize = 200;
/// An object with more unknown members is a table, whose names are data.
const MOST_UNKNOWN: usize = 20;

/// Walks through a body. The schema says where there is something to look at; what it leaves open is passed over.
pub(super) struct Walk<'a> {
    schemas: &'a Schemas,
    pub findings: &'a mut Findings,
    /// No finding is graded above it.
    pub most: Grade,
    /// Where it is, as a JSON pointer.
    pub pointer: String,
}

impl<'a> Walk<'a> {
    pub fn new(schemas: &'a Schemas, findings: &'a mut Findings) -> Self {
        Self {
            schemas,
            findings,
            most: Grade::Breaks,
            pointer: String::new(),
        }
    }

    /// A whole body, an object. The names `beside` are not the schema's and belong where the body stands.
    pub fn body(&mut self, schema: usize, json: &str, beside: &[&str]) {
        if let Sort::Object(properties) = &self.schemas.get(schema).sort {
            self.object(properties, json, beside);
        }
    }

    /// The member of an object that stands for a whole body.
    pub fn inside(&mut self, name: &str, schema: usize, json: &str) {
        let shape = Shape::Component(schema);
        self.within(name, |walk| walk.value(&shape, true, false, json));
    }

    /// A member that the spec does not know.
    pub fn unknown(&mut self, name: &str, found: Found) {
        self.within(shown(name).unwrap_or(OTHER), |walk| {
            walk.add(Rule::Member, Grade::Drift, "no such member", found);
        });
    }

    /// A second member of a name.
    pub fn second(&mut self, name: &str, grade: Grade) {
        self.within(name, |walk| {
            walk.say(
                Rule::Duplicate,
                grade,
                "one member of a name",
                "a second one",
            );
        });
    }

    fn object(&mut self, properties: &[Property], json: &str, beside: &[&str]) {
        let mut seen = vec![false; properties.len()];
        let mut unknown: Vec<(String, Found)> = Vec::new();
        let mut more_unknown = false;
        let are_all_read = members(json, |name, json| {
            if let Some(index) = properties.iter().position(|known| is_named(known, name)) {
                let property = &properties[index];
                match std::mem::replace(&mut seen[index], true) {
                    true => self.second(&property.name, Grade::Breaks),
                    false => self.within(&property.name, |walk| {
                        walk.value(&property.shape, property.required, property.nullable, json);
                    }),
                }
            } else if beside.contains(&name) {
                // Whoever put it there has looked at it.
            } else if unknown.iter().any(|(known, _)| known == name) {
                self.second(shown(name).unwrap_or(OTHER), Grade::Drift);
            } else if unknown.len() < MOST_UNKNOWN {
                unknown.push((name.to_owned(), JsonType::of(json).found()));
            } else {
                more_unknown = true;
            }
        });
        for (name, found) in unknown {
            self.unknown(if more_unknown { OTHER } else { &name }, found);
        }
        if more_unknown {
            self.unknown(OTHER, Found::kind("a table of members"));
        }
        if !are_all_read {
            let (expected, found) = ("names that are Unicode", "a name that is no Unicode");
            return self.say(Rule::Unreadable, Grade::Breaks, expected, found);
        }
        for (property, _) in properties.iter().zip(seen).filter(|(_, seen)| !seen) {
            if property.required {
                let expected = self.expected(&property.shape, property.nullable);
                self.within(&property.name, |walk| {
                    walk.say(Rule::Missing, Grade::Breaks, expected, "nothing");
                });
            }
        }
    }

    /// `required`: whether the client's type has no place for a null.
    fn value(&mut self, shape: &Shape, required: bool, nullable: bool, json: &str) {
        let (schemas, json_type) = (self.schemas, JsonType::of(json));
        let expected = self.expected(shape, nullable);
        let of_other_type = |walk: &mut Self| {
            walk.add(Rule::Type, Grade::Breaks, expected, json_type.found());
        };
        match (shape, json_type) {
            (_, JsonType::Null) if schemas.allows_null(shape, nullable) => {}
            (_, JsonType::Null) => {
                let grade = match required {
                    true => Grade::Breaks,
                    false => Grade::Drift,
                };
                self.add(Rule::Null, grade, expected, json_type.found());
            }
            (Shape::Plain(plain), _) => {
                if let Some((rule, grade, found)) = misfit(*plain, json) {
                    self.add(rule, grade, expected, found);
                }
            }
            (Shape::Array(items), JsonType::Array) => self.within("*", |walk| {
                for element in elements(json) {
                    walk.value(items, true, false, element.get());
                }
            }),
            (Shape::Map(values), JsonType::Object) => {
                // The names in a map are data.
                members(json, |_, json| {
                    self.within("*", |walk| walk.value(values, true, false, json));
                });
            }
            (Shape::Array(_) | Shape::Map(_), _) => of_other_type(self),
            (Shape::Component(place), _) => match (&schemas.get(*place).sort, json_type) {
                (Sort::Object(properties), JsonType::Object) => {
                    self.object(properties, json, &[]);
                }
                (Sort::Enum { words, .. }, JsonType::Text) => self.word(words, expected, json),
                (Sort::Object(_) | Sort::Enum { .. }, _) => of_other_type(self),
                (Sort::Alias(shape), _) => self.value(shape, required, nullable, json),
                (Sort::Any, _) => {}
            },
        }
    }

    fn word(&mut self, words: &[Word], expected: Expected<'_>, json: &str) {
        match text(json) {
            None => {
                let found = "string that is no Unicode";
                self.say(Rule::Format, Grade::Breaks, expected, found);
            }
            Some(word) if words.iter().any(|known| known.text == *word) => {}
            Some(word) => {
                let found = Found::word("a new word", &word);
                self.add(Rule::Word, Grade::Drift, expected, found);
            }
        }
    }

    pub fn within(&mut self, name: &str, work: impl FnOnce(&mut Self)) {
        let length = self.pointer.len();
        self.pointer.push('/');
        match name.contains(['~', '/']) {
            true => self.pointer += &name.replace('~', "~0").replace('/', "~1"),
            false => self.pointer += name,
        }
        work(self);
        self.pointer.truncate(length);
    }

    pub fn add(&mut self, rule: Rule, grade: Grade, expected: impl Display, found: Found) {
        let grade = grade.min(self.most);
        let finding = Finding::new(&self.pointer, rule, grade, expected, found);
        self.findings.add(MOST_FINDINGS, finding);
    }

    /// Adds a finding whose `found` is fixed words.
    pub fn say(&mut self, rule: Rule, grade: Grade, expected: impl Display, found: &'static str) {
        self.add(rule, grade, expected, Found::kind(found));
    }

    fn expected<'e>(&self, shape: &'e Shape, nullable: bool) -> Expected<'e>
    where
        'a: 'e,
    {
        Expected {
            schemas: self.schemas,
            shape,
            nullable,
        }
    }
}

fn is_named(property: &Property, name: &str) -> bool {
    property.name == name || property.aliases.iter().any(|alias| alias == name)
}
