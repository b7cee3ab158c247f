//! An exchange and a message as HAR has them.

use std::borrow::Cow;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderMap, StatusCode};
use jiff::{Timestamp, Unit};
use serde::Serialize;

use crate::observe::{Direction, Exchange, Message, Response};

/// The members that HAR wants are all there, also those that nobody knows here: it says -1 for those.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    started_date_time: String,
    time: f64,
    request: Request<'a>,
    response: Answer<'a>,
    cache: Nothing,
    timings: Timings,
    #[serde(rename = "_service")]
    service: &'a str,
    #[serde(rename = "_operation")]
    operation: &'a str,
    #[serde(rename = "_attempt")]
    attempt: u32,
    #[serde(rename = "_failure", skip_serializing_if = "Option::is_none")]
    failure: Option<&'a str>,
    #[serde(rename = "_connection", skip_serializing_if = "Option::is_none")]
    connection: Option<u64>,
    #[serde(rename = "_resourceType", skip_serializing_if = "Option::is_none")]
    resource_type: Option<&'static str>,
    #[serde(rename = "_continues", skip_serializing_if = "std::ops::Not::not")]
    continues: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    method: &'a str,
    url: &'a str,
    http_version: &'static str,
    cookies: [Nothing; 0],
    headers: Vec<Pair<'a>>,
    query_string: Vec<Pair<'a>>,
    headers_size: i8,
    body_size: i8,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    status: u16,
    status_text: &'a str,
    http_version: &'static str,
    cookies: [Nothing; 0],
    headers: Vec<Pair<'a>>,
    content: Content<'a>,
    #[serde(rename = "redirectURL")]
    redirect_url: Cow<'a, str>,
    headers_size: i8,
    body_size: i8,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Content<'a> {
    size: usize,
    mime_type: Cow<'a, str>,
    text: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<&'static str>,
}

#[derive(Serialize)]
struct Pair<'a> {
    name: Cow<'a, str>,
    value: Cow<'a, str>,
}

#[derive(Serialize)]
struct Timings {
    send: f64,
    wait: f64,
    receive: f64,
}

#[derive(Serialize)]
struct Nothing {}

#[derive(Serialize)]
struct Frame<'a> {
    #[serde(rename = "type")]
    sort: &'static str,
    time: f64,
    opcode: u8,
    data: Cow<'a, str>,
    #[serde(rename = "_api", skip_serializing_if = "Option::is_none")]
    api: Option<&'a str>,
}

/// Whether it opens a WebSocket.
pub(super) fn opens(exchange: &Exchange) -> bool {
    let response = exchange.response.as_ref();
    response.is_ok_and(|response| response.status == StatusCode::SWITCHING_PROTOCOLS)
}

pub(super) fn of(exchange: &Exchange) -> Vec<u8> {
    written(&entry(exchange, false))
}

/// The same as the beginning of a further entry of the same connection.
pub(super) fn continued(exchange: &Exchange) -> Vec<u8> {
    written(&entry(exchange, true))
}

pub(super) fn frame(message: &Message) -> Vec<u8> {
    let (data, encoding) = text(&message.data, message.is_text);
    written(&Frame {
        sort: match message.direction {
            Direction::Sent => "send",
            Direction::Received => "receive",
        },
        time: message.at.as_microsecond() as f64 / 1e6,
        opcode: if encoding.is_none() { 1 } else { 2 },
        data,
        api: message.api.as_deref(),
    })
}

fn written(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("texts, numbers and lists of them can be written")
}

fn entry(exchange: &Exchange, continues: bool) -> Entry<'_> {
    let query = exchange.url.query_pairs();
    let elapsed = milliseconds(exchange.elapsed);
    Entry {
        started_date_time: instant(exchange.started),
        time: elapsed,
        request: Request {
            method: exchange.method.as_str(),
            url: exchange.url.as_str(),
            http_version: "HTTP/1.1",
            cookies: [],
            headers: pairs(&exchange.request),
            query_string: query.map(|(name, value)| Pair { name, value }).collect(),
            headers_size: -1,
            body_size: 0,
        },
        response: answer(exchange.response.as_ref().ok()),
        cache: Nothing {},
        // When the head came is not known, so that all of it counts as waiting.
        timings: Timings {
            send: 0.0,
            wait: elapsed,
            receive: 0.0,
        },
        service: exchange.service,
        operation: exchange.operation,
        attempt: exchange.attempt,
        failure: exchange.response.as_ref().err().map(String::as_str),
        connection: exchange.connection,
        resource_type: exchange.connection.map(|_| "websocket"),
        continues,
    }
}

fn answer(response: Option<&Response>) -> Answer<'_> {
    let header = |name| {
        let value = response.and_then(|response| response.headers.get(name));
        value.map_or(Cow::Borrowed(""), |value| {
            String::from_utf8_lossy(value.as_bytes())
        })
    };
    let content = response.map_or_else(Content::default, |response| {
        let (text, encoding) = text(&response.body, true);
        Content {
            size: response.body.len(),
            mime_type: header(CONTENT_TYPE),
            text,
            encoding,
        }
    });
    let status = response.map(|response| response.status);
    Answer {
        // As browsers have it where none came.
        status: status.map_or(0, |status| status.as_u16()),
        status_text: status
            .and_then(|status| status.canonical_reason())
            .unwrap_or_default(),
        http_version: "HTTP/1.1",
        cookies: [],
        headers: response.map_or_else(Vec::new, |response| pairs(&response.headers)),
        content,
        redirect_url: header(LOCATION),
        headers_size: -1,
        body_size: -1,
    }
}

fn pairs(headers: &HeaderMap) -> Vec<Pair<'_>> {
    let pair = |(name, value): (&'_ http::HeaderName, &'_ http::HeaderValue)| Pair {
        name: Cow::Owned(name.as_str().to_owned()),
        value: Cow::Owned(String::from_utf8_lossy(value.as_bytes()).into_owned()),
    };
    headers.iter().map(pair).collect()
}

/// Bytes as they are where they are text, else in base64.
fn text(bytes: &[u8], is_text: bool) -> (Cow<'_, str>, Option<&'static str>) {
    match std::str::from_utf8(bytes) {
        Ok(text) if is_text => (text.into(), None),
        _ => (STANDARD.encode(bytes).into(), Some("base64")),
    }
}

/// To the millisecond, as every reader of HAR takes it.
fn instant(at: Timestamp) -> String {
    let rounded = at.round(Unit::Millisecond).unwrap_or(at);
    rounded.to_string()
}

fn milliseconds(elapsed: Duration) -> f64 {
    elapsed.as_micros() as f64 / 1000.0
}
