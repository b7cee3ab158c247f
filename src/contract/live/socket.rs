//! CrossTrade's WebSocket: the two reads, a refusal, and one push.

use std::time::Duration;

use tokio::time::timeout;

use super::Options;
use super::run::{Expected, Run};
use crate::contract::Grade;
use crate::crosstrade::CrossTrade;
use crate::crosstrade::socket::{Event, Socket};
use crate::error::Error;
use crate::reference::Reference;

const PUSH: Duration = Duration::from_secs(5);
/// An add-on that is there answers in well under a second, and the calls are made one after another: a socket's own 30 s
/// would make a check of a mute one last minutes.
const CALL: Duration = Duration::from_secs(10);

const UNOPENED: &str = "the WebSocket could not be opened";
const MUTE: &str = "nothing came over the WebSocket while the call before was waited for";

/// The account and the execution to ask for, or the reason why there is none.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub account: Result<&'a str, &'static str>,
    pub execution: Result<&'a Reference, &'static str>,
    pub instrument: Result<&'a str, &'static str>,
    /// An id that no execution has.
    pub unknown: &'a str,
}

pub(super) async fn check(
    run: &mut Run<'_>,
    crosstrade: &CrossTrade,
    known: Known<'_>,
    options: &Options,
) {
    let limit = options.socket_timeout.unwrap_or(CALL);
    let connect = crosstrade.connect().call_timeout(limit);
    let socket = run.attempt("open the WebSocket", Expected::Answer, Ok(connect));
    let socket = socket.await;
    let socket = socket.as_ref().ok_or(UNOPENED);

    let list = heard(run, socket).and_then(|socket| Ok(socket.executions(known.account?)));
    let tried = "ListExecutions over the WebSocket";
    run.attempt(tried, Expected::Answer, list).await;

    let get = heard(run, socket).and_then(|socket| {
        let reference = known.execution?;
        let account = reference.account().unwrap_or_default();
        Ok(socket.execution(account, reference.id()))
    });
    let tried = run.with("GetExecution over the WebSocket", known.execution.ok());
    run.make(tried, Expected::Answer, get).await;

    let get =
        heard(run, socket).and_then(|socket| Ok(socket.execution(known.account?, known.unknown)));
    let refusal = Expected::Refusal(&[], Grade::Breaks);
    run.attempt("GetExecution of an unknown one", refusal, get)
        .await;

    let wait = options.push.unwrap_or(PUSH);
    let quotes = heard(run, socket).and_then(|socket| Ok(push(socket, known.instrument?, wait)));
    let expected = Expected::Push("marketData");
    run.attempt("a push of quotes", expected, quotes).await;

    if let Ok(socket) = socket {
        // It cannot fail.
        let _ = socket.close().await;
    }
}

/// The socket, unless it was silent for a whole call: with each of the others it would be waited for as long again.
fn heard<'s>(
    run: &Run<'_>,
    socket: Result<&'s Socket, &'static str>,
) -> Result<&'s Socket, &'static str> {
    match run.is_unheard() && socket.is_ok() {
        true => Err(MUTE),
        false => socket,
    }
}

/// Waits for a push. None is no fault, and what comes is judged.
async fn push(socket: &Socket, instrument: &str, wait: Duration) -> Result<(), Error> {
    let mut events = socket.events();
    let pushed = async {
        socket.subscribe([instrument]).await.ok()?;
        loop {
            match events.next().await? {
                Event::Quotes(_) | Event::Unread(_) => return Some(()),
                _ => {}
            }
        }
    };
    let _ = timeout(wait, pushed).await;
    Ok(())
}
