//! What every HTTP call passes through, in one loop: wait for the rate budget, sign, send, read the body under a cap, and
//! either send again or end.

use std::fmt;
use std::mem::take;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use tokio::time::{Instant, timeout_at};
use tracing::Instrument as _;

use crate::error::{Error, Limit, Refusal};
use crate::observe::Observer;
use crate::service::ServiceInfo;

pub(crate) mod auth;
pub(crate) mod body;
pub(crate) mod budget;
pub(crate) mod client;
mod failure;
pub(crate) mod limits;
pub(crate) mod operation;
#[cfg(feature = "contract")]
mod probe;
pub(crate) mod reply;
pub(crate) mod request;
pub(crate) mod retry;
pub(crate) mod settled;
mod shown;
#[cfg(feature = "ws")]
pub(crate) mod upgrade;
mod verdict;

use auth::Signer;
pub(crate) use body::Success;
use budget::Budget;
use client::Http;
use failure::Failure;
use limits::Limits;
use operation::Operation;
use reply::Reply;
use request::{Request, Target, Unbuilt};
use retry::{Credits, Outcome, Retry};
use settled::{Ended, is_settled};
use shown::Shown;

/// What a service does that no spec can say.
pub(crate) struct Manners {
    /// The status that says: what I forward to is offline.
    pub offline: Option<u16>,
    /// Whether a JSON 404 is for the path itself rather than for the id. (One that is not JSON is not the service's.)
    pub is_wrong_path: fn(&serde_json::Value) -> bool,
    /// Tells what to do about a refusal with this status and code, where the status alone does not.
    pub hint: fn(StatusCode, Option<&str>) -> Option<&'static str>,
    /// Returns true if a 500 with this body would come again.
    pub is_lasting: fn(&serde_json::Value) -> bool,
    /// What a refusal without a status of its own means, by the code and the text it came with.
    pub meaning: fn(Option<&str>, Option<&str>) -> Option<Refusal>,
}

/// Sends one service's calls. Clones share everything but their [`Limits`].
#[derive(Clone)]
pub(crate) struct Transport {
    shared: Arc<Shared>,
    limits: Limits,
}

#[cfg_attr(feature = "contract", derive(Clone))]
pub(crate) struct Shared {
    pub service: &'static ServiceInfo,
    pub manners: &'static Manners,
    /// Without a slash at the end.
    pub base_url: String,
    /// The WebSocket's address in http's notation, where the service has one.
    #[cfg(feature = "ws")]
    pub socket_url: Option<String>,
    pub http: Http,
    pub signer: Signer,
    pub retry: Retry,
    pub budget: Option<Budget>,
    pub credits: Arc<Mutex<Credits>>,
    pub observer: Option<Arc<dyn Observer>>,
}

/// A complete answer, whatever its status.
#[derive(Clone)]
pub(crate) struct Received {
    /// `None` for what came over a WebSocket.
    pub status: Option<StatusCode>,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub attempts: u32,
    pub elapsed: Duration,
    /// When it was sent, if it is a write whose outcome is unknown unless this turns out to be its success.
    pub unsettled: Option<Timestamp>,
}

/// What an attempt brought, whatever its status.
type Arrival = (StatusCode, HeaderMap, Bytes);

impl Transport {
    pub fn new(shared: Shared, limits: Limits) -> Self {
        let shared = Arc::new(shared);
        Self { shared, limits }
    }

    pub fn limits(&self) -> Limits {
        self.limits
    }

