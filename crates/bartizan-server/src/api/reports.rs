//! Analysed reports: found again, looked at, taken along.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_clearinghouse::pap::Pap;
use bartizan_clearinghouse::time;
use bartizan_stix::Tlp;
use bartizan_store::{Report as Kept, ReportFilter, ReportId};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::ask::{Asker, Place, Query};
use super::endpoint::{Endpoint, Tags};
use super::paging::Paging;
use super::problem::Problem;
use super::shapes::{Items, Marking, Named, PapName};
use super::tagged;
use crate::app::App;

/// Longest value of a filter, in characters.
const LONGEST: usize = 200;

pub(super) fn list() -> Vec<Endpoint> {
    let text = || json!({ "type": "string", "maxLength": LONGEST });
    vec![
        Endpoint::get("/reports", "listReports", "Reports you may read, newest first.", all)
            .with("q", "That hold all these words.", text())
            .with("kind", "Of this kind.", text())
            .with(
                "pap",
                "With this PAP label.",
                json!({ "type": "string", "enum": Pap::ALL.map(Pap::as_str) }),
            )
            .paged()
            .gives::<Items<Report>>(),
        Endpoint::get("/reports/{id}", "getReport", "One report.", one).gives::<Report>().tags(Tags::Given),
        Endpoint::get(
            "/reports/{id}/analysis",
            "getAnalysis",
            "Its analysis.json, as the analysis left it.",
            analysis,
        )
        .gives::<Map<String, Value>>()
        .tags(Tags::Given),
        Endpoint::get(
            "/reports/{id}/bundle",
            "getBundle",
            "Its STIX 2.1 bundle, as the analysis left it.",
            bundle,
        )
        .gives_bytes("application/stix+json")
        .tags(Tags::Given),
    ]
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Report {
    id: String,
    title: String,
    /// These are empty where the report does not say.
    publisher: String,
    published: String,
    kind: String,
    source: String,
    marking: Marking,
    /// What may be done with it; null: it carries no PAP label.
    pap: Option<PapName>,
    organisation: Named,
    by: Option<Named>,
    /// How many claims there are to decide about, and how many are decided.
    claims: i64,
    reviewed: i64,
    /// When it was analysed.
    #[schemars(extend("format" = "date-time"))]
    created: String,
    /// Names of the files that are kept of it.
    files: Vec<String>,
}

pub(super) fn shape(asker: &Asker, report: &Kept) -> Report {
    let files: Map<String, Value> = serde_json::from_str(&report.contents).unwrap_or_default();
    Report {
        id: report.uuid.clone(),
        title: report.title.clone(),
        publisher: report.publisher.clone(),
        published: report.published.clone(),
        kind: report.kind.clone(),
        source: report.source.clone(),
        marking: marking(asker, report).into(),
        pap: report.pap.map(PapName::from),
        organisation: asker.organisation(report.organisation),
        by: report.person.and_then(|id| asker.person(id)),
        claims: report.claims,
        reviewed: report.reviewed,
        created: time::text(report.created),
        files: files.into_iter().map(|(name, _)| name).collect(),
    }
}

impl Report {
    /// The same, marked otherwise.
    pub(super) fn marked(self, marking: Marking, pap: Option<PapName>) -> Self {
        Self { marking, pap, ..self }
    }
}

/// A label as it is written.
fn label(text: &str) -> Option<Pap> {
    Pap::ALL.into_iter().find(|pap| pap.as_str() == text)
}

/// How far a report may go; what cannot be read is the strictest.
pub(super) fn marking(asker: &Asker, report: &Kept) -> Tlp {
    asker.directory.audiences.get(&report.audience).map_or(Tlp::Red, |a| a.marking)
}

/// Reading the library at all: the token and the roles have to be for it.
fn reads(asker: &Asker) -> Result<(), Problem> {
    let own = Thing::Library(asker.organisation);
    asker.must(Verb::Read, &own, "Your roles or this token do not include reading the library.")
}

pub(super) async fn find(app: &App, asker: &Asker, id: &str) -> Result<Kept, Problem> {
    reads(asker)?;
    app.store.report(&asker.readable(), id).await?.ok_or_else(Problem::not_found)
}

/// `GET /reports`
async fn all(State(app): State<App>, asker: Asker, query: Query) -> Result<Response, Problem> {
    query.only(&["q", "kind", "pap", "limit", "next"])?;
    reads(&asker)?;
    let paging = Paging::new(&query, "reports")?;
    let (words, kind) = (query.one("q")?.unwrap_or_default(), query.one("kind")?);
    if words.chars().count() > LONGEST || kind.is_some_and(|k| k.chars().count() > LONGEST) {
        return Err(Problem::bad(format!("q and kind have at most {LONGEST} characters.")));
    }
    let before = paging.after.map(ReportId);
    let pap = match query.one("pap")? {
        None => None,
        Some(text) => Some(label(text).ok_or_else(|| Problem::bad("pap is a label such as PAP:AMBER."))?),
    };
    let filter = ReportFilter { words, kind, before, pap, ..ReportFilter::default() };
    let found = app.store.reports(&asker.readable(), &filter, paging.limit + 1).await?;
    Ok(tagged::json(StatusCode::OK, &paging.page(found, |r| r.id.0, |r| shape(&asker, r))))
}

/// `GET /reports/{id}`
async fn one(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let report = find(&app, &asker, &id).await?;
    Ok(tagged::single(&headers, &shape(&asker, &report)))
}

/// `GET /reports/{id}/analysis`
async fn analysis(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    file(&app, &asker, &id, &query, &headers, ("analysis.json", "application/json")).await
}

/// `GET /reports/{id}/bundle`
async fn bundle(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let media = "application/stix+json;version=2.1";
    file(&app, &asker, &id, &query, &headers, ("bundle.json", media)).await
}

/// One of its files, as it is kept; who takes it is in the audit log.
async fn file(
    app: &App,
    asker: &Asker,
    id: &str,
    query: &Query,
    headers: &HeaderMap,
    (name, media): (&str, &'static str),
) -> Result<Response, Problem> {
    query.only(&[])?;
    let report = find(app, asker, id).await?;
    let digest = report.content(name).ok_or_else(Problem::not_found)?;
    let tag = tagged::of_digest(&digest);
    if let Some(response) = tagged::unchanged(headers, &tag) {
        return Ok(response);
    }
    let bytes = app.store.content(&digest).await?.ok_or_else(Problem::not_found)?;
    let detail = json!({ "file": name }).to_string();
    app.store.note(&asker.by(), "report.export", &format!("report/{}", report.uuid), &detail).await?;
    let mut response = bytes.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    Ok(tagged::with(response, &tag))
}
