//! The reads of the services that have one: by its id, and what is refused.

use std::sync::Arc;

use super::run::{Expected, Run};
use super::trial::GET;
use super::{Options, Trial};
use crate::b3os::B3os;
use crate::contract::{Contract, Grade};
use crate::error::Error;
use crate::hummingbot::{Hummingbot, types as hummingbot};
use crate::reference::{Reference, Service};
use crate::refold::Refold;
use crate::transport::request::Target;

const UNKNOWN: &str = "get an unknown execution";
const WRONG: &str = "get with a wrong credential";
const REFUSED: Expected = Expected::Refusal(&[401, 403], Grade::Breaks);
const NOT_FOUND: Expected = Expected::Refusal(&[404], Grade::Breaks);

/// Checks Hummingbot: one executor, an unknown one, an empty id, and a wrong credential.
pub async fn check_hummingbot(hummingbot: &Hummingbot, options: &Options) -> Trial {
    let mut run = Run::new(Service::Hummingbot, options);
    let tap = Arc::clone(&run.tap);
    let hummingbot = hummingbot.over(|transport| transport.also_observed(tap));
    let get = async |reference: &Reference| hummingbot.executor(reference.id()).await;
    each(&mut run, options, "give a reference, hummingbot:<id>", get).await;
    let unknown = "no-such-executor";
    run.attempt(UNKNOWN, NOT_FOUND, hummingbot.executor(unknown))
        .await;
    let path = Contract::of(Service::Hummingbot).path("get_executor", &[""]);
    let empty = hummingbot.transport.ask::<hummingbot::Executor>(
        Target::list("executors"),
        "get_executor",
        &path,
        &[],
    );
    // As what has an id does not take a GET without one.
    let expected = Expected::Refusal(&[405, 404, 422], Grade::Drift);
    run.attempt("get with an empty id", expected, empty).await;
    let wrong = hummingbot.over(|transport| transport.with_wrong_credential());
    refused(&mut run, options, wrong.executor(unknown)).await;
    run.end()
}

/// Checks B3OS: one execution, an unknown one, and a wrong credential.
pub async fn check_b3os(b3os: &B3os, options: &Options) -> Trial {
    let mut run = Run::new(Service::B3os, options);
    let tap = Arc::clone(&run.tap);
    let b3os = b3os.over(|transport| transport.also_observed(tap));
    let get = async |reference: &Reference| b3os.execution(reference.id()).await;
    each(&mut run, options, "give a reference, b3os:<id>", get).await;
    let unknown = "no-such-execution";
    // What is no id at all gets 400.
    let expected = Expected::Refusal(&[404, 400], Grade::Breaks);
    run.attempt(UNKNOWN, expected, b3os.execution(unknown))
        .await;
    run.skip(
        "get with a parameter that is none",
        "no document says which parameter is refused",
    );
    let wrong = b3os.over(|transport| transport.with_wrong_credential());
    refused(&mut run, options, wrong.execution(unknown)).await;
    run.end()
}

/// Checks Refold: one execution, an unknown one, an unknown linked account, and a wrong credential.
pub async fn check_refold(refold: &Refold, options: &Options) -> Trial {
    const ACCOUNT: &str = "get for an unknown linked account";
    let mut run = Run::new(Service::Refold, options);
    let tap = Arc::clone(&run.tap);
    let refold = refold.over(|transport| transport.also_observed(tap));
    let get = async |reference: &Reference| match reference.account() {
        Some(account) => {
            let refold = refold.for_linked_account(account)?;
            refold.execution(reference.id()).await
        }
        None => refold.execution(reference.id()).await,
    };
    let form = "give a reference, refold:[<linked account>/]<id>";
    each(&mut run, options, form, get).await;
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
    let wrong = refold.over(|transport| transport.with_wrong_credential());
    refused(&mut run, options, wrong.execution(unknown)).await;
    run.end()
}

/// Gets each of the executions that there should be; without one, says in which form to give it.
async fn each<T>(
    run: &mut Run,
    options: &Options,
    form: &'static str,
    get: impl AsyncFn(&Reference) -> Result<T, Error>,
) {
    let mut references = options.of(run.service()).peekable();
    if references.peek().is_none() {
        run.skip(GET, form);
    }
    for reference in references {
        run.attempt_with(reference, GET, Expected::Answer, get(reference))
            .await;
    }
}

/// Makes a call with a wrong credential, unless the user wants none.
async fn refused<T>(
    run: &mut Run,
    options: &Options,
    call: impl Future<Output = Result<T, Error>>,
) {
    if options.without_wrong_credential {
        return run.skip(WRONG, "it was asked for without it");
    }
    run.attempt(WRONG, REFUSED, call).await;
}
