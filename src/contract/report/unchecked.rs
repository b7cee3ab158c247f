//! What a report is not about.

use std::fmt;

/// Why something was not checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Unchecked {
    /// More came than could be checked aside.
    Full,
    /// The report was asked for before it was its turn.
    Waiting,
    /// The check itself panicked, which is a fault of this library.
    Failed,
    /// Of a recording: its address belongs to no service that there is a spec of.
    Service,
    /// Of a recording: the service's spec has no such operation.
    Operation,
    /// Of a recording: no answer came.
    Unanswered,
    /// Of a recording: the answer's body was not recorded.
    Bodiless,
}

impl Unchecked {
    /// The reason in words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "more came than could be checked",
            Self::Waiting => "it was still waiting its turn",
            Self::Failed => "the check itself failed",
            Self::Service => "it is of no service that there is a spec of",
            Self::Operation => "the service's spec has no such operation",
            Self::Unanswered => "it got no answer",
            Self::Bodiless => "its body was not recorded",
        }
    }
}

impl fmt::Display for Unchecked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
