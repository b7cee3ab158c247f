//! What every HTTP call passes through: wait for the rate budget, sign, send, read the body under a cap, trace, and either
//! send again or end.

use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use progenitor_client::{OperationInfo, ResponseValue};
use reqwest::ResponseBuilderExt as _;
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::error::{Error, Refusal};
use crate::observe::{Observer, Veto};

mod attempt;
pub(crate) mod auth;
pub(crate) mod body;
pub(crate) mod budget;
pub(crate) mod client;
mod failure;
pub(crate) mod limits;
#[cfg(feature = "contract")]
mod probe;
pub(crate) mod reply;
pub(crate) mod retry;
mod shown;
pub(crate) mod target;
#[cfg(feature = "ws")]
pub(crate) mod upgrade;
mod verdict;

use attempt::{Arrival, Attempt};
use auth::Signer;
pub(crate) use body::Answer;
use budget::Budget;
use client::Http;
use failure::Failure;
use limits::Limits;
use reply::Reply;
use retry::{Credits, Outcome, Retry};
use shown::Shown;
use target::Target;

/// What the spec says of a service; `build.rs` writes one constant a service.
#[derive(Debug)]
pub(crate) struct Service {
    /// The spec's file stem: `crosstrade`.
    pub name: &'static str,
    /// `info.title`: `CrossTrade`.
    pub title: &'static str,
    /// The first of `servers`.
    pub base_url: &'static str,
    /// A member under which the service may put its whole answer.
    pub wrapper: Option<&'static str>,
}

/// What a service does that no spec can say.
pub(crate) struct Manners {
    /// The status that says: what I forward to is offline.
    pub offline: Option<u16>,
    /// Whether a JSON 404 is for the path itself rather than for the id. (One that is not JSON is not the service's.)
    pub is_wrong_path: fn(&serde_json::Value) -> bool,
    /// What a 404 for an id can mean here besides a wrong id.
    pub not_found: Option<&'static str>,
    /// What a refusal without a status of its own means, by the code and the text it came with.
    pub meaning: fn(Option<&str>, Option<&str>) -> Option<Refusal>,
}

/// Sends one service's calls. Clones share everything but their [`Limits`].
#[derive(Clone)]
pub(crate) struct Transport {
    shared: Arc<Shared>,
    limits: Limits,
}

pub(crate) struct Shared {
    pub service: &'static Service,
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
    pub credits: Mutex<Credits>,
    pub observer: Option<Arc<dyn Observer>>,
}

impl Transport {
    pub fn new(shared: Shared, limits: Limits) -> Self {
        Self {
            shared: Arc::new(shared),
            limits,
        }
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

    /// Runs one operation of a generated client: from the check of its target to the typed reply or the error.
    ///
    /// The operation is run once an attempt, and so builds its request anew for each: most calls take one, and need no copy.
    pub async fn run<C, T, F>(
        &self,
        target: Target<'_>,
        operation: impl Fn(C) -> F,
    ) -> Result<Reply<T>, Error>
    where
        C: From<Call>,
        T: Answer,
        F: Future<Output = Result<ResponseValue<Body<T>>, progenitor_client::Error<()>>>,
    {
        let named = |error: Error| error.of(self.shared.service.title, target);
        target.check().map_err(named)?;
        let received = self.exchange(operation).await.map_err(named)?;
        verdict::reply(&self.shared, received, target).map_err(named)
    }

    /// Sends an operation's request, as often as is right.
    async fn exchange<C, T, F>(&self, operation: impl Fn(C) -> F) -> Result<Received, Error>
    where
        C: From<Call>,
        F: Future<Output = Result<ResponseValue<Body<T>>, progenitor_client::Error<()>>>,
    {
        let shared = &*self.shared;
        let started = Instant::now();
        let deadline = started + self.limits.call;
        let mut now = started;
        let mut attempt = 0;
        // What the attempt before came to, which is the call's end if the budget allows no other.
        let mut before = None;
        loop {
            if let Some(budget) = &shared.budget
                && let Err(wait) = budget.draw(now, deadline).await
            {
                let spent = Err(Failure::unsent(wait));
                return received(before.unwrap_or(spent), attempt, started.elapsed());
            }
            attempt += 1;
            let call = Call {
                transport: self.clone(),
                attempt,
                deadline,
                ended: Arc::default(),
            };
            let slot = Arc::clone(&call.ended);
            let unsent = operation(C::from(call)).await.err();
            let Some(ended) = lock(&slot).take() else {
                return Err(unbuilt(unsent));
            };
            let Ended {
                is_read, result, ..
            } = ended;
            let outcome = outcome_of(&result);
            shared.settle(outcome);
            if let Some(veto) = ended.veto {
                let received = received(result, attempt, started.elapsed());
                return Err(verdict::vetoed(shared, received, *veto));
            }
            let offline = shared.manners.offline;
            let random = fastrand::f64();
            match shared
                .retry
                .next(attempt, is_read, outcome, offline, random)
            {
                Some(wait) if shared.affords(wait, deadline, outcome) => {
                    // In a box, since most calls need none.
                    Box::pin(tokio::time::sleep(wait)).await;
                    now = Instant::now();
                    before = Some(result);
                }
                _ => return received(result, attempt, started.elapsed()),
            }
        }
    }

    /// Which setting supplied the credential.
    pub fn credential_origin(&self) -> &'static str {
        self.shared.signer.origin()
    }

