//! Reading a HAR file, whoever wrote it.

use std::fmt;
use std::io::Read;

use bytes::Bytes;
use http::StatusCode;
use jiff::Timestamp;
use serde::de::DeserializeSeed as _;

mod list;
mod text;
mod written;

use list::{Collected, Within};
use text::Text;

use crate::error::Error;
use crate::observe::Direction;

/// The largest file that is read.
const MOST_BYTES: u64 = 256 * 1024 * 1024;

/// What a HAR file holds.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Recording {
    /// In the order of the file, which for a [`Recorder`](super::Recorder)'s is the order in which they ended.
    pub entries: Vec<Entry>,
    /// The file ends in the middle; [`entries`](Self::entries) are those that are whole.
    pub is_cut_off: bool,
    /// The entries and messages of the file that cannot be read, in its order. They are not among [`entries`](Self::entries).
    pub unread: Vec<Unread>,
}

/// A part of a HAR file that cannot be read. It prints as `log.entries[3]: ` and the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unread {
    /// `log.entries[3]`, or `log.entries[3]._webSocketMessages[0]`; counted from 0.
    pub place: String,
    /// In words, without a value of the file.
    pub reason: String,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.reason)
    }
}

/// One request, and what came of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Entry {
    /// `GET`, most often; as it is written in the file.
    pub method: String,
    /// As it is written in the file, which need not be a URL that one could ask.
    pub url: String,
    /// When it was sent; `None` where the file does not say, or in a way of its own.
    pub started: Option<Timestamp>,
    /// Names and values in the order of the file.
    pub request_headers: Vec<(String, String)>,
    /// `None` where no answer came.
    pub answer: Option<RecordedResponse>,
    /// Why none came, in the words of the program that recorded it.
    pub failure: Option<String>,
    /// The service's name in lower case (`crosstrade`), where a [`Recorder`](super::Recorder) wrote the file. So are the next
    /// two.
    pub service: Option<String>,
    /// The `operationId` of the service's spec.
    pub operation: Option<String>,
    /// Counted from 1.
    pub attempt: Option<u32>,
    /// The messages of the WebSocket that it opened, in the order they passed; `None` for any other entry.
    pub messages: Option<Vec<Frame>>,
    /// Why that WebSocket's connection was lost; `None` where it was closed, was still open, or the file does not say.
    pub lost: Option<String>,
}

/// An answer over HTTP.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RecordedResponse {
    /// Of any kind, not only a success.
    pub status: StatusCode,
    /// Names and values in the order of the file.
    pub headers: Vec<(String, String)>,
    /// Decoded from base64 where it is written in that.
    pub body: Bytes,
    /// The file does not hold the whole body: browsers leave out what they no longer have, and cut off what is long.
    pub is_incomplete: bool,
}

/// A message of a WebSocket.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Frame {
    /// Who sent it.
    pub direction: Direction,
    /// Whether it was of the text kind, and so UTF-8.
    pub is_text: bool,
    /// The whole message.
    pub data: Bytes,
    /// When it passed; `None` where the file does not say.
    pub at: Option<Timestamp>,
    /// The remote procedure that it calls or answers to, where a [`Recorder`](super::Recorder) wrote the file.
    pub api: Option<String>,
}

impl Recording {
    /// Reads a HAR file of up to 256 MiB, a browser's as well, in UTF-8 or UTF-16. What it holds besides is passed over, and
    /// an entry that cannot be read is set aside in [`unread`](Self::unread).
    ///
    /// # Errors
    /// [`is_invalid_input`](Error::is_invalid_input) where the file cannot be read, is too large, or is no HAR file. A file
    /// that only ends too early is read up to there: see [`is_cut_off`](Self::is_cut_off).
    pub fn read(from: impl Read) -> Result<Self, Error> {
        let mut bytes = Vec::new();
        let size = from.take(MOST_BYTES + 1).read_to_end(&mut bytes);
        match size {
            Err(why) => return Err(unusable(why)),
            Ok(size) if size as u64 > MOST_BYTES => {
                return Err(unusable(format!("it is larger than {MOST_BYTES} bytes")));
            }
            Ok(_) => {}
        }
        let text = Text::of(&bytes);
        Self::of(&text).or_else(|why| text.mended().map_or(Err(why), |text| Self::of(&text)))
    }

