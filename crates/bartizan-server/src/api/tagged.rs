//! Answers, and entity tags of what they hold (RFC 9110, sections 8.8.3 and 13.1).

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bartizan_clearinghouse::token;
use serde::Serialize;

use super::problem::Problem;

/// A JSON answer.
pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Response {
    match serde_json::to_string(value) {
        Ok(text) => plain(status, text),
        Err(e) => {
            tracing::error!(error = %e, "an answer could not be written");
            Problem::internal().into_response()
        }
    }
}

/// A JSON answer of a text that is JSON.
pub(super) fn plain(status: StatusCode, text: String) -> Response {
    let mut response = (status, text).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// The tag of something: of its content, so that it is the same on every node.
pub(super) fn tag(value: &impl Serialize) -> String {
    of_digest(&token::digest(&serde_json::to_string(value).unwrap_or_default()))
}

/// The tag of bytes of this digest.
pub(super) fn of_digest(digest: &str) -> String {
    format!("\"{}\"", digest.get(..32).unwrap_or(digest))
}

/// A single thing, or 304 if the caller has it.
pub(super) fn single(headers: &HeaderMap, value: &impl Serialize) -> Response {
    let tag = tag(value);
    unchanged(headers, &tag).unwrap_or_else(|| with(json(StatusCode::OK, value), &tag))
}

/// 304, if the caller has what this tag is of.
pub(super) fn unchanged(headers: &HeaderMap, tag: &str) -> Option<Response> {
    // Weak comparison: whatever changed the encoding on the way may have weakened it.
    let has = tags(headers, &header::IF_NONE_MATCH).any(|t| t == "*" || t.trim_start_matches("W/") == tag);
    has.then(|| with(StatusCode::NOT_MODIFIED.into_response(), tag))
}

/// Goes on if If-Match is absent or names this tag.
pub(super) fn guard(headers: &HeaderMap, tag: &str) -> Result<(), Problem> {
    let named = headers.contains_key(header::IF_MATCH);
    let fits = tags(headers, &header::IF_MATCH).any(|t| t == "*" || t == tag);
    if named && !fits { Err(Problem::changed()) } else { Ok(()) }
}

/// Goes on if If-Match is absent or names a tag that begins so; whether it names one.
pub(super) fn guard_begin(headers: &HeaderMap, begin: &str) -> Result<bool, Problem> {
    if !headers.contains_key(header::IF_MATCH) || tags(headers, &header::IF_MATCH).any(|t| t == "*") {
        return Ok(false);
    }
    let fits = |t: &str| t.strip_prefix('"').is_some_and(|t| t.starts_with(begin));
    if tags(headers, &header::IF_MATCH).any(fits) { Ok(true) } else { Err(Problem::changed()) }
}

/// With its tag.
pub(super) fn with(mut response: Response, tag: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(tag) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}

fn tags<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'h str> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|text| text.split(',')).map(str::trim)
}
