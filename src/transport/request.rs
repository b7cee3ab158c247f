//! A call before it is sent: the request that generated code has built, and what it is about.
//!
//! This is the seam with the generator, run-time half. progenitor's methods would build a request, send it and decode what
//! comes; `crates/spec/src/emit/seam.rs` keeps of each what builds, and gives it names for its parameters:
//! `client.get_execution(GetExecution { account, execution_id }).build()`. What that returns is a [`Request<T>`]: an HTTP
//! request, what the spec says of the operation, and as `T` the type of its success. [`Transport::send`](super::Transport::send) does the rest.

use std::fmt;
use std::marker::PhantomData;

use super::operation::Operation;
use crate::error::Error;

/// A request that generated code has built, to be answered by a `T`.
#[derive(Debug)]
pub(crate) struct Request<T> {
    pub operation: &'static Operation,
    pub http: reqwest::Request,
    success: PhantomData<fn() -> T>,
}

/// Why generated code could not build a request.
pub(crate) type Unbuilt = progenitor_client::Error<()>;

impl<T> Request<T> {
    pub fn new(operation: &'static Operation, mut http: reqwest::Request) -> Self {
        // progenitor sends `info.version` in a header that no service knows.
        http.headers_mut().remove("api-version");
        Self {
            operation,
            http,
            success: PhantomData,
        }
    }
}

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
        Self::of("get", what, Some(id))
    }

    /// All things of a kind.
    pub fn list(what: &'static str) -> Self {
        Self::of("list", what, None)
    }

    /// Whatever is done to one thing, or to all of a kind.
    pub fn of(verb: &'static str, what: &'static str, id: Option<&'a str>) -> Self {
        Self {
            verb,
            what,
            id,
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
    check(text).map_err(|unfit| Error::input(what, unfit.to_string()))
}

/// Longer ids are refused: no service documents one past 64 characters, and servers cut URLs off at a few thousand.
const MOST_BYTES: usize = 512;

/// Why a text cannot be a path segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Unfit {
    #[error("it is empty")]
    Empty,
    #[error("it is longer than {MOST_BYTES} bytes")]
    TooLong,
    #[error("`.` and `..` would name another path")]
    Dots,
    #[error("it holds a `/` or `\\`, which would name another path")]
    Separator,
    #[error("it holds a control character")]
    Control,
    #[error(
        "it holds a percent-encoded `.`, `/`, `\\` or control character, or bytes that are no text, which a server or proxy may decode"
    )]
    Encoded,
}

/// Refuses what could make a request reach another path than meant.
///
/// The generated client percent-encodes `/` but leaves `.`, `..` and the empty text alone, and URL parsers turn `\` into `/`;
/// a proxy may decode `%2e%2e` once more.
fn check(text: &str) -> Result<(), Unfit> {
    if text.len() > MOST_BYTES {
        return Err(Unfit::TooLong);
    }
    // Nearly every id. All of it is looked at, which the compiler makes a few vector instructions of.
    let is_plain = |plain: bool, byte: u8| plain & byte.is_ascii_alphanumeric();
    if !text.is_empty() && text.bytes().fold(true, is_plain) {
        return Ok(());
    }
    check_plain(text)?;
    if !text.contains('%') {
        return Ok(());
    }
    let mut text = text.to_owned();
    loop {
        // What is no UTF-8 may be an overlong `.` or `/`, and would hide the rest from this check.
        let decoded = percent_encoding::percent_decode_str(&text).decode_utf8();
        let decoded = decoded.map_err(|_| Unfit::Encoded)?;
        if decoded == text {
            return Ok(());
        }
        check_plain(&decoded).map_err(|_| Unfit::Encoded)?;
        text = decoded.into_owned();
    }
}

fn check_plain(text: &str) -> Result<(), Unfit> {
    if text.is_empty() {
        Err(Unfit::Empty)
    } else if matches!(text.split(';').next(), Some("." | "..")) {
        // Some servers take what follows a `;` for a parameter of the segment, and leave it out.
        Err(Unfit::Dots)
    } else if text.bytes().any(|byte| matches!(byte, b'/' | b'\\')) {
        Err(Unfit::Separator)
    } else if text.bytes().any(|byte| byte.is_ascii_control())
        || (!text.is_ascii() && text.chars().any(char::is_control))
    {
        Err(Unfit::Control)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_as_the_services_give_them_are_fit() {
        for id in [
            "550837ff9e784c2895ef6dab22d06be0",
            "exec_a1b2c3",
            "abc123...",
            "Sim 101 (live)",
            "100%",
            "50%25",
            "été",
            "...",
            "a.b",
            "a;b",
            "...;",
        ] {
            assert_eq!(check(id), Ok(()), "{id}");
        }
    }

    #[test]
    fn what_would_leave_its_place_in_the_path_is_unfit() {
        for (id, why) in [
            ("", Unfit::Empty),
            (".", Unfit::Dots),
            ("..", Unfit::Dots),
            (".;", Unfit::Dots),
            ("..;a=b", Unfit::Dots),
            ("a/b", Unfit::Separator),
            ("..\\..\\accounts", Unfit::Separator),
            ("a\0", Unfit::Control),
            ("a\nb", Unfit::Control),
            ("a\u{85}b", Unfit::Control),
            ("%2e%2e", Unfit::Encoded),
            ("%2e%2e;", Unfit::Encoded),
            ("..%3b", Unfit::Encoded),
            ("%2E", Unfit::Encoded),
            (".%2e", Unfit::Encoded),
            ("a%2Fb", Unfit::Encoded),
            ("a%5cb", Unfit::Encoded),
            ("a%00", Unfit::Encoded),
            ("a%252fb", Unfit::Encoded),
            ("%25252e%25252e", Unfit::Encoded),
            ("a%2fb%ff", Unfit::Encoded),
            ("%c0%ae%c0%ae", Unfit::Encoded),
        ] {
            assert_eq!(check(id), Err(why), "{id:?}");
        }
        assert_eq!(check(&"x".repeat(10_000)), Err(Unfit::TooLong));
    }
}
