//! Which recorded answer a request gets. No I/O.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use http::StatusCode;
use url::Url;

use super::missed::Missed;
use super::script::Script;
use super::turns::Turns;
use crate::recording::read::{Entry, RecordedResponse, Recording};

/// The method of an entry that asks for a WebSocket.
pub(super) const SOCKET: &str = "WEBSOCKET";

struct Key {
    method: String,
    path: String,
    /// By name and value, as their order says nothing.
    query: Vec<(String, String)>,
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
        let pairs = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        let mut pairs: Vec<(String, String)> = pairs.into_owned().collect();
        pairs.sort();
        let query = query.map_or_else(String::new, |query| format!("?{query}"));
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: pairs,
            text: format!("{method} {path}{query}"),
        }
    }

    /// The same but for the path.
    fn is(&self, other: &Self) -> bool {
        self.method == other.method && self.query == other.query
    }
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