    /// The same as [`verdict::unfit`], for what a service's module finds wrong with an answer that decoded.
    pub fn unfit<T>(&self, reply: Reply<T>, path: &str, problem: &str) -> Error {
        verdict::unfit(&self.shared, reply.into_received(), path, problem)
    }
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

/// A complete answer, whatever its status.
pub(crate) struct Received {
    /// `None` for what came over a WebSocket.
    pub status: Option<StatusCode>,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub attempts: u32,
    pub elapsed: Duration,
}

/// One attempt of a call, and the generated client's `inner`: its `exec` hook sends it and keeps how it ended.
#[derive(Clone)]
pub(crate) struct Call {
    transport: Transport,
    attempt: u32,
    deadline: Instant,
    ended: Arc<Mutex<Option<Ended>>>,
}

/// How an attempt ended.
struct Ended {
    /// Whether the request only reads, and so may be sent again.
    is_read: bool,
    result: Result<Arrival, Failure>,
    /// What an observer says against it.
    veto: Option<Box<Veto>>,
}

impl Call {
    /// What the generated client is built from: the base URL, and the connection pool.
    pub fn address(&self) -> (&str, reqwest::Client) {
        let shared = &self.transport.shared;
        (&shared.base_url, shared.http.reqwest().clone())
    }

    /// Sends the request that the generated client has built.
    ///
    /// The generated client can neither carry this crate's errors nor decode a body as carefully, so it gets a stand-in
    /// with the status and no content; [`verdict`] reads what really came.
    pub fn exec(
        &self,
        mut request: reqwest::Request,
        info: &OperationInfo,
    ) -> impl Future<Output = reqwest::Result<reqwest::Response>> + Send {
        let Transport { shared, limits } = &self.transport;
        let span = tracing::debug_span!(
            "attempt",
            service = shared.service.name,
            operation = info.operation_id,
            attempt = self.attempt,
            status = tracing::field::Empty,
            failure = tracing::field::Empty,
            milliseconds = tracing::field::Empty,
        );
        let url = request.url().clone();
        let is_read = request.method().is_safe();
        // progenitor sends `info.version` in a header that no service knows.
        request.headers_mut().remove("api-version");
        let shown = Shown::of(shared, &request, info.operation_id, self.attempt);
        let (attempt, sent) = Attempt::send(shared, limits, self.deadline, request);
        async move {
            // Boxed, because every layer above would move it again.
            let result = Box::pin(attempt.receive(sent).instrument(span.clone())).await;
            note(&span, &result, attempt.elapsed());
            let status = match &result {
                Ok((status, ..)) => *status,
                Err(_) => StatusCode::BAD_GATEWAY,
            };
            let veto = match shown {
                Some(shown) => shown.ended(&result),
                None => None,
            };
            *lock(&self.ended) = Some(Ended {
                is_read,
                result,
                veto,
            });
            // With a URL of its own, since reqwest would parse one for it otherwise.
            let stand_in = http::Response::builder().status(status).url(url).body("");
            Ok(stand_in
                .expect("a status and a body make a response")
                .into())
        }
    }
}

fn received(
    result: Result<Arrival, Failure>,
    attempts: u32,
    elapsed: Duration,
) -> Result<Received, Error> {
    match result {
        Ok((status, headers, body)) => Ok(Received {
            status: Some(status),
            headers,
            body,
            attempts,
            elapsed,
        }),
        Err(failure) => Err(failure.into_error().tried(attempts, elapsed)),
    }
}

/// The error of an operation that did not get as far as sending.
fn unbuilt(error: Option<progenitor_client::Error<()>>) -> Error {
    let problem = match error {
        Some(progenitor_client::Error::InvalidRequest(problem)) => problem,
        _ => "the generated client did not send it".to_owned(),
    };
    Error::input("request", problem)
}

impl Shared {
    /// What an attempt's outcome means for the calls after it.
    fn settle(&self, outcome: Outcome) {
        match (outcome, &self.budget) {
            (
                Outcome::Answered {
                    status: 429,
                    retry_after,
                },
                Some(budget),
            ) => {
                // A service that asks for ten years fails this call, and does not stop the others for as long.
                budget.exhaust(
                    retry_after
                        .unwrap_or_default()
                        .min(self.retry.longest_retry_after),
                );
            }
            (
                Outcome::Answered {
                    status: 200..=299, ..
                },
                _,
            ) => lock(&self.credits).earn(),
            _ => {}
        }
    }

    fn affords(&self, wait: Duration, deadline: Instant, outcome: Outcome) -> bool {
        let in_time = Instant::now()
            .checked_add(wait)
            .is_some_and(|then| then < deadline);
        in_time && lock(&self.credits).pay(outcome)
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

/// What is locked here is whole after any panic: a number, or a slot that is written once.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.transport.fmt(f)
    }
}

/// Says which type an operation's answer has, without being one: the kept bytes are decoded once, by [`body::decode`].
#[derive(Debug)]
pub(crate) struct Body<T>(PhantomData<fn() -> T>);

/// What `build.rs` has the generated methods do with a success in place of reading it.
pub(crate) fn unread<T>(response: reqwest::Response) -> ResponseValue<Body<T>> {
    ResponseValue::new(Body(PhantomData), response.status(), HeaderMap::new())
}
