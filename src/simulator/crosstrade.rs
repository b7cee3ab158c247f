//! CrossTrade: one account, the document's fill and a quarter of an hour of others, behind a rate limit.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::Timestamp;
use serde::Deserialize;

use super::bucket::{self, Bucket};
use super::credentials::{self, CROSSTRADE_TOKEN};
use super::fills::History;
use super::object::Object;
use super::response::JsonResponse;
use super::spec::Spec;
use crate::generated;

pub(super) const ACCOUNT: &str = "Sim101";

/// The paths as the spec has them.
const LIST: &str = "/v1/api/accounts/{account}/executions";
const ONE: &str = "/v1/api/accounts/{account}/executions/{executionId}";

/// Seconds a list reaches back when not told, and at most (the vendor's page "GET Executions").
const LOOKBACK: u64 = 320;
const LONGEST_LOOKBACK: u64 = 900;

/// `None`: as much as is asked for.
type Budget = Option<Mutex<Bucket>>;

/// What the simulated desktop knows; REST and the WebSocket are the ways to ask it.
#[derive(Debug)]
pub(super) struct CrossTrade {
    history: History,
    list: Object,
    invalid: JsonResponse,
    unauthorized: JsonResponse,
    unknown: JsonResponse,
    limited: JsonResponse,
    calls: Budget,
    subscriptions: Budget,
    orders: AtomicU64,
    started: Instant,
}

impl CrossTrade {
    pub(super) fn new(now: Timestamp, limited: bool) -> io::Result<Self> {
        let spec = Spec::open("CrossTrade", generated::crosstrade::SPEC)?;
        let refusal = |status| spec.refusal(ONE, status);
        let budget = |refill| limited.then(|| Mutex::new(Bucket::full(refill)));
        Ok(Self {
            history: History::new(&spec, spec.document(ONE)?, now)?,
            list: spec.document(LIST)?,
            invalid: refusal(StatusCode::BAD_REQUEST)?,
            // Nobody has documented these two.
            unauthorized: refusal(StatusCode::UNAUTHORIZED).unwrap_or_else(|_| {
                let detail = "Missing or invalid bearer token";
                failure(StatusCode::UNAUTHORIZED, "unauthorized", detail)
            }),
            unknown: refusal(StatusCode::NOT_FOUND)
                .unwrap_or_else(|_| failure(StatusCode::NOT_FOUND, "execution_not_found", "")),
            limited: refusal(StatusCode::TOO_MANY_REQUESTS)?,
            calls: budget(bucket::CALLS),
            subscriptions: budget(bucket::SUBSCRIPTIONS),
            orders: AtomicU64::new(0),
            started: Instant::now(),
        })
    }

    /// Routes REST, and what `socket` has: a wrong method there is answered as anywhere.
    pub(super) fn router(self, socket: Router<Arc<Self>>) -> Router {
        Router::new()
            .route(LIST, get(list))
            .route(ONE, get(one))
            .merge(socket)
            .method_not_allowed_fallback(wrong_method)
            .fallback(wrong_path)
            .with_state(Arc::new(self))
    }

