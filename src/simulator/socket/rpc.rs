//! What the simulated desktop does for an RPC call; a handful of the vendor's names.

use axum::http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};

use crate::simulator::crosstrade::{ACCOUNT, CrossTrade, failure, known_account};
use crate::simulator::fills::{Trade, holdings};
use crate::simulator::market::{self, Quote};
use crate::simulator::object::Object;
use crate::simulator::response::JsonResponse;

/// Path and query parameters of REST are all in `args`, under REST's names.
pub(super) fn call(
    desk: &CrossTrade,
    api: &str,
    args: &Object,
) -> Result<JsonResponse, JsonResponse> {
    let needed = |name| text(args, name).ok_or_else(|| desk.invalid());
    match api {
        "GetExecution" => desk.execution(&needed("account")?, &needed("executionId")?),
        "ListExecutions" => {
            let lookback = args.member("lookbackTime").ok_or_else(|| desk.invalid())?;
            // The vendor's own example asks for more than REST allows.
            desk.executions(&needed("account")?, lookback, u64::MAX)
        }
        "ListAccounts" => {
            let account = json!({"name": ACCOUNT, "connection": "Simulated"});
            Ok(done(json!({"accounts": [account]})))
        }
        "ListPositions" => {
            known_account(&needed("account")?)?;
            let positions: Vec<_> = holdings().iter().map(position).collect();
            Ok(done(json!({"positions": positions})))
        }
        "GetQuote" => {
            let instrument = needed("instrument")?;
            Ok(done(Quote::at(&instrument, desk.uptime())))
        }
        "PlaceOrder" => {
            needed("instrument")?;
            desk.place(&needed("account")?)
        }
        unknown => {
            let detail = format!("No API command {unknown}");
            let error = "Unknown API command";
            Err(failure(StatusCode::NOT_FOUND, error, &detail))
        }
    }
}

fn text(args: &Object, name: &str) -> Option<String> {
    let text: String = args.member(name).flatten()?;
    (!text.trim().is_empty()).then_some(text)
}

fn position(held: &Trade) -> Value {
    json!({
        "account": ACCOUNT, "instrument": held.instrument, "marketPosition": "Long",
        "quantity": held.quantity, "averagePrice": held.price, "pointValue": market::point(held.instrument),
    })
}

fn done(body: impl Serialize) -> JsonResponse {
    let body = Object::default().with(body);
    JsonResponse::ok(body.set("success", true))
}
