//! Turning the bytes of an answer into the type its operation has, in one pass and in one place.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use serde::de::{DeserializeOwned, IgnoredAny};

use super::request::Target;
use crate::error::Kind;
use crate::values::{Json, printable};

mod depth;
mod members;
mod refusal;
mod unknown;

use depth::{MOST_DEPTH, nests_too_deep};
use members::Members;
#[cfg(feature = "ws")]
pub(crate) use refusal::is_refusal;
pub(crate) use refusal::refuses;
pub use unknown::UnknownMember;
pub(crate) use unknown::unknown_members;

/// The form of the whole body of a success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Object,
    Array,
    /// Nothing: what may come nevertheless is not read, unless it says that the operation failed.
    Empty,
}

/// A type that the success of an operation is read into.
pub(crate) trait Success: DeserializeOwned {
    const FORM: Form = Form::Object;

    /// Returns true if the answer says in a way of its own that the operation failed, besides `success` and `error`, which
    /// [`refuses`] reads.
    fn says_it_failed(&self) -> bool {
        false
    }

    /// Whether it holds none of what makes it an answer: where no member is required, any object reads as one.
    fn is_blank(&self) -> bool {
        false
    }

    /// Refuses an answer that names another thing than was asked for, by [`expect`].
    ///
    /// # Errors
    /// [`Unusable::Unfit`] with the place and both names.
    fn check_asked(&self, asked: Target<'_>) -> Result<(), Unusable> {
        let _ = asked;
        Ok(())
    }

    /// The request id that the service put into its answer.
    fn request_id(&self) -> Option<&str> {
        None
    }
}

impl Success for () {
    const FORM: Form = Form::Empty;
}

impl<T: DeserializeOwned> Success for Vec<T> {
    const FORM: Form = Form::Array;
}

impl<T: DeserializeOwned> Success for BTreeMap<String, T> {}

/// Why a 2xx is no success.
#[derive(Debug)]
pub(crate) enum Unusable {
    /// The service says it failed.
    Failed,
    /// The body is not what the contract promises.
    Unfit(Kind),
}

pub(crate) fn unfit(path: Option<String>, problem: impl Into<String>) -> Unusable {
    Unusable::Unfit(Kind::Unfit {
        path,
        problem: problem.into(),
    })
}

/// Compares the name at `path` of an answer with the one that was asked for, where there are both; `same` compares as the
/// service does.
pub(crate) fn check_same(
    path: impl FnOnce() -> String,
    asked: Option<&str>,
    came: Option<&str>,
    same: impl FnOnce(&str, &str) -> bool,
) -> Result<(), Unusable> {
    match (asked, came) {
        (Some(asked), Some(came)) if !same(asked, came) => {
            let (asked, came) = (printable(asked, 100), printable(came, 100));
            let problem = format!("`{asked}` was asked for, `{came}` came");
            Err(unfit(Some(path()), problem))
        }
        _ => Ok(()),
    }
}

/// Reads a 2xx body as `T`: one check of the text, one pass of the parser. Only where that fails is the body read again, to
/// say why and where.
///
/// `wrapper` names a member under which the service may put the whole of its answer. `asked` is what the answer has to be
/// about, where that is known.
pub(crate) fn decode<T: Success>(
    headers: &HeaderMap,
    body: &Bytes,
    wrapper: Option<&str>,
    asked: Option<Target<'_>>,
) -> Result<Box<T>, Unusable> {
    if T::FORM == Form::Empty {
        let text = std::str::from_utf8(body).unwrap_or_default();
        return decode_text(text, wrapper, asked);
    }
    check_content_type(headers)?;
    decode_text(checked_utf8(body)?, wrapper, asked)
}

/// The same of what is known to be text.
pub(crate) fn decode_text<T: Success>(
    text: &str,
    wrapper: Option<&str>,
    asked: Option<Target<'_>>,
) -> Result<Box<T>, Unusable> {
    let text = match T::FORM {
        Form::Object => checked_object(text)?,
        Form::Array => checked_array(text)?,
        Form::Empty => match refuses(text, wrapper) {
            Ok(true) => return Err(Unusable::Failed),
            _ => "null",
        },
    };
    // In a box at once, since an answer is hundreds of bytes that every layer on the way out would move.
    read::<Box<T>>(text, wrapper, |value| {
        if value.says_it_failed() {
            return Err(Unusable::Failed);
        }
        if value.is_blank() {
            return Err(unfit(None, "it holds nothing of what was asked for"));
        }
        asked.map_or(Ok(()), |asked| value.check_asked(asked))
    })
}

/// Finds out whether a body reads as an operation's success.
pub(crate) type Decoder = fn(&HeaderMap, &Bytes, Option<&str>) -> Result<(), Unusable>;

/// [`Decoder`] of what is read as `T`.
pub(crate) fn decodes<T: Success>(
    headers: &HeaderMap,
    body: &Bytes,
    wrapper: Option<&str>,
) -> Result<(), Unusable> {
    decode::<T>(headers, body, wrapper, None).map(drop)
}

/// Reads an answer as any type, which need not be an object's.
pub(crate) fn decode_any<T: DeserializeOwned>(
    text: &str,
    wrapper: Option<&str>,
) -> Result<T, Unusable> {
    read(checked_json(text)?, wrapper, |_| Ok(()))
}

