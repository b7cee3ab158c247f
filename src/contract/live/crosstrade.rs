//! CrossTrade's reads, over REST and its WebSocket.

use std::sync::Arc;
use std::time::Duration;

use super::run::{Expected, Run};
use super::trial::GET;
use super::{Options, Trial};
use crate::contract::{Contract, Grade};
use crate::crosstrade::{CrossTrade, types};
use crate::reference::{Reference, Service};
use crate::transport::request::Target;

/// As far back as REST lists.
const LOOKBACK: Duration = Duration::from_secs(900);
/// Of the form of an id, of which NinjaTrader has made none.
const UNKNOWN: &str = "00000000000000000000000000000000";
const UNKNOWN_ACCOUNT: &str = "no-such-account";
const NO_ACCOUNT: &str =
    "no account is known: give a reference, crosstrade:<account>/<id>, or an account";

/// Checks CrossTrade: the list and one execution, over REST and, with the feature `ws`, over the WebSocket, where one push is
/// waited for; and its refusals.
pub async fn check_crosstrade(crosstrade: &CrossTrade, options: &Options) -> Trial {
    let mut run = Run::new(Service::CrossTrade, options);
    let tap = Arc::clone(&run.tap);
    let crosstrade = crosstrade.over(|transport| transport.also_observed(tap));
    let mut known: Vec<Reference> = options.of(Service::CrossTrade).cloned().collect();
    let account = known.first().map(|first| account_of(first).to_owned());
    let account = account.or_else(|| options.account.clone());
    let mut instrument = None;
    let mut is_listed = false;
    match &account {
        None => run.skip("list executions", NO_ACCOUNT),
        Some(account) => {
            let list = crosstrade.executions(account).lookback(LOOKBACK);
            let list = run.attempt("list executions", Expected::Answer, list).await;
            is_listed = list.is_some();
            if let Some(first) = list.as_ref().and_then(|list| list.executions.first()) {
                instrument = Some(first.instrument.clone());
                if known.is_empty() {
                    let first = first.id.to_string();
                    known.push(Reference::received(
                        Service::CrossTrade,
                        Some(account),
                        &first,
                    ));
                }
            }
        }
    }
    if known.is_empty() {
        let why = match &account {
            Some(_) if is_listed => {
                "the list is empty: give a reference, crosstrade:<account>/<id>"
            }
            Some(_) => "no list came: give a reference, crosstrade:<account>/<id>",
            None => NO_ACCOUNT,
        };
        run.skip(GET, why);
    }
    for reference in &known {
        let get = crosstrade.execution(account_of(reference), reference.id());
        let fill = run
            .attempt_with(reference, GET, Expected::Answer, get)
            .await;
        instrument = fill.map(|fill| fill.instrument.clone()).or(instrument);
    }
    refusals(&mut run, &crosstrade, account.as_deref(), options).await;
    #[cfg(feature = "ws")]
    match options.without_socket {
        true => run.skip("open the WebSocket", "it was asked for without it"),
        false => {
            let account = account.as_deref();
            let known = super::socket::Known {
                account,
                execution: known.first().map(|one| (account_of(one), one)),
                unknown: UNKNOWN,
                instrument,
            };
            super::socket::check(&mut run, &crosstrade, known, options).await;
        }
    }
    #[cfg(not(feature = "ws"))]
    {
        let _ = instrument;
        run.skip("open the WebSocket", "the feature ws is not built in");
    }
    run.end()
}

/// Every reference of CrossTrade's has one.
fn account_of(reference: &Reference) -> &str {
    reference.account().unwrap_or_default()
}

async fn refusals(
    run: &mut Run,
    crosstrade: &CrossTrade,
    account: Option<&str>,
    options: &Options,
) {
    let contract = Contract::of(Service::CrossTrade);
    match account {
        None => {
            run.skip("get an unknown execution", NO_ACCOUNT);
            run.skip("list with a lookback that is none", NO_ACCOUNT);
        }
        Some(account) => {
            // 404 is not documented for it, and as the client reads it.
            let expected = Expected::Refusal(&[404, 400], Grade::Breaks);
            let get = crosstrade.execution(account, UNKNOWN);
            run.attempt("get an unknown execution", expected, get).await;
            let path = contract.path("list_executions", &[account]);
            let list = crosstrade.transport.ask::<types::ExecutionList>(
                Target::list("executions").within("account", account),
                "list_executions",
                &path,
                &[("lookbackTime", "abc")],
            );
            let expected = Expected::Refusal(&[400], Grade::Drift);
            run.attempt("list with a lookback that is none", expected, list)
                .await;
        }
    }
    let list = crosstrade.executions(UNKNOWN_ACCOUNT);
    let expected = Expected::Refusal(&[400], Grade::Drift);
    run.attempt("list of an unknown account", expected, list)
        .await;
    if options.without_wrong_credential {
        return run.skip(
            "list with a wrong credential",
            "it was asked for without it",
        );
    }
    let wrong = crosstrade.over(|transport| transport.with_wrong_credential());
    let list = wrong.executions(account.unwrap_or(UNKNOWN_ACCOUNT));
    let expected = Expected::Refusal(&[401, 403], Grade::Breaks);
    run.attempt("list with a wrong credential", expected, list)
        .await;
}
