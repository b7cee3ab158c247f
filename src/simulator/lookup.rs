//! The services that do one thing: answer an execution by its id.

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::response::JsonResponse;

/// Such a service. It checks the credential before it looks at the id.
pub(super) trait Lookup: Send + Sync + 'static {
    /// The path as the spec has it, with one parameter.
    const ROUTE: &'static str;

    /// Ids to try.
    fn ids(&self) -> impl Iterator<Item = &str>;

    /// The response to a request whose credential is not good.
    fn refusal(&self, headers: &HeaderMap) -> Option<Response>;

    fn execution(&self, id: &str) -> JsonResponse;

    /// The response to a path (404) or a method (405) that it does not have.
    fn misdirected(&self, status: StatusCode) -> JsonResponse;
}

pub(super) fn router<S: Lookup>(service: S) -> Router {
    Router::new()
        .route(S::ROUTE, get(one::<S>))
        .method_not_allowed_fallback(wrong_method::<S>)
        .fallback(wrong_path::<S>)
        .with_state(Arc::new(service))
}

async fn one<S: Lookup>(
    State(service): State<Arc<S>>,
    headers: HeaderMap,
    id: Result<Path<String>, PathRejection>,
) -> Response {
    if let Some(refusal) = service.refusal(&headers) {
        return refusal;
    }
    let response = match id {
        Ok(Path(id)) => service.execution(&id),
        Err(_) => service.misdirected(StatusCode::NOT_FOUND),
    };
    response.into_response()
}

async fn wrong_method<S: Lookup>(State(service): State<Arc<S>>) -> JsonResponse {
    service.misdirected(StatusCode::METHOD_NOT_ALLOWED)
}

async fn wrong_path<S: Lookup>(State(service): State<Arc<S>>) -> JsonResponse {
    service.misdirected(StatusCode::NOT_FOUND)
}
