//! Discovery and the API root (sections 4.1 and 4.2).

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::json;

use super::media::{MEDIA, accepts, answer};
use super::problem::Problem;
use super::{ROOT, ask};
use crate::app::App;

/// `GET /taxii2/`: anyone may know that there is a TAXII server.
pub(super) async fn discovery(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    accepts(&headers)?;
    let base = app.config.public_url.as_deref().unwrap_or_default();
    let root = format!("{base}{ROOT}");
    let mut body = json!({ "title": app.config.title, "default": root, "api_roots": [root] });
    if let Some(contact) = &app.config.contact {
        body["contact"] = json!(contact);
    }
    Ok(answer(StatusCode::OK, body.to_string()))
}

/// `GET /taxii2/root/`
pub(super) async fn root(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    let directory = app.store.fresh().await?;
    ask::who(&app, &headers, &directory).await?;
    let body = json!({
        "title": app.config.title,
        "description": "Collections of this node. What you see in them depends on its marking and on who you are.",
        "versions": [MEDIA],
        "max_content_length": app.config.max_body,
    });
    Ok(answer(StatusCode::OK, body.to_string()))
}
