//! The services themselves held against their specs: every read, and the errors they document.
//!
//! Nothing is written anywhere. Each service that is open is asked for an execution by its reference, for one that there is
//! not, with a credential that is none, and with a parameter that is none; CrossTrade for its list, too, and all of it again
//! over its WebSocket with one push. One handle alone is checked by `check(&handle.into(), …)`. All calls draw on the handles' own rate budgets.
//!
//! ```
//! # #[cfg(feature = "simulator")]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use executions::contract::live::{self, Options};
//! use executions::simulator::{self, Simulator};
//!
//! // In a test of your own: `Executions::from_env()` in place of the simulator, and references of yours.
//! let simulator = Simulator::start(simulator::Options::default()).await?;
//! let variables: std::collections::HashMap<_, _> = simulator.variables().into_iter().collect();
//! let executions = executions::Executions::from_variables(|name| variables.get(name).cloned())?;
//! let references = simulator.references().into_iter().map(|text| text.parse());
//! let trial = live::check(&executions, &Options::new().references(references.collect::<Result<Vec<_>, _>>()?)).await;
//! assert!(trial.holds(), "{trial}");
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "simulator"))]
//! # fn main() {}
//! ```

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

mod crosstrade;
mod run;
mod services;
#[cfg(feature = "ws")]
mod socket;
mod trial;

pub use trial::{Attempt, Outcome, Trial};

use crate::error::Error;
use crate::executions::Executions;
use crate::provider::Opened;
use crate::reference::{Account, Reference, Service};
use run::Run;

/// What to check, and with what.
#[derive(Clone, Default)]
#[must_use]
pub struct Options {
    references: Vec<Reference>,
    account: Option<String>,
    only: Vec<Service>,
    without_wrong_credential: bool,
    without_socket: bool,
    push: Option<Duration>,
    socket_timeout: Option<Duration>,
    progress: Option<Progress>,
}

/// Is told what is about to be tried.
type Progress = Arc<dyn Fn(Service, &str) + Send + Sync>;

impl Options {
    /// Everything, without a reference to ask for.
    pub fn new() -> Self {
        Self::default()
    }

    /// An execution that there is, and that may be read. A service without one is only asked for what there is not.
    pub fn reference(mut self, reference: Reference) -> Self {
        self.references.push(reference);
        self
    }

    /// Several of them; of a service's, each is asked for.
    pub fn references(mut self, references: impl IntoIterator<Item = Reference>) -> Self {
        self.references.extend(references);
        self
    }

    /// CrossTrade's account, in place of a reference: the first execution of its list is asked for.
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.account = Some(account.into());
        self
    }

    /// This service, and no other but those that are named so too. One that is named, or that a reference or the account is
    /// of, counts as failed where it is not open; any other is skipped then.
    pub fn only(mut self, service: Service) -> Self {
        self.only.push(service);
        self
    }

    /// Sends no wrong credential: for a service before which something counts them.
    pub fn without_wrong_credential(mut self) -> Self {
        self.without_wrong_credential = true;
        self
    }

    /// Leaves CrossTrade's WebSocket alone.
    pub fn without_socket(mut self) -> Self {
        self.without_socket = true;
        self
    }

    /// How long to wait for a push of CrossTrade's WebSocket. Default 5 s.
    pub fn push_wait(mut self, wait: Duration) -> Self {
        self.push = Some(wait);
        self
    }

    /// How long a call over CrossTrade's WebSocket may take. Default 10 s; a call over REST takes what the handle's limits allow.
    /// Where nothing at all comes in that time, no other call is made over that socket.
    pub fn socket_timeout(mut self, limit: Duration) -> Self {
        self.socket_timeout = Some(limit);
        self
    }

    /// Tells what is about to be tried, before each attempt.
    pub fn progress(mut self, tell: impl Fn(Service, &str) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(tell));
        self
    }

    /// A call with a wrong credential, or why none is made.
    fn wrong_credential<C>(&self, call: C) -> Result<C, &'static str> {
        match self.without_wrong_credential {
            true => Err("turned off by `without_wrong_credential`"),
            false => Ok(call),
        }
    }

    /// Whether a service is not only to be checked if it happens to be open.
    fn names(&self, service: Service) -> bool {
        let has_accounts = matches!(service.account(), Account::Required(_));
        let is_accounts = has_accounts && self.account.is_some();
        self.only.contains(&service) || is_accounts || self.of(service).next().is_some()
    }

    fn of(&self, service: Service) -> impl Iterator<Item = &Reference> {
        let references = self.references.iter();
        references.filter(move |reference| reference.service() == service)
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("references", &self.references)
            .field("account", &self.account)
            .field("only", &self.only)
            .finish_non_exhaustive()
    }
}

/// Checks every service that is open, one after another.
pub async fn check(executions: &Executions, options: &Options) -> Trial {
    let mut trial = Trial::default();
    for service in Service::ALL.iter().copied() {
        let is_known = executions.services().any(|known| known == service);
        let is_wanted = options.only.is_empty() || options.only.contains(&service);
        if is_wanted && (is_known || options.names(service)) {
            trial.merge(match executions.handle(service) {
                Ok(handle) => check_one(service, handle, options).await,
                Err(why) => unopened(service, &why, options),
            });
        }
    }
    trial
}

async fn check_one(service: Service, handle: &Opened, options: &Options) -> Trial {
    let one: &dyn Any = &**handle;
    match one.downcast_ref() {
        Some(crosstrade) => crosstrade::check(crosstrade, options).await,
        None => services::check(service, handle, options).await,
    }
}

fn unopened(service: Service, why: &Error, options: &Options) -> Trial {
    let mut run = Run::new(service, options);
    let outcome = match options.names(service) {
        true => Outcome::Failed,
        false => Outcome::Skipped,
    };
    run.note("read its settings", outcome, why.what());
    run.end()
}
