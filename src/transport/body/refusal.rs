//! Tells if a success says of itself that the call failed.

use std::sync::LazyLock;

use memchr::memchr;
use memchr::memmem::Finder;

use super::members::Members;
use super::{Unusable, unfit};

/// Returns true if the `success` and the `error` of an answer, as JSON texts, say that the call failed: also where they
/// contradict each other.
///
/// # Errors
/// [`Unusable::Unfit`] for a `success` that is neither true nor false.
pub(crate) fn is_refusal(success: Option<&str>, error: Option<&str>) -> Result<bool, Unusable> {
    match success {
        _ if error.is_some_and(|error| error != "null") => Ok(true),
        None | Some("null" | "true") => Ok(false),
        Some("false") => Ok(true),
        Some(_) => {
            let path = Some("success".to_owned());
            Err(unfit(path, "it is neither true nor false"))
        }
    }
}

/// The same of a whole answer, and of what is in its wrapper. One that has `success` or `error` twice is unfit.
pub(crate) fn refuses(text: &str, wrapper: Option<&str>) -> Result<bool, Unusable> {
    let Some(members) = may_refuse(text).then(|| Members::of(text)).flatten() else {
        return Ok(false);
    };
    if is_refusal(members.only("success")?, members.only("error")?)? {
        return Ok(true);
    }
    match wrapper.map(|name| members.only(name)).transpose()? {
        Some(Some(wrapped)) => refuses(wrapped, None),
        _ => Ok(false),
    }
}

/// Few answers have to be taken apart to know: most have no `error`, at most one `success`, which is true, and no escapes,
/// by which a name could be spelt in another way.
fn may_refuse(text: &str) -> bool {
    static WORDS: LazyLock<[Finder<'static>; 2]> =
        LazyLock::new(|| ["\"success\"", "\"error\""].map(Finder::new));
    let [success, error] = &*WORDS;
    let json = text.as_bytes();
    let mut successes = success.find_iter(json);
    let is_plain = match (successes.next(), successes.next()) {
        (None, _) => true,
        (Some(at), None) => {
            let value = text[at + 9..].trim_ascii_start().strip_prefix(':');
            value.is_some_and(|value| value.trim_ascii_start().starts_with("true"))
        }
        _ => false,
    };
    !is_plain || error.find(json).is_some() || memchr(b'\\', json).is_some()
}
