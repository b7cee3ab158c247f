//! Hummingbot: the document's executor, which still runs, and finished ones as the server reads them from its database.

use std::io;

use axum::Router;
use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use indexmap::IndexMap;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::credentials::{self, HUMMINGBOT_BASIC};
use super::lookup::{self, Lookup};
use super::object::Object;
use super::response::JsonResponse;
use super::spec::Spec;
use crate::generated;

/// The document abbreviates its id. The same executor under an id that does not look cut off is the one to try.
const DOCUMENT: [&str; 2] = ["abc123", "abc123..."];

#[derive(Debug)]
pub(super) struct Hummingbot {
    executors: IndexMap<&'static str, Object>,
    unauthorized: JsonResponse,
    unknown: JsonResponse,
}

impl Hummingbot {
    pub(super) fn new(now: Timestamp) -> io::Result<Self> {
        let spec = Spec::open("Hummingbot", generated::hummingbot::SPEC)?;
        let document = spec.document(Self::ROUTE)?;
        let profit = finished(&document, "take-profit-1", now, 5400).with(json!({
            "close_type": "TAKE_PROFIT", "error_count": 0, "last_error": null,
            "net_pnl_quote": 18.42, "net_pnl_pct": 0.0184, "cum_fees_quote": 0.61, "filled_amount_quote": 2003.5,
        }));
        // A PnL that is not a number arrives as null, although the model declares it a required number.
        let failed = finished(&document, "failed-1", now, 600).with(json!({
            "close_type": "FAILED", "error_count": 3, "last_error": "Order rejected: insufficient margin",
            "net_pnl_quote": null, "net_pnl_pct": null, "cum_fees_quote": 0.0, "filled_amount_quote": 0.0,
        }));
        let [short, full] = DOCUMENT;
        Ok(Self {
            executors: IndexMap::from([
                (short, document.clone().set("executor_id", short)),
                (full, document),
                ("take-profit-1", profit),
                ("failed-1", failed),
            ]),
            unauthorized: spec.refusal(Self::ROUTE, StatusCode::UNAUTHORIZED)?,
            unknown: spec.refusal(Self::ROUTE, StatusCode::NOT_FOUND)?,
        })
    }

    pub(super) fn router(self) -> Router {
        // Creating is a POST to this path, so a GET with an empty id meets a 405 and not a 404.
        let creation = self.misdirected(StatusCode::METHOD_NOT_ALLOWED);
        lookup::router(self).route("/executors/", any(creation))
    }
}

impl Lookup for Hummingbot {
    const ROUTE: &'static str = "/executors/{executor_id}";

    fn ids(&self) -> impl Iterator<Item = &str> {
        let ids = self.executors.keys().copied();
        ids.filter(|id| *id != DOCUMENT[1])
    }

    fn refusal(&self, headers: &HeaderMap) -> Option<Response> {
        let detail = match credentials::authorization(headers, "Basic") {
            Some(HUMMINGBOT_BASIC) => return None,
            Some(given) if STANDARD.decode(given).is_ok() => "Incorrect username or password",
            _ => "Not authenticated",
        };
        let refusal = self.unauthorized.clone().set("detail", detail);
        Some(([(WWW_AUTHENTICATE, "Basic")], refusal).into_response())
    }

    fn execution(&self, id: &str) -> JsonResponse {
        match self.executors.get(id) {
            Some(executor) => JsonResponse::ok(executor.clone()),
            None => {
                let detail = format!("Executor {id} not found");
                self.unknown.clone().set("detail", detail)
            }
        }
    }

    fn misdirected(&self, status: StatusCode) -> JsonResponse {
        JsonResponse::new(status, Object::default()).set("detail", status.canonical_reason())
    }
}

/// A row of the database: what only the running executor knew is gone, and `config` is what its creator posted.
fn finished(document: &Object, id: &str, now: Timestamp, age: i64) -> Object {
    let created = now - SignedDuration::from_secs(age);
    document.clone().with(json!({
        "executor_id": id, "status": "TERMINATED", "is_active": false, "is_trading": false,
        "side": null, "timestamp": null, "controller_id": "main", "custom_info": {},
        "created_at": created.strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00").to_string(),
        "close_timestamp": created.as_microsecond() as f64 / 1e6 + 412.5,
        "config": {"type": "position_executor", "connector_name": "binance_perpetual", "trading_pair": "BTC-USDT",
            "side": 1, "amount": "0.02", "triple_barrier_config": {"take_profit": "0.02", "stop_loss": "0.01"}},
    }))
}
