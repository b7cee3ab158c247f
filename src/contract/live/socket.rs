//! CrossTrade's WebSocket: the two reads, a refusal, and one push.

use std::time::Duration;

use tokio::time::timeout;

use super::Options;
use super::crosstrade::UNKNOWN;
use super::run::{Expected, Run};
use crate::crosstrade::CrossTrade;
use crate::crosstrade::socket::Event;

const PUSH: Duration = Duration::from_secs(5);
const NO_ACCOUNT: &str = "no account is known";

pub(super) async fn check(
    run: &mut Run,
    crosstrade: &CrossTrade,
    account: Option<&str>,
    known: Option<(&str, &str)>,
    instrument: Option<String>,
    options: &Options,
) {
    let connect = crosstrade.connect();
    let Some(socket) = run
        .attempt("open the WebSocket", Expected::Answer, connect)
        .await
    else {
        return;
    };
    match account {
        None => run.skip("ListExecutions over the WebSocket", NO_ACCOUNT),
        Some(account) => {
            let list = socket.executions(account);
            run.attempt("ListExecutions over the WebSocket", Expected::Answer, list)
                .await;
        }
    }
    match known {
        None => run.skip("GetExecution over the WebSocket", "no execution is known"),
        Some((account, id)) => {
            let get = socket.execution(account, id);
            run.attempt("GetExecution over the WebSocket", Expected::Answer, get)
                .await;
        }
    }
    match account {
        None => run.skip("GetExecution of an unknown one", NO_ACCOUNT),
        Some(account) => {
            let get = socket.execution(account, UNKNOWN);
            run.attempt(
                "GetExecution of an unknown one",
                Expected::RefusalInFrame,
                get,
            )
            .await;
        }
    }
    const QUOTES: &str = "a push of quotes";
    match instrument {
        None => run.skip(QUOTES, "no execution names an instrument to ask for"),
        Some(instrument) => {
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
            let _ = timeout(options.push.unwrap_or(PUSH), pushed).await;
            run.pushed(QUOTES, "marketData", "none came: the market may be closed");
        }
    }
    // It cannot fail.
    let _ = socket.close().await;
}
