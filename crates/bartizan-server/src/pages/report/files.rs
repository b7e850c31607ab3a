//! A report's files: the whole analysis as a page, and what can be taken along.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_store::Report;
use bartizan_workbench::Full;

use super::{content, find};
use crate::app::App;
use crate::download::download;
use crate::pages::home::marking;
use crate::pages::html;
use crate::pages::stop::Stop;
use crate::pages::visit::Visit;

/// Files that can be had, their media types.
const FILES: [(&str, &str); 3] = [
    ("analysis.json", "application/json"),
    ("bundle.json", "application/stix+json;version=2.1"),
    ("package.zip", "application/zip"),
];

/// The names of the files that can be had.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, _)| *name)
}

/// `GET /reports/{id}/full`: the whole analysis in a frame.
pub(in crate::pages) async fn full(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let report = find(&app, &visit, &id).await?;
    let line = app.store.editions(&visit.readable(), &report).await.map_err(|e| visit.stop(&e))?;
    let audience = visit.directory.audiences.get(&report.audience);
    let marking = marking(&visit, &report);
    let mut shell = visit.shell.clone();
    shell.marking = marking;
    let page = Full {
        id: report.uuid,
        title: report.title,
        marking,
        may_review: audience
            .is_some_and(|audience| visit.may(Verb::Review, &Thing::Content { audience, collection: None })),
        has_changes: line.editions.len() > 1,
        shell,
    };
    Ok(html(page.render()))
}

/// `GET /reports/{id}/full/page`: the page that `analyze` wrote; it has a policy of its own.
pub(in crate::pages) async fn frame(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let report = find(&app, &visit, &id).await?;
    let bytes = content(&app, &visit, &report, "report.html").await?;
    taken(&app, &visit, &report, "report.html").await?;
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    // Its own policy, in its head, allows its one script by hash; beyond that it is kept from this origin's pages, in a frame of
    // which it stands as well as alone.
    let sandbox = "sandbox allow-scripts allow-downloads allow-popups; frame-ancestors 'self'";
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(sandbox));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    Ok(response)
}

/// `GET /reports/{id}/files/{name}`
pub(in crate::pages) async fn file(
    State(app): State<App>,
    Path((id, name)): Path<(String, String)>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let report = find(&app, &visit, &id).await?;
    let Some((name, media)) = FILES.iter().find(|(known, _)| *known == name) else {
        return Err(Stop::not_found(visit.shell));
    };
    let bytes = content(&app, &visit, &report, name).await?;
    taken(&app, &visit, &report, name).await?;
    Ok(download(bytes, media, name))
}

/// Who takes a file of a report along is in the audit log.
pub(in crate::pages) async fn taken(
    app: &App,
    visit: &Visit,
    report: &Report,
    name: &str,
) -> Result<(), Stop> {
    let detail = serde_json::json!({ "file": name }).to_string();
    let thing = format!("report/{}", report.uuid);
    app.store.note(&visit.by(), "report.export", &thing, &detail).await.map_err(|e| visit.stop(&e))
}
