//! The reads of the services that have one: by its id, and what is refused.

use std::sync::Arc;

use super::run::{Expected, Run};
use super::trial::GET;
use super::{Options, Trial};
use crate::b3os::B3os;
use crate::contract::{Contract, Grade};
use crate::hummingbot::{Hummingbot, types as hummingbot};
use crate::reference::Service;
use crate::refold::Refold;
use crate::transport::request::Target;

const UNKNOWN: &str = "get an unknown execution";
const WRONG: &str = "get with a wrong credential";
const ASKED_WITHOUT: &str = "it was asked for without it";
const REFUSED: Expected = Expected::Refusal(&[401, 403], Grade::Breaks);
const NOT_FOUND: Expected = Expected::Refusal(&[404], Grade::Breaks);

/// Checks Hummingbot: one executor, an unknown one, an empty id, and a wrong credential.
pub async fn check_hummingbot(hummingbot: &Hummingbot, options: &Options) -> Trial {
    const SERVICE: Service = Service::Hummingbot;
    let mut run = Run::new(SERVICE, options);
    let tap = Arc::clone(&run.tap);
    let hummingbot = hummingbot.over(|transport| transport.also_observed(tap));
    if options.of(SERVICE).next().is_none() {
        run.skip(GET, "give a reference, hummingbot:<id>");
    }
    for reference in options.of(SERVICE) {
        let get = hummingbot.executor(reference.id());
        run.attempt_with(reference, GET, Expected::Answer, get)
            .await;
    }
    run.attempt(UNKNOWN, NOT_FOUND, hummingbot.executor("no-such-executor"))
        .await;
    let path = Contract::of(SERVICE).path("get_executor", &[""]);
    let empty = hummingbot.transport.ask::<hummingbot::Executor>(
        Target::list("executors"),
        "get_executor",
        &path,
        &[],
    );
    // As what has an id does not take a GET without one.
    let expected = Expected::Refusal(&[405, 404, 422], Grade::Drift);
    run.attempt("get with an empty id", expected, empty).await;
    match options.without_wrong_credential {
        true => run.skip(WRONG, ASKED_WITHOUT),
        false => {
            let wrong = hummingbot.over(|transport| transport.with_wrong_credential());
            run.attempt(WRONG, REFUSED, wrong.executor("no-such-executor"))
                .await;
        }
    }
    run.end()
}

/// Checks B3OS: one execution, an unknown one, and a wrong credential.
pub async fn check_b3os(b3os: &B3os, options: &Options) -> Trial {
    const SERVICE: Service = Service::B3os;
    let mut run = Run::new(SERVICE, options);
    let tap = Arc::clone(&run.tap);
    let b3os = b3os.over(|transport| transport.also_observed(tap));
    if options.of(SERVICE).next().is_none() {
        run.skip(GET, "give a reference, b3os:<id>");
    }
    for reference in options.of(SERVICE) {
        let get = b3os.execution(reference.id());
        run.attempt_with(reference, GET, Expected::Answer, get)
            .await;
    }
    // What is no id at all gets 400.
    let expected = Expected::Refusal(&[404, 400], Grade::Breaks);
    run.attempt(UNKNOWN, expected, b3os.execution("no-such-execution"))
        .await;
    run.skip(
        "get with a parameter that is none",
        "no document says which parameter is refused",
    );
    match options.without_wrong_credential {
        true => run.skip(WRONG, ASKED_WITHOUT),
        false => {
            let wrong = b3os.over(|transport| transport.with_wrong_credential());
            run.attempt(WRONG, REFUSED, wrong.execution("no-such-execution"))
                .await;
        }
    }
    run.end()
}

/// Checks Refold: one execution, an unknown one, an unknown linked account, and a wrong credential.
pub async fn check_refold(refold: &Refold, options: &Options) -> Trial {
    const SERVICE: Service = Service::Refold;
    const ACCOUNT: &str = "get for an unknown linked account";
    let mut run = Run::new(SERVICE, options);
    let tap = Arc::clone(&run.tap);
    let refold = refold.over(|transport| transport.also_observed(tap));
    if options.of(SERVICE).next().is_none() {
        run.skip(GET, "give a reference, refold:[<linked account>/]<id>");
    }
    for reference in options.of(SERVICE) {
        let get = async {
            match reference.account() {
                Some(account) => {
                    let refold = refold.for_linked_account(account)?;
                    refold.execution(reference.id()).await
                }
                None => refold.execution(reference.id()).await,
            }
        };
        run.attempt_with(reference, GET, Expected::Answer, get)
            .await;
    }
    let unknown = "000000000000000000000000";
    run.attempt(UNKNOWN, NOT_FOUND, refold.execution(unknown))
        .await;
    match refold.for_linked_account("no-such-linked-account") {
        Err(_) => run.skip(ACCOUNT, "a session token is for one linked account"),
        Ok(other) => {
            // 400 in one documentation, 500 in the other.
            let expected = Expected::Refusal(&[400, 500], Grade::Drift);
            run.attempt(ACCOUNT, expected, other.execution(unknown))
                .await;
        }
    }
    match options.without_wrong_credential {
        true => run.skip(WRONG, ASKED_WITHOUT),
        false => {
            let wrong = refold.over(|transport| transport.with_wrong_credential());
            run.attempt(WRONG, REFUSED, wrong.execution(unknown)).await;
        }
    }
    run.end()
}
