//! Whether the node lives and is ready, and its figures.

use std::fmt::Write;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bartizan_clearinghouse::access::{Decision, Refusal, Thing, Verb, decide};

use crate::app::App;
use crate::auth::caller;

pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/health/live", get(async || "alive\n"))
        .route("/health/ready", get(ready))
        .route("/metrics", get(metrics))
}

/// `GET /health/ready`: the database answers.
async fn ready(State(app): State<App>) -> Response {
    match app.store.ping().await {
        Ok(()) => "ready\n".into_response(),
        Err(e) => {
            tracing::warn!(error = %e, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
        }
    }
}

/// `GET /metrics`, in Prometheus' text format: for a token of an administrator with the scope `manage`. Figures tell of what others
/// have.
async fn metrics(State(app): State<App>, headers: HeaderMap) -> Response {
    let Ok(directory) = app.store.fresh().await else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let decision = match caller(&app, &headers, &directory).await {
        Ok(caller) => decide(&caller.principal, Verb::Manage, &Thing::Node, app.now()),
        Err(_) => Decision::Deny(Refusal::SignIn),
    };
    if decision == Decision::Deny(Refusal::Forbidden) {
        return StatusCode::FORBIDDEN.into_response();
    }
    if !decision.allowed() {
        let mut response = StatusCode::UNAUTHORIZED.into_response();
        let scheme = HeaderValue::from_static("Bearer realm=\"bartizan\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
        return response;
    }
    let mut text = String::new();
    let mut gauge = |name: &str, help: &str, value: i64| {
        // Writing into a string cannot fail.
        let _ = write!(
            text,
            "# HELP bartizan_{name} {help}\n# TYPE bartizan_{name} gauge\nbartizan_{name} {value}\n"
        );
    };
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    gauge("organisations", "Organisations of the node.", number(directory.organisations.len()));
    gauge("people", "People of the node.", number(directory.people.len()));
    gauge("collections", "Collections that are open.", number(directory.collections.len()));
    gauge("audiences", "Different audiences of content.", number(directory.audiences.len()));
    for (state, count) in app.store.job_counts().await.unwrap_or_default() {
        gauge(&format!("jobs_{}", state.as_str()), "Jobs in this state.", count);
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}
