//! An entry as any exporter may have written it, and what is made of it.
//!
//! The members that an entry cannot do without have to be of their types. HAR's other members, and the private ones that begin
//! with `_`, count only where they are.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http::{Method, StatusCode};
use jiff::Timestamp;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::{Entry, Frame, RecordedResponse};
use crate::observe::Direction;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub(super) struct Written<'a> {
    #[serde(default, deserialize_with = "any")]
    started_date_time: Option<String>,
    request: WrittenRequest,
    #[serde(borrow)]
    response: Option<WrittenAnswer<'a>>,
    #[serde(rename = "_service", default, deserialize_with = "any")]
    service: Option<String>,
    #[serde(rename = "_operation", default, deserialize_with = "any")]
    operation: Option<String>,
    #[serde(rename = "_attempt", default, deserialize_with = "any")]
    attempt: Option<u32>,
    #[serde(rename = "_failure", default, deserialize_with = "any")]
    failure: Option<String>,
    #[serde(rename = "_error", default, deserialize_with = "any")]
    error: Option<String>,
    #[serde(rename = "_connection", default, deserialize_with = "any")]
    pub connection: Option<u64>,
    #[serde(rename = "_continues", default, deserialize_with = "any")]
    pub continues: Option<bool>,
    #[serde(
        rename = "_webSocketMessages",
        borrow,
        default,
        deserialize_with = "any"
    )]
    messages: Option<Vec<&'a RawValue>>,
    #[serde(rename = "_closed", default, deserialize_with = "any")]
    lost: Option<String>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct WrittenRequest {
    method: String,
    url: String,
    headers: Option<Vec<Pair>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct WrittenAnswer<'a> {
    #[serde(borrow)]
    status: &'a RawValue,
    headers: Option<Vec<Pair>>,
    content: Option<Content>,
    #[serde(rename = "_error", default, deserialize_with = "any")]
    error: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(expecting = "an object")]
struct Content {
    #[serde(default, deserialize_with = "any")]
    size: Option<f64>,
    text: Option<String>,
    encoding: Option<String>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Pair {
    name: String,
    value: Option<String>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct WrittenFrame {
    #[serde(rename = "type")]
    sort: String,
    opcode: i64,
    data: String,
    #[serde(default, deserialize_with = "any")]
    time: Option<f64>,
    #[serde(rename = "_api", default, deserialize_with = "any")]
    api: Option<String>,
}

/// Reads a member that may be of any type: one of another type than is wanted is as good as absent.
fn any<'de, D: Deserializer<'de>, T: Deserialize<'de>>(written: D) -> Result<Option<T>, D::Error> {
    let written = <&RawValue>::deserialize(written)?;
    Ok(serde_json::from_str(written.get()).ok())
}

/// Reads a part of the file, or says in words why that cannot be.
pub(super) fn read<'a, T: Deserialize<'a>>(written: &'a RawValue) -> Result<T, String> {
    serde_json::from_str(written.get()).map_err(|why| {
        let why = why.to_string();
        if why.contains("hex escape") {
            return "it holds half of a surrogate pair, which is no text".to_owned();
        }
        // The line would be one of this part alone.
        let why = why
            .rsplit_once(" at line ")
            .map_or(&*why, |(words, _)| words);
        match why.rsplit_once(", expected ") {
            // The value that was found stands in quotes.
            Some((found, expected)) => {
                let kind = found.split(['"', '`']).next().unwrap_or_default();
                format!("{}, expected {expected}", kind.trim_end())
            }
            None => why.to_owned(),
        }
    })
}

impl Written<'_> {
    /// Also the messages that cannot be read: which they are, and why.
    pub fn entry(self) -> Result<(Entry, Vec<(usize, String)>), String> {
        let Some(response) = self.response else {
            return Err("it has no `response`".to_owned());
        };
        let method = self.request.method;
        let status = status(response.status)?;
        let mut unread = Vec::new();
        // Some exporters write an empty list beside every request.
        let is_socket = |messages: &Vec<_>| {
            !messages.is_empty() || status == Some(StatusCode::SWITCHING_PROTOCOLS)
        };
        let messages = self.messages.filter(is_socket).map(|messages| {
            let frames = messages.into_iter().enumerate();
            let frames = frames.filter_map(|(place, message)| {
                let frame = read(message).and_then(WrittenFrame::frame);
                let frame = frame.map_err(|why| unread.push((place, why)));
                frame.ok().flatten()
            });
            frames.collect()
        });
        let headers = pairs(response.headers);
        let content = response.content.unwrap_or_default();
        let answer = match status {
            None => None,
            Some(status) => {
                let body = content.bytes()?;
                Some(RecordedResponse {
                    is_incomplete: has_body(&method, status) && content.lacks(&body, &headers),
                    status,
                    headers,
                    body,
                })
            }
        };
        let entry = Entry {
            method,
            url: self.request.url,
            started: self.started_date_time.and_then(|at| at.parse().ok()),
            request_headers: pairs(self.request.headers),
            answer,
            failure: self.failure.or(self.error).or(response.error),
            service: self.service,
            operation: self.operation,
            attempt: self.attempt,
            messages,
            lost: self.lost,
        };
        Ok((entry, unread))
    }
}

