//! One handle over whatever services there are.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use crate::error::Error;
use crate::execution::Execution;
use crate::observe::Observer;
use crate::provider::Opened;
use crate::reference::{Reference, Service, services};
use crate::settings::{Handle, Variables, environment};
use crate::transport::Transport;
use crate::transport::client::Http;
use crate::transport::limits::Limits;
use crate::transport::reply::Reply;

/// Handles on several services, for whoever works on all of them.
///
/// From the environment, over one connection pool ([`from_env`](Self::from_env)), or from handles that were built:
///
/// ```
/// use executions::{B3os, Executions, Hummingbot};
///
/// let hummingbot = Hummingbot::builder().credentials("admin", "admin").build()?;
/// let b3os = B3os::builder().api_key("b3sk_example").build()?;
/// let executions = Executions::from(hummingbot).with(b3os);
/// assert_eq!(executions.open().count(), 2);
/// # Ok::<(), executions::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Executions {
    /// Those that were asked for, in their order; an error says why one is not open.
    handles: Vec<(Service, Result<Opened, Error>)>,
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

    /// These handles and another's, which takes the place of one of the same service.
    #[must_use]
    pub fn with(mut self, other: impl Into<Self>) -> Self {
        for (service, handle) in other.into().handles {
            self.handles.retain(|(known, _)| *known != service);
            self.handles.push((service, handle));
        }
        self.handles.sort_by_key(|(service, _)| *service);
        self
    }

    /// The same handles with other limits.
    #[must_use]
    pub fn with_limits(&self, limits: Limits) -> Self {
        self.over(&|transport| transport.with_limits(limits))
    }

    /// The same handles over transports made of theirs.
    fn over(&self, change: &dyn Fn(&Transport) -> Transport) -> Self {
        let handles = self.handles.iter().map(|(service, handle)| {
            let handle = handle.as_ref().map(|handle| handle.over(change));
            (*service, handle.map_err(Clone::clone))
        });
        Self {
            handles: handles.collect(),
        }
    }

    /// The services that can be asked.
    pub fn open(&self) -> impl Iterator<Item = Service> + '_ {
        let open = self.handles.iter().filter(|(_, handle)| handle.is_ok());
        open.map(|(service, _)| *service)
    }

    /// The services that were asked for, whether they could be opened or not.
    #[cfg(feature = "contract")]
    pub(crate) fn services(&self) -> impl Iterator<Item = Service> + '_ {
        self.handles.iter().map(|(service, _)| *service)
    }

    pub(crate) fn handle(&self, service: Service) -> Result<&Opened, Error> {
        let mut handles = self.handles.iter();
        match handles.find(|(known, _)| *known == service) {
            Some((_, handle)) => handle.as_ref().map_err(Clone::clone),
            None => Err(absent(service)),
        }
    }

    fn typed<H: Handle>(&self) -> Result<&H, Error> {
        let handle: &dyn Any = &**self.handle(H::SERVICE)?;
        handle.downcast_ref().ok_or_else(|| absent(H::SERVICE))
    }

    /// Any service's execution by its reference, in the neutral view; the reply's
    /// [`bytes`](Reply::bytes) are the service's own.
    ///
    /// # Errors
    /// As the service's own operation, and why its handle is not open.
    pub async fn get(&self, reference: &Reference) -> Result<Reply<Execution>, Error> {
        self.handle(reference.service())?.get(reference).await
    }
}

fn absent(service: Service) -> Error {
    Error::setting(service.as_str(), "has no handle here")
        .hinting("Add one by `with`.")
        .of_service(service.provider().info)
}

macro_rules! handles {
    ($($(#[$about:meta])* $Service:ident = $module:ident, $account:expr;)*) => {$(
        impl Executions {
            #[doc = concat!("The handle of ", stringify!($Service), ".")]
            ///
            /// # Errors
            /// Why it is not open: the variable that is missing or cannot be used.
            pub fn $module(&self) -> Result<&crate::$module::$Service, Error> {
                self.typed()
            }
        }

        impl From<crate::$module::$Service> for Executions {
            fn from(handle: crate::$module::$Service) -> Self {
                let handle: Opened = Arc::new(handle);
                let handles = vec![(Service::$Service, Ok(handle))];
                Self { handles }
            }
        }
    )*};
}
services!(handles);

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
        let open = |service: &Service| {
            let open = service.provider().open;
            (*service, open(&variables, &http, &self.0))
        };
        let handles = Service::ALL.iter().map(open).collect();
        Ok(Executions { handles })
    }
}

impl fmt::Debug for Observed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Observed");
        debug.field("observers", &self.0.len()).finish()
    }
}
