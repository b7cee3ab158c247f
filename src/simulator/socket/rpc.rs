//! What the simulated desktop does for an RPC call; a handful of the vendor's names.

use axum::http::StatusCode;
use serde::Deserialize;

use crate::simulator::crosstrade::{ACCOUNT, CrossTrade, general, known_account};
use crate::simulator::fills::{HOLDINGS, Holding};
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
            let lookback = optional(desk, args, "lookbackTime")?;
            // The vendor's own example asks for more than REST allows.
            desk.executions(&needed("account")?, lookback, u64::MAX)
        }
        "ListAccounts" => {
            let account = Object::default()
                .set("name", ACCOUNT)
                .set("connection", "Simulated");
            Ok(done(Object::default().set("accounts", [account])))
        }
        "ListPositions" => {
            known_account(&needed("account")?)?;
            Ok(done(Object::default().set("positions", positions())))
        }
        "GetQuote" => {
            let instrument = needed("instrument")?;
            Ok(done(
                Quote::at(&instrument, desk.uptime()).to_object(&instrument),
            ))
        }
        "PlaceOrder" => {
            needed("instrument")?;
            desk.place(&needed("account")?)
        }
        unknown => Err(JsonResponse::new(
            StatusCode::NOT_FOUND,
            general("Unknown API command", format!("No API command {unknown}")),
        )),
    }
}

fn text(args: &Object, name: &str) -> Option<String> {
    let text: String = args.member(name).flatten()?;
    (!text.trim().is_empty()).then_some(text)
}

fn optional<'a, T: Deserialize<'a>>(
    desk: &CrossTrade,
    args: &'a Object,
    name: &str,
) -> Result<Option<T>, JsonResponse> {
    args.member(name).ok_or_else(|| desk.invalid())
}

fn positions() -> Vec<Object> {
    let position = |held: &Holding| {
        Object::default()
            .set("account", ACCOUNT)
            .set("instrument", held.instrument)
            .set("marketPosition", "Long")
            .set("quantity", held.quantity)
            .set("averagePrice", held.price)
            .set("pointValue", market::point(held.instrument))
    };
    HOLDINGS.iter().map(position).collect()
}

fn done(body: Object) -> JsonResponse {
    JsonResponse::ok(body.set("success", true))
}
