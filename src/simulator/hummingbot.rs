//! Hummingbot: the document's executor, which still runs, and finished ones as the server reads them from its database.

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{any, get};
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use super::credentials::{self, HUMMINGBOT_BASIC};
use super::object::Object;
use super::response::JsonResponse;
use super::spec::Spec;
use crate::generated;

/// The document abbreviates its id. The same executor under an id that does not look cut off is the one to try.
const DOCUMENT: [&str; 2] = ["abc123", "abc123..."];

#[derive(Debug)]
pub(super) struct Hummingbot {
    executors: Vec<(&'static str, Object)>,
    unauthorized: Object,
    unknown: Object,
}

impl Hummingbot {
    pub(super) fn new(now: Timestamp) -> io::Result<Self> {
        let spec = Spec::open("Hummingbot", generated::hummingbot::SPEC)?;
        let document = spec.document("get_executor")?;
        let profit = finished(&document, "take-profit-1", "TAKE_PROFIT", now, 5400)?
            .set("net_pnl_quote", 18.42)
            .set("net_pnl_pct", 0.0184)
            .set("cum_fees_quote", 0.61)
            .set("filled_amount_quote", 2003.5)
            .set("error_count", 0)
            .set("last_error", Value::Null);
        // A PnL that is not a number arrives as null, although the model declares it a required number.
        let failed = finished(&document, "failed-1", "FAILED", now, 600)?
            .set("net_pnl_quote", Value::Null)
            .set("net_pnl_pct", Value::Null)
            .set("cum_fees_quote", 0.0)
            .set("filled_amount_quote", 0.0)
            .set("error_count", 3)
            .set("last_error", "Order rejected: insufficient margin");
        let [short, full] = DOCUMENT;
        Ok(Self {
            executors: vec![
                (short, document.clone().set("executor_id", short)),
                (full, document),
                ("take-profit-1", profit),
                ("failed-1", failed),
            ],
            unauthorized: spec.refusal("get_executor", "401")?,
            unknown: spec.refusal("get_executor", "404")?,
        })
    }

    pub(super) fn router(self) -> Router {
        Router::new()
            .route("/executors/{executor_id}", get(one))
            // Creating is a POST to this path, so a GET with an empty id meets a 405 and not a 404.
            .route("/executors/", any(wrong_method))
            .method_not_allowed_fallback(wrong_method)
            .fallback(wrong_path)
            .with_state(Arc::new(self))
    }

    /// Ids to try.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.executors
            .iter()
            .map(|(id, _)| *id)
            .filter(|id| *id != DOCUMENT[1])
    }

    fn admit(&self, headers: &HeaderMap) -> Result<(), JsonResponse> {
        let detail = match credentials::authorization(headers, "Basic") {
            Some(HUMMINGBOT_BASIC) => return Ok(()),
            Some(given) if is_base64(given) => "Incorrect username or password",
            _ => "Not authenticated",
        };
        let body = self.unauthorized.clone().set("detail", detail);
        Err(JsonResponse::new(StatusCode::UNAUTHORIZED, body).asking_for("Basic"))
    }
}

fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    let alphabet = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
    text.len().is_multiple_of(4) && text.len() - digits.len() <= 2 && digits.bytes().all(alphabet)
}

/// A row of the database: what only the running executor knew is gone, and `config` is what its creator posted.
fn finished(
    document: &Object,
    id: &str,
    close: &str,
    now: Timestamp,
    age: i64,
) -> io::Result<Object> {
    let created = now.checked_sub(age.seconds()).map_err(io::Error::other)?;
    let closed = created.as_microsecond() as f64 / 1e6 + 412.5;
    let config = json!({"type": "position_executor", "connector_name": "binance_perpetual", "trading_pair": "BTC-USDT",
        "side": 1, "amount": "0.02", "triple_barrier_config": {"take_profit": "0.02", "stop_loss": "0.01"}});
    Ok(document
        .clone()
        .set("executor_id", id)
        .set("status", "TERMINATED")
        .set("is_active", false)
        .set("is_trading", false)
        .set("side", Value::Null)
        .set("timestamp", Value::Null)
        .set(
            "created_at",
            created.strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00").to_string(),
        )
        .set("close_type", close)
        .set("close_timestamp", closed)
        .set("controller_id", "main")
        .set("config", config)
        .set("custom_info", json!({})))
}

async fn one(
    State(state): State<Arc<Hummingbot>>,
    headers: HeaderMap,
    id: Result<Path<String>, PathRejection>,
) -> Result<JsonResponse, JsonResponse> {
    state.admit(&headers)?;
    let Ok(Path(id)) = id else {
        return Err(wrong_path().await);
    };
    match state.executors.iter().find(|(known, _)| *known == id) {
        Some((_, executor)) => Ok(JsonResponse::ok(executor.clone())),
        None => {
            let body = state
                .unknown
                .clone()
                .set("detail", format!("Executor {id} not found"));
            Err(JsonResponse::not_found(body))
        }
    }
}

async fn wrong_method() -> JsonResponse {
    JsonResponse::new(
        StatusCode::METHOD_NOT_ALLOWED,
        Object::default().set("detail", "Method Not Allowed"),
    )
}

async fn wrong_path() -> JsonResponse {
    JsonResponse::not_found(Object::default().set("detail", "Not Found"))
}