    fn of(text: &Text<'_>) -> Result<Self, Error> {
        let mut collected = Collected::of(text);
        let mut reader = serde_json::Deserializer::from_str(&text.text);
        let entries = Within(&["log", "entries"], &mut collected);
        let end = entries.deserialize(&mut reader).and_then(|_| reader.end());
        let is_cut_off = match end {
            Ok(()) if collected.found => false,
            Err(why) if collected.found && is_at_the_end(&why, text.text.as_bytes()) => true,
            Ok(()) => return Err(unusable("it has no log with entries, so it is no HAR file")),
            Err(why) if collected.found && !collected.ended => {
                let place = collected.read;
                return Err(unusable(format!("log.entries[{place}]: {why}")));
            }
            Err(why) => return Err(unusable(format!("it is no HAR file: {why}"))),
        };
        Ok(Self {
            entries: collected.entries,
            is_cut_off,
            unread: collected.unread,
        })
    }
}

/// Whether a parser stumbled over the end of the text: also over a number or a word that is cut off there.
fn is_at_the_end(why: &serde_json::Error, text: &[u8]) -> bool {
    let mut lines = text.split(|byte| *byte == b'\n');
    let last = lines.next_back().unwrap_or_default().len();
    why.is_eof() || (why.is_syntax() && why.line() == lines.count() + 1 && why.column() >= last)
}

