//! The frames, as text: how they are written, and what one that came is. No I/O.
//!
//! The vendor documents five that are sent and three that come (its OpenAPI description); of how a call is refused over the
//! WebSocket, what acknowledges a subscription and what answers a ping it says nothing. So every form that is likely is
//! understood, and what is not understood is told as it came.

use std::borrow::Cow;
use std::ops::Range;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::pending::Key;
use crate::error::Error;
use crate::transport::body::{is_refusal, refuses};

/// `{"action":"ping"}`
pub(super) const PING: &str = r#"{"action":"ping"}"#;

/// The network is read in pieces of about this size.
pub(super) const READ_BUFFER: usize = 16 * 1024;
/// Larger frames are neither sent nor read.
pub(super) const MOST_FRAME: usize = 1024 * 1024;

/// A call's arguments as JSON. They have to be an object; nothing at all counts as an empty one.
pub(super) fn arguments(args: &impl Serialize) -> Result<String, Error> {
    let unfit = |problem: String| Error::input("arguments", problem);
    let args = serde_json::to_string(args).map_err(|error| unfit(error.to_string()))?;
    match args.as_bytes() {
        [b'{', ..] if args.len() + 200 > MOST_FRAME => {
            Err(unfit(format!("they are larger than {MOST_FRAME} bytes")))
        }
        [b'{', ..] => Ok(args),
        b"null" => Ok("{}".to_owned()),
        _ => Err(unfit("they are no JSON object".to_owned())),
    }
}

/// The frame of a call. `api` needs no escapes.
pub(super) fn call(key: Key, api: &str, args: &str) -> String {
    let id = key.to_string();
    [
        r#"{"action":"rpc","id":""#,
        &id,
        r#"","api":""#,
        api,
        r#"","args":"#,
        args,
        "}",
    ]
    .concat()
}

/// The id and the name in a frame that [`call`] made.
pub(super) fn called(frame: &str) -> Option<(&str, &str)> {
    let rest = frame.strip_prefix(r#"{"action":"rpc","id":""#)?;
    let (id, rest) = rest.split_once(r#"","api":""#)?;
    let (api, _) = rest.split_once('"')?;
    Some((id, api))
}

pub(super) fn subscribe<'a>(instruments: impl Iterator<Item = &'a str>) -> String {
    change("subscribe", instruments)
}

pub(super) fn unsubscribe<'a>(instruments: impl Iterator<Item = &'a str>) -> String {
    change("unsubscribe", instruments)
}

fn change<'a>(action: &str, instruments: impl Iterator<Item = &'a str>) -> String {
    let instruments: Vec<&str> = instruments.collect();
    serde_json::json!({ "action": action, "instruments": instruments }).to_string()
}

/// `None` ends the stream.
pub(super) fn stream_pnl(interval: Option<Duration>) -> String {
    match interval {
        Some(interval) => format!(
            r#"{{"action":"streamPnl","enabled":true,"interval":{}}}"#,
            interval.as_millis()
        ),
        None => r#"{"action":"streamPnl","enabled":false}"#.to_owned(),
    }
}

/// What a text frame is.
#[derive(Debug, PartialEq)]
pub(super) enum Inbound<'a> {
    /// An answer, and where in the frame what REST would have as its body stands.
    Answer {
        id: Cow<'a, str>,
        data: Range<usize>,
    },
    /// A refusal, with the id of the call it is for where it has one.
    Refusal {
        id: Option<Cow<'a, str>>,
        status: Option<u16>,
    },
    Quotes,
    Pnl,
    /// Most likely the answer to [`PING`].
    Pong,
    /// JSON of a form that nobody documents.
    Unknown,
    /// Not a JSON object, and why.
    Malformed(String),
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow, rename = "type")]
    sort: Option<&'a RawValue>,
    #[serde(borrow)]
    action: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "even_null")]
    data: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
    #[serde(borrow)]
    success: Option<&'a RawValue>,
    #[serde(borrow)]
    status: Option<&'a RawValue>,
}

fn even_null<'de, D: Deserializer<'de>>(data: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(data).map(Some)
}

/// Reads a frame: by a look at its start where it is an answer of the usual form, else in full.
///
/// The quick look does not see to the frame's end: what it takes for the data may be followed by more members, or be no
/// JSON. Whoever decodes it notices, and then asks [`in_full`].
pub(super) fn understand(text: &str) -> Inbound<'_> {
    match at_a_glance(text) {
        Some((id, data)) => Inbound::Answer {
            id: Cow::Borrowed(id),
            data,
        },
        None => in_full(text),
    }
}

