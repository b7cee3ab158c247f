//! CrossTrade's WebSocket: the two reads, a refusal, and one push.

use std::time::Duration;

use tokio::time::timeout;

use super::Options;
use super::run::{Expected, Run};
use crate::crosstrade::CrossTrade;
use crate::crosstrade::socket::{Event, Socket};
use crate::reference::Reference;

const PUSH: Duration = Duration::from_secs(5);
/// An add-on that is there answers in well under a second, and the calls are made one after another: a socket's own 30 s
/// would make a check of a mute one last minutes.
const CALL: Duration = Duration::from_secs(10);

const OPEN: &str = "open the WebSocket";
const LIST: &str = "ListExecutions over the WebSocket";
const GET: &str = "GetExecution over the WebSocket";
const GET_UNKNOWN: &str = "GetExecution of an unknown one";
const QUOTES: &str = "a push of quotes";
/// What is tried once it is open, in this order.
const TRIED: [&str; 4] = [LIST, GET, GET_UNKNOWN, QUOTES];

const NO_ACCOUNT: &str = "no account is known";
const UNOPENED: &str = "the WebSocket could not be opened";
const MUTE: &str = "nothing came over the WebSocket while the call before was waited for";

/// What there is to ask for.
pub(super) struct Known<'a> {
    pub account: Option<&'a str>,
    /// With its account.
    pub execution: Option<(&'a str, &'a Reference)>,
    /// An id that no execution has.
    pub unknown: &'a str,
    pub instrument: Option<String>,
}

pub(super) async fn check(
    run: &mut Run,
    crosstrade: &CrossTrade,
    known: Known<'_>,
    options: &Options,
) {
    let limit = options.socket_timeout.unwrap_or(CALL);
    let connect = crosstrade.connect().call_timeout(limit);
    let Some(socket) = run.attempt(OPEN, Expected::Answer, connect).await else {
        return TRIED.iter().for_each(|tried| run.skip(tried, UNOPENED));
    };
    for tried in TRIED {
        // Silent for that long, it would be waited for as long again with each.
        match run.is_unheard() {
            true => run.skip(tried, MUTE),
            false => attempt(run, &socket, tried, &known, options).await,
        }
    }
    // It cannot fail.
    let _ = socket.close().await;
}

async fn attempt(
    run: &mut Run,
    socket: &Socket,
    tried: &'static str,
    known: &Known<'_>,
    options: &Options,
) {
    match (tried, known.account, known.execution, &known.instrument) {
        (LIST, Some(account), ..) => {
            let list = socket.executions(account);
            run.attempt(tried, Expected::Answer, list).await;
        }
        (GET, _, Some((account, reference)), _) => {
            let get = socket.execution(account, reference.id());
            run.attempt_with(reference, tried, Expected::Answer, get)
                .await;
        }
        (GET_UNKNOWN, Some(account), ..) => {
            let get = socket.execution(account, known.unknown);
            run.attempt(tried, Expected::RefusalInFrame, get).await;
        }
        (QUOTES, .., Some(instrument)) => {
            let wait = options.push.unwrap_or(PUSH);
            push(run, socket, instrument, wait).await;
        }
        (GET, ..) => run.skip(tried, "no execution is known"),
        (QUOTES, ..) => run.skip(tried, "no execution names an instrument to ask for"),
        _ => run.skip(tried, NO_ACCOUNT),
    }
}

async fn push(run: &mut Run, socket: &Socket, instrument: &str, wait: Duration) {
    run.announce(QUOTES);
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
    // None is no fault, and what came has been judged.
    let _ = timeout(wait, pushed).await;
    run.pushed(QUOTES, "marketData", "none came: the market may be closed");
}
