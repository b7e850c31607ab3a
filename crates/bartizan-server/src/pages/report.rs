//! One report: in short, in full, its files, and publishing it.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_stix::Tlp;
use bartizan_store::Report;
use bartizan_workbench::{Choice, Figure, Moment, Named, Place, Report as Page, Tally};
use serde::Deserialize;
use serde_json::Value;

use super::home::{came, marking};
use super::html;
use super::name::address;
use super::review::{Reviewed, open};
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;
use crate::sharing::{self, embargo::until};

/// Files that can be had, their media types.
const FILES: [(&str, &str); 3] = [
    ("analysis.json", "application/json"),
    ("bundle.json", "application/stix+json;version=2.1"),
    ("package.zip", "application/zip"),
];

/// Names that are read, and of which are shown.
const NAMES: usize = 2_000;
const MOST_NAMES: usize = 60;

#[derive(Deserialize)]
pub(super) struct Publish {
    #[serde(default)]
    csrf: String,
    collection: String,
    #[serde(default)]
    embargo: String,
}

/// `GET /reports/{id}`
pub(super) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let mut visit = Visit::new(&app, &headers, &uri).await?;
    let report = find(&app, &visit, &id).await?;
    visit.shell.marking = marking(&visit, &report);
    let reviewed = open(&app, &visit, &report).await?;
    let bytes = content(&app, &visit, &report, "analysis.json").await?;
    let analysis: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let places = app.store.publications(report.id).await.map_err(|e| visit.stop(&e))?;
    let shared = places.iter().filter_map(|p| {
        let entry = visit.directory.collections.get(&p.collection)?;
        visit.may(Verb::List, &Thing::Collection(&entry.access)).then(|| Place {
            collection: entry.uuid.clone(),
            title: entry.title.clone(),
            since: Moment(p.at),
            readers: readers(&visit, entry),
            marking: p.marking,
            embargo: p.embargo.map(Moment),
        })
    });
    let shared: Vec<Place> = shared.collect();
    let names = names(&app, &visit, &report).await?;
    let own = visit.directory.audiences.get(&report.audience);
    let may_publish =
        own.is_some_and(|audience| visit.may(Verb::Review, &Thing::Content { audience, collection: None }));
    let choices = visit
        .directory
        .collections
        .values()
        .filter(|c| may_publish && visit.may(Verb::Review, &Thing::Collection(&c.access)));
    let text =
        |pointer: &str| analysis.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let open = reviewed.fold.progress.total - reviewed.fold.progress.reviewed;
    let page = Page {
        id: report.uuid.clone(),
        title: report.title.clone(),
        byline: [&report.publisher, &report.published]
            .into_iter()
            .filter(|t| !t.is_empty())
            .cloned()
            .collect(),
        source: report.source.clone(),
        marking: marking(&visit, &report),
        pap: report.pap.map(|pap| pap.as_str().to_owned()).unwrap_or_default(),
        files_say: Tlp::parse(&text("/marking")).filter(|said| *said != marking(&visit, &report)),
        embargo: None,
        brief: text("/summary/brief"),
        figures: figures(&analysis),
        facts: Vec::new(),
        tabs: Vec::new(),
        names,
        review: tally(&reviewed, open),
        may_review: may_publish,
        publish: choices
            .map(|c| Choice { value: c.uuid.clone(), label: c.title.clone(), chosen: false })
            .collect(),
        shared,
        exports: FILES
            .iter()
            .map(|(name, _)| ((*name).to_owned(), format!("/reports/{}/files/{name}", report.uuid)))
            .chain([("labels".to_owned(), format!("/reports/{}/labels", report.uuid))])
            .collect(),
        editions: Vec::new(),
        history: came(&app, &visit, &report).await?,
        may_mark: own.is_some_and(|audience| {
            let after = audience;
            visit.may(Verb::Review, &Thing::Marking { audience, collection: None, after, freer: false })
        }),
        shell: visit.shell,
    };
    Ok(html(page.render()))
}

