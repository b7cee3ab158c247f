//! One handle over all four services.

use std::fmt;
use std::sync::Arc;

use crate::b3os::B3os;
use crate::crosstrade::CrossTrade;
use crate::error::Error;
use crate::execution::Execution;
use crate::hummingbot::Hummingbot;
use crate::observe::Observer;
use crate::reference::{Reference, Service};
use crate::refold::Refold;
use crate::settings::{Builder, Handle, Variables, environment};
use crate::transport::client::Http;
use crate::transport::limits::Limits;
use crate::transport::reply::Reply;

/// The services whose credentials are at hand, over one connection pool.
///
/// ```no_run
/// use executions::Executions;
///
/// # async fn run() -> Result<(), executions::Error> {
/// let executions = Executions::from_env()?;
/// for service in executions.open() {
///     println!("{service} can be asked");
/// }
/// let execution = executions.get(&"b3os:exec_1".parse()?).await?;
/// println!("{} is {}", execution.reference, execution.state);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Executions {
    crosstrade: Result<CrossTrade, Error>,
    hummingbot: Result<Hummingbot, Error>,
    b3os: Result<B3os, Error>,
    refold: Result<Refold, Error>,
}

impl Executions {
    /// Opens what the environment has credentials for, by the variables of each service's `from_env`.
    ///
    /// A service whose variables are missing or cannot be used says so when it is asked for, and does not keep the others
    /// from working.
    ///
    /// # Errors
    /// Where the HTTP client cannot be set up: see [`Http::new`].
    pub fn from_env() -> Result<Self, Error> {
        Self::from_variables(environment)
    }

    /// As [`from_env`](Self::from_env), from whatever stands in for the environment.
    ///
    /// # Errors
    /// As [`from_env`](Self::from_env).
    pub fn from_variables(variables: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let unobserved = Observed(Vec::new());
        unobserved.from_variables(variables)
    }

    /// To open the services with an observer of their traffic: `Executions::observed(recorder).from_env()`.
    pub fn observed(observer: Arc<dyn Observer>) -> Observed {
        Observed(vec![observer])
    }

    /// The same handles with other limits.
    #[must_use]
    pub fn with_limits(&self, limits: Limits) -> Self {
        Self {
            crosstrade: self
                .crosstrade
                .clone()
                .map(|handle| handle.with_limits(limits)),
            hummingbot: self
                .hummingbot
                .clone()
                .map(|handle| handle.with_limits(limits)),
            b3os: self.b3os.clone().map(|handle| handle.with_limits(limits)),
            refold: self.refold.clone().map(|handle| handle.with_limits(limits)),
        }
    }

    /// The services that can be asked.
    pub fn open(&self) -> impl Iterator<Item = Service> + '_ {
        Service::ALL
            .iter()
            .copied()
            .filter(|service| match service {
                Service::CrossTrade => self.crosstrade.is_ok(),
                Service::Hummingbot => self.hummingbot.is_ok(),
                Service::B3os => self.b3os.is_ok(),
                Service::Refold => self.refold.is_ok(),
            })
    }

    /// CrossTrade's handle.
    ///
    /// # Errors
    /// Why it is not open: the variable that is missing or cannot be used.
    pub fn crosstrade(&self) -> Result<&CrossTrade, Error> {
        self.crosstrade.as_ref().map_err(Clone::clone)
    }

    /// Hummingbot's handle.
    ///
    /// # Errors
    /// Why it is not open: the variable that is missing or cannot be used.
    pub fn hummingbot(&self) -> Result<&Hummingbot, Error> {
        self.hummingbot.as_ref().map_err(Clone::clone)
    }

    /// B3OS's handle.
    ///
    /// # Errors
    /// Why it is not open: the variable that is missing or cannot be used.
    pub fn b3os(&self) -> Result<&B3os, Error> {
        self.b3os.as_ref().map_err(Clone::clone)
    }

    /// Refold's handle.
    ///
    /// # Errors
    /// Why it is not open: the variable that is missing or cannot be used.
    pub fn refold(&self) -> Result<&Refold, Error> {
        self.refold.as_ref().map_err(Clone::clone)
    }

    /// Any service's execution by its reference, in the neutral view; the reply's
    /// [`bytes`](Reply::bytes) are the service's own.
    ///
    /// # Errors
    /// As the service's own operation, and why its handle is not open.
    pub async fn get(&self, reference: &Reference) -> Result<Reply<Execution>, Error> {
        let id = reference.id();
        match (reference.service(), reference.account()) {
            (Service::CrossTrade, account) => {
                let fill = self
                    .crosstrade()?
                    .execution(account.unwrap_or_default(), id)
                    .await?;
                let execution = fill.to_execution();
                Ok(fill.map(|_| execution))
            }
            (Service::Hummingbot, _) => {
                let executor = self.hummingbot()?.executor(id).await?;
                let execution = executor.to_execution();
                Ok(executor.map(|_| execution))
            }
            (Service::B3os, _) => {
                let run = self.b3os()?.execution(id).await?;
                let execution = run.to_execution();
                Ok(run.map(|_| execution))
            }
            (Service::Refold, account) => {
                let refold = self.refold()?;
                let run = match account {
                    Some(account) => refold.for_linked_account(account)?.execution(id).await?,
                    None => refold.execution(id).await?,
                };
                let mut execution = run.to_execution();
                execution.reference = reference.clone();
                Ok(run.map(|_| execution))
            }
        }
    }
}

/// Opens [`Executions`] that are watched. Made by [`Executions::observed`].
#[must_use = "nothing is watched until it is opened"]
pub struct Observed(pub(crate) Vec<Arc<dyn Observer>>);

impl Observed {
    /// One more observer: each is told, in the order they were set, and the first veto counts.
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.0.push(observer);
        self
    }

    /// As [`Executions::from_env`].
    ///
    /// # Errors
    /// As [`Executions::from_env`].
    pub fn from_env(self) -> Result<Executions, Error> {
        self.from_variables(environment)
    }

    /// As [`Executions::from_variables`].
    ///
    /// # Errors
    /// As [`Executions::from_env`].
    pub fn from_variables(
        self,
        variables: impl Fn(&str) -> Option<String>,
    ) -> Result<Executions, Error> {
        let http = Http::new()?;
        let variables = Variables(&variables);
        Ok(Executions {
            crosstrade: self.open(&variables, &http),
            hummingbot: self.open(&variables, &http),
            b3os: self.open(&variables, &http),
            refold: self.open(&variables, &http),
        })
    }

    fn open<H: Handle>(&self, variables: &Variables<'_>, http: &Http) -> Result<H, Error> {
        let builder = Builder::from_variables::<H>(variables)?.http(http.clone());
        let observers = self.0.iter().map(Arc::clone);
        observers.fold(builder, Builder::observer).open()
    }
}

impl fmt::Debug for Observed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Observed");
        debug.field("observers", &self.0.len()).finish()
    }
}
