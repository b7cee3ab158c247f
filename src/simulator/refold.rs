//! Refold: the document's execution, one that still runs, and one in the form of the newer pages.

use std::io;

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use indexmap::IndexMap;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::credentials::{self, REFOLD_API_KEY, REFOLD_LINKED_ACCOUNT_ID, REFOLD_SESSION_TOKEN};
use super::lookup::Lookup;
use super::object::Object;
use super::response::{JsonResponse, request_id};
use super::spec::Spec;
use crate::generated;

const COMPLETED: &str = "65410cf6cdf931a12d7ab00a";
const RUNNING: &str = "65410cf6cdf931a12d7ab00b";

#[derive(Debug)]
pub(super) struct Refold {
    executions: IndexMap<String, Object>,
    unauthorized: JsonResponse,
    bad_account: JsonResponse,
    unknown: JsonResponse,
}

impl Refold {
    pub(super) fn new(now: Timestamp) -> io::Result<Self> {
        let spec = Spec::open("Refold", generated::refold::SPEC)?;
        let refusal = |status| spec.refusal(Self::ROUTE, status);
        let document = spec.document(Self::ROUTE)?;
        let began = now - SignedDuration::from_secs(30);
        let running = document.clone().with(json!({
            "_id": RUNNING, "createdAt": format!("{began:.3}"), "name": "Post message to a channel", "status": "RUNNING",
        }));
        Ok(Self {
            executions: IndexMap::from([
                (spec.part(&document, "_id")?, document.clone()),
                (COMPLETED.to_owned(), newer(document)),
                (RUNNING.to_owned(), running),
            ]),
            unauthorized: refusal(StatusCode::UNAUTHORIZED)?,
            bad_account: refusal(StatusCode::BAD_REQUEST)?,
            unknown: refusal(StatusCode::NOT_FOUND)?,
        })
    }
}

impl Lookup for Refold {
    const ROUTE: &'static str = "/api/v2/public/execution/{execution_id}";

    fn ids(&self) -> impl Iterator<Item = &str> {
        self.executions.keys().map(String::as_str)
    }

    /// A session token stands for key and account together. Which of the two ways goes first is undocumented.
    fn refusal(&self, headers: &HeaderMap) -> Option<Response> {
        let key = credentials::header(headers, "x-api-key");
        let account = credentials::header(headers, "linked_account_id");
        let session = credentials::authorization(headers, "Bearer");
        let refusal = match (key, account) {
            (Some(REFOLD_API_KEY), Some(REFOLD_LINKED_ACCOUNT_ID)) => return None,
            (Some(REFOLD_API_KEY), _) => identified(self.bad_account.clone()),
            (None, _) if session == Some(REFOLD_SESSION_TOKEN) => return None,
            _ => self.unauthorized.clone(),
        };
        Some(refusal.into_response())
    }

    fn execution(&self, id: &str) -> JsonResponse {
        match self.executions.get(id) {
            Some(body) => JsonResponse::ok(body.clone()),
            None => identified(self.unknown.clone()),
        }
    }

    fn misdirected(&self, status: StatusCode) -> JsonResponse {
        let (code, message) = match status {
            StatusCode::METHOD_NOT_ALLOWED => ("METHOD_NOT_ALLOWED", "Method not allowed"),
            _ => ("NOT_FOUND", "Not found"),
        };
        let body = Object::default()
            .set("http_error_type", code)
            .set("error", code)
            .set("message", message);
        identified(JsonResponse::new(status, body))
    }
}

fn identified(response: JsonResponse) -> JsonResponse {
    response.set("request_id", request_id())
}

/// The newer pages' form: no id of its own and nothing associated, but how far it is and by which nodes.
fn newer(document: Object) -> Object {
    let old = [
        "_id",
        "createdAt",
        "associated_application",
        "associated_workflow",
        "associated_event_id",
    ];
    document.without(&old).with(json!({
        "name": "Sync contacts", "status": "COMPLETED", "org_id": "64f6d9f33234d3d6419cfd00",
        "completion_percentage": 100, "linked_account_id": REFOLD_LINKED_ACCOUNT_ID,
        "nodes": [
            {"node_id": "1", "node_name": "Start", "node_type": "start", "node_status": "Success",
                "is_batch": false, "attempts_made": 1, "execution_time": 3, "latest_output": {}},
            {"node_id": "2", "node_name": "Post message", "node_type": "action", "node_status": "Success",
                "is_batch": false, "attempts_made": 1, "execution_time": 412, "latest_output": {"ok": true}},
        ],
    }))
}
