//! Content negotiation (section 1.6.8; RFC 9110, sections 8.3 and 12.5.1).

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::problem::Problem;

/// What is spoken here.
pub(crate) const MEDIA: &str = "application/taxii+json;version=2.1";
/// What an object is.
pub(crate) const STIX: &str = "application/stix+json;version=2.1";

/// A JSON answer in TAXII's media type.
pub(crate) fn answer(status: StatusCode, body: impl Into<axum::body::Body>) -> Response {
    let mut response = (status, body.into()).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA));
    response
}

/// Whether the caller takes what is given.
pub(crate) fn accepts(headers: &HeaderMap) -> Result<(), Problem> {
    let mut any = false;
    for value in headers.get_all(header::ACCEPT) {
        let Ok(text) = value.to_str() else { continue };
        for range in text.split(',').map(str::trim).filter(|range| !range.is_empty()) {
            any = true;
            if takes(range) {
                return Ok(());
            }
        }
    }
    // Without a range everything is taken.
    if any { Err(Problem::not_acceptable()) } else { Ok(()) }
}

fn takes(range: &str) -> bool {
    let (kind, parameters) = parse(range);
    let refused = parameters
        .iter()
        .any(|(name, value)| name == "q" && value.parse::<f32>().is_ok_and(|quality| quality <= 0.0));
    !refused
        && match kind.as_str() {
            "*/*" | "application/*" => true,
            "application/taxii+json" => spoken(&parameters),
            _ => false,
        }
}

/// Whether a body is in TAXII's media type.
pub(crate) fn content(headers: &HeaderMap) -> Result<(), Problem> {
    let text = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (kind, parameters) = parse(text);
    if kind == "application/taxii+json" && spoken(&parameters) { Ok(()) } else { Err(Problem::media()) }
}

/// No version means the newest, and there is only one.
fn spoken(parameters: &[(String, String)]) -> bool {
    parameters.iter().all(|(name, value)| name != "version" || value == "2.1")
}

fn parse(text: &str) -> (String, Vec<(String, String)>) {
    let mut parts = text.split(';');
    let kind = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
    let parameters = parts
        .filter_map(|part| part.split_once('='))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().trim_matches('"').to_owned()));
    (kind, parameters.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_weighed_as_rfc_9110_says() {
        for (accept, expected) in [
            ("application/taxii+json;version=2.1", true),
            ("application/taxii+json; version=2.1", true),
            ("application/taxii+json;version=\"2.1\"", true),
            ("application/taxii+json", true),
            ("APPLICATION/TAXII+JSON", true),
            ("text/html;q=0.4, application/taxii+json;version=2.1", true),
            ("*/*", true),
            ("application/*;q=0.1", true),
            ("", true),
            ("text/html", false),
            ("application/taxii+json;version=2.9", false),
            ("application/taxii+json;version=2.1;q=0", false),
            ("application/json", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_str(accept).expect("a header"));
            assert_eq!(accepts(&headers).is_ok(), expected, "{accept}");
        }
    }
}
