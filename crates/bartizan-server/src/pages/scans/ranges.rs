//! Owners' ranges, and the coordinator's catalogue.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_store::{RangeState, ScanRange, ScanUnits};
use bartizan_workbench::{Choice, Flash, Moment, RangeLine, ScanRanges};
use serde::Deserialize;

use super::super::home::count;
use super::super::html;
use super::super::stop::Stop;
use super::super::visit::Visit;
use crate::app::App;
use crate::scans;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct Typed {
    csrf: String,
    desk: String,
    range: String,
    note: String,
    state: String,
    things: String,
    remove: String,
}

/// `GET /scans/ranges`
pub(in crate::pages) async fn show(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let own = visit.principal.organisation.ok_or_else(|| Stop::Go("/sign-in".into()))?;
    let thing = Thing::ScanRange { owner: own, desk: own };
    visit.must(Verb::Read, &thing, "Ranges are for those who read.")?;
    let coordinates = visit.may(Verb::Read, &scans::at_desk(own)) && visit.directory.desks.contains_key(&own);
    let line = |range: &ScanRange| RangeLine {
        uuid: range.uuid.clone(),
        range: range.ground.clone(),
        owner: visit.organisation(range.owner),
        note: range.note.clone(),
        state: range.state.as_str().into(),
        created: Moment(range.created),
    };
    let mine = app.store.scan_ranges(Some(own), None).await.map_err(|e| visit.stop(&e))?;
    let (mut desk, mut units) = (None, ScanUnits::default());
    if coordinates {
        let there = app.store.scan_ranges(None, Some(own)).await.map_err(|e| visit.stop(&e))?;
        desk = Some(there.iter().map(line).collect());
        units = app.store.count_units(own).await.map_err(|e| visit.stop(&e))?;
    }
    let desks = visit.directory.desks.values().filter(|d| {
        visit.may(Verb::Add, &Thing::ScanRange { owner: own, desk: d.organisation })
            && visit.may(Verb::Add, &Thing::Desk(d.organisation, !d.closed))
    });
    let page = ScanRanges {
        own: mine.iter().map(line).collect(),
        desk,
        catalogue: (count(units.placed), count(units.waiting), app.config.scan.k as u64),
        desks: desks
            .map(|d| Choice { value: d.uuid.clone(), label: d.title.clone(), chosen: false })
            .collect(),
        shell: visit.shell.clone(),
    };
    Ok(html(page.render()))
}

/// `POST /scans/ranges`
pub(in crate::pages) async fn claim(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    Form(typed): Form<Typed>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&typed.csrf)).await?;
    let actor = visit.actor();
    let because = |wrong| Stop::because(&visit.shell, wrong);
    let desk = scans::desk(&actor, Some(&typed.desk)).map_err(because)?;
    scans::claim(&app, &actor, desk, &typed.range, &typed.note, &app.uuid()).await.map_err(because)?;
    Ok(back(&app, &visit, "It is registered; the desk makes sure."))
}

/// `POST /scans/ranges/{uuid}`
pub(in crate::pages) async fn decide(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(typed): Form<Typed>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&typed.csrf)).await?;
    let because = |wrong| Stop::because(&visit.shell, wrong);
    let (state, verb) = match typed.state.as_str() {
        "verified" => (RangeState::Verified, Verb::Review),
        "refused" => (RangeState::Refused, Verb::Review),
        _ => (RangeState::Withdrawn, Verb::Remove),
    };
    let range = scans::range(&app, &visit.actor(), &uuid, verb).await.map_err(because)?;
    scans::move_range(&app, &visit.actor(), &range, state).await.map_err(because)?;
    Ok(back(&app, &visit, "It is kept."))
}

/// `POST /scans/catalogue`
pub(in crate::pages) async fn add(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    Form(typed): Form<Typed>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&typed.csrf)).await?;
    if !typed.remove.trim().is_empty() {
        let done = scans::unlist(&app, &visit.actor(), &typed.remove).await;
        done.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
        return Ok(back(&app, &visit, "It is in the catalogue no more."));
    }
    let lines: Vec<&str> = typed.things.lines().collect();
    scans::list(&app, &visit.actor(), &lines).await.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    Ok(back(&app, &visit, "It is in the catalogue."))
}

fn back(app: &App, visit: &Visit, text: &str) -> Response {
    visit.say(app, Flash { text: text.into(), ..Flash::default() });
    Redirect::to("/scans/ranges").into_response()
}
