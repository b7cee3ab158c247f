//! The reads of the services that have one: by its id, and what is refused.

use super::run::{Expected, Run};
use super::{Options, Trial};
use crate::b3os::B3os;
use crate::contract::operation::path;
use crate::contract::{Contract, Grade};
use crate::error::Error;
use crate::generated::hummingbot::operations;
use crate::hummingbot::{Hummingbot, types as hummingbot};
use crate::reference::{Reference, Service};
use crate::refold::{Refold, types as refold};
use crate::transport::reply::Reply;
use crate::transport::request::Target;

const UNKNOWN: &str = "get an unknown execution";
const WRONG: &str = "get with a wrong credential";
const REFUSED: Expected = Expected::Refusal(&[401, 403], Grade::Breaks);
const NOT_FOUND: Expected = Expected::Refusal(&[404], Grade::Breaks);
/// B3OS answers 400 for what is no id at all.
const NOT_FOUND_OR_NO_ID: Expected = Expected::Refusal(&[404, 400], Grade::Breaks);
/// A path that takes an id does not take a GET without one.
const NO_PATH: Expected = Expected::Refusal(&[405, 404, 422], Grade::Drift);
/// 400 in one documentation of Refold's, 500 in the other.
const NO_ACCOUNT: Expected = Expected::Refusal(&[400, 500], Grade::Drift);

/// Checks Hummingbot: one executor, an unknown one, an empty id, and a wrong credential.
pub async fn check_hummingbot(hummingbot: &Hummingbot, options: &Options) -> Trial {
    let mut run = Run::new(Service::Hummingbot, options);
    let hummingbot = hummingbot.over(|transport| transport.also_observed(run.tap()));
    let wrong = hummingbot.over(|transport| transport.with_wrong_credential());
    let unknown = "no-such-executor";
    let contract = Contract::of(Service::Hummingbot);
    let path = path(&contract.operations, "get_executor", &[""]);
    let empty = hummingbot.transport.ask::<hummingbot::Executor>(
        Target::list("executors"),
        &operations::GET_EXECUTOR,
        &path,
        &[],
    );
    let form = "give a reference, hummingbot:<id>";
    run.get_each(None, form, |reference| hummingbot.executor(reference.id()))
        .await;
    let get = hummingbot.executor(unknown);
    run.attempt(UNKNOWN, NOT_FOUND, Ok(get)).await;
    run.attempt("get with an empty id", NO_PATH, Ok(empty))
        .await;
    let refused = options.wrong_credential(wrong.executor(unknown));
    run.attempt(WRONG, REFUSED, refused).await;
    run.end()
}

/// Checks B3OS: one execution, an unknown one, and a wrong credential.
pub async fn check_b3os(b3os: &B3os, options: &Options) -> Trial {
    let mut run = Run::new(Service::B3os, options);
    let b3os = b3os.over(|transport| transport.also_observed(run.tap()));
    let wrong = b3os.over(|transport| transport.with_wrong_credential());
    let unknown = "no-such-execution";
    let form = "give a reference, b3os:<id>";
    run.get_each(None, form, |reference| b3os.execution(reference.id()))
        .await;
    let get = b3os.execution(unknown);
    run.attempt(UNKNOWN, NOT_FOUND_OR_NO_ID, Ok(get)).await;
    let undocumented = "no document says which parameter is refused";
    run.skip("get with a parameter that is none", undocumented);
    let refused = options.wrong_credential(wrong.execution(unknown));
    run.attempt(WRONG, REFUSED, refused).await;
    run.end()
}

/// Checks Refold: one execution, an unknown one, an unknown linked account, and a wrong credential.
pub async fn check_refold(refold: &Refold, options: &Options) -> Trial {
    let mut run = Run::new(Service::Refold, options);
    let refold = refold.over(|transport| transport.also_observed(run.tap()));
    let wrong = refold.over(|transport| transport.with_wrong_credential());
    let unknown = "000000000000000000000000";
    let form = "give a reference, refold:[<linked account>/]<id>";
    run.get_each(None, form, |reference| get_for(&refold, reference))
        .await;
    let get = refold.execution(unknown);
    run.attempt(UNKNOWN, NOT_FOUND, Ok(get)).await;
    let other = refold.for_linked_account("no-such-linked-account");
    let other = other.as_ref().map(|refold| refold.execution(unknown));
    let other = other.map_err(|_| "a session token is for one linked account");
    run.attempt("get for an unknown linked account", NO_ACCOUNT, other)
        .await;
    let refused = options.wrong_credential(wrong.execution(unknown));
    run.attempt(WRONG, REFUSED, refused).await;
    run.end()
}

async fn get_for(
    refold: &Refold,
    reference: &Reference,
) -> Result<Reply<refold::Execution>, Error> {
    let account = reference.account();
    let other = account.map(|account| refold.for_linked_account(account));
    let other = other.transpose()?;
    let refold = other.as_ref().unwrap_or(refold);
    refold.execution(reference.id()).await
}
