//! The open doors of a CSAF provider (CSAF 2.0, section 7.1): what anyone may read, at the addresses that aggregators look for.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bartizan_clearinghouse::access::Principal;
use bartizan_clearinghouse::token;

use crate::advisories::provider::{self, OPEN, Reader, Served};
use crate::api::Problem;
use crate::app::App;
use crate::sharing::Wrong;

/// Routes for anyone.
pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/.well-known/csaf/provider-metadata.json", get(main))
        .route("/.well-known/security.txt", get(security))
        .route("/csaf/{publisher}/{name}", get(beside))
        .route("/csaf/{publisher}/{shelf}/", get(shelf))
        .route("/csaf/{publisher}/{shelf}/{name}", get(listing))
        .route("/csaf/{publisher}/{shelf}/{year}/", get(year))
        .route("/csaf/{publisher}/{shelf}/{year}/{name}", get(document))
}

/// The answer with a file. What anyone may read may be kept by anyone, but is asked about each time: it may be taken back.
pub(crate) fn answer(served: Served, headers: &HeaderMap, open: bool) -> Response {
    let tag = format!("\"{}\"", &token::digest_bytes(&served.bytes)[..32]);
    let asked = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let has = asked.split(',').map(str::trim).any(|t| t == "*" || t.trim_start_matches("W/") == tag);
    let mut response =
        if has { StatusCode::NOT_MODIFIED.into_response() } else { served.bytes.into_response() };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(served.media));
    if let Ok(value) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, value);
    }
    let kept = if open { "public, no-cache" } else { "private, no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    if open {
        // Programs in browsers read it too (section 7.1.7: freely accessible).
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    response
}

/// Asks as anyone, whoever it is: the open doors show the same to all.
async fn open(
    app: &App,
    headers: &HeaderMap,
    ask: impl AsyncFnOnce(&Reader<'_>) -> Result<Served, Wrong>,
) -> Result<Response, Problem> {
    let directory = app.store.fresh().await?;
    let principal = Principal::anyone();
    let reader = Reader { directory: &directory, principal: &principal, now: app.now(), root: OPEN };
    Ok(answer(ask(&reader).await?, headers, true))
}

/// `GET /.well-known/csaf/provider-metadata.json`: of the publisher that was there first.
async fn main(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    open(&app, &headers, async |reader| {
        let first = reader.directory.publishers.values().min_by_key(|p| (p.created, p.organisation));
        reader.metadata(&app, first.ok_or(Wrong::NotThere)?).await
    })
    .await
}

/// `GET /.well-known/security.txt`
async fn security(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    open(&app, &headers, async |reader| {
        let text = provider::security(&app, reader.directory, reader.now).ok_or(Wrong::NotThere)?;
        Ok(Served { media: "text/plain; charset=utf-8", bytes: text.into_bytes() })
    })
    .await
}

/// `GET /csaf/{publisher}/{name}`
async fn beside(
    State(app): State<App>,
    Path((publisher, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    open(&app, &headers, async |reader| reader.beside(&app, reader.publisher(&publisher)?, &name).await).await
}

/// `GET /csaf/{publisher}/{shelf}/`
async fn shelf(
    State(app): State<App>,
    Path((publisher, shelf)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    listing(State(app), Path((publisher, shelf, String::new())), headers).await
}

/// `GET /csaf/{publisher}/{shelf}/{name}`
async fn listing(
    State(app): State<App>,
    Path((publisher, shelf, name)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    open(&app, &headers, async |reader| {
        let marking = provider::marking(&shelf).ok_or(Wrong::NotThere)?;
        reader.listing(&app, reader.publisher(&publisher)?, marking, &name).await
    })
    .await
}

/// `GET /csaf/{publisher}/{shelf}/{year}/`
async fn year(
    State(app): State<App>,
    Path((publisher, shelf, year)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    document(State(app), Path((publisher, shelf, year, String::new())), headers).await
}

/// `GET /csaf/{publisher}/{shelf}/{year}/{name}`
async fn document(
    State(app): State<App>,
    Path((publisher, shelf, year, name)): Path<(String, String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    open(&app, &headers, async |reader| {
        let marking = provider::marking(&shelf).ok_or(Wrong::NotThere)?;
        reader.document(&app, reader.publisher(&publisher)?, marking, (&year, &name)).await
    })
    .await
}
