//! What a handle is made from: a builder's settings, or the environment's.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use secrecy::SecretString;

mod address;

use address::Address;

use crate::error::Error;
use crate::execution::Execution;
use crate::observe::{Observer, Several};
use crate::reference::{Reference, Service};
use crate::service::ServiceInfo;
use crate::transport::auth::{Credential, Signer};
use crate::transport::body::Decoder;
use crate::transport::budget::Budget;
use crate::transport::client::{Http, HttpBuilder};
use crate::transport::limits::Limits;
use crate::transport::operation::Operation;
use crate::transport::reply::Reply;
use crate::transport::retry::{Credits, Retry};
use crate::transport::{Manners, Shared, Transport};

/// Builds a service's handle; each service adds the setters of its credentials.
///
/// [`build`](Self::build) checks everything and does no I/O. Settings left alone have the documented defaults: the service's
/// public address, the limits of [`Limits`], the retries of [`Retry`], an [`Http`] of its own.
///
/// ```
/// use std::time::Duration;
/// use executions::{CrossTrade, Http, Refold, Retry};
///
/// let http = Http::new()?;
/// let crosstrade = CrossTrade::builder()
///     .token("a-token")
///     .http(http.clone())
///     .timeout(Duration::from_secs(20))
///     .retry(Retry::never())
///     .build()?;
/// let refold = Refold::builder().session_token("a-token").http(http).build()?;
///
/// let error = CrossTrade::builder().build().unwrap_err();
/// assert!(error.is_invalid_input() && error.to_string().contains("CROSSTRADE_TOKEN"));
/// # Ok::<(), executions::Error>(())
/// ```
pub struct Builder<C> {
    pub(crate) credentials: C,
    base_url: Option<(String, String)>,
    #[cfg(feature = "ws")]
    pub(crate) socket_url: Option<(String, String)>,
    allow_http: bool,
    limits: Limits,
    retry: Retry,
    budget: Option<Budget>,
    http: Option<Http>,
    own_http: HttpBuilder,
    observers: Vec<Arc<dyn Observer>>,
}

/// A service's module fills this in, and gets what all of them do.
pub(crate) trait Handle: Carried {
    type Credentials: Default;

    const SERVICE: Service;
    const INFO: &'static ServiceInfo;
    const MANNERS: Manners;

    /// The variables without which there is no handle, and that of its address.
    const VARIABLES: &'static [&'static str];

    /// How each operation's success is read.
    const DECODERS: &'static [(&'static Operation, Decoder)];

    /// The frames that are pushed over the WebSocket and read as a type of their own: the word of `type`, and the component.
    const PUSHES: &'static [(&'static str, &'static str)] = &[];

    /// An id of the right form that no execution has, and the statuses that say so.
    const UNKNOWN: (&'static str, &'static [u16]);

    /// Every path of the spec begins with this. A base URL may end in it as well; it is not sent twice.
    const PREFIX: &'static str = "";

    /// The path of the service's WebSocket after the base URL's own, and the variable that names another address.
    const SOCKET: Option<(&'static str, &'static str)> = None;

    /// Fetches an execution, in the neutral view.
    fn get(
        &self,
        reference: &Reference,
    ) -> impl Future<Output = Result<Reply<Execution>, Error>> + Send;

    /// Reads the credentials from variables.
    fn credentials(variables: &Variables<'_>) -> Self::Credentials;

    /// The way to sign, from credentials that are complete.
    fn signer(credentials: &Self::Credentials) -> Result<Signer, Error>;

    /// The rate budget that the service documents.
    fn budget() -> Option<Budget> {
        None
    }

    fn open(transport: Transport, credentials: Self::Credentials) -> Result<Self, Error>;
}

/// A handle that calls through a transport.
pub(crate) trait Carried: Clone + fmt::Debug + Send + Sync + 'static {
    /// The same handle over a transport made of its own.
    fn over(&self, change: &dyn Fn(&Transport) -> Transport) -> Self;
}

