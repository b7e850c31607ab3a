//! Publishing a report: what the review left, as STIX objects into a collection.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan::exchange::stix::Lineage;
use bartizan::exchange::{self, read, stix};
use bartizan::{Input, Limits};
use bartizan_clearinghouse::access::{Audience, Thing, Verb};
use bartizan_clearinghouse::review::Status;
use bartizan_store::{
    Arrival, CollectionEntry, Outcome, PublishedObjects as Written, Receipt, Report, ReportId,
};
use serde::Deserialize;
use serde_json::Value;

use super::find;
use crate::app::App;
use crate::pages::flash::said;
use crate::pages::review::{Reviewed, open};
use crate::pages::stop::Stop;
use crate::pages::visit::Visit;
use crate::review::{PackNames, corrected};
use crate::taxii::arriving;

#[derive(Deserialize)]
pub(in crate::pages) struct Publish {
    #[serde(default)]
    csrf: String,
    collection: String,
    /// `1`: only what reviewers accepted.
    #[serde(default)]
    reviewed: String,
}

/// `POST /reports/{id}/publish`
pub(in crate::pages) async fn publish(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Publish>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&form.csrf)).await?;
    let report = find(&app, &visit, &id).await?;
    let (audience, entry) = allowed(&visit, &report, &form.collection)?;
    let Some(author) = visit.principal.person else { return Err(Stop::Go("/sign-in".into())) };
    let mut reviewed = open(&app, &visit, &report).await?;
    if form.reviewed == "1" {
        only_accepted(&mut reviewed);
    }
    let before = before(&app, &visit, &report, &entry).await?;
    if before.as_ref().is_some_and(|(newer, _)| *newer > report.id) {
        let text = "A newer edition of this report is published there: what its readers have would go back.";
        return Err(Stop::wrong(visit.shell, text));
    }
    let bundle = bundle(&app, &reviewed, before.map(|(_, bundle)| bundle).as_ref());
    let (bundle, continues) = bundle.map_err(|e| Stop::wrong(visit.shell.clone(), e))?;
    let number = write(&app, &visit, &audience, &entry, &bundle).await?;
    let text = bundle.to_string();
    let written =
        Written { collection: entry.access.id, objects: number, bundle: text.as_bytes(), continues };
    let done = app.store.published(&visit.by(), &report, author, &written).await;
    done.map_err(|e| visit.stop(&e))?;
    visit.say(&app, said(format!("Published to {}: {number} objects.", entry.title)));
    Ok(Redirect::to(&format!("/reports/{}", report.uuid)).into_response())
}

/// The report's audience and the collection, if the visitor may publish the one into the other.
pub(super) fn allowed(
    visit: &Visit,
    report: &Report,
    collection: &str,
) -> Result<(Audience, CollectionEntry), Stop> {
    let audience = visit.directory.audiences.get(&report.audience).cloned();
    let audience = audience.ok_or_else(|| Stop::not_found(visit.shell.clone()))?;
    let content = Thing::Content { audience: &audience, collection: None };
    visit.must(Verb::Review, &content, "Only a reviewer or coordinator of its organisation publishes it.")?;
    let entry = visit.directory.collection(collection).cloned();
    let entry = entry.ok_or_else(|| Stop::not_found(visit.shell.clone()))?;
    let what = "You may not publish into this collection.";
    visit.must(Verb::Review, &Thing::Collection(&entry.access), what)?;
    Ok((audience, entry))
}

/// What nobody decided about counts as rejected.
fn only_accepted(reviewed: &mut Reviewed) {
    for standing in reviewed.fold.claims.values_mut() {
        if standing.status == Status::Open {
            standing.status = Status::Rejected { reason: String::new() };
        }
    }
}

/// What was last written there for this report or another edition of it that the visitor may read.
pub(super) async fn before(
    app: &App,
    visit: &Visit,
    report: &Report,
    entry: &CollectionEntry,
) -> Result<Option<(ReportId, Value)>, Stop> {
    let line = app.store.editions(&visit.readable(), report).await.map_err(|e| visit.stop(&e))?;
    let reports: Vec<ReportId> = line.editions.iter().map(|e| e.id).collect();
    let kept = app.store.published_bundle(&reports, entry.access.id).await.map_err(|e| visit.stop(&e))?;
    let Some((id, digest)) = kept else { return Ok(None) };
    let bytes = app.store.content(&digest).await.map_err(|e| visit.stop(&e))?;
    Ok(bytes.and_then(|bytes| Some((id, serde_json::from_slice(&bytes).ok()?))))
}

/// The bundle of the analysis as the reviewers left it, and whether it continues the earlier one: where both carry the same marking.
fn bundle(app: &App, reviewed: &Reviewed, before: Option<&Value>) -> Result<(Value, bool), String> {
    let corrected =
        corrected(&reviewed.source, &reviewed.fold, &PackNames(app.pack)).map_err(|e| e.to_string())?;
    let limits = Limits { input_bytes: usize::MAX, ..Limits::default() };
    let input = Input::new("analysis.json", corrected.to_string());
    let analysis = read::analysis(&input, &limits).map_err(|e| e.to_string())?;
    let lineage = before
        .and_then(|bundle| Lineage::read(bundle, Lineage::document(bundle)?, exchange::marking(&analysis)));
    let bundle = stix::bundle_with(&analysis, app.pack, &stix::Extra::default(), lineage.as_ref());
    Ok((serde_json::to_value(&bundle).map_err(|e| e.to_string())?, lineage.is_some()))
}

/// Adds the objects of a bundle to a collection; how many.
pub(super) async fn write(
    app: &App,
    visit: &Visit,
    audience: &Audience,
    entry: &CollectionEntry,
    bundle: &Value,
) -> Result<i64, Stop> {
    let (Some(owner), Some(author)) = (visit.principal.organisation, visit.principal.person) else {
        return Err(Stop::Go("/sign-in".into()));
    };
    let objects: Vec<String> =
        bundle["objects"].as_array().into_iter().flatten().map(Value::to_string).collect();
    let (good, bad) = arriving(objects.iter().map(String::as_str));
    if let Some(why) = bad.first() {
        return Err(Stop::wrong(visit.shell.clone(), format!("An object cannot be published: {why}")));
    }
    let mut incoming: Vec<_> = good.iter().map(|object| object.incoming()).collect();
    for object in &mut incoming {
        // Nothing of a report goes further than the report; the labels themselves are everybody's.
        if object.kind != "marking-definition" {
            object.marking = Some(object.marking.unwrap_or(entry.marking).max(audience.marking));
        }
    }
    let arrival = Arrival {
        collection: entry.access.id,
        // What says nothing of itself goes no further than the report.
        unmarked: audience.marking.max(entry.marking),
        owner,
        author,
        readable: &visit.directory.readable(&visit.principal, Some(entry.access.id), visit.now()),
        objects: &incoming,
    };
    let uuid = app.uuid();
    let receipt = |_: &[Outcome]| Receipt { uuid: uuid.clone(), body: "{}".into() };
    let written = app.store.add_objects(&visit.by(), &arrival, receipt).await.map_err(|e| visit.stop(&e))?;
    Ok(i64::try_from(written.outcomes.len()).unwrap_or(i64::MAX))
}
