//! B3OS: the document's example word for word, and executions as an organisation would meet them.

use std::io;

use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use indexmap::IndexMap;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::credentials::{self, B3OS_API_KEY};
use super::lookup::Lookup;
use super::object::Object;
use super::response::{JsonResponse, request_id};
use super::spec::Spec;
use crate::generated;

/// The id that answers with the document's example as it stands, its `<string>`s and its request id included.
const DOCUMENT: &str = "document";

#[derive(Debug)]
pub(super) struct B3os {
    document: Object,
    executions: IndexMap<&'static str, Object>,
    invalid: JsonResponse,
    unauthorized: JsonResponse,
    unknown: JsonResponse,
}

impl B3os {
    pub(super) fn new(now: Timestamp) -> io::Result<Self> {
        let spec = Spec::open("B3OS", generated::b3os::SPEC)?;
        let refusal = |status| spec.refusal(Self::ROUTE, status);
        let organisation = json!({"message": "invalid X-Org-ID", "code": "bad_request"});
        Ok(Self {
            document: spec.document(Self::ROUTE)?,
            executions: samples(now),
            invalid: refusal(StatusCode::BAD_REQUEST)?.set("error", organisation),
            // Nobody has documented these two.
            unauthorized: refusal(StatusCode::UNAUTHORIZED)
                .unwrap_or_else(|_| failure(StatusCode::UNAUTHORIZED, "unauthorized")),
            unknown: refusal(StatusCode::NOT_FOUND)
                .unwrap_or_else(|_| failure(StatusCode::NOT_FOUND, "execution not found")),
        })
    }
}

impl Lookup for B3os {
    const ROUTE: &'static str = "/v1/executions/{id}";

    fn ids(&self) -> impl Iterator<Item = &str> {
        self.executions.keys().copied().chain([DOCUMENT])
    }

    fn refusal(&self, headers: &HeaderMap) -> Option<Response> {
        let refusal = if credentials::authorization(headers, "Bearer") != Some(B3OS_API_KEY) {
            &self.unauthorized
        } else if headers.get("x-org-id").is_some_and(HeaderValue::is_empty) {
            &self.invalid
        } else {
            return None;
        };
        Some(identified(refusal.clone()).into_response())
    }

    fn execution(&self, id: &str) -> JsonResponse {
        match self.executions.get(id) {
            _ if id == DOCUMENT => JsonResponse::ok(self.document.clone()),
            Some(body) => identified(JsonResponse::ok(body.clone())),
            None => identified(self.unknown.clone()),
        }
    }

    fn misdirected(&self, status: StatusCode) -> JsonResponse {
        let reason = status.canonical_reason().unwrap_or_default();
        identified(failure(status, &reason.to_lowercase()))
    }
}

fn failure(status: StatusCode, message: &str) -> JsonResponse {
    let body = json!({"code": status.as_u16(), "message": message, "requestId": ""});
    JsonResponse::new(status, Object::default().with(body))
}

fn identified(response: JsonResponse) -> JsonResponse {
    response.set("requestId", request_id())
}

/// An event: its age in seconds, its type, its level and its message.
type Told = (i64, &'static str, &'static str, &'static str);

/// Executions to try.
fn samples(now: Timestamp) -> IndexMap<&'static str, Object> {
    let ago = |seconds| ago(now, seconds);
    let samples: [(&str, Value, &[Told]); 3] = [
        (
            "exec_1",
            json!({
                "status": "workflow_succeeded", "paymentStatus": "confirmed", "runId": "run_1",
                "createdAt": ago(240), "startedAt": ago(238), "finishedAt": ago(201), "updatedAt": ago(201),
                "responsePayload": {"txHash": "0x5f1d", "amountOut": "998400000000000000"},
            }),
            &[
                (240, "payment.confirmed", "info", "Payment confirmed"),
                (238, "workflow.started", "info", "Workflow started"),
                (201, "workflow.succeeded", "info", "Workflow succeeded"),
            ],
        ),
        (
            "exec_2",
            json!({
                "status": "awaiting_payment", "paymentStatus": "pending", "createdAt": ago(45), "updatedAt": ago(45),
            }),
            &[(45, "checkout.created", "info", "Waiting for payment")],
        ),
        (
            "exec_3",
            json!({
                "status": "workflow_failed", "paymentStatus": "confirmed", "runId": "run_3",
                "createdAt": ago(3600), "startedAt": ago(3598), "finishedAt": ago(3571), "updatedAt": ago(3571),
                "statusReason": "node swap failed: slippage above 1 %",
            }),
            &[
                (3598, "workflow.started", "info", "Workflow started"),
                (3571, "workflow.failed", "error", "Slippage above 1 %"),
            ],
        ),
    ];
    let samples = samples.into_iter();
    let envelopes = samples.map(|(id, own, events)| (id, envelope(now, id, &own, events)));
    envelopes.collect()
}

fn ago(now: Timestamp, seconds: i64) -> String {
    format!("{:.3}", now - SignedDuration::from_secs(seconds))
}

/// Puts an execution's own members after those that all have, and its events beside it.
fn envelope(now: Timestamp, id: &str, own: &Value, events: &[Told]) -> Object {
    let execution = json!({
        "id": id, "organizationId": "org_1", "workflowId": "wf_1",
        "checkoutSessionId": format!("checkout_{id}"), "orderId": format!("order_{id}"),
        "externalRef": format!("invoice-{id}"), "idempotencyKey": format!("key-{id}"),
        "initiatedById": "user_1", "initiatedByType": "user", "clientSafeMetadata": {"plan": "monthly"},
        "sourceEntityId": "listing_1", "sourceEntityType": "listing", "sourceSystem": "storefront",
        "requestPayload": {"tokenIn": "USDC", "tokenOut": "WETH", "amountIn": "2500000000"},
    });
    let events: Vec<Object> = (1..)
        .zip(events)
        .map(|(number, (age, kind, level, message))| {
            let event = Object::default().with(json!({
                "id": format!("event_{id}_{number}"), "executionId": id, "requestId": format!("request-{id}"),
                "organizationId": "org_1", "workflowId": "wf_1", "createdAt": ago(now, *age), "data": {},
                "eventType": kind, "level": level, "message": message, "title": message,
            }));
            match own.get("runId") {
                Some(run) => event.set("nodeId", "swap").set("runId", run),
                None => event,
            }
        })
        .collect();
    let data = Object::default()
        .set("events", events)
        .set("execution", Object::default().with(execution).with(own))
        .set("message", "success");
    Object::default()
        .set("code", 200)
        .set("data", data)
        .set("message", "success")
}