/// `{"id":"…","data":…}`, with or without a space after each colon and comma.
fn at_a_glance(text: &str) -> Option<(&str, Range<usize>)> {
    let after = |rest: &'_ str, token: &str| -> Option<usize> {
        let rest = rest.strip_prefix(token)?;
        Some(rest.len() - usize::from(rest.starts_with(' ')))
    };
    let from_end = |left: usize| &text[text.len() - left..];
    let rest = from_end(after(text, r#"{"id":"#)?).strip_prefix('"')?;
    let length = memchr::memchr2(b'"', b'\\', rest.as_bytes())?;
    let (id, rest) = rest.split_at(length);
    let rest = from_end(after(rest.strip_prefix('"')?, ",")?);
    let data = from_end(after(rest, r#""data":"#)?);
    let end = text.trim_ascii_end().strip_suffix('}')?.len();
    let start = text.len() - data.len();
    (start <= end).then_some((id, start..end))
}

pub(super) fn in_full(text: &str) -> Inbound<'_> {
    if !text.trim_ascii_start().starts_with('{') {
        return Inbound::Malformed("it is not a JSON object".to_owned());
    }
    let frame: Envelope<'_> = match serde_json::from_str(text) {
        Ok(frame) => frame,
        Err(error) => {
            let unclear = unclear(text);
            return unclear.unwrap_or_else(|| Inbound::Malformed(error.to_string()));
        }
    };
    let word = |raw: Option<&'_ RawValue>| -> Option<String> {
        serde_json::from_str(raw.filter(|raw| raw.get().starts_with('"'))?.get()).ok()
    };
    let sort = word(frame.sort).or_else(|| word(frame.action));
    match sort.as_deref() {
        Some("marketData") => return Inbound::Quotes,
        Some("pnlUpdate") => return Inbound::Pnl,
        _ => {}
    }
    let id = frame.id.and_then(named);
    let success = frame.success.map(RawValue::get);
    let refused = match is_refusal(success, frame.error.map(RawValue::get)) {
        Ok(refused) => refused || sort.as_deref() == Some("error"),
        Err(_) => return unclear(text).unwrap_or(Inbound::Unknown),
    };
    if refused {
        let status = frame.status.and_then(|status| status.get().parse().ok());
        return Inbound::Refusal { id, status };
    }
    match (id, sort.as_deref()) {
        (Some(id), _) => {
            // Without data the whole frame is all there is to go by.
            let data = frame.data.map_or(text, RawValue::get);
            let start = data.as_ptr() as usize - text.as_ptr() as usize;
            Inbound::Answer {
                id,
                data: start..start + data.len(),
            }
        }
        (None, Some("pong")) => Inbound::Pong,
        (None, _) => Inbound::Unknown,
    }
}

/// A frame that does not say clearly whether its call failed: the answer is the whole of it, which its reader finds unfit.
fn unclear(text: &str) -> Option<Inbound<'_>> {
    #[derive(Deserialize)]
    struct Identified<'a> {
        #[serde(borrow)]
        id: &'a RawValue,
    }
    refuses(text, None).err()?;
    let frame: Identified<'_> = serde_json::from_str(text).ok()?;
    Some(Inbound::Answer {
        id: named(frame.id)?,
        data: 0..text.len(),
    })
}