/// Gives a service's handle what every handle has. The handle is `Clone`, and holds its `transport` and the generated
/// `client`, which builds its requests.
macro_rules! handle {
    ($Handle:ident, $(#[$builder:meta])* builder, $(#[$from_env:meta])* from_env) => {
        impl $Handle {
            $(#[$builder])*
            pub fn builder() -> Builder<Credentials> {
                Builder::new(Credentials::default())
            }

            $(#[$from_env])*
            pub fn from_env() -> Result<Self, Error> {
                Builder::from_variables::<Self>(&Variables(&crate::settings::environment))?.open()
            }

            /// The limits of its calls.
            pub fn limits(&self) -> crate::transport::limits::Limits {
                self.transport.limits()
            }

            /// The same handle with other limits, for the calls made through it:
            /// `handle.with_limits(handle.limits().call(five))`.
            #[must_use]
            pub fn with_limits(&self, limits: crate::transport::limits::Limits) -> Self {
                crate::settings::Carried::over(self, &|transport| transport.with_limits(limits))
            }
        }

        impl crate::settings::Carried for $Handle {
            fn over(&self, change: &dyn Fn(&Transport) -> Transport) -> Self {
                let mut other = self.clone();
                other.transport = change(&self.transport);
                other
            }
        }

        impl std::fmt::Debug for $Handle {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.transport.fmt(f)
            }
        }

        impl Builder<Credentials> {
            /// Checks the settings and makes the handle; no I/O.
            ///
            /// # Errors
            /// [`is_invalid_input`](Error::is_invalid_input), naming the setting.
            pub fn build(self) -> Result<$Handle, Error> {
                self.open()
            }
        }
    };
}
pub(crate) use handle;

/// The environment, or whatever stands in for it.
pub(crate) struct Variables<'a>(pub &'a dyn Fn(&str) -> Option<String>);

impl Variables<'_> {
    /// A variable that is set to more than white space.
    pub fn text(&self, name: &str) -> Option<String> {
        let text = (self.0)(name)?;
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    pub fn secret(&self, name: &'static str) -> Option<Credential> {
        Credential::new(name, &SecretString::from((self.0)(name)?))
    }
}

/// The process's environment. What is not Unicode comes with U+FFFD in its place, which no setting can hold, so that it is
/// refused by its variable's name rather than counted as not set.
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

impl<C> Builder<C> {
    /// Where the service is, with any path prefix it stands behind. Plain http is refused unless the host is loopback or
    /// [`allow_http`](Self::allow_http) is set.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(("base_url".to_owned(), url.into()));
        self
    }

    /// Sends the credential over plain http to a host that is not loopback: for a service in a container or a private
    /// network. Whoever can listen there can read it.
    #[must_use]
    pub fn allow_http(mut self, allow: bool) -> Self {
        self.allow_http = allow;
        self
    }

    /// The limit of a whole call, short for [`limits`](Self::limits). Default 60 s.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.limits = self.limits.call(limit);
        self
    }

    /// The time and size limits of calls.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// How often a failed read is sent again. Default: [`Retry::default`].
    #[must_use]
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// The rate budget to draw on, shared with whoever has a clone. Default: one of the handle's own where the service
    /// documents a limit (CrossTrade 20 at once and 3 a second, Refold 5 at once and 20 a second), none elsewhere.
    #[must_use]
    pub fn budget(mut self, budget: Budget) -> Self {
        self.budget = Some(budget);
        self
    }

    /// The connection pool to use, shared with whoever has a clone. Default: one of the handle's own.
    #[must_use]
    pub fn http(mut self, http: Http) -> Self {
        self.http = Some(http);
        self
    }

    /// [`HttpBuilder::root_certificate`] of the handle's own pool.
    #[must_use]
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.own_http = self.own_http.root_certificate(pem);
        self
    }

    /// [`HttpBuilder::proxy`] of the handle's own pool.
    #[must_use]
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.own_http = self.own_http.proxy(url);
        self
    }

    /// [`HttpBuilder::connect_timeout`] of the handle's own pool. Default 5 s.
    #[must_use]
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.own_http = self.own_http.connect_timeout(limit);
        self
    }

    /// Shows the traffic of the handle, and of the sockets made from it, to an observer. It may be set more than once: each
    /// is told, in the order they were set, and the first veto counts.
    #[must_use]
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observers.push(observer);
        self
    }

    pub(crate) fn new(credentials: C) -> Self {
        Self {
            credentials,
            base_url: None,
            #[cfg(feature = "ws")]
            socket_url: None,
            allow_http: false,
            limits: Limits::default(),
            retry: Retry::default(),
            budget: None,
            http: None,
            own_http: HttpBuilder::default(),
            observers: Vec::new(),
        }
    }

    pub(crate) fn from_variables<H>(variables: &Variables<'_>) -> Result<Self, Error>
    where
        H: Handle<Credentials = C>,
    {
        let prefix = H::INFO.name.to_uppercase();
        let mut builder = Self::new(H::credentials(variables));
        let name = format!("{prefix}_BASE_URL");
        builder.base_url = variables.text(&name).map(|url| (name, url));
        #[cfg(feature = "ws")]
        if let Some((_, name)) = H::SOCKET {
            builder.socket_url = variables.text(name).map(|url| (name.to_owned(), url));
        }
        let name = format!("{prefix}_ALLOW_HTTP");
        builder.allow_http = match variables.text(&name).as_deref() {
            None | Some("0" | "false") => false,
            Some("1" | "true") => true,
            Some(_) => {
                return Err(Error::setting(name, "is neither 1 nor 0").of_service(H::INFO));
            }
        };
        Ok(builder)
    }

    pub(crate) fn open<H: Handle<Credentials = C>>(self) -> Result<H, Error> {
        self.checked().map_err(|error| error.of_service(H::INFO))
    }

    fn checked<H: Handle<Credentials = C>>(self) -> Result<H, Error> {
        let signer = H::signer(&self.credentials)?;
        let variable = |end: &str| format!("{}_{end}", H::INFO.name.to_uppercase());
        let (name, url) = self
            .base_url
            .unwrap_or_else(|| ("base_url".to_owned(), H::INFO.base_url.to_owned()));
        let base = Address::read(&name, &url)?.without(H::PREFIX);
        #[cfg(feature = "ws")]
        let socket = match self.socket_url {
            Some((name, url)) => {
                let socket = Address::read_socket(&name, &url, &base, &variable("BASE_URL"))?;
                Some((name, socket))
            }
            None => None,
        };
        let http = match self.http {
            Some(_) if !self.own_http.is_untouched() => {
                return Err(Error::setting(
                    "http",
                    "is set beside a certificate, proxy or connect timeout, which belong to the pool itself",
                )
                .hinting("Set them on Http::builder()."));
            }
            Some(http) => http,
            None => self.own_http.build()?,
        };
        let check = |name: &str, address: &Address| {
            let in_the_clear = address.is_plain && (!address.is_loopback || http.is_proxied());
            if !in_the_clear || self.allow_http {
                return Ok(());
            }
            Err(Error::setting(
                name,
                "is plain http to a host or proxy beyond this machine, which would send the credential in the clear",
            )
            .hinting(format!(
                "Use https, or if that network is trusted set {}=1, in code the builder's allow_http(true).",
                variable("ALLOW_HTTP")
            )))
        };
        check(&name, &base)?;
        #[cfg(feature = "ws")]
        let socket_url = match socket {
            Some((name, socket)) => {
                check(&name, &socket)?;
                Some(socket.text)
            }
            None => H::SOCKET.map(|(path, _)| format!("{}{path}", base.text)),
        };
        let shared = Shared {
            service: H::INFO,
            manners: &const { H::MANNERS },
            base_url: base.text,
            #[cfg(feature = "ws")]
            socket_url,
            http,
            signer,
            retry: self.retry,
            budget: self.budget.or_else(H::budget),
            credits: Arc::new(Mutex::new(Credits::full())),
            observer: one(self.observers),
        };
        H::open(Transport::new(shared, self.limits), self.credentials)
    }
}

fn one(mut observers: Vec<Arc<dyn Observer>>) -> Option<Arc<dyn Observer>> {
    match observers.len() {
        0 | 1 => observers.pop(),
        _ => Some(Arc::new(Several(observers))),
    }
}

impl<C: fmt::Debug> fmt::Debug for Builder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The base URL may hold a password until it is checked, and so may the proxy's.
        f.debug_struct("Builder")
            .field("credentials", &self.credentials)
            .field("allow_http", &self.allow_http)
            .field("limits", &self.limits)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

/// A credential that is not set, with the ways to set it.
pub(crate) fn missing(variable: &'static str, setter: &str) -> Error {
    Error::setting(variable, "is not set").hinting(format!(
        "Export it, or in code give the value to the builder's {setter}."
    ))
}

/// A setting that travels in a header of its own, trimmed.
pub(crate) fn header_text(name: &str, text: &str) -> Result<String, Error> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Ok(text.to_owned());
    }
    Err(Error::setting(
        name,
        "is empty or holds a character that no header can carry",
    )
    .hinting("Copy it again: it must be plain ASCII on one line."))
}
