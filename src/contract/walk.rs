//! A body against its schema, member by member.

use executions_spec::model::{Plain, Property, Shape, Sort, Word};

use super::finding::{Found, Grade, OTHER, Rule, shown};
use super::json::{JsonType, elements, members, text};
use super::plain::misfit;
use super::schema::Schemas;
use super::verdict::Findings;

/// An object with more unknown members is a table, whose names are data.
const MOST_UNKNOWN: usize = 20;

/// Walks through a body. The schema says where there is something to look at; what it leaves open is passed over.
pub(super) struct Walk<'a> {
    pub schemas: &'a Schemas,
    pub findings: &'a mut Findings,
    /// No finding is graded above it.
    pub most: Grade,
    /// Where it is, as a JSON pointer.
    pub pointer: String,
    /// Whether the client's type has read the whole, so that no value need be tried again.
    pub is_read: bool,
}

impl Walk<'_> {
    /// A whole body, an object. The names `beside` are not the schema's and belong where the body stands.
    pub fn body(&mut self, schema: usize, json: &str, beside: &[&str]) {
        if let Sort::Object(properties) = &self.schemas.get(schema).sort {
            self.object(schema, properties, json, beside);
        }
    }

    /// The member of an object that stands for a whole body.
    pub fn inside(&mut self, name: &str, schema: usize, json: &str) {
        self.within(name, |walk| match JsonType::of(json) {
            JsonType::Object => walk.body(schema, json, &[]),
            kind => {
                let expected = || walk.schemas.expected(&Shape::Component(schema), false);
                let expected = expected();
                walk.add(Rule::Type, Grade::Breaks, || expected, kind.found());
            }
        });
    }

    /// A member that the spec does not know.
    pub fn unknown(&mut self, name: &str, json: &str) {
        let found = JsonType::of(json).found();
        self.within(shown(name).unwrap_or(OTHER), |walk| {
            walk.add(
                Rule::Member,
                Grade::Drift,
                || "no such member".into(),
                found,
            );
        });
    }

    /// A second member of a name that the client reads.
    pub fn second(&mut self, name: &str) {
        self.within(name, |walk| walk.twice(Grade::Breaks));
    }

    fn object(&mut self, place: usize, properties: &[Property], json: &str, beside: &[&str]) {
        let schemas = self.schemas;
        let mut seen = vec![false; properties.len()];
        let mut unknown: Vec<(String, &str)> = Vec::new();
        let mut more_unknown = 0_usize;
        let are_all_read = members(json, |name, json| {
            if let Some(index) = schemas.property(place, name) {
                let member = &properties[index];
                let is_second = std::mem::replace(&mut seen[index], true);
                self.within(&member.name, |walk| match is_second {
                    true => walk.twice(Grade::Breaks),
                    false => walk.member(member, json),
                });
            } else if beside.contains(&name) {
                // Whoever put it there has looked at it.
            } else if unknown.iter().any(|(known, _)| known == name) {
                self.within(shown(name).unwrap_or(OTHER), |walk| {
                    walk.twice(Grade::Drift)
                });
            } else if unknown.len() < MOST_UNKNOWN {
                unknown.push((name.to_owned(), json));
            } else {
                more_unknown += 1;
            }
        });
        for (name, json) in &unknown {
            let name = if more_unknown > 0 { OTHER } else { name };
            self.unknown(name, json);
        }
        if more_unknown > 0 {
            self.within(OTHER, |walk| {
                let found = Found::kind("a table of members");
                walk.add(
                    Rule::Member,
                    Grade::Drift,
                    || "no such member".into(),
                    found,
                );
            });
        }
        if !are_all_read {
            let expected = || "names that are Unicode".to_owned();
            let found = Found::kind("a name that is no Unicode");
            self.add(Rule::Unreadable, Grade::Breaks, expected, found);
            return;
        }
        let missing = properties.iter().zip(seen).filter(|(_, seen)| !seen);
        for (member, _) in missing.filter(|(member, _)| member.required) {
            let expected = self.schemas.expected(&member.shape, member.nullable);
            self.within(&member.name, |walk| {
                walk.add(
                    Rule::Missing,
                    Grade::Breaks,
                    || expected,
                    Found::kind("nothing"),
                );
            });
        }
    }

    fn member(&mut self, member: &Property, json: &str) {
        self.value(&member.shape, member.required, member.nullable, json);
    }

    /// `required`: whether the client's type has a place for a null.
    fn value(&mut self, shape: &Shape, required: bool, nullable: bool, json: &str) {
        let kind = JsonType::of(json);
        let schemas = self.schemas;
        let expected = || schemas.expected(shape, nullable);
        if kind == JsonType::Null {
            let allows_null = nullable
                || match shape {
                    Shape::Component(component) => match schemas.get(*component).sort {
                        Sort::Enum { nullable, .. } => nullable,
                        Sort::Any => true,
                        Sort::Object(_) => false,
                    },
                    _ => false,
                };
            if !allows_null {
                let grade = if required {
                    Grade::Breaks
                } else {
                    Grade::Drift
                };
                self.add(Rule::Null, grade, expected, kind.found());
            }
            return;
        }
        let of_another_type = |walk: &mut Self| {
            walk.add(Rule::Type, Grade::Breaks, expected, kind.found());
        };
        match shape {
            Shape::Plain(plain) => self.plain(*plain, expected, json),
            Shape::Array(items) if kind == JsonType::Array => {
                self.within("*", |walk| {
                    elements(json, |element| walk.value(items, true, false, element));
                });
            }
            Shape::Array(_) => of_another_type(self),
            Shape::Component(component) => match &schemas.get(*component).sort {
                Sort::Object(properties) if kind == JsonType::Object => {
                    self.object(*component, properties, json, &[]);
                }
                Sort::Enum { words, .. } if kind == JsonType::Text => {
                    self.word(words, expected, json);
                }
                Sort::Object(_) | Sort::Enum { .. } => of_another_type(self),
                Sort::Any => {}
            },
        }
    }

    fn plain(&mut self, plain: Plain, expected: impl FnOnce() -> String, json: &str) {
        if let Some(misfit) = misfit(plain, json, self.is_read) {
            self.add(misfit.rule, misfit.grade, expected, misfit.found);
        }
    }

    fn word(&mut self, words: &[Word], expected: impl FnOnce() -> String, json: &str) {
        match text(json) {
            None => {
                let found = Found::kind("string that is no Unicode");
                self.add(Rule::Format, Grade::Breaks, expected, found);
            }
            Some(word) if words.iter().any(|known| known.text == *word) => {}
            Some(word) => {
                let found = Found::word("a new word", &word);
                self.add(Rule::Word, Grade::Drift, expected, found);
            }
        }
    }

    fn twice(&mut self, grade: Grade) {
        let found = Found::kind("a second one");
        self.add(
            Rule::Duplicate,
            grade,
            || "one member of a name".into(),
            found,
        );
    }

    fn within(&mut self, name: &str, work: impl FnOnce(&mut Self)) {
        let length = self.pointer.len();
        self.pointer.push('/');
        match name.bytes().any(|byte| byte == b'~' || byte == b'/') {
            true => self.pointer += &name.replace('~', "~0").replace('/', "~1"),
            false => self.pointer += name,
        }
        work(self);
        self.pointer.truncate(length);
    }

    pub fn add(
        &mut self,
        rule: Rule,
        grade: Grade,
        expected: impl FnOnce() -> String,
        found: Found,
    ) {
        let grade = grade.min(self.most);
        self.findings
            .add(&self.pointer, rule, grade, expected, found);
    }
}
