//! CrossTrade's WebSocket frames, both ways; no I/O. Where the vendor shows no frame, the choice is written beside it.

use std::time::Duration;

use axum::extract::ws::Message;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::simulator::market::Quote;
use crate::simulator::object::Object;
use crate::simulator::response::JsonResponse;

/// Milliseconds between P&L when the client does not say, and the fewest and most.
const PNL: u64 = 1_000;
const FASTEST_PNL: u64 = 50;
const SLOWEST_PNL: u64 = 3_600_000;

/// What a client sent.
#[derive(Debug)]
pub(super) enum Request {
    Rpc {
        id: Id,
        api: String,
        args: Object,
    },
    Subscribe(Vec<String>),
    Unsubscribe(Vec<String>),
    /// How often; `None` ends it.
    StreamPnl(Option<Duration>),
    Ping,
}

/// A call's id, spelled as the client spelled it.
#[derive(Clone, Debug)]
pub(super) struct Id(Box<RawValue>);

impl Id {
    /// The rules for ids are not documented; texts are what the vendor shows, and numbers do no harm.
    fn of(value: &RawValue) -> Option<Self> {
        matches!(
            value.get().as_bytes().first(),
            Some(b'"' | b'-' | b'0'..=b'9')
        )
        .then(|| Self(value.to_owned()))
    }

    pub(super) fn text(text: &str) -> Self {
        let id = serde_json::value::to_raw_value(text);
        Self(id.expect("a text always has a JSON form"))
    }
}

impl Request {
    /// # Errors
    /// The frame that says what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, Message> {
        let object: Object = serde_json::from_str(text).map_err(|why| {
            let detail = format!("Expected a JSON object: {why}");
            error(None, "Invalid JSON", &detail)
        })?;
        let id = object.get("id").and_then(Id::of);
        let members = Members { object, id };
        match members.needed::<String>("action", "a text")?.as_str() {
            "rpc" => Ok(Self::Rpc {
                api: members.needed("api", "a text")?,
                args: members.optional("args", "an object")?.unwrap_or_default(),
                id: members
                    .id
                    .clone()
                    .ok_or_else(|| members.invalid("id", "a text"))?,
            }),
            "subscribe" => members.instruments().map(Self::Subscribe),
            "unsubscribe" => members.instruments().map(Self::Unsubscribe),
            "streamPnl" => {
                let enabled = members
                    .optional("enabled", "true or false")?
                    .unwrap_or(true);
                let interval = members.optional("interval", "milliseconds")?.unwrap_or(PNL);
                let interval = interval.clamp(FASTEST_PNL, SLOWEST_PNL);
                Ok(Self::StreamPnl(
                    enabled.then(|| Duration::from_millis(interval)),
                ))
            }
            "ping" => Ok(Self::Ping),
            unknown => {
                let detail = format!("No action {unknown}");
                Err(error(members.id.as_ref(), "Unknown action", &detail))
            }
        }
    }
}

/// A request's members, and what to answer where one of them is not as it must be.
struct Members {
    object: Object,
    id: Option<Id>,
}

impl Members {
    fn optional<'a, T: Deserialize<'a>>(
        &'a self,
        name: &str,
        kind: &str,
    ) -> Result<Option<T>, Message> {
        let member = self.object.member(name);
        member.ok_or_else(|| self.invalid(name, kind))
    }

    fn needed<'a, T: Deserialize<'a>>(&'a self, name: &str, kind: &str) -> Result<T, Message> {
        let member = self.optional(name, kind)?;
        member.ok_or_else(|| self.invalid(name, kind))
    }

    fn instruments(&self) -> Result<Vec<String>, Message> {
        let kind = "a list of names";
        let named: Vec<String> = self.needed("instruments", kind)?;
        match named.is_empty() || named.iter().any(|name| name.trim().is_empty()) {
            true => Err(self.invalid("instruments", kind)),
            false => Ok(named),
        }
    }

    fn invalid(&self, name: &str, kind: &str) -> Message {
        let detail = format!("`{name}` must be {kind}");
        error(self.id.as_ref(), "Invalid request", &detail)
    }
}

/// The answer to a call, as two frames: the usual one, and the one for [`Fault::NoIdError`], in which errors have no id.
///
/// [`Fault::NoIdError`]: crate::simulator::Fault::NoIdError
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) frame: Message,
    pub(super) without_id: Message,
}

impl Reply {
    /// The body that REST would have is in `data`, of an error too: there is no status to tell it by.
    pub(super) fn answered(id: &Id, answer: &JsonResponse) -> Self {
        let frame = Object::default().set("id", &id.0);
        let frame = text(&frame.set("data", &answer.body));
        let without_id = match answer.status {
            StatusCode::OK => frame.clone(),
            _ => nameless(answer),
        };
        Self { frame, without_id }
    }

    /// The budget is spent. How that looks is not documented: `{"id":…,"error":"Rate limit exceeded"}`, as whoever refuses
    /// has not asked the desktop for data.
    pub(super) fn refused(id: &Id, answer: &JsonResponse) -> Self {
        let frame = Object::default().set("id", &id.0);
        Self {
            frame: text(&frame.with(&answer.body)),
            without_id: nameless(answer),
        }
    }
}

fn nameless(answer: &JsonResponse) -> Message {
    text(&typed("error").with(&answer.body))
}

fn typed(kind: &str) -> Object {
    Object::default().set("type", kind)
}

