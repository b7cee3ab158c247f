//! Which recorded answer a request gets. No I/O.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use http::StatusCode;
use percent_encoding::percent_decode_str;
use url::Url;

use super::missed::Missed;
use super::script::Script;
use super::turns::Turns;
use crate::recording::read::{Entry, RecordedResponse, Recording};

/// The method of an entry that asks for a WebSocket.
pub(super) const SOCKET: &str = "WEBSOCKET";

struct Key {
    method: String,
    /// As RFC 3986 compares them: see [`normal`].
    path: String,
    /// By name and value, as their order says nothing.
    query: Vec<(Vec<u8>, Vec<u8>)>,
    /// As it is shown.
    text: String,
}

#[derive(Clone)]
pub(super) enum Recorded {
    Answered(Arc<RecordedResponse>),
    Socket(Script),
    /// The connection closed without an answer.
    Closed,
}

pub(super) struct Answers(Turns<Key, Recorded>);

impl Answers {
    /// Entries with an address that cannot be asked for, such as a browser's `data:`, are passed over.
    pub fn of(recording: &Recording) -> Self {
        let askable = recording.entries.iter().filter_map(|entry| {
            let url = Url::parse(&entry.url).ok().filter(Url::has_host)?;
            let key = Key::of(method(entry, &url), url.path(), url.query());
            Some((key, recorded(entry)))
        });
        Self(Turns::of(askable))
    }

    pub fn next(
        &mut self,
        method: &str,
        path: &str,
        query: Option<&str>,
    ) -> Result<Recorded, Missed> {
        let asked = Key::of(method, path, query);
        let is_same = |key: &Key| *key == asked;
        // The recorded service may have stood behind a prefix.
        let ends_so = |key: &Key| key.is(&asked) && key.path.ends_with(&asked.path);
        let is_known = self.0.keys().any(is_same);
        let found = match is_known {
            true => self.0.next(is_same),
            false => self.0.next(ends_so),
        };
        let found = found.cloned();
        found.ok_or_else(|| Missed::among(asked.text, self.requests().into_iter()))
    }

    pub fn requests(&self) -> Vec<String> {
        self.0.keys().map(|key| key.text.clone()).collect()
    }

    /// The path of the first WebSocket.
    pub fn socket(&self) -> Option<String> {
        let mut sockets = self.0.keys().filter(|key| key.method == SOCKET);
        Some(sockets.next()?.path.clone())
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.is(other) && self.path == other.path
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.method, &self.path, &self.query).hash(state);
    }
}

impl Key {
    fn of(method: &str, path: &str, query: Option<&str>) -> Self {
        let pairs = query.unwrap_or_default().split('&');
        let pairs = pairs.filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (form_bytes(name), form_bytes(value))
        });
        let mut pairs: Vec<_> = pairs.collect();
        pairs.sort();
        let query = query.map_or_else(String::new, |query| format!("?{query}"));
        Self {
            method: method.to_owned(),
            path: normal(path),
            query: pairs,
            text: format!("{method} {path}{query}"),
        }
    }

    /// The same but for the path.
    fn is(&self, other: &Self) -> bool {
        self.method == other.method && self.query == other.query
    }
}

/// The path without dot segments, with unreserved characters as they are and the others' digits in upper case, as RFC 3986
/// compares paths (6.2.2).
fn normal(path: &str) -> String {
    // A URL's path has no dot segments left.
    let url = Url::parse(&format!("http://localhost{path}"));
    let path = url.as_ref().map_or(path, Url::path);
    let mut parts = path.split('%');
    let mut normal = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.get(..2).filter(|two| !two.starts_with('+'));
        let byte = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
        match byte {
            Some(byte) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                normal.push(char::from(byte));
                normal += &part[2..];
            }
            Some(byte) => normal += &format!("%{byte:02X}{}", &part[2..]),
            None => normal += &format!("%{part}"),
        }
    }
    normal
}

/// A name or value of a query, which is written as forms are.
fn form_bytes(text: &str) -> Vec<u8> {
    percent_decode_str(&text.replace('+', " ")).collect()
}

fn method<'a>(entry: &'a Entry, url: &Url) -> &'a str {
    let is_socket = matches!(url.scheme(), "ws" | "wss") || entry.messages.is_some();
    if is_socket { SOCKET } else { &entry.method }
}

fn recorded(entry: &Entry) -> Recorded {
    match &entry.answer {
        None => Recorded::Closed,
        Some(answer) if answer.status == StatusCode::SWITCHING_PROTOCOLS => {
            let messages = entry.messages.as_deref().unwrap_or_default();
            Recorded::Socket(Script::of(messages, entry.lost.is_some()))
        }
        Some(answer) => Recorded::Answered(Arc::new(answer.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_ways_of_writing_one_address_are_one_request() {
        let key = |target: &str| {
            let (path, query) = match target.split_once('?') {
                Some((path, query)) => (path, Some(query)),
                None => (target, None),
            };
            Key::of("GET", path, query)
        };
        for (one, other, is_same) in [
            ("/a/~b-c", "/%61/%7eb%2Dc", true),
            ("/a%2fb", "/a%2Fb", true),
            ("/a%2fb", "/a/b", false),
            ("/a/../b/./c", "/b/c", true),
            ("/x/%2e%2E/a", "/a", true),
            ("/a%", "/a%25", false),
            ("/%C3%A9", "/%c3%a9", true),
            ("/%+1", "/%01", false),
            ("/a/", "/a", false),
            ("/a?b=c%20d&e", "/a?e=&b=c+d", true),
            ("/a?b=%2C", "/a?b=,", true),
            ("/a?b=%FF", "/a?b=%FE", false),
            ("/a?b=1%262", "/a?b=1&2", false),
        ] {
            assert_eq!(key(one) == key(other), is_same, "{one} {other}");
        }
    }
}
