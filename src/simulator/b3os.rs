//! B3OS: the document's example word for word, and executions as an organisation would meet them.

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::routing::get;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use super::credentials::{self, B3OS_API_KEY};
use super::object::Object;
use super::response::{JsonResponse, RequestIds};
use super::spec::Spec;
use crate::generated;

/// The id that answers with the document's example as it stands, its `<string>`s and its request id included.
const DOCUMENT: &str = "document";

#[derive(Debug)]
pub(super) struct B3os {
    document: Object,
    executions: Vec<(&'static str, Object)>,
    invalid: Object,
    unauthorized: Object,
    unknown: Object,
    request_ids: RequestIds,
}

impl B3os {
    pub(super) fn new(now: Timestamp) -> io::Result<Self> {
        let spec = Spec::open("B3OS", generated::b3os::SPEC)?;
        let document = spec.document("get_execution")?;
        let template = Template::new(&spec, &document, now)?;
        Ok(Self {
            executions: vec![
                ("exec_1", template.succeeded()?),
                ("exec_2", template.awaiting_payment()?),
                ("exec_3", template.failed()?),
            ],
            document,
            invalid: spec.refusal("get_execution", "400")?.set(
                "error",
                json!({"message": "invalid X-Org-ID", "code": "bad_request"}),
            ),
            unauthorized: spec.refusal("get_execution", "401")?,
            unknown: spec.refusal("get_execution", "404")?,
            request_ids: RequestIds::default(),
        })
    }

    pub(super) fn router(self) -> Router {
        Router::new()
            .route("/v1/executions/{id}", get(one))
            .method_not_allowed_fallback(wrong_method)
            .fallback(wrong_path)
            .with_state(Arc::new(self))
    }

    /// Ids to try.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.executions.iter().map(|(id, _)| *id).chain([DOCUMENT])
    }

    fn refused(&self, status: StatusCode, body: &Object) -> JsonResponse {
        JsonResponse::new(
            status,
            body.clone().set("requestId", self.request_ids.next()),
        )
    }

    fn no_such(&self, status: StatusCode, message: &str) -> JsonResponse {
        self.refused(
            status,
            &Object::default()
                .set("code", status.as_u16())
                .set("message", message),
        )
    }
}

/// The example's envelope, execution and event, to be filled in.
struct Template {
    envelope: Object,
    data: Object,
    execution: Object,
    event: Object,
    now: Timestamp,
}

