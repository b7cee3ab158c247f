//! Opening a WebSocket over the HTTP client that calls use, so that TLS, proxies, the signature and the refusal to follow
//! redirects are the same, and no WebSocket library ever sees the credential.

use std::mem::take;
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

use super::attempt::{Arrival, Attempt};
use super::failure::Failure;
use super::reply::Reply;
use super::retry::{Outcome, Retry};
use super::target::Target;
use super::{Received, Transport, outcome_of, verdict};
use crate::error::Error;
use crate::transport::Answer;

/// A handshake that opened nothing.
#[derive(Debug)]
pub(crate) struct Unopened {
    pub error: Error,
    pub outcome: Outcome,
}

impl Transport {
    /// One attempt to open the service's WebSocket, within `limit`.
    pub async fn upgrade(&self, limit: Duration) -> Result<Upgraded, Unopened> {
        let started = Instant::now();
        let result = self.handshake(started + limit, limit).await;
        let elapsed = started.elapsed();
        let milliseconds = elapsed.as_secs_f64() * 1000.0;
        let service = self.shared.service.name;
        let arrival = match result {
            Ok(Ok(upgraded)) => {
                tracing::debug!(service, milliseconds, "WebSocket opened");
                return Ok(upgraded);
            }
            Ok(Err(arrival)) => Ok(arrival),
            Err(failure) => Err(failure),
        };
        let outcome = outcome_of(&arrival);
        let error = match arrival {
            Ok((status, headers, body)) => {
                tracing::debug!(
                    service,
                    milliseconds,
                    status = status.as_u16(),
                    "WebSocket refused"
                );
                let received = Received {
                    status: Some(status),
                    headers,
                    body,
                    attempts: 1,
                    elapsed,
                };
                verdict::unopened(&self.shared, received)
            }
            Err(failure) => {
                tracing::debug!(service, milliseconds, failure = ?failure.kind, "WebSocket not opened");
                failure.into_error().tried(1, elapsed)
            }
        };
        self.shared.settle(outcome);
        Err(Unopened {
            error: error.of(self.shared.service.title, "open the WebSocket"),
            outcome,
        })
    }

    async fn handshake(
        &self,
        deadline: Instant,
        limit: Duration,
    ) -> Result<Result<Upgraded, Arrival>, Failure> {
        let shared = &*self.shared;
        let limits = self.limits.call(limit).attempt(limit);
        let key = STANDARD.encode(std::array::from_fn::<u8, 16, _>(|_| fastrand::u8(..)));
        let url = shared.socket_url.as_deref().unwrap_or_default();
        let built = shared.http.reqwest().get(url).build();
        let mut request = built.map_err(|error| Failure::of(error, limit, limit))?;
        let headers = request.headers_mut();
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        let sent_key = HeaderValue::from_str(&key).map_err(|_| Failure::interrupted())?;
        headers.insert(SEC_WEBSOCKET_KEY, sent_key);
        let (attempt, sent) = Attempt::send(shared, &limits, deadline, request);
        let mut response = attempt.head(sent).await?;
        let (status, headers) = (response.status(), take(response.headers_mut()));
        if status == StatusCode::SWITCHING_PROTOCOLS && accepts(&headers, &key) {
            let upgraded = timeout_at(attempt.deadline(), response.upgrade()).await;
            let upgraded = upgraded.map_err(|_| attempt.timed_out())?;
            return Ok(Ok(upgraded.map_err(|error| attempt.failed(error))?));
        }
        if status == StatusCode::SWITCHING_PROTOCOLS {
            // What follows such an answer is not HTTP.
            return Ok(Err((status, headers, Bytes::new())));
        }
        let (body, _) = attempt.read_body(&mut response).await;
        Ok(Err((status, headers, body)))
    }

    /// A call's answer that came over the WebSocket: what REST would have as its body.
    pub fn answered<T: Answer>(
        &self,
        received: Received,
        target: Target<'_>,
    ) -> Result<Reply<T>, Error> {
        verdict::reply(&self.shared, received, target)
    }

    /// The error of a frame that refuses.
    pub fn refused(&self, received: Received) -> Error {
        verdict::refused(&self.shared, received)
    }

    /// The same as [`answered`](Self::answered), into a type of the caller's.
    pub fn answered_as<T: serde::de::DeserializeOwned>(
        &self,
        received: Received,
    ) -> Result<T, Error> {
        verdict::value(&self.shared, received)
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

    /// Waits for the budget to allow a call until `deadline`; the wait it would take where that is longer.
    pub async fn draw(&self, deadline: Instant) -> Result<(), Duration> {
        match &self.shared.budget {
            Some(budget) => budget.draw(deadline).await,
            None => Ok(()),
        }
    }

    /// How hard to try.
    pub fn retry(&self) -> &Retry {
        &self.shared.retry
    }

    pub fn title(&self) -> &'static str {
        self.shared.service.title
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
        }
    }
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
