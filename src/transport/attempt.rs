//! One attempt: sign, send, and read what comes under the limits.

use std::mem::take;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};
use tokio::time::{Instant, Timeout, timeout_at};

use super::failure::Failure;
use super::limits::Limits;
use super::{Shared, body};
use crate::error::Limit;

/// What an attempt brought, whatever its status.
pub(super) type Arrival = (StatusCode, HeaderMap, Bytes);

/// The limits of one attempt, counted from its beginning.
pub(super) struct Attempt<'a> {
    shared: &'a Shared,
    limits: &'a Limits,
    began: Instant,
    call_deadline: Instant,
}

impl<'a> Attempt<'a> {
    /// Signs the request and sends it off. Not `async`, so that the request is handed over before there is a future that
    /// would carry it along.
    pub fn send(
        shared: &'a Shared,
        limits: &'a Limits,
        call_deadline: Instant,
        mut request: reqwest::Request,
    ) -> (
        Self,
        Timeout<impl Future<Output = reqwest::Result<reqwest::Response>>>,
    ) {
        let attempt = Self {
            shared,
            limits,
            began: Instant::now(),
            call_deadline,
        };
        shared.signer.sign(request.headers_mut());
        let sent = timeout_at(attempt.deadline(), shared.http.reqwest().execute(request));
        (attempt, sent)
    }

    /// The answer, as soon as its head is there.
    pub async fn head(
        &self,
        sent: Timeout<impl Future<Output = reqwest::Result<reqwest::Response>>>,
    ) -> Result<reqwest::Response, Failure> {
        let response = sent.await.map_err(|_| self.timed_out())?;
        response.map_err(|error| self.failed(error))
    }

    /// The answer, to its last byte.
    pub async fn receive(
        &self,
        sent: Timeout<impl Future<Output = reqwest::Result<reqwest::Response>>>,
    ) -> Result<Arrival, Failure> {
        let mut response = self.head(sent).await?;
        let (status, headers) = (response.status(), take(response.headers_mut()));
        let (body, end) = self.read_body(&mut response).await;
        // A refusal is one even if its body does not come whole: another attempt would only be refused again.
        if status.is_success() {
            end?;
            if body::is_cut_off(&headers, &body) {
                return Err(Failure::interrupted());
            }
        }
        Ok((status, headers, body))
    }

    pub fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// The body as far as it keeps coming and stays under the cap, and what ended it; `reqwest` has decompressed it by
    /// then, so the cap holds for what it unpacks to.
    pub async fn read_body(
        &self,
        response: &mut reqwest::Response,
    ) -> (Bytes, Result<(), Failure>) {
        let most = self.limits.body;
        let mut first = Bytes::new();
        let mut rest = BytesMut::new();
        let promised = response.content_length().unwrap_or_default();
        let end = loop {
            if promised > most as u64 && response.status().is_success() {
                break Err(Failure::too_large(most));
            }
            let stalled = Instant::now() + self.limits.stall;
            let deadline = self.deadline();
            let mut chunk = match timeout_at(stalled.min(deadline), response.chunk()).await {
                Err(_) if stalled < deadline => {
                    break Err(Failure::timeout(Limit::Stall, self.limits.stall));
                }
                Err(_) => break Err(self.timed_out()),
                Ok(Err(error)) => break Err(self.failed(error)),
                Ok(Ok(None)) => break Ok(()),
                Ok(Ok(Some(chunk))) => chunk,
            };
            let room = most - first.len() - rest.len();
            let fits = chunk.len() <= room;
            chunk.truncate(room);
            // Most answers are one chunk, which is kept without a copy.
            if first.is_empty() {
                first = chunk;
            } else {
                rest.extend_from_slice(&chunk);
            }
            if !fits {
                break Err(Failure::too_large(most));
            }
        };
        if rest.is_empty() {
            return (first, end);
        }
        let mut whole = BytesMut::with_capacity(first.len() + rest.len());
        whole.extend_from_slice(&first);
        whole.extend_from_slice(&rest);
        (whole.freeze(), end)
    }

    pub fn deadline(&self) -> Instant {
        (self.began + self.limits.attempt).min(self.call_deadline)
    }

    pub fn timed_out(&self) -> Failure {
        if self.call_deadline < self.began + self.limits.attempt {
            Failure::timeout(Limit::Call, self.limits.call)
        } else {
            Failure::timeout(Limit::Attempt, self.limits.attempt)
        }
    }

    pub fn failed(&self, error: reqwest::Error) -> Failure {
        Failure::of(
            error,
            self.shared.http.connect_timeout(),
            self.limits.attempt,
        )
    }
}
