//! Refold: the document's execution, one that still runs, and one in the form of the newer pages.

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use jiff::{Timestamp, ToSpan};
use serde_json::json;

use super::credentials::{self, REFOLD_API_KEY, REFOLD_LINKED_ACCOUNT_ID, REFOLD_SESSION_TOKEN};
use super::object::Object;
use super::response::{JsonResponse, RequestIds};
use super::spec::Spec;
use crate::generated;

const COMPLETED: &str = "65410cf6cdf931a12d7ab00a";
const RUNNING: &str = "65410cf6cdf931a12d7ab00b";

#[derive(Debug)]
pub(super) struct Refold {
    executions: Vec<(String, Object)>,
    unauthorized: Object,
    bad_account: Object,
    unknown: Object,
    request_ids: RequestIds,
}

impl Refold {
    pub(super) fn new(now: Timestamp) -> io::Result<Self> {
        let spec = Spec::open("Refold", generated::refold::SPEC)?;
        let document = spec.document("get_execution")?;
        let id = document.get("_id").map(|id| id.get()).unwrap_or_default();
        let id = serde_json::from_str(id).map_err(io::Error::other)?;
        let completed = newer(&document);
        let began = now.checked_sub(30.seconds()).map_err(io::Error::other)?;
        let running = document
            .clone()
            .set("_id", RUNNING)
            .set("createdAt", format!("{began:.3}"))
            .set("name", "Post message to a channel")
            .set("status", "RUNNING");
        Ok(Self {
            executions: vec![
                (id, document),
                (COMPLETED.to_owned(), completed),
                (RUNNING.to_owned(), running),
            ],
            unauthorized: spec.refusal("get_execution", "401")?,
            bad_account: spec.refusal("get_execution", "400")?,
            unknown: spec.refusal("get_execution", "404")?,
            request_ids: RequestIds::default(),
        })
    }

    pub(super) fn router(self) -> Router {
        Router::new()
            .route("/api/v2/public/execution/{execution_id}", get(one))
            .method_not_allowed_fallback(wrong_method)
            .fallback(wrong_path)
            .with_state(Arc::new(self))
    }

    /// Ids to try.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.executions.iter().map(|(id, _)| id.as_str())
    }

    /// A session token stands for key and account together. Which of the two ways goes first is undocumented.
    fn admit(&self, headers: &HeaderMap) -> Result<(), JsonResponse> {
        let Some(key) = credentials::header(headers, "x-api-key") else {
            return match credentials::authorization(headers, "Bearer") {
                Some(REFOLD_SESSION_TOKEN) => Ok(()),
                _ => Err(JsonResponse::unauthorized(&self.unauthorized)),
            };
        };
        if key != REFOLD_API_KEY {
            return Err(JsonResponse::unauthorized(&self.unauthorized));
        }
        match credentials::header(headers, "linked_account_id") {
            Some(REFOLD_LINKED_ACCOUNT_ID) => Ok(()),
            _ => Err(self.refused(StatusCode::BAD_REQUEST, &self.bad_account)),
        }
    }

    fn refused(&self, status: StatusCode, body: &Object) -> JsonResponse {
        JsonResponse::new(
            status,
            body.clone().set("request_id", self.request_ids.next()),
        )
    }

    fn no_such(&self, status: StatusCode, kind: &str, message: &str) -> JsonResponse {
        let body = Object::default()
            .set("http_error_type", kind)
            .set("error", kind)
            .set("message", message);
        self.refused(status, &body)
    }
}

/// The newer pages' form: no id of its own and nothing associated, but how far it is and by which nodes.
fn newer(document: &Object) -> Object {
    let old = [
        "_id",
        "createdAt",
        "associated_application",
        "associated_workflow",
        "associated_event_id",
    ];
    document
        .clone()
        .without(&old)
        .set("name", "Sync contacts")
        .set("status", "COMPLETED")
        .set("org_id", "64f6d9f33234d3d6419cfd00")
        .set("completion_percentage", 100)
        .set("linked_account_id", REFOLD_LINKED_ACCOUNT_ID)
        .set(
            "nodes",
            json!([
                {"node_id": "1", "node_name": "Start", "node_type": "start", "node_status": "Success",
                    "is_batch": false, "attempts_made": 1, "execution_time": 3, "latest_output": {}},
                {"node_id": "2", "node_name": "Post message", "node_type": "action", "node_status": "Success",
                    "is_batch": false, "attempts_made": 1, "execution_time": 412, "latest_output": {"ok": true}},
            ]),
        )
}

async fn one(
    State(state): State<Arc<Refold>>,
    headers: HeaderMap,
    id: Result<Path<String>, PathRejection>,
) -> Result<JsonResponse, JsonResponse> {
    state.admit(&headers)?;
    let id = id.map_or_else(|_| String::new(), |Path(id)| id);
    match state.executions.iter().find(|(known, _)| *known == id) {
        Some((_, body)) => Ok(JsonResponse::ok(body.clone())),
        None => Err(state.refused(StatusCode::NOT_FOUND, &state.unknown)),
    }
}

async fn wrong_method(State(state): State<Arc<Refold>>) -> JsonResponse {
    state.no_such(
        StatusCode::METHOD_NOT_ALLOWED,
        "METHOD_NOT_ALLOWED",
        "Method not allowed",
    )
}

async fn wrong_path(State(state): State<Arc<Refold>>) -> JsonResponse {
    state.no_such(StatusCode::NOT_FOUND, "NOT_FOUND", "Not found")
}