    pub fn with_limits(&self, limits: Limits) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            limits,
        }
    }

    /// What generated code builds requests with: the base URL and the client.
    pub fn address(&self) -> (&str, reqwest::Client) {
        (&self.shared.base_url, self.shared.http.client.clone())
    }

    /// Which setting supplied the credential.
    pub fn credential_origin(&self) -> &str {
        self.shared.signer.origin()
    }

    /// Sends an operation's request, as often as is right, and reads what comes as its success.
    pub async fn send<T: Success>(
        &self,
        target: Target<'_>,
        request: Result<Request<T>, Unbuilt>,
    ) -> Result<Reply<T>, Error> {
        let shared = &*self.shared;
        let named = |error: Error| error.of(shared.service, target);
        target.check().map_err(named)?;
        let Request {
            operation, http, ..
        } = request.map_err(|unbuilt| named(verdict::unbuilt(unbuilt)))?;
        // In a box, because every layer above would move it.
        let received = Box::pin(self.exchange(operation, http)).await;
        let received = received.map_err(named)?;
        if received.status.is_none_or(|status| status.is_success()) {
            let wrapper = shared.service.wrapper;
            match body::decode(&received.headers, &received.body, wrapper, Some(target)) {
                Ok(answer) => Ok(Reply::new(answer, received, shared.service, target)),
                Err(problem) => Err(named(verdict::unusable(shared, received, problem))),
            }
        } else {
            Err(named(verdict::refused(shared, received)))
        }
    }

    /// The loop: one turn an attempt.
    async fn exchange(
        &self,
        operation: &'static Operation,
        request: reqwest::Request,
    ) -> Result<Received, Error> {
        let shared = &*self.shared;
        let started = Instant::now();
        let deadline = started + self.limits.call;
        let mut now = started;
        let mut number = 0;
        // What the attempt before came to, which is the call's end if the budget allows no other. It was settled.
        let mut before = None;
        loop {
            if let Some(budget) = &shared.budget
                && let Err(wait) = budget.draw(now, deadline).await
            {
                let end = before.unwrap_or_else(|| Err(Failure::unsent(wait)));
                return received(shared, end, number, started.elapsed(), None);
            }
            number += 1;
            // Generated bodies are bytes, which can be copied.
            let Some(copy) = request.try_clone() else {
                return Err(Error::input("request", "its body cannot be sent again"));
            };
            let span = tracing::debug_span!(
                "attempt",
                service = shared.service.name,
                operation = operation.id,
                attempt = number,
                status = tracing::field::Empty,
                failure = tracing::field::Empty,
                milliseconds = tracing::field::Empty,
            );
            let shown = match shared.observer {
                Some(_) => Shown::of(&self.shared, &copy, operation.id, number),
                None => None,
            };
            let sent = Timestamp::now();
            let attempt = Attempt::begin(shared, &self.limits, deadline);
            let result = attempt.run(copy).instrument(span.clone()).await;
            note(&span, &result, attempt.began.elapsed());
            let outcome = match &result {
                Ok((status, _, body)) if shared.is_lasting(*status, body) => Outcome::Final,
                _ => outcome_of(&result),
            };
            shared.learn(outcome);
            let is_settled = is_settled(operation.effect, ended(&result));
            let unsettled = (!is_settled).then_some(sent);
            if let Some(veto) = shown.and_then(|shown| shown.ended(&result)) {
                let end = received(shared, result, number, started.elapsed(), unsettled);
                return Err(verdict::vetoed(shared, end, *veto));
            }
            let (offline, random) = (shared.manners.offline, fastrand::f64());
            let wait = match &result {
                Ok((status, ..)) if status.is_success() => None,
                _ => shared
                    .retry
                    .next(number, is_settled, outcome, offline, random),
            };
            match wait {
                Some(wait) if shared.affords(wait, deadline, outcome) => {
                    tokio::time::sleep(wait).await;
                    now = Instant::now();
                    before = Some(result);
                }
                _ => return received(shared, result, number, started.elapsed(), unsettled),
            }
        }
    }

    /// An error for an answer that decoded but lacks what its facade needs.
    pub fn unfit<T>(&self, reply: Reply<T>, path: &str, problem: &str) -> Error {
        verdict::unfit(&self.shared, reply.into_received(), path, problem)
    }
}

/// One attempt: sign, send, and read what comes under the limits, which count from its beginning.
struct Attempt<'a> {
    shared: &'a Shared,
    limits: &'a Limits,
    began: Instant,
    call_deadline: Instant,
}

impl<'a> Attempt<'a> {
    fn begin(shared: &'a Shared, limits: &'a Limits, call_deadline: Instant) -> Self {
        Self {
            shared,
            limits,
            began: Instant::now(),
            call_deadline,
        }
    }

    /// Signs and sends the request, and reads the answer to its last byte.
    async fn run(&self, request: reqwest::Request) -> Result<Arrival, Failure> {
        let mut response = self.head(request).await?;
        let (status, headers) = (response.status(), take(response.headers_mut()));
        let (body, end) = self.body(&mut response).await;
        // A refusal is one even if its body does not come whole: another attempt would only be refused again.
        if status.is_success() {
            end?;
            if body::is_cut_off(&headers, &body) {
                return Err(Failure::interrupted());
            }
        }
        Ok((status, headers, body))
    }

    /// Signs and sends the request; the answer, as soon as its head is there.
    async fn head(&self, mut request: reqwest::Request) -> Result<reqwest::Response, Failure> {
        self.shared.signer.sign(request.headers_mut());
        let sent = self.shared.http.client.execute(request);
        let response = timeout_at(self.deadline(), sent).await;
        let response = response.map_err(|_| self.timed_out())?;
        response.map_err(|error| self.failed(error))
    }

