//! A change, its grade, and what all changes together ask for.

use std::fmt;

use serde::Serialize;

/// What a change does to those who use the Rust made of the document; the worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Grade {
    /// Nothing that a program could notice.
    Harmless,
    /// It compiles and decodes as before, and means or does something else: a unit, a bound, a server, a new enum word.
    Silent,
    /// Answers that used to decode now fail or are read as something else, or the other way round.
    Decode,
    /// Code that used the old Rust no longer compiles.
    Compile,
}

impl Grade {
    /// As people say it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Compile => "compile break",
            Self::Decode => "decode break",
            Self::Silent => "silent change",
            Self::Harmless => "harmless",
        }
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.words())
    }
}

/// Where something stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Place {
    /// As the document was labelled.
    pub file: String,
    /// From 1.
    pub line: u64,
    /// From 1.
    pub column: u64,
    /// RFC 6901, empty for the whole document.
    pub pointer: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// One difference between two documents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Change {
    /// The worst it does.
    pub grade: Grade,
    /// What else it does.
    pub also: Vec<Grade>,
    /// What changed, in a sentence.
    pub what: String,
    /// What it does to the generated Rust, a sentence each; none where the Rust stays the same.
    pub effects: Vec<String>,
    /// Whether the grade was found by comparing generated Rust. Otherwise the worst is assumed.
    pub is_proven: bool,
    /// Where it was; `None` for what is new.
    pub old: Option<Place>,
    /// Where it is; `None` for what is gone.
    pub new: Option<Place>,
    /// The Rust concerned, such as `crosstrade::types::Execution::price`. `Client` is the generated client, which the
    /// handle of the service calls.
    pub items: Vec<String>,
    #[serde(skip)]
    pub(super) kind: Kind,
}

/// Under which heading a changelog has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Added,
    Removed,
    Changed,
    Deprecated,
}

/// A difference whose effect is not known, or a part that no Rust could be made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Gap {
    /// What was not compared, and why.
    pub what: String,
    /// Where it was.
    pub old: Option<Place>,
    /// Where it is.
    pub new: Option<Place>,
}

/// The step of the version that a change asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Bump {
    /// Nothing changed.
    None,
    /// The last number.
    Patch,
    /// The one in the middle.
    Minor,
    /// The first.
    Major,
}

impl Bump {
    /// The same step while the first number is 0, when cargo takes the one in the middle for breaking.
    pub fn before_one(self) -> Self {
        match self {
            Self::Major => Self::Minor,
            Self::Minor => Self::Patch,
            other => other,
        }
    }
}

impl fmt::Display for Bump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        })
    }
}

/// All differences, the worst first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    pub(super) service: String,
    pub(super) all: Vec<Change>,
    pub(super) gaps: Vec<Gap>,
    pub(super) notes: Vec<String>,
}

impl Changes {
    /// The changes, the worst first, in the order of the new file.
    pub fn all(&self) -> &[Change] {
        &self.all
    }

    /// What differs and was not understood, and what no Rust could be made of.
    pub fn not_compared(&self) -> &[Gap] {
        &self.gaps
    }

    /// How the documents were compared, a sentence each.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The worst of all grades; `None` when nothing changed.
    pub fn grade(&self) -> Option<Grade> {
        self.all.iter().map(|change| change.grade).max()
    }

    /// Whether no change is worse than harmless and nothing was left uncompared.
    pub fn is_harmless(&self) -> bool {
        self.gaps.is_empty() && self.grade().is_none_or(|grade| grade == Grade::Harmless)
    }

    /// The step of the version from 1.0 on; [`Bump::before_one`] says what it is before.
    ///
    /// What compiles or decodes no longer is major. A silent change or a new item is minor: nothing in a program has to
    /// follow, but someone should read it. What was not compared counts as major.
    pub fn bump(&self) -> Bump {
        if !self.gaps.is_empty() {
            return Bump::Major;
        }
        let added = |change: &Change| change.kind == Kind::Added && !change.items.is_empty();
        match self.grade() {
            None => Bump::None,
            Some(Grade::Compile | Grade::Decode) => Bump::Major,
            Some(Grade::Silent) => Bump::Minor,
            Some(Grade::Harmless) if self.all.iter().any(added) => Bump::Minor,
            Some(Grade::Harmless) => Bump::Patch,
        }
    }

    /// How many changes have a grade.
    pub fn count(&self, grade: Grade) -> usize {
        self.all
            .iter()
            .filter(|change| change.grade == grade)
            .count()
    }
}