/// An event: its age in seconds, its type, its level and its message.
type Told = (i64, &'static str, &'static str, &'static str);

impl Template {
    fn new(spec: &Spec, document: &Object, now: Timestamp) -> io::Result<Self> {
        let data = spec.part(document, "data")?;
        let execution = spec.part(&data, "execution")?;
        let events: Vec<Object> = data
            .get("events")
            .and_then(|events| serde_json::from_str(events.get()).ok())
            .unwrap_or_default();
        let event = events.into_iter().next().unwrap_or_default();
        Ok(Self {
            envelope: document.clone(),
            data,
            execution,
            event,
            now,
        })
    }

    fn succeeded(&self) -> io::Result<Object> {
        let execution = self
            .ran("exec_1", "run_1", "workflow_succeeded", 240)?
            .set("finishedAt", self.ago(201)?)
            .set("updatedAt", self.ago(201)?)
            .set(
                "responsePayload",
                json!({"txHash": "0x5f1d", "amountOut": "998400000000000000"}),
            )
            .without(&["statusReason"]);
        let events = [
            (240, "payment.confirmed", "info", "Payment confirmed"),
            (238, "workflow.started", "info", "Workflow started"),
            (201, "workflow.succeeded", "info", "Workflow succeeded"),
        ];
        let events = self.events("exec_1", &events)?;
        Ok(self.answer(execution, &events))
    }

    fn awaiting_payment(&self) -> io::Result<Object> {
        let execution = self
            .begun("exec_2", "awaiting_payment", 45)?
            .set("paymentStatus", "pending")
            .set("updatedAt", self.ago(45)?)
            .without(&[
                "finishedAt",
                "responsePayload",
                "runId",
                "startedAt",
                "statusReason",
            ]);
        let events = [(45, "checkout.created", "info", "Waiting for payment")];
        let events = self.events("exec_2", &events)?.into_iter();
        let events: Vec<Object> = events
            .map(|event| event.without(&["nodeId", "runId"]))
            .collect();
        Ok(self.answer(execution, &events))
    }

    fn failed(&self) -> io::Result<Object> {
        let execution = self
            .ran("exec_3", "run_3", "workflow_failed", 3600)?
            .set("finishedAt", self.ago(3571)?)
            .set("updatedAt", self.ago(3571)?)
            .set("statusReason", "node swap failed: slippage above 1 %")
            .without(&["responsePayload"]);
        let events = [
            (3598, "workflow.started", "info", "Workflow started"),
            (3571, "workflow.failed", "error", "Slippage above 1 %"),
        ];
        let events = self.events("exec_3", &events)?;
        Ok(self.answer(execution, &events))
    }

    fn ran(&self, id: &str, run: &str, status: &str, age: i64) -> io::Result<Object> {
        let begun = self.begun(id, status, age)?;
        Ok(begun
            .set("paymentStatus", "confirmed")
            .set("runId", run)
            .set("startedAt", self.ago(age - 2)?))
    }

    fn begun(&self, id: &str, status: &str, age: i64) -> io::Result<Object> {
        Ok(self
            .execution
            .clone()
            .set("checkoutSessionId", format!("checkout_{id}"))
            .set("clientSafeMetadata", json!({"plan": "monthly"}))
            .set("createdAt", self.ago(age)?)
            .set("externalRef", format!("invoice-{id}"))
            .set("id", id)
            .set("idempotencyKey", format!("key-{id}"))
            .set("initiatedById", "user_1")
            .set("initiatedByType", "user")
            .set("orderId", format!("order_{id}"))
            .set("organizationId", "org_1")
            .set(
                "requestPayload",
                json!({"tokenIn": "USDC", "tokenOut": "WETH", "amountIn": "2500000000"}),
            )
            .set("sourceEntityId", "listing_1")
            .set("sourceEntityType", "listing")
            .set("sourceSystem", "storefront")
            .set("status", status)
            .set("workflowId", "wf_1"))
    }

    fn events(&self, execution: &str, told: &[Told]) -> io::Result<Vec<Object>> {
        let told = (1..).zip(told);
        told.map(|(number, told)| self.event(number, execution, told))
            .collect()
    }

    fn event(&self, number: u8, execution: &str, told: &Told) -> io::Result<Object> {
        let (age, kind, level, message) = *told;
        Ok(self
            .event
            .clone()
            .set("createdAt", self.ago(age)?)
            .set("data", Value::Object(serde_json::Map::new()))
            .set("eventType", kind)
            .set("executionId", execution)
            .set("id", format!("event_{execution}_{number}"))
            .set("level", level)
            .set("message", message)
            .set("nodeId", "swap")
            .set("organizationId", "org_1")
            .set("requestId", format!("request-{execution}"))
            .set("runId", execution.replace("exec", "run"))
            .set("title", message)
            .set("workflowId", "wf_1"))
    }

    fn answer(&self, execution: Object, events: &[Object]) -> Object {
        let data = self
            .data
            .clone()
            .set("events", events)
            .set("execution", execution)
            .set("message", "success");
        self.envelope.clone().set("data", data)
    }

    fn ago(&self, seconds: i64) -> io::Result<String> {
        let at = self
            .now
            .checked_sub(seconds.seconds())
            .map_err(io::Error::other)?;
        Ok(format!("{at:.3}"))
    }
}

async fn one(
    State(state): State<Arc<B3os>>,
    headers: HeaderMap,
    id: Result<Path<String>, PathRejection>,
) -> Result<JsonResponse, JsonResponse> {
    if credentials::authorization(&headers, "Bearer") != Some(B3OS_API_KEY) {
        return Err(state.refused(StatusCode::UNAUTHORIZED, &state.unauthorized));
    }
    if headers.get("x-org-id").is_some_and(HeaderValue::is_empty) {
        return Err(state.refused(StatusCode::BAD_REQUEST, &state.invalid));
    }
    let id = id.map_or_else(|_| String::new(), |Path(id)| id);
    if id == DOCUMENT {
        return Ok(JsonResponse::ok(state.document.clone()));
    }
    match state.executions.iter().find(|(known, _)| *known == id) {
        Some((_, body)) => Ok(JsonResponse::ok(
            body.clone().set("requestId", state.request_ids.next()),
        )),
        None => Err(state.refused(StatusCode::NOT_FOUND, &state.unknown)),
    }
}

async fn wrong_method(State(state): State<Arc<B3os>>) -> JsonResponse {
    state.no_such(StatusCode::METHOD_NOT_ALLOWED, "method not allowed")
}

async fn wrong_path(State(state): State<Arc<B3os>>) -> JsonResponse {
    state.no_such(StatusCode::NOT_FOUND, "not found")
}
