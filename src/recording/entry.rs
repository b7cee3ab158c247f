//! An exchange and a message as HAR has them.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{CONTENT_TYPE, HeaderName, LOCATION};
use http::{HeaderMap, HeaderValue, StatusCode};
use jiff::Unit;
use serde_json::{Value, json};

use crate::observe::{Direction, Exchange, Message, Response};

/// Whether it opens a WebSocket.
pub(super) fn opens(exchange: &Exchange) -> bool {
    let response = exchange.response.as_ref();
    response.is_ok_and(|response| response.status == StatusCode::SWITCHING_PROTOCOLS)
}

pub(super) fn of(exchange: &Exchange) -> Vec<u8> {
    entry(exchange).to_string().into_bytes()
}

/// The same as the beginning of a further entry of the same connection.
pub(super) fn continued(exchange: &Exchange) -> Vec<u8> {
    let mut entry = entry(exchange);
    entry["_continues"] = true.into();
    entry.to_string().into_bytes()
}

pub(super) fn frame(message: &Message) -> Vec<u8> {
    let (data, encoding) = text(&message.data, message.is_text);
    let mut frame = json!({
        "type": match message.direction {
            Direction::Sent => "send",
            Direction::Received => "receive",
        },
        "time": message.at.as_microsecond() as f64 / 1e6,
        "opcode": if encoding.is_none() { 1 } else { 2 },
        "data": data,
    });
    if let Some(api) = &message.api {
        frame["_api"] = (&**api).into();
    }
    frame.to_string().into_bytes()
}

/// The members that HAR wants are all there, also those that nobody knows here: it says -1 for those.
fn entry(exchange: &Exchange) -> Value {
    let started = exchange.started.round(Unit::Millisecond);
    let milliseconds = exchange.elapsed.as_micros() as f64 / 1000.0;
    let query = exchange.url.query_pairs();
    let query = query.map(|(name, value)| json!({"name": name, "value": value}));
    let mut entry = json!({
        // To the millisecond, as every reader of HAR takes it.
        "startedDateTime": started.unwrap_or(exchange.started).to_string(),
        "time": milliseconds,
        "request": {
            "method": exchange.method.as_str(),
            "url": exchange.url.as_str(),
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": pairs(&exchange.request),
            "queryString": query.collect::<Value>(),
            "headersSize": -1,
            "bodySize": 0,
        },
        "response": response(exchange.response.as_ref().ok()),
        "cache": {},
        // When the head came is not known, so that all of it counts as waiting.
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "_service": exchange.service,
        "_operation": exchange.operation,
        "_attempt": exchange.attempt,
    });
    if let Err(failure) = &exchange.response {
        entry["_failure"] = failure.as_str().into();
    }
    if let Some(connection) = exchange.connection {
        entry["_connection"] = connection.into();
        entry["_resourceType"] = "websocket".into();
    }
    entry
}

/// As browsers have it where none came: with the status 0.
fn response(response: Option<&Response>) -> Value {
    let none = HeaderMap::new();
    let (status, headers, body) = match response {
        Some(response) => (response.status.as_u16(), &response.headers, &*response.body),
        None => (0, &none, &b""[..]),
    };
    let header = |name: HeaderName| headers.get(name).map_or("".into(), lossy);
    let (text, encoding) = text(body, true);
    let mut content = json!({"size": body.len(), "mimeType": header(CONTENT_TYPE), "text": text});
    if let Some(encoding) = encoding {
        content["encoding"] = encoding.into();
    }
    let reason = response.and_then(|response| response.status.canonical_reason());
    json!({
        "status": status,
        "statusText": reason.unwrap_or_default(),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": pairs(headers),
        "content": content,
        "redirectURL": header(LOCATION),
        "headersSize": -1,
        "bodySize": -1,
    })
}

fn lossy(value: &HeaderValue) -> Cow<'_, str> {
    String::from_utf8_lossy(value.as_bytes())
}

fn pairs(headers: &HeaderMap) -> Value {
    let pairs = headers.iter();
    pairs
        .map(|(name, value)| json!({"name": name.as_str(), "value": lossy(value)}))
        .collect()
}

/// Bytes as they are where they are text, else in base64.
fn text(bytes: &[u8], is_text: bool) -> (Cow<'_, str>, Option<&'static str>) {
    match std::str::from_utf8(bytes) {
        Ok(text) if is_text => (text.into(), None),
        _ => (STANDARD.encode(bytes).into(), Some("base64")),
    }
}
