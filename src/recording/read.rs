//! Reading a HAR file, whoever wrote it.

use std::io::Read;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeSeed as _;

mod list;

use list::{Collected, Within};

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
    /// It had a body, which the file does not hold: browsers leave out what they no longer have.
    pub is_bodiless: bool,
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
    /// Reads a HAR file of up to 256 MiB, a browser's as well. What it holds besides is passed over.
    ///
    /// # Errors
    /// [`is_invalid_input`](Error::is_invalid_input) where it cannot be read, is too large, or is no HAR. A file that only
    /// ends too early is none: see [`is_cut_off`](Self::is_cut_off).
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
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let mut collected = Collected::default();
        let mut reader = serde_json::Deserializer::from_slice(text);
        let entries = Within(&["log", "entries"], &mut collected);
        let end = entries.deserialize(&mut reader).and_then(|_| reader.end());
        let is_cut_off = match end {
            Ok(()) if collected.found => false,
            Err(why) if collected.found && is_at_the_end(&why, text) => true,
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

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    started_date_time: Option<String>,
    request: WrittenRequest,
    response: WrittenAnswer,
    #[serde(rename = "_service")]
    service: Option<String>,
    #[serde(rename = "_operation")]
    operation: Option<String>,
    #[serde(rename = "_attempt")]
    attempt: Option<u32>,
    #[serde(rename = "_failure")]
    failure: Option<String>,
    #[serde(rename = "_error")]
    error: Option<String>,
    #[serde(rename = "_connection")]
    connection: Option<u64>,
    #[serde(rename = "_continues", default)]
    continues: bool,
    #[serde(rename = "_webSocketMessages")]
    messages: Option<Vec<WrittenFrame>>,
    #[serde(rename = "_closed")]
    lost: Option<String>,
}

#[derive(Deserialize)]
struct WrittenRequest {
    method: String,
    url: String,
    #[serde(default)]
    headers: Vec<Pair>,
}

#[derive(Deserialize)]
struct WrittenAnswer {
    status: i64,
    #[serde(default)]
    headers: Vec<Pair>,
    #[serde(default)]
    content: Content,
    #[serde(rename = "_error")]
    error: Option<String>,
}

#[derive(Default, Deserialize)]
struct Content {
    size: Option<f64>,
    text: Option<String>,
    encoding: Option<String>,
}

#[derive(Deserialize)]
struct Pair {
    name: String,
    value: String,
}

#[derive(Deserialize)]
struct WrittenFrame {
    #[serde(rename = "type")]
    sort: String,
    /// -1 for what is no message.
    opcode: i64,
    data: String,
    time: Option<f64>,
    #[serde(rename = "_api")]
    api: Option<String>,
}

impl Written {
    fn entry(self) -> Result<Entry, String> {
        let messages = self.messages.map(|messages| {
            let messages = messages.into_iter();
            // Chrome puts a socket's failure among its messages.
            let messages = messages.filter(|message| message.sort != "error");
            messages
                .map(WrittenFrame::frame)
                .collect::<Result<Vec<_>, _>>()
        });
        let answer = match self.response.status {
            ..=0 => None,
            status => {
                let code = u16::try_from(status).ok();
                let status = code.and_then(|code| StatusCode::from_u16(code).ok());
                Some(RecordedResponse {
                    status: status.ok_or("its status is none of HTTP's")?,
                    headers: pairs(self.response.headers),
                    is_bodiless: self.response.content.is_missing(),
                    body: self.response.content.bytes()?,
                })
            }
        };
        Ok(Entry {
            method: self.request.method,
            url: self.request.url,
            started: self.started_date_time.and_then(|at| at.parse().ok()),
            request_headers: pairs(self.request.headers),
            answer,
            failure: self.failure.or(self.error).or(self.response.error),
            service: self.service,
            operation: self.operation,
            attempt: self.attempt,
            messages: messages.transpose()?,
            lost: self.lost,
        })
    }
}

impl Content {
    fn is_missing(&self) -> bool {
        self.text.is_none() && self.size.is_some_and(|size| size > 0.0)
    }

    fn bytes(self) -> Result<Bytes, String> {
        let text = self.text.unwrap_or_default();
        match self.encoding.as_deref() {
            None | Some("") => Ok(text.into()),
            Some("base64") => unpacked(&text),
            Some(_) => Err("its content is in an encoding other than base64".to_owned()),
        }
    }
}

impl WrittenFrame {
    fn frame(self) -> Result<Frame, String> {
        let is_text = self.opcode == 1;
        Ok(Frame {
            direction: match self.sort.as_str() {
                "send" => Direction::Sent,
                "receive" => Direction::Received,
                _ => return Err("a message of it is neither sent nor received".to_owned()),
            },
            is_text,
            data: match is_text {
                true => self.data.into(),
                false => unpacked(&self.data)?,
            },
            at: self.time.and_then(instant),
            api: self.api,
        })
    }
}

/// Seconds since 1970, as browsers write a message's time, and as [`entry::frame`](super::entry::frame) does.
fn instant(seconds: f64) -> Option<Timestamp> {
    // What is no such number becomes one that is out of range, or 0.
    Timestamp::from_microsecond((seconds * 1e6) as i64).ok()
}

fn unpacked(text: &str) -> Result<Bytes, String> {
    let bytes = STANDARD.decode(text);
    bytes
        .map(Bytes::from)
        .map_err(|why| format!("its base64 is broken: {why}"))
}

fn pairs(pairs: Vec<Pair>) -> Vec<(String, String)> {
    let pairs = pairs.into_iter();
    pairs.map(|pair| (pair.name, pair.value)).collect()
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
        let status = r#"{"request": {"method": "GET", "url": "x:"}, "response": {"status": 7}}"#;
        let status = har(status);
        for text in [
            "",
            "{}",
            "[]",
            "null",
            "x",
            r#"{"log": {}}"#,
            &deep,
            &status,
            r#"{"log": {"entries": {}}}"#,
            r#"{"log": {"entries": [1]}}"#,
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
