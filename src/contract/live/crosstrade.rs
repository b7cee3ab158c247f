//! CrossTrade's reads, over REST and its WebSocket.

use std::time::Duration;

use super::run::{Expected, Run};
use super::{Options, Trial};
use crate::contract::operation::path;
use crate::contract::{Contract, Grade};
use crate::crosstrade::{CrossTrade, types};
use crate::generated::crosstrade::operations;
use crate::reference::{Reference, Service};
use crate::settings::{Carried as _, Handle as _};
use crate::transport::request::Target;

/// As far back as REST lists.
const LOOKBACK: Duration = Duration::from_secs(900);
const UNKNOWN: &str = CrossTrade::UNKNOWN.0;
const UNKNOWN_ACCOUNT: &str = "no-such-account";
const NO_ACCOUNT: &str =
    "no account is known: give a reference, crosstrade:<account>/<id>, or an account";

const NOT_FOUND: Expected = Expected::Refusal(CrossTrade::UNKNOWN.1, Grade::Breaks);
const BAD: Expected = Expected::Refusal(&[400], Grade::Drift);
const REFUSED: Expected = Expected::Refusal(&[401, 403], Grade::Breaks);

/// The list and one execution, over REST and, with the feature `ws`, over the WebSocket, where one push is
/// waited for; and its refusals.
pub(super) async fn check(crosstrade: &CrossTrade, options: &Options) -> Trial {
    let mut run = Run::new(Service::CrossTrade, options);
    let crosstrade = crosstrade.over(&|transport| transport.also_observed(run.tap()));
    let given = options.of(Service::CrossTrade).next();
    let account = given.map(account_of).or(options.account.as_deref());
    let account = account.ok_or(NO_ACCOUNT);

    let list = account.map(|account| crosstrade.executions(account).lookback(LOOKBACK));
    let list = run.attempt("list executions", Expected::Answer, list).await;
    let first = list.as_ref().and_then(|list| list.executions.first());
    let listed = first
        .zip(account.ok())
        .map(|(first, account)| Reference::received(Service::CrossTrade, Some(account), &first.id));
    let why = match (account, &list) {
        (Err(why), _) => why,
        (_, Some(_)) => "the list is empty: give a reference, crosstrade:<account>/<id>",
        (_, None) => "no list came: give a reference, crosstrade:<account>/<id>",
    };
    let get = |reference| crosstrade.execution(account_of(reference), Reference::id(reference));
    let fill = run.get_each(listed.as_ref(), why, get).await;
    let instrument = fill.as_deref().or(first).map(|fill| &*fill.instrument);

    refusals(&mut run, &crosstrade, account, options).await;
    #[cfg(feature = "ws")]
    match options.without_socket {
        true => run.skip("open the WebSocket", "turned off by `without_socket`"),
        false => {
            let known = super::socket::Known {
                account,
                execution: given.or(listed.as_ref()).ok_or("no execution is known"),
                instrument: instrument.ok_or("no execution names an instrument to ask for"),
                unknown: UNKNOWN,
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
    run: &mut Run<'_>,
    crosstrade: &CrossTrade,
    account: Result<&str, &'static str>,
    options: &Options,
) {
    let get = account.map(|account| crosstrade.execution(account, UNKNOWN));
    run.attempt("get an unknown execution", NOT_FOUND, get)
        .await;
    let known = account.unwrap_or(UNKNOWN_ACCOUNT);
    let contract = Contract::of(Service::CrossTrade);
    let path = path(&contract.operations, "list_executions", &[known]);
    let list = account.map(|account| {
        crosstrade.transport.ask::<types::ExecutionList>(
            Target::list("executions").within("account", account),
            &operations::LIST_EXECUTIONS,
            &path,
            &[("lookbackTime", "abc")],
        )
    });
    run.attempt("list with a lookback that is none", BAD, list)
        .await;
    let list = crosstrade.executions(UNKNOWN_ACCOUNT);
    run.attempt("list of an unknown account", BAD, Ok(list))
        .await;
    let wrong = crosstrade.over(&|transport| transport.with_wrong_credential());
    let list = options.wrong_credential(wrong.executions(known));
    run.attempt("list with a wrong credential", REFUSED, list)
        .await;
}
