//! Whether the node lives and is ready, and its figures.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bartizan_clearinghouse::access::{Decision, Refusal, Thing, Verb, decide};
use bartizan_store::JobState;

use crate::app::App;
use crate::auth::caller;
use crate::metrics::Page;

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
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let mut page = Page(app.metrics.text());
    let mut gauge = |name: &str, help: &str, value: i64| {
        page.family(name, "gauge", help);
        page.line(name, &[], &value);
    };
    gauge("organisations", "Organisations of the node.", number(directory.organisations.len()));
    gauge("people", "People of the node.", number(directory.people.len()));
    gauge("collections", "Collections that are open.", number(directory.collections.len()));
    gauge("audiences", "Different audiences of content.", number(directory.audiences.len()));
    // What cannot be asked is left out: a figure that is wrong is worse.
    if let Ok(bytes) = app.store.size().await {
        gauge("database_bytes", "Size of the database.", bytes);
    }
    if let Ok(counts) = app.store.job_counts().await {
        page.family("jobs", "gauge", "Jobs, by state.");
        // All of them: a state without jobs is a nought, not a gap.
        for state in JobState::ALL {
            let count = counts.get(&state).copied().unwrap_or_default();
            page.line("jobs", &[("state", state.as_str())], &count);
        }
    }
    page.family("build_info", "gauge", "The release that runs.");
    page.line("build_info", &[("version", env!("CARGO_PKG_VERSION"))], &1);
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], page.0).into_response()
}
