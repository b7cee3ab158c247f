//! Opening a WebSocket over the HTTP client that calls use, so that TLS, proxies, the signature and the refusal to follow
//! redirects are the same, and no WebSocket library ever sees the credential.

use std::mem::take;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use reqwest::Upgraded;
use sha1_smol::Sha1;
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::body::Unusable;
use super::budget::Budget;
use super::failure::Failure;
use super::retry::{Outcome, Retry};
use super::shown::{Shown, in_socket_notation, without_credential};
use super::{Arrival, Attempt, Received, Shared, Transport, outcome_of, verdict};
use crate::error::Error;
use crate::observe::{Observer, Veto};
use crate::service::ServiceInfo;

/// A WebSocket's connection.
pub(crate) struct Opened {
    pub stream: Upgraded,
    /// What observers know it by.
    pub number: u64,
}

/// A handshake that opened nothing.
#[derive(Debug)]
pub(crate) struct Unopened {
    pub error: Error,
    pub outcome: Outcome,
    /// An observer does not let it pass, so that it must not be tried again.
    pub vetoed: bool,
}

impl Transport {
    /// The `attempt`th attempt, counted from 1, to open the service's WebSocket, within `limit`.
    pub async fn upgrade(&self, attempt: u32, limit: Duration) -> Result<Opened, Unopened> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let started = Instant::now();
        let (result, veto) = self
            .handshake(started + limit, limit, attempt, number)
            .await;
        let elapsed = started.elapsed();
        let milliseconds = elapsed.as_secs_f64() * 1000.0;
        let service = self.shared.service.name;
        let received = |(status, headers, body)| Received {
            status: Some(status),
            headers,
            body,
            attempts: 1,
            elapsed,
            unsettled: None,
        };
        let arrival = match result {
            Ok((arrival, Some(_))) if veto.is_some() => Ok(arrival),
            Ok((_, Some(stream))) => {
                tracing::debug!(service, milliseconds, "WebSocket opened");
                return Ok(Opened { stream, number });
            }
            Ok((arrival, None)) => Ok(arrival),
            Err(failure) => Err(failure),
        };
        let outcome = outcome_of(&arrival);
        match &arrival {
            Ok((status, ..)) => {
                let status = status.as_u16();
                tracing::debug!(service, milliseconds, status, "WebSocket refused");
            }
            Err(failure) => {
                tracing::debug!(service, milliseconds, failure = ?failure.kind, "WebSocket not opened");
            }
        }
        let place = || self.shared.socket_place();
        let failed = |failure: Failure| failure.into_error(place).tried(1, elapsed);
        let vetoed = veto.is_some();
        let error = match (veto, arrival) {
            (Some(veto), arrival) => {
                let ended = arrival.map(received).map_err(failed);
                verdict::vetoed(&self.shared, ended, *veto)
            }
            (None, Ok(arrival)) => verdict::unopened(&self.shared, received(arrival)),
            (None, Err(failure)) => failed(failure),
        };
        self.shared.learn(outcome);
        Err(Unopened {
            error: error.of(self.shared.service, "open the WebSocket"),
            outcome: if vetoed { Outcome::Final } else { outcome },
            vetoed,
        })
    }

    /// The answer to the handshake, the stream if that opens one, and what an observer says against it.
    async fn handshake(
        &self,
        deadline: Instant,
        limit: Duration,
        attempt: u32,
        number: u64,
    ) -> (Handshake, Option<Box<Veto>>) {
        let shared = &*self.shared;
        let limits = self.limits.call(limit).attempt(limit);
        let key = STANDARD.encode(std::array::from_fn::<u8, 16, _>(|_| fastrand::u8(..)));
        let request = match self.asking(&key, limit) {
            Ok(request) => request,
            Err(failure) => return (Err(failure), None),
        };
        let shown = Shown::of(&self.shared, &request, "connect_socket", attempt)
            .map(|shown| shown.opening(number));
        let attempt = Attempt::begin(shared, &limits, deadline);
        let result = opened(&attempt, attempt.head(request).await, &key).await;
        match shown {
            None => (result, None),
            Some(shown) => {
                let (ended, stream) = match result {
                    Ok((arrival, stream)) => (Ok(arrival), stream),
                    Err(failure) => (Err(failure), None),
                };
                let veto = shown.ended(&ended);
                (ended.map(|arrival| (arrival, stream)), veto)
            }
        }
    }

    fn asking(&self, key: &str, limit: Duration) -> Result<reqwest::Request, Failure> {
        let shared = &*self.shared;
        let url = shared.socket_url.as_deref().unwrap_or_default();
        let built = shared.http.client.get(url).build();
        let mut request = built.map_err(|error| Failure::of(error, limit, limit))?;
        let headers = request.headers_mut();
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        let key = HeaderValue::from_str(key).map_err(|_| Failure::interrupted())?;
        headers.insert(SEC_WEBSOCKET_KEY, key);
        Ok(request)
    }

    /// Who watches what goes over the WebSocket, its address as they are shown it, and the service's name.
    pub fn watched(&self) -> Option<(&dyn Observer, Url, &'static str)> {
        let observer = self.shared.observer.as_deref()?;
        let url = Url::parse(self.shared.socket_url.as_deref()?).ok()?;
        let url = without_credential(&in_socket_notation(&url), &self.shared.signer);
        Some((observer, url, self.shared.service.name))
    }

    /// What observers are shown of a message: the credential is taken out of it.
    pub fn masked(&self, message: &Bytes) -> Bytes {
        self.shared.signer.mask_bytes(message)
    }

    /// The error of a call whose answer an observer does not let pass.
    pub fn vetoed(&self, received: Received, veto: Veto) -> Error {
        verdict::vetoed(&self.shared, Ok(received), veto)
    }

    /// The error of an answer that is none.
    pub fn unusable(&self, received: Received, unusable: Unusable) -> Error {
        verdict::unusable(&self.shared, received, unusable)
    }

    /// The error of a frame that refuses.
    pub fn refused(&self, received: Received) -> Error {
        verdict::refused(&self.shared, received)
    }

    /// Pauses the budget that all calls draw on, where the service says that its own is spent.
    pub fn heed(&self, error: &Error) {
        if let Some(budget) = self
            .shared
            .budget
            .as_ref()
            .filter(|_| error.is_rate_limited())
        {
            let longest = self.shared.retry.longest_retry_after;
            budget.exhaust(error.retry_after().unwrap_or_default().min(longest));
        }
    }

    /// What all calls draw on.
    pub fn budget(&self) -> Option<&Budget> {
        self.shared.budget.as_ref()
    }

    /// How hard to try.
    pub fn retry(&self) -> &Retry {
        &self.shared.retry
    }

    pub fn service(&self) -> &'static ServiceInfo {
        self.shared.service
    }
}

