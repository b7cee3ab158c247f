//! What a call is about: for the error's text, the checks before anything is sent, and the answer's reference.

use std::fmt;

use crate::error::Error;
use crate::values::segment;

/// `get execution <id> of account <account>`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'a> {
    verb: &'static str,
    what: &'static str,
    id: Option<&'a str>,
    scope: Option<(&'static str, &'a str)>,
    scope_in_path: bool,
}

impl<'a> Target<'a> {
    /// One thing by its id.
    pub fn get(what: &'static str, id: &'a str) -> Self {
        Self {
            verb: "get",
            what,
            id: Some(id),
            scope: None,
            scope_in_path: false,
        }
    }

    /// All things of a kind.
    pub fn list(what: &'static str) -> Self {
        Self {
            verb: "list",
            what,
            id: None,
            scope: None,
            scope_in_path: false,
        }
    }

    /// Within an account that is a segment of the path, by the word the service has for it.
    pub fn within(self, word: &'static str, scope: &'a str) -> Self {
        Self {
            scope: Some((word, scope)),
            scope_in_path: true,
            ..self
        }
    }

    /// On behalf of an account that travels in a header.
    pub fn on_behalf_of(self, word: &'static str, scope: &'a str) -> Self {
        Self {
            scope: Some((word, scope)),
            scope_in_path: false,
            ..self
        }
    }

    /// Refuses what would make the request reach another path.
    pub fn check(&self) -> Result<(), Error> {
        if let Some((word, scope)) = self.scope.filter(|_| self.scope_in_path) {
            check_segment(word, scope)?;
        }
        self.id.map_or(Ok(()), |id| check_segment(self.what, id))
    }

    pub fn id(&self) -> Option<&'a str> {
        self.id
    }

    pub fn scope(&self) -> Option<&'a str> {
        Some(self.scope?.1)
    }
}

impl fmt::Display for Target<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb, self.what)?;
        self.id.iter().try_for_each(|id| write!(f, " {id}"))?;
        self.scope
            .iter()
            .try_for_each(|(word, scope)| write!(f, " of {word} {scope}"))
    }
}

/// Refuses what cannot be one segment of a path, naming what it was meant for.
pub(crate) fn check_segment(what: &'static str, text: &str) -> Result<(), Error> {
    segment::check(text).map_err(|unfit| Error::input(what, unfit.to_string()))
}