    /// Ids to try.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.history.ids()
    }

    fn admit(&self, headers: &HeaderMap) -> Result<(), JsonResponse> {
        self.recognise(headers)?;
        self.charge()
    }

    /// Whether the token is the right one.
    pub(super) fn recognise(&self, headers: &HeaderMap) -> Result<(), JsonResponse> {
        if credentials::authorization(headers, "Bearer") == Some(CROSSTRADE_TOKEN) {
            return Ok(());
        }
        Err(self.unauthorized.clone())
    }

    /// Takes a call from the budget.
    pub(super) fn charge(&self) -> Result<(), JsonResponse> {
        self.take(&self.calls)
    }

    /// Takes a change of subscriptions from theirs.
    pub(super) fn charge_subscription(&self) -> Result<(), JsonResponse> {
        self.take(&self.subscriptions)
    }

    fn take(&self, budget: &Budget) -> Result<(), JsonResponse> {
        let Some(bucket) = budget else {
            return Ok(());
        };
        let mut bucket = bucket.lock().unwrap_or_else(PoisonError::into_inner);
        match bucket.take(self.uptime()) {
            true => Ok(()),
            false => Err(self.limited.clone()),
        }
    }

    pub(super) fn uptime(&self) -> Duration {
        self.started.elapsed()
    }

    /// Simulated: nothing is remembered of an order but that there was one, so that its number tells how many there were.
    pub(super) fn place(&self, account: &str) -> Result<JsonResponse, JsonResponse> {
        known_account(account)?;
        let number = self.orders.fetch_add(1, Ordering::Relaxed) + 1;
        let body = Object::default()
            .set("orderId", format!("simulated-order-{number}"))
            .set("success", true);
        Ok(JsonResponse::ok(body))
    }

    pub(super) fn execution(&self, account: &str, id: &str) -> Result<JsonResponse, JsonResponse> {
        known_account(account)?;
        let fill = self.history.get(id, Timestamp::now());
        fill.map(JsonResponse::ok).ok_or_else(|| {
            let detail = format!("Execution {id} not found");
            self.unknown.clone().set("detail", detail)
        })
    }

    /// `longest` differs: REST refuses what the vendor's own WebSocket example asks for.
    pub(super) fn executions(
        &self,
        account: &str,
        lookback: Option<u64>,
        longest: u64,
    ) -> Result<JsonResponse, JsonResponse> {
        known_account(account)?;
        let lookback = lookback.unwrap_or(LOOKBACK);
        if !(1..=longest).contains(&lookback) {
            return Err(self.invalid());
        }
        let fills = self.history.last(lookback, Timestamp::now()).into_iter();
        let items: Vec<Object> = fills.map(|fill| fill.without(&["success"])).collect();
        Ok(JsonResponse::ok(self.list.clone().set("executions", items)))
    }

    pub(super) fn invalid(&self) -> JsonResponse {
        self.invalid.clone()
    }
}

/// The account's case does not matter; the answer has its own spelling (app.crosstrade.io/v1/api/llms-full.txt).
pub(super) fn known_account(account: &str) -> Result<(), JsonResponse> {
    if account.eq_ignore_ascii_case(ACCOUNT) {
        return Ok(());
    }
    let detail = format!("Account {account} not found");
    Err(failure(StatusCode::BAD_REQUEST, "invalid_account", &detail))
}

/// The general error form (app.crosstrade.io/v1/api/llms-full.txt).
pub(super) fn failure(status: StatusCode, error: &str, detail: &str) -> JsonResponse {
    let body = Object::default()
        .set("success", false)
        .set("error", error)
        .set("detail", detail);
    JsonResponse::new(status, body)
}

#[derive(Deserialize)]
struct Lookback {
    #[serde(rename = "lookbackTime")]
    seconds: Option<u64>,
}

async fn list(
    State(state): State<Arc<CrossTrade>>,
    headers: HeaderMap,
    account: Result<Path<String>, PathRejection>,
    lookback: Result<Query<Lookback>, QueryRejection>,
) -> Result<JsonResponse, JsonResponse> {
    state.admit(&headers)?;
    let (Ok(Path(account)), Ok(Query(lookback))) = (account, lookback) else {
        return Err(state.invalid());
    };
    state.executions(&account, lookback.seconds, LONGEST_LOOKBACK)
}

async fn one(
    State(state): State<Arc<CrossTrade>>,
    headers: HeaderMap,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<JsonResponse, JsonResponse> {
    state.admit(&headers)?;
    let Ok(Path((account, id))) = path else {
        return Err(state.invalid());
    };
    state.execution(&account, &id)
}

async fn wrong_method(method: Method, uri: Uri) -> JsonResponse {
    let detail = format!("{method} is not allowed on {}", uri.path());
    failure(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        &detail,
    )
}

/// Under `/v1/api` a structured 404 that suggests a route; elsewhere the marketing site, as on the real host.
async fn wrong_path(method: Method, uri: Uri) -> Response {
    let path = uri.path();
    if path != "/v1/api" && !path.starts_with("/v1/api/") {
        return (StatusCode::FOUND, [(LOCATION, "https://crosstrade.io/")]).into_response();
    }
    let segments = |path: &str| {
        path.split('/')
            .filter(|segment| !segment.is_empty())
            .count()
    };
    let routes = [LIST, ONE];
    let nearest = routes
        .iter()
        .min_by_key(|route| segments(route).abs_diff(segments(path)));
    let detail = format!("No route {method} {path}");
    failure(StatusCode::NOT_FOUND, "not_found", &detail)
        .set("did_you_mean", nearest)
        .into_response()
}