fn unusable(problem: impl ToString) -> Error {
    let hint =
        "Give a HAR file, as a recorder of this library or a browser's network tools write it.";
    Error::input("recording", problem.to_string()).hinting(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn har(entries: &str) -> String {
        format!(r#"{{"log":{{"version":"1.2","pages":[],"entries":[{entries}],"comment":"x"}}}}"#)
    }

    const BROWSER: &str = r#"{
        "_initiator": {"type": "script", "stack": {"callFrames": []}}, "_priority": "High", "_resourceType": "fetch",
        "cache": {}, "connection": "443", "pageref": "page_1",
        "request": {"method": "GET", "url": "https://h/a?b=c", "httpVersion": "h3", "headers": [{"name": ":authority", "value": "h"}],
            "queryString": [], "cookies": [], "headersSize": -1, "bodySize": 0},
        "response": {"status": 200, "statusText": "", "httpVersion": "h3", "headers": [{"name": "content-type", "value": "image/png"}],
            "cookies": [], "content": {"size": 3, "mimeType": "image/png", "text": "//79", "encoding": "base64"}, "redirectURL": "",
            "headersSize": -1, "bodySize": -1, "_transferSize": 9, "_error": null},
        "serverIPAddress": "192.0.2.1", "startedDateTime": "2026-01-01T00:00:00.000Z", "time": 1.5,
        "timings": {"blocked": 0.4, "dns": -1, "ssl": -1, "connect": -1, "send": 0.1, "wait": 1, "receive": 0.1, "_blocked_queueing": 0.3}}"#;

    #[test]
    fn a_browsers_file_is_read() {
        let blocked = r#"{"request": {"method": "GET", "url": "x:"}, "response": {"status": 0, "_error": "net::ERR_FAILED"}}"#;
        let socket = r#"{"request": {"method": "GET", "url": "wss://h/s"}, "response": {"status": 101}, "_webSocketMessages": [
            {"type": "send", "time": 1.5, "opcode": 1, "data": "é"}, {"type": "receive", "time": 1.6, "opcode": 2, "data": "/w=="},
            {"type": "error", "time": 1.7, "opcode": -1, "data": "it broke"}]}"#;
        let text = format!("\u{feff}{}", har(&format!("{BROWSER},{blocked},{socket}")));
        let recording = Recording::read(text.as_bytes()).expect("a HAR file");
        assert!(!recording.is_cut_off);
        let [fetched, blocked, socket] = &recording.entries[..] else {
            panic!("three entries")
        };
        let answer = fetched.answer.as_ref().expect("it was answered");
        assert_eq!(
            (&*answer.body, answer.status.as_u16()),
            (&b"\xff\xfe\xfd"[..], 200)
        );
        assert!(blocked.answer.is_none());
        assert_eq!(blocked.failure.as_deref(), Some("net::ERR_FAILED"));
        let messages = socket.messages.as_ref().expect("a WebSocket");
        assert_eq!(messages[0].data, "é");
        assert_eq!(
            (messages[1].is_text, &*messages[1].data),
            (false, &b"\xff"[..])
        );
    }

    #[test]
    fn an_entry_that_cannot_be_read_is_set_aside_with_its_place_and_no_value() {
        let with = |from: &str, to: &str| {
            assert!(BROWSER.contains(from), "{from}");
            BROWSER.replacen(from, to, 1)
        };
        for (odd, reason) in [
            (with("//79", "CUT BY HAND"), "its base64 cannot be decoded"),
            (
                with("base64", "rot13"),
                "its content is in an encoding other than base64",
            ),
            (
                with(r#""//79", "encoding": "base64""#, r#""\ud83d""#),
                "it holds half of a surrogate pair, which is no text",
            ),
            (
                with(r#""https://h/a?b=c""#, r#"{"secret": 1}"#),
                "invalid type: map, expected a string",
            ),
            (
                with(r#""method": "GET""#, r#""method": 123"#),
                "invalid type: integer, expected a string",
            ),
            (
                with(r#"{"method""#, r#""secret", "x": {"method""#),
                "invalid type: string, expected an object",
            ),
            (
                with(r#""status": 200"#, r#""status": 103"#),
                "its status is not one of a final HTTP response",
            ),
            (
                with(r#""status": 200"#, r#""status": "OK""#),
                "its status is not one of a final HTTP response",
            ),
            (
                with(r#""response""#, r#""response": null, "answer""#),
                "it has no `response`",
            ),
            ("1".to_owned(), "invalid type: integer, expected an object"),
        ] {
            let text = har(&[BROWSER, &odd, BROWSER].join(","));
            let recording = Recording::read(text.as_bytes()).expect("a HAR file");
            assert_eq!(recording.entries.len(), 2);
            let unread: Vec<String> = recording.unread.iter().map(Unread::to_string).collect();
            assert_eq!(unread, [format!("log.entries[1]: {reason}")]);
        }
        let mut text = har(&[BROWSER, BROWSER].join(",")).into_bytes();
        let place = text.windows(4).position(|bytes| bytes == b"//79");
        text[place.expect("a body")] = 0xe9;
        let recording = Recording::read(&text[..]).expect("a HAR file");
        assert_eq!(recording.entries.len(), 1);
        assert_eq!(recording.unread[0].place, "log.entries[0]");
    }

    #[test]
    fn a_member_that_is_not_needed_may_be_of_any_type() {
        for (from, to) in [
            (r#""_error": null"#, r#""_error": {"code": 1}"#),
            (r#""size": 3"#, r#""size": "3""#),
            (r#""connection": "443""#, r#""_connection": "443""#),
            (r#""pageref""#, r#""_webSocketMessages": [], "pageref""#),
            (r#""pageref""#, r#""_webSocketMessages": {}, "pageref""#),
            (
                r#""pageref""#,
                r#""_service": 1, "_operation": [], "_attempt": -1, "pageref""#,
            ),
            (r#""pageref""#, r#""_failure": "\ud83d", "pageref""#),
            (r#""status": 200"#, r#""status": "200""#),
            (r#""2026-01-01T00:00:00.000Z""#, "1767225600"),
            (r#"[{"name": ":authority", "value": "h"}]"#, "null"),
            (r#""value": "h""#, r#""value": null"#),
            ("//79", r"//\r\n79"),
        ] {
            assert!(BROWSER.contains(from), "{from}");
            let text = har(&BROWSER.replacen(from, to, 1));
            let recording = Recording::read(text.as_bytes()).expect("a HAR file");
            assert_eq!(recording.unread, [], "{to}");
            let entry = &recording.entries[0];
            let answer = entry.answer.as_ref().expect("it was answered");
            assert_eq!(&*answer.body, b"\xff\xfe\xfd", "{to}");
            assert!(entry.messages.is_none() && !answer.is_incomplete, "{to}");
        }
    }

    #[test]
    fn what_json_does_not_have_is_read_wherever_an_exporter_writes_it() {
        for (from, to) in [
            ("1.5", "NaN"),
            (r#""dns": -1"#, r#""dns": -Infinity"#),
            (r#""_error": null"#, r#""_error": undefined"#),
            ("page_1", "a line\n\tand a \\x"),
            ("page_1", r"C:\users\uxyz"),
        ] {
            assert!(BROWSER.contains(from), "{from}");
            let text = har(&[&*BROWSER.replacen(from, to, 1), BROWSER].join(","));
            let recording = Recording::read(text.as_bytes()).expect("a HAR file");
            assert_eq!((recording.entries.len(), recording.unread.len()), (2, 0));
            let cut = &text[..text.len() - 50];
            let recording = Recording::read(cut.as_bytes()).expect("a beginning");
            assert!(recording.is_cut_off);
            assert_eq!(recording.entries.len(), 1, "{to}");
        }
    }

    #[test]
    fn a_message_that_cannot_be_read_is_set_aside_and_a_control_frame_is_none() {
        let socket = r#"{"request": {"method": "GET", "url": "wss://h/s"}, "response": {"status": 101}, "_webSocketMessages": [
            {"type": "send", "opcode": 1, "data": "a", "time": "noon"}, {"type": "send", "opcode": 1, "data": "\ud83d"},
            {"type": "receive", "opcode": 8, "data": ""}, {"type": "receive", "opcode": 1, "data": "b"}]}"#;
        let recording = Recording::read(har(socket).as_bytes()).expect("a HAR file");
        let messages = recording.entries[0].messages.as_ref().expect("a WebSocket");
        let data: Vec<&[u8]> = messages.iter().map(|message| &*message.data).collect();
        assert_eq!(data, [b"a", b"b"]);
        let [unread] = &recording.unread[..] else {
            panic!("one message: {:?}", recording.unread)
        };
        assert_eq!(unread.place, "log.entries[0]._webSocketMessages[1]");
    }

    #[test]
    fn utf_16_is_read_in_either_order_with_a_mark_or_without() {
        let text = har(&BROWSER.replace("page_1", "é"));
        for mark in ["\u{feff}", ""] {
            let units: Vec<u16> = format!("{mark}{text}").encode_utf16().collect();
            for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
                let bytes: Vec<u8> = units.iter().copied().flat_map(bytes).collect();
                let recording = Recording::read(&bytes[..]).expect("a HAR file");
                assert_eq!(recording.entries.len(), 1);
            }
        }
    }

    #[test]
    fn a_body_that_is_shorter_than_it_was_is_incomplete() {
        let whole = r#""content": {"size": 3, "mimeType": "image/png", "text": "//79", "encoding": "base64"}"#;
        assert!(BROWSER.contains(whole));
        let length = |length: &str, rest: &str| {
            format!(
                r#""headers": [{{"name": "Content-Length", "value": "{length}"}}{rest}], {whole}"#
            )
            .replace(r#""size": 3"#, r#""size": -1"#)
        };
        for (content, is_incomplete) in [
            (whole.to_owned(), false),
            (whole.replace('3', "4"), true),
            (whole.replace('3', "2"), false),
            (whole.replace("//79", ""), true),
            (
                r#""content": {"size": 99, "text": "{\"a\": 1"}"#.to_owned(),
                true,
            ),
            (
                r#""content": {"size": 99, "text": "{\"a\": 1}"}"#.to_owned(),
                false,
            ),
            (r#""content": {"size": 0, "text": ""}"#.to_owned(), false),
            (r#""content": {"size": 0}"#.to_owned(), true),
            (r#""content": {"size": 7, "text": null}"#.to_owned(), true),
            (r#""content": null"#.to_owned(), true),
            (length("3", ""), false),
            (length("4", ""), true),
            (
                length("4", r#", {"name": "content-encoding", "value": "br"}"#),
                false,
            ),
        ] {
            let text = har(&BROWSER.replace(whole, &content));
            // An object may not have two lists of headers.
            let text = match content.starts_with(r#""headers""#) {
                true => text.replace(
                    r#""headers": [{"name": "content-type", "value": "image/png"}],"#,
                    "",
                ),
                false => text,
            };
            let recording = Recording::read(text.as_bytes()).expect("a HAR file");
            let answer = recording.entries[0].answer.as_ref().expect("answered");
            assert_eq!(answer.is_incomplete, is_incomplete, "{content}");
            let bare = text.replace(r#""status": 200"#, r#""status": 204"#);
            let recording = Recording::read(bare.as_bytes()).expect("a HAR file");
            let answer = recording.entries[0].answer.as_ref().expect("answered");
            assert!(!answer.is_incomplete, "{content}");
        }
    }

    #[test]
    fn a_file_cut_off_anywhere_gives_the_entries_before_the_cut() {
        let whole = har(&[BROWSER; 3].join(","));
        let mut seen = [0; 4];
        let begin = whole.find("[{").expect("entries") + 1;
        for cut in begin..whole.trim_end().len() {
            let recording = Recording::read(&whole.as_bytes()[..cut]).expect("a beginning");
            assert!(recording.is_cut_off);
            seen[recording.entries.len()] += 1;
        }
        assert!(seen.iter().all(|count| *count > 0), "{seen:?}");
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in r#"([{}\[\],: ]|"log"|"entries"|"request"|"response"|"status"|"_connection"|"_continues"|true|1|é|\\|"){0,40}"#, cut in 0..100_usize) {
            let _ = Recording::read(bytes.as_bytes());
            let mut whole = har(&[BROWSER; 2].join(",")).into_bytes();
            let place = cut * whole.len() / 100;
            whole.splice(place..place + 1, bytes.bytes());
            let _ = Recording::read(&whole[..]);
        }
    }

    #[test]
    fn what_is_no_har_file_is_refused_in_words() {
        let deep = format!(r#"{{"x": {}"#, "[".repeat(1 << 20));
        for text in [
            "",
            "{}",
            "[]",
            "null",
            "x",
            r#"{"log": {}}"#,
            &deep,
            r#"{"log": {"entries": {}}}"#,
            r#"{"log": {"entries": [], "entries": []}}"#,
            r#"{"log": {"entries": []}, "log": {"entries": []}}"#,
        ] {
            let error = Recording::read(text.as_bytes()).expect_err("no HAR file");
            assert!(error.is_invalid_input(), "{error}");
        }
        let hidden = format!(
            r#"{{"x": {}{}, "log": {{"entries": []}}}}"#,
            "[".repeat(1 << 20),
            "]".repeat(1 << 20)
        );
        let _ = Recording::read(hidden.as_bytes());
        let endless = std::io::repeat(b' ');
        assert!(
            Recording::read(endless)
                .expect_err("too large")
                .to_string()
                .contains("larger than")
        );
    }
}
