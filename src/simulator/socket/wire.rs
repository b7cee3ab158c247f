//! CrossTrade's WebSocket frames, both ways; no I/O. Where the vendor shows no frame, the choice is written beside it.

use std::time::Duration;

use axum::extract::ws::Message;
use serde_json::value::RawValue;

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
        let frame: Object = serde_json::from_str(text).map_err(|why| {
            let detail = format!("Expected a JSON object: {why}");
            error(None, "Invalid JSON", &detail)
        })?;
        let id = frame.get("id").and_then(Id::of);
        let invalid = |detail: &str| error(id.as_ref(), "Invalid request", detail);
        let action: String = frame
            .member("action")
            .flatten()
            .ok_or_else(|| invalid("`action` must be a text"))?;
        match action.as_str() {
            "rpc" => Ok(Self::Rpc {
                api: frame
                    .member("api")
                    .flatten()
                    .ok_or_else(|| invalid("`api` must be a text"))?,
                args: frame
                    .member("args")
                    .ok_or_else(|| invalid("`args` must be an object"))?
                    .unwrap_or_default(),
                id: id.ok_or_else(|| error(None, "Invalid request", "`id` must be a text"))?,
            }),
            "subscribe" => instruments(&frame).map(Self::Subscribe).map_err(invalid),
            "unsubscribe" => instruments(&frame).map(Self::Unsubscribe).map_err(invalid),
            "streamPnl" => {
                let enabled = frame
                    .member::<bool>("enabled")
                    .ok_or_else(|| invalid("`enabled` must be true or false"))?;
                let interval = frame
                    .member::<u64>("interval")
                    .ok_or_else(|| invalid("`interval` must be milliseconds"))?;
                let interval = interval.unwrap_or(PNL).clamp(FASTEST_PNL, SLOWEST_PNL);
                Ok(Self::StreamPnl(
                    enabled
                        .unwrap_or(true)
                        .then(|| Duration::from_millis(interval)),
                ))
            }
            "ping" => Ok(Self::Ping),
            unknown => {
                let detail = format!("No action {unknown}");
                Err(error(id.as_ref(), "Unknown action", &detail))
            }
        }
    }
}

fn instruments(frame: &Object) -> Result<Vec<String>, &'static str> {
    let named: Option<Vec<String>> = frame.member("instruments").flatten();
    named
        .filter(|named| !named.is_empty() && named.iter().all(|name| !name.trim().is_empty()))
        .ok_or("`instruments` must be a list of names")
}

/// What a call gets.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    id: Id,
    body: Object,
    framing: Framing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    /// In `data`.
    Done,
    /// In `data` too: what REST would have as its body, with no status to tell it by.
    Failed,
    /// Beside the id: whoever refuses has not asked the desktop for data.
    Refused,
}

impl Reply {
    pub(super) fn answered(id: Id, answer: JsonResponse) -> Self {
        let framing = match answer.is_refusal() {
            true => Framing::Failed,
            false => Framing::Done,
        };
        Self {
            id,
            framing,
            body: answer.into_body(),
        }
    }

    /// The budget is spent. How that looks is not documented: `{"id":…,"error":"Rate limit exceeded"}`.
    pub(super) fn refused(id: Id, answer: JsonResponse) -> Self {
        Self {
            id,
            framing: Framing::Refused,
            body: answer.into_body(),
        }
    }

    pub(super) fn to_frame(&self) -> Message {
        let frame = Object::default().set("id", &self.id.0);
        text(&match self.framing {
            Framing::Refused => frame.extended(&self.body),
            Framing::Done | Framing::Failed => frame.set("data", &self.body),
        })
    }

    /// The same; where it is an error, nothing in it tells whose.
    pub(super) fn to_frame_without_id(&self) -> Message {
        match self.framing {
            Framing::Done => self.to_frame(),
            Framing::Failed | Framing::Refused => {
                text(&Object::default().set("type", "error").extended(&self.body))
            }
        }
    }
}

/// An error frame is not documented: `{"type":"error","error":…}`, with the id where there was one.
pub(super) fn error(id: Option<&Id>, error: &str, detail: &str) -> Message {
    let mut frame = Object::default().set("type", "error");
    if let Some(id) = id {
        frame = frame.set("id", &id.0);
    }
    text(&frame.set("error", error).set("detail", detail))
}

/// Too many changes of subscriptions; none of what was asked for is done.
pub(super) fn refusal(answer: JsonResponse) -> Message {
    let frame = Object::default().set("type", "error");
    let detail = "Subscriptions may change 20 times a minute";
    text(&frame.extended(&answer.into_body()).set("detail", detail))
}

/// The vendor documents no pong; this is the least that one can be.
pub(super) fn pong() -> Message {
    text(&Object::default().set("type", "pong"))
}

pub(super) fn market_data(quotes: &[Object]) -> Message {
    text(
        &Object::default()
            .set("type", "marketData")
            .set("quotes", quotes),
    )
}

/// `epoch`: UTC milliseconds.
pub(super) fn pnl_update(epoch: i64, account: &Object) -> Message {
    let frame = Object::default().set("type", "pnlUpdate");
    text(&frame.set("epoch", epoch).set("accounts", [account]))
}

pub(super) fn text(frame: &Object) -> Message {
    let text = String::from_utf8(frame.to_bytes());
    Message::text(text.expect("JSON is UTF-8"))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;
    use crate::simulator::crosstrade::general;

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
                assert_eq!(args.to_bytes(), br#"{"account":"Sim101"}"#);
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
            [reply.to_frame(), reply.to_frame_without_id()]
                .map(|frame| frame.into_text().expect("a text frame").to_string())
        };
        let body = || general("odd", "why".to_owned());
        let refusal = |status| JsonResponse::new(status, body());
        let done = r#"{"id":"r","data":{"success":false,"error":"odd","detail":"why"}}"#;
        let flat = r#""success":false,"error":"odd","detail":"why"}"#;
        assert_eq!(
            frames(Reply::answered(Id::text("r"), JsonResponse::ok(body()))),
            [done; 2]
        );
        assert_eq!(
            frames(Reply::answered(
                Id::text("r"),
                refusal(StatusCode::NOT_FOUND)
            )),
            [done.to_owned(), format!(r#"{{"type":"error",{flat}"#)]
        );
        assert_eq!(
            frames(Reply::refused(
                Id::text("r"),
                refusal(StatusCode::TOO_MANY_REQUESTS)
            )),
            [
                format!(r#"{{"id":"r",{flat}"#),
                format!(r#"{{"type":"error",{flat}"#)
            ]
        );
    }
}
