//! The reads of a service that has one: by its id, and what is refused.

use std::any::Any;

use super::run::{Expected, Run};
use super::{Options, Trial};
use crate::contract::operation::path;
use crate::contract::{Contract, Grade};
use crate::generated::hummingbot::{operations, types};
use crate::hummingbot::Hummingbot;
use crate::provider::Opened;
use crate::reference::{Account, Reference, Service};
use crate::refold::Refold;
use crate::transport::request::Target;

const REFUSED: Expected = Expected::Refusal(&[401, 403], Grade::Breaks);
/// A path that takes an id does not take a GET without one.
const NO_PATH: Expected = Expected::Refusal(&[405, 404, 422], Grade::Drift);
/// 400 in one documentation of Refold's, 500 in the other.
const NO_ACCOUNT: Expected = Expected::Refusal(&[400, 500], Grade::Drift);

/// Checks a service: each execution that was given, an unknown one, what only this service can be asked, and a wrong credential.
pub(super) async fn check(service: Service, handle: &Opened, options: &Options) -> Trial {
    let mut run = Run::new(service, options);
    let handle = handle.over(&|transport| transport.also_observed(run.tap()));
    let form = format!("give a reference, {}", service.form());
    run.get_each(None, &form, |reference| handle.get(reference))
        .await;

    let (id, statuses) = service.provider().unknown;
    let account = match service.account() {
        Account::Required(_) => options.of(service).find_map(Reference::account),
        Account::None | Account::Optional(_) => None,
    };
    let unknown = Reference::received(service, account, id);
    let expected = Expected::Refusal(statuses, Grade::Breaks);
    let get = handle.get(&unknown);
    run.attempt("get an unknown execution", expected, Ok(get))
        .await;

    let one: &dyn Any = &*handle;
    if let Some(hummingbot) = one.downcast_ref() {
        get_without_id(&mut run, hummingbot).await;
    } else if let Some(refold) = one.downcast_ref() {
        get_for_unknown_account(&mut run, refold, id).await;
    } else {
        let undocumented = "no document says which parameter is refused";
        run.skip("get with a parameter that is none", undocumented);
    }

    let wrong = handle.over(&|transport| transport.with_wrong_credential());
    let refused = options.wrong_credential(wrong.get(&unknown));
    run.attempt("get with a wrong credential", REFUSED, refused)
        .await;
    run.end()
}

async fn get_without_id(run: &mut Run<'_>, hummingbot: &Hummingbot) {
    let contract = Contract::of(Service::Hummingbot);
    let path = path(&contract.operations, operations::GET_EXECUTOR.id, &[""]);
    let empty = hummingbot.transport.ask::<types::Executor>(
        Target::list("executors"),
        &operations::GET_EXECUTOR,
        &path,
        &[],
    );
    run.attempt("get with an empty id", NO_PATH, Ok(empty))
        .await;
}

async fn get_for_unknown_account(run: &mut Run<'_>, refold: &Refold, unknown: &str) {
    let other = refold.for_linked_account("no-such-linked-account");
    let other = other.as_ref().map(|refold| refold.execution(unknown));
    let other = other.map_err(|_| "a session token is for one linked account");
    run.attempt("get for an unknown linked account", NO_ACCOUNT, other)
        .await;
}