impl Shared {
    /// Where the WebSocket is, and what sets that.
    fn socket_place(&self) -> String {
        let url = self.socket_url.as_deref().unwrap_or_default();
        if url.starts_with(&self.base_url) {
            return self.place();
        }
        let variable = format!("{}_WS_URL", self.service.name.to_uppercase());
        let url = self.signer.mask(url);
        format!("to {url}, which {variable} or the builder's ws_url sets")
    }
}

impl Received {
    /// A frame, or a part of it. `status` is what it itself names as one, if it does.
    pub fn over_socket(body: Bytes, status: Option<u16>, attempts: u32, elapsed: Duration) -> Self {
        let refusing = status.filter(|status| *status >= 400);
        Self {
            status: refusing.and_then(|status| StatusCode::from_u16(status).ok()),
            headers: HeaderMap::new(),
            body,
            attempts,
            elapsed,
            unsettled: None,
        }
    }
}

type Handshake = Result<(Arrival, Option<Upgraded>), Failure>;

/// Reads the answer to a handshake, and takes over the stream if that opens it.
async fn opened(
    attempt: &Attempt<'_>,
    head: Result<reqwest::Response, Failure>,
    key: &str,
) -> Handshake {
    let mut response = head?;
    let (status, headers) = (response.status(), take(response.headers_mut()));
    if status != StatusCode::SWITCHING_PROTOCOLS {
        let (body, _) = attempt.body(&mut response).await;
        return Ok(((status, headers, body), None));
    }
    // What follows such an answer is not HTTP.
    let stream = if accepts(&headers, key) {
        let upgraded = timeout_at(attempt.deadline(), response.upgrade()).await;
        let upgraded = upgraded.map_err(|_| attempt.timed_out())?;
        Some(upgraded.map_err(|error| attempt.failed(error))?)
    } else {
        None
    };
    Ok(((status, headers, Bytes::new()), stream))
}

/// Whether the answer is to this very handshake (RFC 6455, 4.1).
fn accepts(headers: &HeaderMap, key: &str) -> bool {
    let mut sha1 = Sha1::new();
    sha1.update(key.as_bytes());
    sha1.update(b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    let expected = STANDARD.encode(sha1.digest().bytes());
    let is = |name, value: &str| {
        headers
            .get(name)
            .is_some_and(|found| found.as_bytes().eq_ignore_ascii_case(value.as_bytes()))
    };
    is(UPGRADE, "websocket")
        && headers
            .get(SEC_WEBSOCKET_ACCEPT)
            .is_some_and(|accept| accept.as_bytes() == expected.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_answer_to_this_handshake_opens_the_socket() {
        // The example of RFC 6455, 1.3.
        let key = "dGhlIHNhbXBsZSBub25jZQ==";
        let headers = |accept: &'static str| {
            HeaderMap::from_iter([
                (UPGRADE, HeaderValue::from_static("WebSocket")),
                (SEC_WEBSOCKET_ACCEPT, HeaderValue::from_static(accept)),
            ])
        };
        assert!(accepts(&headers("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), key));
        assert!(!accepts(&headers("s3pplmbitxaq9kygzzhzrbk+xoo="), key));
        assert!(!accepts(&HeaderMap::new(), key));
    }
}