    /// The body as far as it keeps coming and stays under the cap, and what ended it; `reqwest` has decompressed it by
    /// then, so the cap holds for what it unpacks to.
    async fn body(&self, response: &mut reqwest::Response) -> (Bytes, Result<(), Failure>) {
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
        (Bytes::from([first, rest.freeze()].concat()), end)
    }

    fn deadline(&self) -> Instant {
        (self.began + self.limits.attempt).min(self.call_deadline)
    }

    fn timed_out(&self) -> Failure {
        if self.call_deadline < self.began + self.limits.attempt {
            Failure::timeout(Limit::Call, self.limits.call)
        } else {
            Failure::timeout(Limit::Attempt, self.limits.attempt)
        }
    }

    fn failed(&self, error: reqwest::Error) -> Failure {
        let connect = self.shared.http.connect_timeout;
        Failure::of(error, connect, self.limits.attempt)
    }
}

fn received(
    shared: &Shared,
    result: Result<Arrival, Failure>,
    attempts: u32,
    elapsed: Duration,
    unsettled: Option<Timestamp>,
) -> Result<Received, Error> {
    match result {
        Ok((status, headers, body)) => Ok(Received {
            status: Some(status),
            headers,
            body,
            attempts,
            elapsed,
            unsettled,
        }),
        Err(failure) => {
            let error = failure.into_error(|| shared.place());
            let error = error.tried(attempts, elapsed);
            Err(error.unsettled(unsettled))
        }
    }
}

impl Shared {
    /// Where calls go, and what sets that.
    fn place(&self) -> String {
        let variable = format!("{}_BASE_URL", self.service.name.to_uppercase());
        let base_url = self.signer.mask(&self.base_url);
        format!("to {base_url}, which {variable} or the builder's base_url sets")
    }

    /// Returns true if this is a 500 that another attempt would only bring again.
    fn is_lasting(&self, status: StatusCode, body: &[u8]) -> bool {
        let tells = |body| (self.manners.is_lasting)(&body);
        status == StatusCode::INTERNAL_SERVER_ERROR && serde_json::from_slice(body).is_ok_and(tells)
    }

    /// What an attempt's outcome means for the calls after it.
    fn learn(&self, outcome: Outcome) {
        let Outcome::Answered {
            status,
            retry_after,
        } = outcome
        else {
            return;
        };
        if (200..300).contains(&status) {
            lock(&self.credits).earn();
        } else if status == 429
            && let Some(budget) = &self.budget
        {
            // A service that asks for ten years fails this call, and does not stop the others for as long.
            let longest = self.retry.longest_retry_after;
            budget.exhaust(retry_after.unwrap_or_default().min(longest));
        }
    }

    fn affords(&self, wait: Duration, deadline: Instant, outcome: Outcome) -> bool {
        let then = Instant::now().checked_add(wait);
        then.is_some_and(|then| then < deadline) && lock(&self.credits).pay(outcome)
    }
}

/// Tells whoever listens how an attempt ended: never a body, a header or a query.
fn note(span: &tracing::Span, result: &Result<Arrival, Failure>, elapsed: Duration) {
    if span.is_disabled() {
        return;
    }
    span.record("milliseconds", elapsed.as_secs_f64() * 1000.0);
    match result {
        Ok((status, ..)) => span.record("status", status.as_u16()),
        Err(failure) => span.record("failure", tracing::field::debug(&failure.kind)),
    };
    span.in_scope(|| tracing::debug!("attempt ended"));
}

/// How an attempt ended, as far as it shows whether a write was executed.
fn ended(result: &Result<Arrival, Failure>) -> Ended<'_> {
    match result {
        Ok((status, _, body)) => Ended::Answered {
            status: Some(status.as_u16()),
            body,
        },
        Err(failure) if failure.is_unsent() => Ended::Unsent,
        Err(_) => Ended::Unanswered,
    }
}

fn outcome_of(result: &Result<Arrival, Failure>) -> Outcome {
    match result {
        Ok((status, headers, _)) => Outcome::Answered {
            status: status.as_u16(),
            retry_after: if status.is_success() {
                None
            } else {
                retry::asked_wait(headers, SystemTime::now())
            },
        },
        Err(failure) => failure.outcome,
    }
}

/// What is locked here is whole after any panic: a number.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(self.shared.service.title)
            .field("base_url", &self.shared.base_url)
            .field("credential", &self.shared.signer)
            .field("limits", &self.limits)
            .field("budget", &self.shared.budget)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
