//! What an observer is shown of an attempt: copied before it is signed, and told once it has ended.

use std::mem::take;
use std::sync::{Arc, LazyLock};

use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, PROXY_AUTHORIZATION, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Method};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use tokio::time::Instant;
use url::Url;

use super::Arrival;
use super::Shared;
use super::auth::Signer;
use super::failure::Failure;
use crate::error::Error;
use crate::observe::{Exchange, Response, Veto};

/// An attempt under way. One that is dropped before it has ended is told as given up.
pub(super) struct Shown {
    shared: Arc<Shared>,
    operation: &'static str,
    attempt: u32,
    connection: Option<u64>,
    started: Timestamp,
    began: Instant,
    method: Method,
    /// The address and the headers; `None` where no observer looks at them.
    head: Option<(Url, HeaderMap)>,
    told: bool,
}

/// The address of an exchange whose observers do not look at it.
static NOWHERE: LazyLock<Url> =
    LazyLock::new(|| Url::parse("http://localhost/").expect("it is a URL"));

impl Shown {
    /// The request as it is before it is signed; `None` where nobody watches.
    pub fn of(
        shared: &Arc<Shared>,
        request: &reqwest::Request,
        operation: &'static str,
        attempt: u32,
    ) -> Option<Box<Self>> {
        let reads_heads = shared.observer.as_ref()?.reads_heads();
        let signer = &shared.signer;
        let head = || {
            let url = without_credential(request.url(), signer);
            (url, plain(request.headers(), signer))
        };
        Some(Box::new(Self {
            shared: Arc::clone(shared),
            operation,
            attempt,
            connection: None,
            started: Timestamp::now(),
            began: Instant::now(),
            method: request.method().clone(),
            head: reads_heads.then(head),
            told: false,
        }))
    }

    /// The same, as the handshake of a WebSocket.
    #[cfg(feature = "ws")]
    pub fn opening(mut self: Box<Self>, connection: u64) -> Box<Self> {
        self.connection = Some(connection);
        if let Some((url, _)) = &mut self.head {
            *url = in_socket_notation(url);
        }
        self
    }

    /// How it ended; why an observer does not let that pass, if one does not.
    pub fn ended(mut self: Box<Self>, result: &Result<Arrival, Failure>) -> Option<Box<Veto>> {
        let signer = &self.shared.signer;
        let response = match result {
            Ok((status, headers, body)) => Ok(Response {
                status: *status,
                headers: match self.head {
                    Some(_) => plain(headers, signer),
                    None => content_type(headers),
                },
                body: signer.mask_bytes(body),
            }),
            Err(failure) => Err(Error::new(failure.kind.clone()).what()),
        };
        self.tell(response)
    }

    fn tell(&mut self, response: Result<Response, String>) -> Option<Box<Veto>> {
        self.told = true;
        let nowhere = || (NOWHERE.clone(), HeaderMap::new());
        let (url, request) = self.head.take().unwrap_or_else(nowhere);
        let exchange = Exchange {
            service: self.shared.service.name,
            operation: self.operation,
            attempt: self.attempt,
            connection: self.connection,
            started: self.started,
            elapsed: self.began.elapsed(),
            method: take(&mut self.method),
            url,
            request,
            response,
        };
        let observer = self.shared.observer.as_ref()?;
        observer.exchange(&exchange).err().map(Box::new)
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        if !self.told {
            // There is no call left that a veto could end.
            let _ = self.tell(Err("it was given up before it had ended".to_owned()));
        }
    }
}

/// A WebSocket's address as such addresses are written.
#[cfg(feature = "ws")]
pub(super) fn in_socket_notation(url: &Url) -> Url {
    let mut url = url.clone();
    let scheme = if url.scheme() == "https" { "wss" } else { "ws" };
    // All four schemes are of one kind, between which a URL may change.
    let _ = url.set_scheme(scheme);
    url
}

/// That header alone.
fn content_type(headers: &HeaderMap) -> HeaderMap {
    let value = headers.get(CONTENT_TYPE).cloned();
    value
        .map(|value| (CONTENT_TYPE, value))
        .into_iter()
        .collect()
}

/// The headers without credentials and cookies.
fn plain(headers: &HeaderMap, signer: &Signer) -> HeaderMap {
    let mut plain = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        let hidden = [AUTHORIZATION, PROXY_AUTHORIZATION, COOKIE, SET_COOKIE];
        if hidden.contains(name) || signer.signs_in(name) || value.is_sensitive() {
            continue;
        }
        let masked = signer.mask_bytes(&bytes::Bytes::copy_from_slice(value.as_bytes()));
        if let Ok(value) = HeaderValue::from_maybe_shared(masked) {
            plain.append(name, value);
        }
    }
    plain
}

/// The address without user information, and without the credential in whatever way a part of it is written.
pub(super) fn without_credential(url: &Url, signer: &Signer) -> Url {
    let mut plain = url.clone();
    // An error only says that there is no place for them.
    let _ = plain.set_username("");
    let _ = plain.set_password(None);
    plain.set_fragment(None);
    let hidden = |text: &str| {
        let text = percent_decode_str(text).decode_utf8_lossy();
        let masked = signer.mask(&text);
        (masked != *text).then_some(masked)
    };
    let segments: Vec<String> = url.path().split('/').map(str::to_owned).collect();
    if segments.iter().any(|segment| hidden(segment).is_some()) {
        let masked = |segment: String| hidden(&segment).unwrap_or(segment);
        let path: Vec<String> = segments.into_iter().map(masked).collect();
        plain.set_path(&path.join("/"));
    }
    if url.query().is_some_and(|query| hidden(query).is_some()) {
        let masked = url
            .query_pairs()
            .map(|(name, value)| (signer.mask(&name), signer.mask(&value)));
        plain.query_pairs_mut().clear().extend_pairs(masked);
    }
    plain
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;
    use crate::transport::auth::{Credential, Scheme};

    #[test]
    fn an_address_shows_no_credential_in_whatever_way_it_is_written() {
        let secret = SecretString::from("s3cret/\"key");
        let credential = Credential::new("token", &secret).expect("not empty");
        let signer = Signer::new(Scheme::Bearer, &credential).expect("plain");
        for (url, shown) in [
            ("https://h/a/b?c=d%20e", "https://h/a/b?c=d%20e"),
            ("https://user:pass@h/a", "https://h/a"),
            ("https://h/s3cret%2F%22key/x", "https://h/[hidden]/x"),
            ("https://h/%73%33cret%2f%22key", "https://h/[hidden]"),
            (
                "https://h/a?k=s3cret/%22key&b=1",
                "https://h/a?k=%5Bhidden%5D&b=1",
            ),
        ] {
            let url = Url::parse(url).expect("a URL");
            assert_eq!(without_credential(&url, &signer).as_str(), shown);
        }
    }
}