/// Reads an answer that may stand in its wrapper, where it is judged as it would be outside.
fn read<T: DeserializeOwned>(
    text: &str,
    wrapper: Option<&str>,
    judge: impl Fn(&T) -> Result<(), Unusable>,
) -> Result<T, Unusable> {
    let value = serde_json::from_str::<T>(text);
    if refuses(text, wrapper)? {
        return Err(Unusable::Failed);
    }
    let misfit = match value {
        Ok(value) => match judge(&value) {
            Ok(()) => return Ok(value),
            Err(Unusable::Failed) => return Err(Unusable::Failed),
            Err(misfit) => misfit,
        },
        Err(error) => misfit::<T>(text, error),
    };
    let (Some(name), Some(members)) = (wrapper, Members::of(text)) else {
        return Err(misfit);
    };
    match members.only(name)?.filter(|wrapped| *wrapped != "null") {
        Some(wrapped) => read(wrapped, None, judge),
        None => Err(misfit),
    }
}

fn check_content_type(headers: &HeaderMap) -> Result<(), Unusable> {
    let Some(value) = headers.get(CONTENT_TYPE) else {
        return Ok(());
    };
    if value == "application/json" {
        return Ok(());
    }
    let value = String::from_utf8_lossy(value.as_bytes());
    let essence = value.split(';').next().unwrap_or_default().trim();
    let kind = essence.to_ascii_lowercase();
    if kind == "application/json" || kind.ends_with("+json") {
        return Ok(());
    }
    Err(unfit(None, format!("JSON was promised, {essence} came")))
}

/// The body as text, once it is known to be what [`decode`] reads at all. The problem it has with a body says nothing of what
/// is in it.
#[cfg(feature = "contract")]
pub(crate) fn checked_text(body: &[u8]) -> Result<&str, Unusable> {
    checked_object(checked_utf8(body)?)
}

/// The body as text, members nobody knows included: serde_json does not check what it skips.
fn checked_utf8(body: &[u8]) -> Result<&str, Unusable> {
    std::str::from_utf8(body).map_err(|error| {
        let problem = format!("it is not UTF-8 from byte {} on", error.valid_up_to());
        unfit(None, problem)
    })
}

/// The text, once it is known to be a JSON object's that nests no deeper than is safe: serde_json checks the depth of nothing
/// that it skips, and reads an array into a struct.
fn checked_object(text: &str) -> Result<&str, Unusable> {
    let text = checked_json(text)?;
    if text.starts_with('{') {
        return Ok(text);
    }
    Err(unfit(None, "it is not a JSON object"))
}

/// As [`checked_object`], of an array, or of an object that has it in its wrapper.
fn checked_array(text: &str) -> Result<&str, Unusable> {
    let text = checked_json(text)?;
    if text.starts_with(['[', '{']) {
        return Ok(text);
    }
    Err(unfit(None, "it is not a JSON array"))
}

/// As [`checked_object`], of any JSON.
fn checked_json(text: &str) -> Result<&str, Unusable> {
    let text = text.trim_start_matches([' ', '\t', '\n', '\r']);
    match text.chars().next() {
        None => return Err(unfit(None, "it is empty")),
        Some('\u{feff}') => return Err(unfit(None, "it starts with a byte order mark")),
        Some(_) => {}
    }
    if nests_too_deep(text.as_bytes()) {
        return Err(unfit(
            None,
            format!("it nests deeper than {MOST_DEPTH} levels"),
        ));
    }
    Ok(text)
}

/// Whether an answer whose end only the closed connection marks ends in the middle: nothing else would tell that from an
/// answer that is complete.
pub(crate) fn is_cut_off(headers: &HeaderMap, body: &[u8]) -> bool {
    let is_framed = headers.contains_key(CONTENT_LENGTH) || headers.contains_key(TRANSFER_ENCODING);
    if is_framed || body.trim_ascii().is_empty() {
        return false;
    }
    serde_json::from_slice::<IgnoredAny>(body).is_err_and(|error| error.is_eof())
}

/// The error with the place it happened at, which takes a second, slower pass.
fn misfit<T: DeserializeOwned>(text: &str, error: serde_json::Error) -> Unusable {
    let mut reader = serde_json::Deserializer::from_str(text);
    let (path, error) = match serde_path_to_error::deserialize::<_, T>(&mut reader) {
        Err(error) => (error.path().to_string(), error.into_inner()),
        Ok(_) => (String::new(), error),
    };
    let problem = match error.classify() {
        serde_json::error::Category::Eof => "it ends in the middle".to_owned(),
        serde_json::error::Category::Syntax => format!("it is not valid JSON: {error}"),
        _ => error.to_string(),
    };
    let path = Some(path).filter(|path| !path.is_empty() && path != ".");
    unfit(path, problem)
}

/// The elements of the array `name`, each as its own text.
pub(crate) fn elements(body: &[u8], wrapper: Option<&str>, name: &str) -> Vec<Json> {
    let member = |text, name| Members::of(text)?.only(name).ok()?;
    let array = |text| serde_json::from_str(member(text, name)?).ok();
    let Ok(text) = std::str::from_utf8(body) else {
        return Vec::new();
    };
    array(text)
        .or_else(|| array(member(text, wrapper?)?))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
