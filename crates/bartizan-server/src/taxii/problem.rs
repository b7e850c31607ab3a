//! TAXII's error messages (section 3.6.1).

use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::media::MEDIA;

/// An error as TAXII writes it. What went wrong inside is in the log, never in the answer.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    title: &'static str,
    description: String,
}

impl Problem {
    fn new(status: StatusCode, title: &'static str, description: impl Into<String>) -> Self {
        Self { status, title, description: description.into() }
    }

    /// What went wrong, in words.
    pub(crate) fn description(&self) -> &str {
        &self.description
    }

    /// Nothing is there, or nothing this caller may know of.
    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not found", "There is nothing here that you may see.")
    }

    pub(crate) fn sign_in() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "sign in",
            "Send Basic authentication or a bearer token; what you sent is not valid here.",
        )
    }

    pub(crate) fn forbidden(what: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "not allowed", format!("You may not {what}."))
    }

    pub(crate) fn bad(description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad request", description)
    }

    pub(crate) fn unprocessable(description: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unprocessable content", description)
    }

    pub(crate) fn not_acceptable() -> Self {
        Self::new(StatusCode::NOT_ACCEPTABLE, "not acceptable", format!("What is here is given as {MEDIA}."))
    }

    pub(crate) fn media() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported media type",
            format!("Send Content-Type: {MEDIA}."),
        )
    }

    pub(crate) fn too_large(most: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too large",
            format!("A request has at most {most} bytes, decompressed. Send fewer objects at once."),
        )
    }

    pub(crate) fn method(method: &Method) -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method not allowed",
            format!("{method} does nothing here."),
        )
    }

    /// Of a status that something before the endpoint answered with.
    pub(crate) fn of(status: StatusCode, method: &Method) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::not_found(),
            StatusCode::METHOD_NOT_ALLOWED => Self::method(method),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::media(),
            StatusCode::SERVICE_UNAVAILABLE => Self::unavailable(),
            _ if status.is_server_error() => {
                Self::new(status, "internal error", "The node failed; its log tells why.")
            }
            _ => Self::new(status, "bad request", "The request makes no sense, or did not arrive whole."),
        }
    }

    fn often() -> Self {
        let text = "Too many requests, or too many wrong passwords. Try again later.";
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too many requests", text)
    }

    fn unavailable() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "try again",
            "The node cannot reach its database, or is busy. Nothing was changed; try again in a few seconds.",
        )
    }
}

impl From<bartizan_store::Error> for Problem {
    fn from(e: bartizan_store::Error) -> Self {
        if e.is_invalid() {
            return Self::bad("Something in the request cannot be kept or looked for.");
        }
        tracing::error!(error = %e, "the store failed a TAXII request");
        if e.is_full() {
            let text = "The node has no room left. Nothing was changed.";
            return Self::new(StatusCode::INSUFFICIENT_STORAGE, "no room", text);
        }
        if e.is_unavailable() {
            return Self::unavailable();
        }
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal error", "The node failed; its log tells why.")
    }
}

impl From<crate::auth::Refused> for Problem {
    fn from(refused: crate::auth::Refused) -> Self {
        match refused {
            crate::auth::Refused::Wrong => Self::sign_in(),
            crate::auth::Refused::Busy => Self::unavailable(),
            crate::auth::Refused::Often => Self::often(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = json!({
            "title": self.title,
            "description": self.description,
            "http_status": self.status.as_u16().to_string(),
        });
        let mut response = (self.status, body.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA));
        if self.status == StatusCode::UNAUTHORIZED {
            let schemes = HeaderValue::from_static("Basic realm=\"bartizan\", charset=\"UTF-8\"");
            headers.insert(header::WWW_AUTHENTICATE, schemes);
            headers.append(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"bartizan\""));
        }
        if matches!(self.status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}
