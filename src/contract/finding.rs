//! What a check has to say: where, what was promised, what kind of thing came instead. Never a value.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

use super::words::words;

words! {
    /// How much a finding matters.
    #[derive(PartialOrd, Ord)]
    pub enum Grade {
        /// Documented, and worth knowing: a refusal inside a 200, an answer in its wrapper, a call that no spec describes.
        Note = "note",
        /// Not as documented, and the client reads it: a new member, word or status, a null, a number as text.
        Drift = "drift",
        /// The typed client cannot read it, or reads it and is told something else than the spec says.
        Breaks = "breaks",
    }
}

words! {
    /// The rules that an answer is checked against. A rule has one grade unless it says otherwise; the answer to an error
    /// status is never graded above drift, because the client reads errors in any form.
    #[derive(PartialOrd, Ord)]
    pub enum Rule {
        /// The spec has no such operation, or nobody knows what a message answers: a note, as nothing can be checked.
        Operation = "undocumented-operation",
        /// The operation has no answer with this status: drift.
        Status = "undocumented-status",
        /// The status has no answer of this content type: drift, or breaks where the client refuses it.
        ContentType = "content-type",
        /// JSON was promised and the body is none: breaks, or drift under an error status.
        Body = "body",
        /// A WebSocket message of no documented form: drift, or breaks where the client cannot read it.
        Frame = "frame",
        /// A success that says of itself that the call failed: a note.
        Refused = "refused",
        /// The answer stands in the wrapper that the spec names: a note.
        Wrapped = "wrapped",
        /// The client's own type refuses the answer, and no other rule says why: breaks.
        Unreadable = "unreadable",
        /// A required member is not there: breaks.
        Missing = "missing-member",
        /// A null where the spec has none: drift, or breaks where the client cannot read it.
        Null = "null",
        /// Another JSON type: drift, or breaks where the client cannot read it.
        Type = "type",
        /// A text or a number that is not of its format: drift, or breaks where the client cannot read it.
        Format = "format",
        /// A time with a zone where the spec has none, or the other way round: breaks, as it means another instant.
        Zone = "zone",
        /// A time counted in another unit than the spec says: breaks, as it means another instant.
        Unit = "unit",
        /// A word that the enum does not list: drift.
        Word = "unknown-word",
        /// A member that the spec does not know: drift.
        Member = "unknown-member",
        /// A member comes twice: breaks, or drift where nobody reads it.
        Duplicate = "duplicate-member",
    }
}

/// What kind of thing came. It is made of this crate's words, of media types, and of words that look like names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Found(Cow<'static, str>);

impl Found {
    pub(super) const fn kind(words: &'static str) -> Self {
        Self(Cow::Borrowed(words))
    }

    /// A word that the service sent, shown if it looks like one.
    pub(super) fn word(lead: &'static str, word: &str) -> Self {
        match shown(word) {
            Some(word) => Self(Cow::Owned(format!("{lead} `{word}`"))),
            None => Self::kind(lead),
        }
    }

    /// A media type without its parameters.
    pub(super) fn media_type(essence: &str) -> Self {
        let is_plain = |c: char| c.is_ascii_alphabetic() || "/.+-".contains(c);
        if !essence.is_empty() && essence.len() <= MOST_SHOWN && essence.chars().all(is_plain) {
            return Self(Cow::Owned(essence.to_ascii_lowercase()));
        }
        Self::kind("another media type")
    }

    /// In words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

const MOST_SHOWN: usize = 40;
/// An account's name such as `Sim101` has more, and so has an id.
const MOST_DIGITS: usize = 2;

/// The text, if it can only be the name of something: a service may well use ids, accounts or amounts as names of members.
pub(super) fn shown(text: &str) -> Option<&str> {
    let starts_well = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let fits = starts_well && text.len() <= MOST_SHOWN && digits <= MOST_DIGITS;
    (fits && text.chars().all(is_plain)).then_some(text)
}

/// What stands for a name that is not [`shown`].
pub(super) const OTHER: &str = "<other>";

/// One thing that is not as the spec says, and how often it was seen.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The service's name in lower case.
    pub service: &'static str,
    /// The `operationId`; the name of a call over the WebSocket that has none; the type of a pushed frame.
    pub operation: Box<str>,
    /// The HTTP status; `None` over a WebSocket.
    pub status: Option<u16>,
    /// Where in the body, as a JSON pointer in which `*` stands for every index of an array, and `<other>` for a member
    /// whose name may be data. Empty for the whole.
    pub pointer: Box<str>,
    /// What it was held against.
    pub rule: Rule,
    /// How much it matters.
    pub grade: Grade,
    /// What the spec says.
    pub expected: Box<str>,
    /// What kind of thing came.
    pub found: Found,
    /// How often: every element of an array counts.
    pub count: u64,
    /// The exchange it was first seen in: when that was begun.
    pub first: Timestamp,
    /// The exchange it was last seen in: when that was begun.
    pub last: Timestamp,
}

impl Finding {
    /// A finding of one answer, of which it is not yet said which one it is.
    pub(super) fn new(
        pointer: &str,
        rule: Rule,
        grade: Grade,
        expected: impl fmt::Display,
        found: Found,
    ) -> Self {
        Self {
            service: "",
            operation: "".into(),
            status: None,
            pointer: pointer.into(),
            rule,
            grade,
            expected: expected.to_string().into(),
            found,
            count: 1,
            first: Timestamp::UNIX_EPOCH,
            last: Timestamp::UNIX_EPOCH,
        }
    }

    /// Adds another that is the same.
    pub(super) fn merge(&mut self, other: &Self) {
        self.grade = self.grade.max(other.grade);
        self.count = self.count.saturating_add(other.count);
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }

    /// Says what was promised, and what came: `unit: integer was promised, string came`.
    pub fn problem(&self) -> String {
        let (rule, expected, found) = (self.rule, &self.expected, &self.found);
        format!("{rule}: {expected} was promised, {found} came")
    }

    /// The [`pointer`](Self::pointer), or a word for the whole.
    pub fn place(&self) -> &str {
        match &*self.pointer {
            "" => "(whole)",
            pointer => pointer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_looks_like_a_name_is_shown() {
        for name in [
            "price",
            "net_pnl_pct",
            "_id",
            "Timed-Out",
            "CANCELLED",
            "leg2",
        ] {
            assert_eq!(shown(name), Some(name));
        }
        let long = "a".repeat(41);
        for data in [
            "",
            "Sim101",
            "5804.5",
            "65410cf6cdf931a12d7ab009",
            "ES 12-25",
            "mark@example.com",
            "a/b",
            "é",
            "2",
            "a\nb",
            &long,
        ] {
            assert_eq!(shown(data), None, "{data}");
            assert_eq!(Found::word("a new word", data).as_str(), "a new word");
        }
    }

    #[test]
    fn a_media_type_is_shown_without_what_may_be_data() {
        assert_eq!(Found::media_type("Text/HTML").as_str(), "text/html");
        for odd in ["", "text/5804.5", "a b", "<x>"] {
            assert_eq!(Found::media_type(odd).as_str(), "another media type");
        }
    }
}