fn named(id: &RawValue) -> Option<Cow<'_, str>> {
    match serde_json::from_str::<Option<String>>(id.get()) {
        Ok(text) => text.map(Cow::Owned),
        // A number, say: no id of ours, and shown as it came.
        Err(_) => Some(Cow::Borrowed(id.get())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &str) -> Option<(String, &str)> {
        match understand(text) {
            Inbound::Answer { id, data } => Some((id.into_owned(), &text[data])),
            _ => None,
        }
    }

    #[test]
    fn frames_are_written_as_the_documents_show_them() {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Lookback {
            account: &'static str,
            lookback_time: u32,
        }
        let key = Key(31);
        for (frame, document) in [
            (
                call(key, "ListAccounts", &arguments(&()).expect("nothing")),
                r#"{"action":"rpc","id":"31","api":"ListAccounts","args":{}}"#,
            ),
            (
                call(
                    key,
                    "ListExecutions",
                    &arguments(&Lookback {
                        account: "Sim101",
                        lookback_time: 3600,
                    })
                    .expect("an object"),
                ),
                r#"{"action":"rpc","id":"31","api":"ListExecutions","args":{"account":"Sim101","lookbackTime":3600}}"#,
            ),
            (
                subscribe(["ES 03-26"].into_iter()),
                r#"{"action":"subscribe","instruments":["ES 03-26"]}"#,
            ),
            (
                unsubscribe(["ES \"03-26"].into_iter()),
                r#"{"action":"unsubscribe","instruments":["ES \"03-26"]}"#,
            ),
            (
                stream_pnl(Some(Duration::from_secs(1))),
                r#"{"action":"streamPnl","enabled":true,"interval":1000}"#,
            ),
            (
                stream_pnl(None),
                r#"{"action":"streamPnl","enabled":false}"#,
            ),
        ] {
            assert_eq!(frame, document);
            assert!(serde_json::from_str::<serde_json::Value>(&frame).is_ok());
        }
    }

    #[test]
    fn a_call_is_known_again_by_its_frame() {
        let args = arguments(&serde_json::json!({"id": "x", "api": "y"}));
        let frame = call(Key(31), "ListPositions", &args.expect("an object"));
        assert_eq!(called(&frame), Some(("31", "ListPositions")));
        assert_eq!(called(&subscribe(["ES"].into_iter())), None);
        assert_eq!(called(PING), None);
    }

    #[test]
    fn an_answer_is_read_in_any_layout() {
        for text in [
            r#"{"id":"a.1","data":{"x":1}}"#,
            r#"{"id": "a.1", "data": {"x":1}}"#,
            r#"{"data":{"x":1},"id":"a.1"}"#,
            r#"{"type":"rpc","id":"a.1","data":{"x":1},"error":null}"#,
            " {\n \"id\": \"\\u0061.1\",\n \"data\": {\"x\":1} }\n",
        ] {
            assert_eq!(
                answer(text),
                Some(("a.1".to_owned(), r#"{"x":1}"#)),
                "{text}"
            );
        }
        assert_eq!(
            answer(r#"{"id":7,"data":[]}"#),
            Some(("7".to_owned(), "[]"))
        );
        let bare = r#"{"success":true,"id":"a"}"#;
        assert_eq!(answer(bare), Some(("a".to_owned(), bare)));
    }

    #[test]
    fn a_glance_that_saw_too_much_is_put_right_in_full() {
        let text = r#"{"id":"a","data":{"x":1},"more":2}"#;
        assert_eq!(answer(text).expect("an answer").1, r#"{"x":1},"more":2"#);
        let Inbound::Answer { data, .. } = in_full(text) else {
            panic!("an answer");
        };
        assert_eq!(&text[data], r#"{"x":1}"#);
        for beside in [
            r#""error":"no""#,
            r#""success":false"#,
            r#""success":true,"error":"no""#,
            r#""succes\u0073":false"#,
            r#""err\u006fr":{}"#,
        ] {
            let text = format!(r#"{{"id":"a","data":{{}},{beside}}}"#);
            assert!(matches!(in_full(&text), Inbound::Refusal { .. }), "{text}");
        }
        for unclear in [
            r#"{"id":"a","data":{},"success":true,"succes\u0073":true}"#,
            r#"{"success":false,"id":"a","data":{},"success":true}"#,
            r#"{"id":"a","error":null,"data":{},"error":null}"#,
            r#"{"id":"a","data":{},"success":"false"}"#,
        ] {
            let whole = Inbound::Answer {
                id: Cow::Borrowed("a"),
                data: 0..unclear.len(),
            };
            assert_eq!(in_full(unclear), whole, "{unclear}");
        }
    }

    #[test]
    fn a_refusal_is_recognised_in_every_likely_form() {
        for (text, id, status) in [
            (r#"{"id":"a","error":"x"}"#, Some("a"), None),
            (
                r#"{"type":"error","id":"a","message":"x"}"#,
                Some("a"),
                None,
            ),
            (r#"{"id":"a","success":false}"#, Some("a"), None),
            (r#"{"type":"error","message":"x"}"#, None, None),
            (r#"{"error":"Rate limit exceeded"}"#, None, None),
            (r#"{"error":"x","id":null,"status":429}"#, None, Some(429)),
        ] {
            let expected = Inbound::Refusal {
                id: id.map(Cow::Borrowed),
                status,
            };
            assert_eq!(understand(text), expected, "{text}");
        }
    }

    #[test]
    fn pushes_and_what_nobody_documents_are_told_apart() {
        for (text, is) in [
            (r#"{"type":"marketData","quotes":[]}"#, Inbound::Quotes),
            (
                r#"{"quotes":[],"type":"marketData","id":"x"}"#,
                Inbound::Quotes,
            ),
            (r#"{"type":"pnlUpdate","accounts":[]}"#, Inbound::Pnl),
            (r#"{"type":"pong"}"#, Inbound::Pong),
            (r#"{"action":"pong"}"#, Inbound::Pong),
            (r#"{"type":"welcome"}"#, Inbound::Unknown),
            ("{}", Inbound::Unknown),
        ] {
            assert_eq!(understand(text), is, "{text}");
        }
        for text in [
            "",
            " ",
            "[]",
            "5",
            "null",
            "{",
            "{]",
            r#"{"id":"a","id":"b"}"#,
            "{} {}",
        ] {
            assert!(matches!(understand(text), Inbound::Malformed(_)), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_frame_panics_and_every_place_lies_within_it(text in r#"([{}\[\],: ]|"id"|"data"|"a"|"type"|"error"|é|\\|1){0,24}"#) {
            for inbound in [understand(&text), in_full(&text)] {
                if let Inbound::Answer { data, .. } = inbound {
                    proptest::prop_assert!(text.get(data).is_some());
                }
            }
        }

        #[test]
        fn a_glance_agrees_with_a_full_reading_where_the_data_is_one_value(id in "[0-9a-f.]{1,12}", space in " ?", data in r#"(\{"x":\[1,"\}"\]\}|null|"é"|5)"#) {
            let text = format!(r#"{{"id":{space}"{id}",{space}"data":{space}{data}}}"#);
            let glance = at_a_glance(&text).map(|(id, data)| (id.to_owned(), data));
            let Inbound::Answer { id, data } = in_full(&text) else { panic!("{text}") };
            proptest::prop_assert_eq!(glance, Some((id.into_owned(), data)));
        }
    }
}
