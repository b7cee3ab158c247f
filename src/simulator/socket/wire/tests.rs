use axum::http::StatusCode;

use super::*;
use crate::simulator::crosstrade::general;

fn told(text: &str) -> String {
    let message = Request::read(text).expect_err(text);
    message.into_text().expect("a text frame").to_string()
}

#[test]
fn the_vendors_requests_are_read() {
    let rpc = r#"{"action":"rpc","id":"a\u0062","api":"GetExecution","args":{"account":"Sim101"}}"#;
    match Request::read(rpc) {
        Ok(Request::Rpc { id, api, args }) => {
            assert_eq!((id.0.get(), api.as_str()), (r#""a\u0062""#, "GetExecution"));
            assert_eq!(args.to_bytes(), br#"{"account":"Sim101"}"#);
        }
        other => panic!("{other:?}"),
    }
    let pnl = |text| match Request::read(text) {
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
    assert!(matches!(Request::read(subscribe), Ok(Request::Subscribe(of)) if of == ["ES 03-26"]));
    assert!(matches!(
        Request::read(r#"{"action":"ping"}"#),
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
    let refusal = |status| Answer::refused(status, body());
    let done = r#"{"id":"r","data":{"success":false,"error":"odd","detail":"why"}}"#;
    let flat = r#""success":false,"error":"odd","detail":"why"}"#;
    assert_eq!(
        frames(Reply::answered(Id::text("r"), Answer::ok(body()))),
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
