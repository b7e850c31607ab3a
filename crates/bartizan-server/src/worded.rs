//! What extractors and layers refuse, in the words of the part that was asked: a body of the wrong kind, a form without a field, a
//! method that does nothing. They answer with a line of text; a client of the API or of TAXII could not read it.

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::{api, pages, taxii};

/// Puts a refusal that is in nobody's words into those of the part.
pub(crate) async fn worded(State(app): State<App>, request: Request, next: Next) -> Response {
    let (path, method) = (request.uri().path().to_owned(), request.method().clone());
    let response = next.run(request).await;
    // An address that is no text, or has a word for a number, names nothing.
    let status = match response.status() {
        StatusCode::BAD_REQUEST if method == Method::GET || method == Method::DELETE => StatusCode::NOT_FOUND,
        status => status,
    };
    let kind = response.headers().get(header::CONTENT_TYPE);
    let bare = kind.is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    let error = status.is_client_error() || status.is_server_error();
    // Answers to machines that look at nothing but the status, and files.
    let apart = ["/health/", "/metrics", "/assets/"].iter().any(|start| path.starts_with(start));
    if !bare || !error || apart || method == Method::HEAD {
        return response;
    }
    let below =
        |root: &str| path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let mut worded = if below("/api") {
        api::Problem::of(status, &method).into_response()
    } else if below("/taxii2") {
        taxii::Problem::of(status, &method).into_response()
    } else {
        pages::refused(&app, status)
    };
    // Allow, and whatever else the refusal said.
    for (name, value) in response.headers() {
        let own = [header::CONTENT_TYPE, header::CONTENT_LENGTH].contains(name);
        if !own && !worded.headers().contains_key(name) {
            worded.headers_mut().insert(name, value.clone());
        }
    }
    worded
}