/// What it names, without what it presents as malicious: that fills pages of its own.
async fn names(app: &App, visit: &Visit, report: &Report) -> Result<Vec<Named>, Stop> {
    let found = app.store.names_of(&visit.readable(), &[report.id], NAMES).await;
    let found = found.map_err(|e| visit.stop(&e))?;
    let some = found.iter().map(|n| &n.named).filter(|n| n.kind != "indicator").take(MOST_NAMES);
    Ok(some
        .map(|n| Named {
            kind: n.kind.clone(),
            name: address(&n.kind, &n.value, &n.shown),
            shown: n.shown.clone(),
            reports: 1,
        })
        .collect())
}

fn tally(reviewed: &Reviewed, open: usize) -> Tally {
    use bartizan_clearinghouse::review::Status;
    let mut tally =
        Tally { open: open as u64, added: reviewed.fold.progress.added as u64, ..Tally::default() };
    for standing in reviewed.fold.claims.values() {
        match standing.status {
            Status::Accepted | Status::Edited { .. } => tally.accepted += 1,
            Status::Rejected { .. } => tally.rejected += 1,
            Status::Open | Status::Added { .. } => {}
        }
    }
    tally
}

fn figures(analysis: &Value) -> Vec<Figure> {
    let figures = analysis["summary"]["figures"].as_array();
    let text = |figure: &Value, name: &str| match &figure[name] {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    figures
        .into_iter()
        .flatten()
        .map(|f| Figure {
            value: text(f, "value"),
            label: text(f, "label"),
            note: text(f, "note"),
            tab: String::new(),
        })
        .collect()
}

fn readers(visit: &Visit, entry: &bartizan_store::CollectionEntry) -> String {
    let names: Vec<String> = entry
        .access
        .members
        .iter()
        .filter(|(_, rights)| rights.read)
        .map(|(id, _)| visit.organisation(*id))
        .collect();
    if entry.access.public { "anyone".to_owned() } else { names.join(", ") }
}

/// `GET /reports/{id}/full`: the page that `analyze` wrote; it has a policy of its own.
pub(super) async fn full(
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
    // Its own policy, in its head, allows its one script by hash; beyond that it is kept from this origin's pages.
    let sandbox = "sandbox allow-scripts allow-downloads allow-popups; frame-ancestors 'none'";
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(sandbox));
    Ok(response)
}

/// `GET /reports/{id}/files/{name}`
pub(super) async fn file(
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
pub(super) async fn taken(app: &App, visit: &Visit, report: &Report, name: &str) -> Result<(), Stop> {
    let detail = serde_json::json!({ "file": name }).to_string();
    let thing = format!("report/{}", report.uuid);
    app.store.note(&visit.by(), "report.export", &thing, &detail).await.map_err(|e| visit.stop(&e))
}

/// A file to be saved, never shown.
pub(super) fn download(bytes: Vec<u8>, media: &'static str, name: &str) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// `POST /reports/{id}/publish`: what the review left, as STIX objects into a collection.
pub(super) async fn publish(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Publish>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&form.csrf)).await?;
    let report = find(&app, &visit, &id).await?;
    let done = async {
        let until = until(&form.embargo, visit.now())?;
        sharing::publish::publish(&app, &visit.actor(), &report, &form.collection, until).await
    };
    done.await.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    Ok(Redirect::to(&format!("/reports/{}", report.uuid)).into_response())
}

/// The report, if the visitor may read it.
pub(super) async fn find(app: &App, visit: &Visit, uuid: &str) -> Result<Report, Stop> {
    let found = app.store.report(&visit.readable(), uuid).await.map_err(|e| visit.stop(&e))?;
    found.ok_or_else(|| Stop::not_found(visit.shell.clone()))
}

/// The bytes of one of its files.
pub(super) async fn content(app: &App, visit: &Visit, report: &Report, name: &str) -> Result<Vec<u8>, Stop> {
    let digest = report.content(name).ok_or_else(|| Stop::not_found(visit.shell.clone()))?;
    let found = app.store.content(&digest).await.map_err(|e| visit.stop(&e))?;
    found.ok_or_else(|| Stop::not_found(visit.shell.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_texts_whatever_they_are_in_the_file() {
        let analysis =
            serde_json::json!({ "summary": { "figures": [{ "value": 3, "label": "actors" }, 7] } });
        let figures = figures(&analysis);
        assert_eq!((figures[0].value.as_str(), figures[0].label.as_str()), ("3", "actors"));
    }
}
