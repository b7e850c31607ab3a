//! Writing advisories, releasing them, and saying something of them.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bartizan_advisory::csaf::Finding;
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_clearinghouse::time;
use serde_json::Value;

use super::super::ask::{self, Asker, Body, Place, Query};
use super::super::problem::{Fault, Problem};
use super::super::tagged;
use super::read::{publisher_shape, said, shape};
use super::shapes::{Begun, Findings, New, NewReceipt, NewRelease, NewWithdrawal, Released, SetPublisher};
use crate::advisories::release::{self, Wanted};
use crate::advisories::write::{self, latest};
use crate::advisories::{self, Refusal, find, find_own, judge, withdraw};
use crate::app::App;

/// `POST /advisories`
pub(super) async fn begin(
    State(app): State<App>,
    asker: Asker,
    query: Query,
    body: Body<New>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let acting = asker.acting();
    let New { document, case } = body.value;
    let case = case.filter(|case| !case.is_empty());
    let hexadecimal = |c: char| c.is_ascii_hexdigit() || c == '-';
    if case.as_ref().is_some_and(|case| case.len() > 36 || !case.chars().all(hexadecimal)) {
        return Err(Problem::unprocessable("case is the identifier of a case."));
    }
    let uuid = write::begin(&app, &acting, Value::Object(document), case.as_deref()).await?;
    // Whoever only writes need not read it again.
    let advisory = app.store.advisory(&uuid).await?.ok_or_else(Problem::not_found)?;
    let report = judge(&latest(&app, &advisory).await?, 1, asker.now);
    Ok(tagged::json(StatusCode::CREATED, &Begun { id: uuid, findings: report.into() }))
}

/// `POST /advisories/validate`
pub(super) async fn validate(
    State(app): State<App>,
    asker: Asker,
    query: Query,
    request: Request,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let roles = "Your roles or this token do not include reading.";
    asker.must(Verb::Read, &Thing::Library(asker.organisation), roles)?;
    if ask::media(request.headers()).as_deref() != Some("application/json") {
        return Err(Problem::media("application/json"));
    }
    let bytes = ask::bytes(request, &app).await?;
    let now = asker.now;
    // A large document takes a moment of a core.
    let report = tokio::task::spawn_blocking(move || advisories::validate(&bytes, now, false)).await;
    let report = report.map_err(|_| Problem::internal())?;
    Ok(tagged::json(StatusCode::OK, &Findings::from(report)))
}

/// `PUT /advisories/{id}/document`
pub(super) async fn save(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    request: Request,
) -> Result<Response, Problem> {
    query.only(&["after", "summary"])?;
    let acting = asker.acting();
    let advisory = find_own(&app, &acting, &id, Verb::Add).await?;
    let after = query.one("after")?.and_then(|text| text.parse().ok());
    let after = after.ok_or_else(|| Problem::bad("after names the newest edition that you have seen."))?;
    let summary = query.one("summary")?.unwrap_or_default().to_owned();
    if ask::media(request.headers()).as_deref() != Some("application/json") {
        return Err(Problem::media("application/json"));
    }
    let document = write::parse(&ask::bytes(request, &app).await?)?;
    let number = write::save(&app, &acting, &advisory, after, document, &summary).await?;
    let editions = app.store.advisory_editions(advisory.id).await?;
    let edition = editions.iter().find(|edition| edition.number == number).ok_or_else(Problem::not_found)?;
    Ok(tagged::json(StatusCode::OK, &shape(&asker, edition)))
}

/// `POST /advisories/{id}/releases`
pub(super) async fn release(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    body: Body<NewRelease>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let acting = asker.acting();
    let advisory = find_own(&app, &acting, &id, Verb::Review).await?;
    let NewRelease { after, to, summary, interim, kept } = body.value;
    let mut destinations = Vec::new();
    for destination in to {
        let from = destination.from.map(|text| {
            time::parse(&text).ok_or_else(|| Problem::unprocessable("from is a time: 2026-12-31T09:00:00Z."))
        });
        destinations.push((destination.collection, from.transpose()?));
    }
    let wanted = Wanted { after, to: &destinations, summary: &summary, interim, kept: &kept };
    let edition = release::release(&app, &acting, &advisory, &wanted).await.map_err(refused)?;
    let advisory = app.store.advisory(&id).await?.ok_or_else(Problem::not_found)?;
    Ok(tagged::json(StatusCode::CREATED, &Released { edition, version: advisory.version }))
}

fn refused(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Wrong(wrong) => wrong.into(),
        Refusal::Invalid(all) => Problem::findings(all.into_iter().map(fault).collect()),
    }
}

fn fault(finding: Finding) -> Fault {
    Fault { code: finding.test.into(), field: finding.pointer, also_field: None, reason: finding.message }
}

/// `POST /advisories/{id}/withdrawal`
pub(super) async fn retract(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    body: Body<NewWithdrawal>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let acting = asker.acting();
    let advisory = find_own(&app, &acting, &id, Verb::Review).await?;
    let NewWithdrawal { after, reason } = body.value;
    let edition = withdraw::withdraw(&app, &acting, &advisory, after, &reason).await.map_err(refused)?;
    let advisory = app.store.advisory(&id).await?.ok_or_else(Problem::not_found)?;
    Ok(tagged::json(StatusCode::CREATED, &Released { edition, version: advisory.version }))
}

/// `DELETE /advisories/{id}/releases/{collection}`
pub(super) async fn withdraw(
    State(app): State<App>,
    asker: Asker,
    Place((id, collection)): Place<(String, String)>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let acting = asker.acting();
    let advisory = find_own(&app, &acting, &id, Verb::Review).await?;
    release::withdraw(&app, &acting, &advisory, &collection, "").await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `POST /advisories/{id}/receipts`
pub(super) async fn receive(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    body: Body<NewReceipt>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let acting = asker.acting();
    let seen = find(&app, &acting, &id).await?;
    let released = seen.released.ok_or_else(Problem::not_found)?;
    let NewReceipt { state, words } = body.value;
    release::receive(&app, &acting, &released, state.into(), &words).await?;
    let mut response = said(&app, &asker, released.id, released.owner).await?;
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

/// `PUT /publishers/own`
pub(super) async fn publisher(
    State(app): State<App>,
    asker: Asker,
    query: Query,
    body: Body<SetPublisher>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let said = &body.value;
    let new = bartizan_store::NewPublisher {
        organisation: asker.organisation,
        alias: &said.alias,
        name: &said.name,
        category: &said.category,
        namespace: &said.namespace,
        contact: &said.contact,
        authority: &said.authority,
    };
    write::publisher(&app, &asker.acting(), &new).await?;
    let directory = app.store.fresh().await?;
    let entry = directory.publishers.get(&asker.organisation).ok_or_else(Problem::not_found)?;
    Ok(tagged::json(StatusCode::OK, &publisher_shape(&app, &asker, entry)))
}