/// `None` where no answer came. Some exporters write a number as a text.
fn status(written: &RawValue) -> Result<Option<StatusCode>, String> {
    let unfit = || "its status is not one of a final HTTP response".to_owned();
    let number = match written.get().trim_matches('"') {
        "" | "null" => 0.0,
        text => text.parse::<f64>().map_err(|_| unfit())?,
    };
    if number <= 0.0 {
        return Ok(None);
    }
    // What is no whole number is cut, what is too large becomes the largest.
    let status = StatusCode::from_u16(number as u16).map_err(|_| unfit())?;
    let is_interim = status.is_informational() && status != StatusCode::SWITCHING_PROTOCOLS;
    if is_interim {
        return Err(unfit());
    }
    Ok(Some(status))
}

fn has_body(method: &str, status: StatusCode) -> bool {
    let is_bare = [
        StatusCode::SWITCHING_PROTOCOLS,
        StatusCode::NO_CONTENT,
        StatusCode::RESET_CONTENT,
        StatusCode::NOT_MODIFIED,
    ];
    method != Method::HEAD.as_str() && !is_bare.contains(&status)
}

impl Content {
    fn bytes(&self) -> Result<Bytes, String> {
        let text = self.text.as_deref().unwrap_or_default();
        match self.encoding.as_deref() {
            None | Some("") => Ok(Bytes::copy_from_slice(text.as_bytes())),
            Some(name) if name.eq_ignore_ascii_case("base64") => unpacked(text),
            Some(_) => Err("its content is in an encoding other than base64".to_owned()),
        }
    }

    /// Returns true if there was more than the body that was written. A size is of the unpacked body; a length may be of the packed one.
    fn lacks(&self, body: &Bytes, headers: &[(String, String)]) -> bool {
        let header = |wanted: &str| {
            let mut found = headers
                .iter()
                .filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
            found.next().map(|(_, value)| value.trim())
        };
        let length = header(CONTENT_LENGTH.as_str()).and_then(|length| length.parse().ok());
        let length = length.filter(|_| header(CONTENT_ENCODING.as_str()).is_none());
        let size = self.size.filter(|size| *size > 0.0).or(length);
        let is_short = size.is_some_and(|size| size > body.len() as f64);
        // Whoever takes data out by hand makes it shorter, and leaves it whole.
        self.text.is_none() || (is_short && !is_whole(body))
    }
}

/// Returns true if it cannot be a part of a longer JSON text.
fn is_whole(body: &[u8]) -> bool {
    let is_nested = matches!(body.trim_ascii_start(), [b'{' | b'[', ..]);
    is_nested && serde_json::from_slice::<IgnoredAny>(body).is_ok()
}

impl WrittenFrame {
    /// `None` for what is no message: Chrome puts a socket's failure among its messages, others its control frames.
    fn frame(self) -> Result<Option<Frame>, String> {
        let data = match self.opcode {
            1 => self.data.into(),
            2 => unpacked(&self.data)?,
            _ => return Ok(None),
        };
        let direction = match self.sort.as_str() {
            "send" => Direction::Sent,
            "receive" => Direction::Received,
            _ => return Err("it is neither sent nor received".to_owned()),
        };
        Ok(Some(Frame {
            direction,
            is_text: self.opcode == 1,
            data,
            at: self.time.and_then(instant),
            api: self.api,
        }))
    }
}

/// Seconds since 1970, as browsers write a message's time, and as a recorder does.
fn instant(seconds: f64) -> Option<Timestamp> {
    // What is no such number becomes one that is out of range, or 0.
    Timestamp::from_microsecond((seconds * 1e6) as i64).ok()
}

fn unpacked(text: &str) -> Result<Bytes, String> {
    // Some exporters break its lines.
    let text = text.replace(['\r', '\n'], "");
    let bytes = STANDARD.decode(text).map(Bytes::from);
    bytes.map_err(|_| "its base64 cannot be decoded".to_owned())
}

fn pairs(pairs: Option<Vec<Pair>>) -> Vec<(String, String)> {
    let pairs = pairs.into_iter().flatten();
    pairs
        .map(|pair| (pair.name, pair.value.unwrap_or_default()))
        .collect()
}
