//! Bytes as they are taken away: never shown by a browser as a page of this node, whatever they are, under a name that is safe anywhere.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

/// Bytes of any kind.
pub(crate) const ANY: &str = "application/octet-stream";

/// The answer with these bytes; nobody on the way keeps them.
pub(crate) fn download(bytes: Vec<u8>, media: &'static str, name: &str) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    named(response, name)
}

/// An answer under a name.
pub(crate) fn named(mut response: Response, name: &str) -> Response {
    let safe = |c: char| if c.is_ascii_alphanumeric() || "._+-".contains(c) { c } else { '_' };
    let name: String = name.chars().map(safe).collect();
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    response
}