/// An error frame is not documented: `{"type":"error","error":…}`, with the id where there was one.
pub(super) fn error(id: Option<&Id>, error: &str, detail: &str) -> Message {
    let frame = match id {
        Some(id) => typed("error").set("id", &id.0),
        None => typed("error"),
    };
    text(&frame.set("error", error).set("detail", detail))
}

/// Too many changes of subscriptions; none of what was asked for is done.
pub(super) fn refusal(answer: JsonResponse) -> Message {
    nameless(&answer.set("detail", "Subscriptions may change 20 times a minute"))
}

/// The vendor documents no pong; this is the least that one can be.
pub(super) fn pong() -> Message {
    text(&typed("pong"))
}

pub(super) fn market_data(quotes: &[Quote<'_>]) -> Message {
    text(&typed("marketData").set("quotes", quotes))
}

/// `epoch`: UTC milliseconds.
pub(super) fn pnl_update(epoch: i64, account: &Object) -> Message {
    let frame = typed("pnlUpdate").set("epoch", epoch);
    text(&frame.set("accounts", [account]))
}

fn text(frame: &Object) -> Message {
    Message::text(frame.to_text())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::crosstrade::failure;

    fn told(text: &str) -> String {
        let message = Request::parse(text).expect_err(text);
        message.into_text().expect("a text frame").to_string()
    }

    #[test]
    fn the_vendors_requests_are_read() {
        let rpc =
            r#"{"action":"rpc","id":"a\u0062","api":"GetExecution","args":{"account":"Sim101"}}"#;
        match Request::parse(rpc) {
            Ok(Request::Rpc { id, api, args }) => {
                assert_eq!((id.0.get(), api.as_str()), (r#""a\u0062""#, "GetExecution"));
                assert_eq!(args.to_text(), r#"{"account":"Sim101"}"#);
            }
            other => panic!("{other:?}"),
        }
        let pnl = |text| match Request::parse(text) {
            Ok(Request::StreamPnl(every)) => every.map(|every| every.as_millis()),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            pnl(r#"{"action":"streamPnl","enabled":true,"interval":250}"#),
            Some(250)
        );
        assert_eq!(
            pnl(r#"{"action":"streamPnl","enabled":true,"interval":0}"#),
            Some(50)
        );
        assert_eq!(pnl(r#"{"action":"streamPnl"}"#), Some(1000));
        assert_eq!(pnl(r#"{"action":"streamPnl","enabled":false}"#), None);
        let subscribe = r#"{"action":"subscribe","instruments":["ES 03-26"]}"#;
        assert!(
            matches!(Request::parse(subscribe), Ok(Request::Subscribe(of)) if of == ["ES 03-26"])
        );
        assert!(matches!(
            Request::parse(r#"{"action":"ping"}"#),
            Ok(Request::Ping)
        ));
    }

    #[test]
    fn what_is_wrong_is_told_with_the_id_where_there_is_one() {
        for text in ["", "nonsense", "[]", "{", r#"{"id":"1"}{}"#] {
            assert!(
                told(text).starts_with(r#"{"type":"error","error":"Invalid JSON""#),
                "{text}"
            );
        }
        for text in [
            r#"{}"#,
            r#"{"action":7}"#,
            r#"{"action":"rpc","api":"GetExecution"}"#,
            r#"{"action":"rpc","api":"GetExecution","id":null}"#,
            r#"{"action":"rpc","api":"GetExecution","id":{"a":1}}"#,
            r#"{"action":"subscribe"}"#,
            r#"{"action":"subscribe","instruments":[]}"#,
            r#"{"action":"subscribe","instruments":[" "]}"#,
            r#"{"action":"unsubscribe","instruments":"ES"}"#,
            r#"{"action":"streamPnl","interval":-1}"#,
        ] {
            assert!(
                told(text).starts_with(r#"{"type":"error","error":"Invalid request""#),
                "{text}"
            );
        }
        for text in [
            r#"{"action":"rpc","id":"7","args":{}}"#,
            r#"{"action":"rpc","id":"7","api":"GetExecution","args":[]}"#,
            r#"{"action":"dance","id":"7"}"#,
        ] {
            assert!(
                told(text).starts_with(r#"{"type":"error","id":"7","error""#),
                "{text}"
            );
        }
    }

    #[test]
    fn a_reply_has_its_id_first_and_may_lose_it_only_as_an_error() {
        let frames = |reply: Reply| {
            [reply.frame, reply.without_id]
                .map(|frame| frame.into_text().expect("a text frame").to_string())
        };
        let odd = |status| failure(status, "odd", "why");
        let id = Id::text("r");
        let done = r#"{"id":"r","data":{"success":false,"error":"odd","detail":"why"}}"#;
        let flat = r#""success":false,"error":"odd","detail":"why"}"#;
        assert_eq!(
            frames(Reply::answered(&id, &odd(StatusCode::OK))),
            [done; 2]
        );
        assert_eq!(
            frames(Reply::answered(&id, &odd(StatusCode::NOT_FOUND))),
            [done.to_owned(), format!(r#"{{"type":"error",{flat}"#)]
        );
        assert_eq!(
            frames(Reply::refused(&id, &odd(StatusCode::TOO_MANY_REQUESTS))),
            [
                format!(r#"{{"id":"r",{flat}"#),
                format!(r#"{{"type":"error",{flat}"#)
            ]
        );
    }
}
