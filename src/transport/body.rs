//! Turning the bytes of an answer into the type its operation has, in one pass and in one place.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use memchr::memchr;
use memchr::memmem::Finder;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::request::Target;
use crate::error::Kind;
use crate::values::{Json, printable};

mod depth;
mod members;
mod unknown;

use depth::{MOST_DEPTH, nests_too_deep};
use members::Members;
pub use unknown::UnknownMember;
pub(crate) use unknown::unknown_members;

/// What the whole body of a success is.
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
pub(crate) fn expect(
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
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize, PartialEq)]
    struct Fill {
        id: String,
        #[serde(default)]
        legs: Vec<Leg>,
        success: Option<bool>,
    }

    #[derive(Debug, serde::Deserialize, PartialEq)]
    struct Leg {
        price: crate::values::Decimal,
    }

    impl Success for Fill {
        fn says_it_failed(&self) -> bool {
            self.success == Some(false)
        }
    }

    fn fill(json: &str) -> Result<Box<Fill>, Unusable> {
        decode(
            &HeaderMap::new(),
            &Bytes::copy_from_slice(json.as_bytes()),
            Some("data"),
            None,
        )
    }

    fn place(json: &str) -> (Option<String>, String) {
        match fill(json) {
            Err(Unusable::Unfit(Kind::Unfit { path, problem })) => (path, problem),
            other => panic!("{json}: {other:?}"),
        }
    }

    #[test]
    fn an_answer_is_read_bare_or_in_its_wrapper() {
        assert_eq!(
            fill(r#"{"id": "a", "success": true}"#).expect("bare").id,
            "a"
        );
        assert_eq!(
            fill(r#"{"success": true, "data": {"id": "a"}}"#)
                .expect("wrapped")
                .id,
            "a"
        );
    }

    #[test]
    fn a_success_without_a_body_is_one_whatever_comes_but_a_refusal() {
        let read = |text: &'static str| decode::<()>(&HeaderMap::new(), &text.into(), None, None);
        for text in [
            "",
            " ",
            "OK",
            "{}",
            r#"{"id": 1}"#,
            "\u{feff}",
            r#"{"success": true}"#,
        ] {
            assert!(read(text).is_ok(), "{text}");
        }
        for text in [r#"{"success": false}"#, r#"{"error": "x"}"#] {
            assert!(matches!(read(text), Err(Unusable::Failed)), "{text}");
        }
        let bytes = Bytes::from_static(&[0xff, 0xfe]);
        assert!(decode::<()>(&HeaderMap::new(), &bytes, None, None).is_ok());
    }

    #[test]
    fn an_array_is_read_bare_or_in_its_wrapper_and_no_object_is_one() {
        fn read<T: Success>(text: &'static str) -> Result<Box<T>, Unusable> {
            decode(&HeaderMap::new(), &text.into(), Some("data"), None)
        }
        for text in [r#"[{"price": 1.50}]"#, r#"{"data": [{"price": 1.50}]}"#] {
            assert_eq!(read::<Vec<Leg>>(text).expect(text).len(), 1);
        }
        for text in ["", "1", "{}", r#"{"price": 1}"#, "[1]", "[", "null"] {
            let read = read::<Vec<Leg>>(text);
            assert!(matches!(read, Err(Unusable::Unfit(_))), "{text}");
        }
        let refusal = read::<Vec<Leg>>(r#"{"error": "x"}"#);
        assert!(matches!(refusal, Err(Unusable::Failed)));
        let map = read::<BTreeMap<String, Leg>>(r#"{"a": {"price": 1}}"#);
        assert_eq!(map.expect("a map").len(), 1);
        assert!(read::<BTreeMap<String, Leg>>("[]").is_err());
    }

    #[test]
    fn a_refusal_is_one_in_any_form() {
        for json in [
            r#"{"success": false, "error": "x"}"#,
            r#"{"id": "a", "success": false}"#,
            r#"{"error": "x"}"#,
            r#"{"data": {"id": "a"}, "success": false}"#,
            r#"{"success": true, "data": {"id": "a", "success": false}}"#,
            r#"{"data": {"success": false, "error": "x"}}"#,
            r#"{"data": {"error": "x"}}"#,
            r#"{"id": "a", "success": true, "error": "x"}"#,
            r#"{"id": "a", "error": "x"}"#,
            r#"{"data": {"id": "a"}, "error": {}}"#,
            r#"{"id": "a", "succes\u0073": false}"#,
            r#"{"id": "a", "err\u006fr": "x"}"#,
        ] {
            assert!(matches!(fill(json), Err(Unusable::Failed)), "{json}");
        }
    }

    #[test]
    fn what_says_twice_whether_it_failed_is_no_success() {
        for json in [
            r#"{"id": "a", "success": true, "success": true}"#,
            r#"{"id": "a", "success": false, "success": true}"#,
            r#"{"id": "a", "success": true, "succes\u0073": true}"#,
            r#"{"id": "a", "error": null, "error": null}"#,
            r#"{"id": "a", "error": null, "err\u006fr": "x"}"#,
        ] {
            assert!(place(json).1.contains("duplicate field"), "{json}");
            assert!(refuses(json, None).is_err(), "{json}");
        }
        for (json, is) in [
            (r#"{"success": true}"#, false),
            (r#"{"success" : true, "x": "success"}"#, false),
            (r#"{"success":null,"error":null}"#, false),
            (r#"{"x": {"success": false, "error": "x"}}"#, false),
            (r#"[{"success": false}]"#, false),
            (r#"{"success":false}"#, true),
            (r#"{"error":{}}"#, true),
        ] {
            assert_eq!(refuses(json, None).expect(json), is, "{json}");
        }
    }

    #[test]
    fn what_does_not_fit_is_told_with_its_place() {
        assert_eq!(
            place(r#"{"id": "a", "legs": [{"price": 1}, {"price": "x"}]}"#)
                .0
                .as_deref(),
            Some("legs[1].price")
        );
        assert!(
            place(r#"{"id": "a", "id": "b"}"#)
                .1
                .contains("duplicate field")
        );
        assert!(place(r#"{"legs": []}"#).1.contains("missing field `id`"));
        assert!(
            place(r#"{"data": {"legs": []}}"#)
                .1
                .contains("missing field `id`")
        );
        assert!(place(r#"{"id": "\ud800"}"#).1.contains("not valid JSON"));
        assert_eq!(place(r#"{"id": "a""#).1, "it ends in the middle");
        for json in ["", " ", "[]", "null", "5", "\u{feff}{}", "{} {}", "oops"] {
            place(json);
        }
    }

    #[test]
    fn depth_and_encoding_are_checked_in_members_nobody_knows() {
        let nested = |depth: usize| {
            format!(
                r#"{{"id": "]}}", "x": {}{}}}"#,
                "[".repeat(depth),
                "]".repeat(depth)
            )
        };
        assert!(fill(&nested(127)).is_ok());
        assert!(place(&nested(128)).1.contains("nests deeper"));
        assert!(place(&nested(100_000)).1.contains("nests deeper"));
        let hidden = format!(
            r#"{{"id": "a", "x": ["]]]]\"]{{", {}]}}"#,
            "[],".repeat(200) + "[]"
        );
        assert!(fill(&hidden).is_ok());
        let body = Bytes::from_static(b"{\"id\": \"a\", \"x\": \"\xff\"}");
        assert!(decode::<Fill>(&HeaderMap::new(), &body, None, None).is_err());
    }

    #[test]
    fn unknown_members_are_found_with_their_exact_text() {
        let json = r#"{"id": "a", "venue": {"n": 1.10}, "legs": [{"price": 1}, {"price": 2, "fee": 0.30}]}"#;
        let found = unknown_members::<Fill>(json.as_bytes(), None);
        let found: Vec<_> = found
            .iter()
            .map(|m| (m.path.as_str(), m.json.as_str()))
            .collect();
        assert_eq!(
            found,
            [("venue", r#"{"n": 1.10}"#), ("legs[1].fee", "0.30")]
        );
        let wrapped = unknown_members::<Fill>(br#"{"data": {"id": "a", "x": 1}}"#, Some("data"));
        assert_eq!(wrapped[0].path, "x");
        let beside = br#"{"success": true, "warning": "w", "data": {"id": "a"}}"#;
        let beside = unknown_members::<Fill>(beside, Some("data"));
        assert_eq!(
            (beside[0].path.as_str(), beside[0].json.as_str()),
            ("warning", "\"w\"")
        );
    }

    #[test]
    fn json_must_say_that_it_is() {
        let body = Bytes::from_static(br#"{"id": "a"}"#);
        for (content_type, fits) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/problem+json", true),
            ("text/html", false),
            ("", false),
        ] {
            let headers =
                HeaderMap::from_iter([(CONTENT_TYPE, content_type.parse().expect("ascii"))]);
            assert_eq!(
                decode::<Fill>(&headers, &body, None, None).is_ok(),
                fits,
                "{content_type}"
            );
        }
    }
}
