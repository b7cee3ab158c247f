//! A change, its grade, and what all changes together ask for.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

/// What a change does to those who use the Rust made of the document; the worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Grade {
    /// Nothing that a program which works could notice. It may do more.
    Harmless,
    /// It compiles and decodes as before, and means or does something else: a unit, a bound, a server, a new enum word.
    Silent,
    /// Answers that used to decode now fail or are read as something else, or the other way round.
    Decode,
    /// Code that used the old Rust no longer compiles.
    Compile,
}

impl Grade {
    /// All of them, the worst first.
    pub const ALL: [Self; 4] = [Self::Compile, Self::Decode, Self::Silent, Self::Harmless];

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
    /// What it does to the Rust and to what the client does, a sentence each.
    pub effects: Vec<String>,
    /// Where it was; `None` for what is new.
    pub old: Option<Place>,
    /// Where it is; `None` for what is gone.
    pub new: Option<Place>,
    /// What of the Rust is concerned and can be named: types as `crosstrade::types::Execution::price`, operations by their
    /// `operationId`, as `crosstrade::get_execution`.
    pub items: Vec<String>,
    #[serde(skip)]
    pub(super) heading: Heading,
}

/// Under which heading a changelog has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heading {
    Added,
    Changed,
    Removed,
}

impl Change {
    /// The worst of the grades and the others; what is also harmless is not said.
    pub(super) fn grades(mut grades: BTreeSet<Grade>) -> (Grade, Vec<Grade>) {
        let worst = grades.pop_last().unwrap_or(Grade::Harmless);
        grades.remove(&Grade::Harmless);
        (worst, grades.into_iter().rev().collect())
    }
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
}

impl Changes {
    /// The changes, the worst first, in the order of the new file.
    pub fn all(&self) -> &[Change] {
        &self.all
    }

    /// The worst of all grades; `None` when nothing changed.
    pub fn grade(&self) -> Option<Grade> {
        self.all.iter().map(|change| change.grade).max()
    }

    /// Whether no change is worse than harmless.
    pub fn is_harmless(&self) -> bool {
        self.grade().is_none_or(|grade| grade == Grade::Harmless)
    }

    /// The step of the version from 1.0 on; [`Bump::before_one`] says what it is before.
    ///
    /// What compiles or decodes no longer is major. A silent change or a new item is minor: nothing in a program has to
    /// follow, but someone should read it.
    pub fn bump(&self) -> Bump {
        let added = |change: &Change| change.heading == Heading::Added && !change.items.is_empty();
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
        let all = self.all.iter();
        all.filter(|change| change.grade == grade).count()
    }
}
