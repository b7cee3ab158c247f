//! The HTTP client under every handle.

use std::fmt;
use std::time::Duration;

use reqwest::{ClientBuilder, NoProxy, Proxy, redirect};

use crate::error::Error;

/// A connection pool with its TLS settings; clones share it.
///
/// Building one costs milliseconds, so build one and give it to every handle ([`Builder::http`](crate::Builder::http)).
/// It lives on the tokio runtime that first used it: do not keep one in a static that outlives a runtime.
///
/// Whatever it is built from, it follows no redirect (one would carry an API key to another host) and repeats by itself no
/// request that it has begun to write. It speaks HTTP/1.1, which a WebSocket begins with, even where another crate of the
/// program turns on reqwest's HTTP/2; unless it is built from a reqwest builder with ready-made TLS settings that offer it.
#[derive(Clone)]
pub struct Http {
    pub(super) client: reqwest::Client,
    /// How long a connection may take, for the error that says so.
    pub(super) connect_timeout: Duration,
    proxied: bool,
}

impl Http {
    /// A client with the defaults of [`HttpBuilder`].
    ///
    /// # Errors
    /// As [`HttpBuilder::build`].
    pub fn new() -> Result<Self, Error> {
        Self::builder().build()
    }

    /// A client with settings of its own.
    pub fn builder() -> HttpBuilder {
        HttpBuilder::default()
    }

    /// Whether a proxy was set for every request, plain http included.
    pub(crate) fn is_proxied(&self) -> bool {
        self.proxied
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Http")
    }
}

/// Settings of an [`Http`].
///
/// The defaults: connect within 5 s, the system's root certificates, and for https (never for plain http, where a proxy
/// would see the credential) the proxy that `HTTPS_PROXY` or `ALL_PROXY` names, less `NO_PROXY`.
#[derive(Default)]
pub struct HttpBuilder {
    connect_timeout: Option<Duration>,
    root_certificate: Option<Vec<u8>>,
    proxy: Option<String>,
    reqwest: Option<ClientBuilder>,
}

impl HttpBuilder {
    /// How long a connection may take, TLS included. Default 5 s.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// A root certificate to trust besides the system's, as PEM: for a service behind a private certificate authority.
    #[must_use]
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root_certificate = Some(pem.into());
        self
    }

    /// The proxy for every request, in place of what the environment names. A service on plain http is refused with it
    /// unless plain http is allowed: the proxy would see the credential.
    #[must_use]
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// A reqwest builder of your own to start from, for what has no setting here. Its connect timeout, redirects, retries
    /// and HTTP version are replaced by this builder's, and so are its proxies, which nobody could check against plain http.
    #[must_use]
    pub fn reqwest(mut self, builder: ClientBuilder) -> Self {
        self.reqwest = Some(builder);
        self
    }

    pub(crate) fn is_untouched(&self) -> bool {
        self.connect_timeout.is_none()
            && self.root_certificate.is_none()
            && self.proxy.is_none()
            && self.reqwest.is_none()
    }

    /// Builds the client.
    ///
    /// # Errors
    /// [`is_invalid_input`](Error::is_invalid_input) where the proxy or the certificate cannot be used, or the system's
    /// certificates cannot be read.
    pub fn build(self) -> Result<Http, Error> {
        let mut builder = self.reqwest.unwrap_or_else(own);
        let connect_timeout = self.connect_timeout.unwrap_or(Duration::from_secs(5));
        builder = builder.connect_timeout(connect_timeout);
        if let Some(pem) = &self.root_certificate {
            builder = trust(builder, pem)?;
        }
        let proxy = match &self.proxy {
            Some(url) => Some(Proxy::all(url).map_err(|_| unusable_proxy("proxy"))?),
            None => environment_proxy()?,
        };
        builder = builder.no_proxy();
        if let Some(proxy) = proxy {
            builder = builder.proxy(proxy);
        }
        let client = in_any_case(builder).build().map_err(|e| {
            // A certificate is read only here, and nothing in the cause says which of them is bad.
            let problem = match &self.root_certificate {
                Some(_) => "could not be set up, most likely for its root certificate",
                None => "could not be set up",
            };
            Error::setting("the HTTP client", problem).because(e.without_url())
        })?;
        Ok(Http {
            client,
            connect_timeout,
            proxied: self.proxy.is_some(),
        })
    }
}

/// What holds whatever it is built from.
fn in_any_case(builder: ClientBuilder) -> ClientBuilder {
    builder
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .http1_only()
}

/// What to start from: with rustls, even where another crate of the program gives reqwest another TLS.
fn own() -> ClientBuilder {
    let builder =
        ClientBuilder::new().user_agent(concat!("executions/", env!("CARGO_PKG_VERSION")));
    #[cfg(feature = "rustls")]
    let builder = builder.tls_backend_rustls();
    builder
}

#[cfg(feature = "rustls")]
fn trust(builder: ClientBuilder, pem: &[u8]) -> Result<ClientBuilder, Error> {
    let unusable = |problem| Error::setting("root_certificate", problem);
    let certificates = reqwest::Certificate::from_pem_bundle(pem)
        .map_err(|e| unusable("is not a PEM certificate").because(e))?;
    if certificates.is_empty() {
        return Err(unusable("holds no PEM certificate"));
    }
    Ok(certificates
        .into_iter()
        .fold(builder, ClientBuilder::add_root_certificate))
}

#[cfg(not(feature = "rustls"))]
fn trust(_: ClientBuilder, _: &[u8]) -> Result<ClientBuilder, Error> {
    Err(
        Error::setting("root_certificate", "needs TLS, which this build is without")
            .hinting("Build with the feature `rustls`."),
    )
}

fn environment_proxy() -> Result<Option<Proxy>, Error> {
    let Some((name, url)) = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
        .into_iter()
        .find_map(|name| {
            Some((
                name,
                std::env::var(name).ok().filter(|url| !url.is_empty())?,
            ))
        })
    else {
        return Ok(None);
    };
    let proxy = Proxy::https(url).map_err(|_| unusable_proxy(name))?;
    Ok(Some(proxy.no_proxy(NoProxy::from_env())))
}

/// The address may hold a password, so the cause, which repeats it, is left out.
fn unusable_proxy(name: &str) -> Error {
    Error::setting(name, "is not a proxy's address").hinting("Write it as http://host:port.")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// On the wire it shows only in a program that has reqwest's HTTP/2 on, which this crate's tests are not. With it on, the
    /// tests over TLS show it too: their servers offer HTTP/2.
    #[test]
    fn http_2_is_never_spoken() {
        let builder = format!("{:?}", in_any_case(ClientBuilder::new()));
        assert!(builder.contains("http1_only: true"), "{builder}");
    }
}
