//! Owners' ranges, and the coordinator's catalogue.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_clearinghouse::time;
use bartizan_store::{RangeState, ScanRange};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::ROOT;
use super::super::ask::{Asker, Body, Place, Query};
use super::super::endpoint::Endpoint;
use super::super::once::{Made, Once};
use super::super::problem::Problem;
use super::super::shapes::{LINE, Named};
use super::super::tagged;
use crate::app::App;
use crate::scans;

/// Largest part of a catalogue that is sent at once, in bytes.
const LARGEST: usize = 2 << 20;

pub(super) fn list() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/scan-ranges",
            "listScanRanges",
            "Ranges of live targets: your organisation's, and those at the desk that you coordinate.",
            all,
        )
        .gives::<Ranges>(),
        Endpoint::post("/scan-ranges", "registerScanRange", "Registers a range that is yours.", claim)
            .takes::<NewRange>()
            .gives::<Range>()
            .once(),
        Endpoint::patch(
            "/scan-ranges/{id}",
            "decideScanRange",
            "Says that a range is its owner's, or that you could not make sure.",
            decide,
        )
        .takes::<Change>()
        .gives::<Range>(),
        Endpoint::delete("/scan-ranges/{id}", "withdrawScanRange", "Your range is yours no more.", withdraw)
            .status(204),
        Endpoint::get(
            "/scan-catalogue",
            "getScanCatalogue",
            "How much your desk's catalogue holds.",
            counted,
        )
        .gives::<Counted>(),
        Endpoint::post(
            "/scan-catalogue",
            "addToScanCatalogue",
            "Adds projects, each with all its packages, repositories and products, to your desk's catalogue.",
            add,
        )
        .status(200)
        .largest(LARGEST)
        .takes::<Things>()
        .gives::<Counted>(),
        Endpoint::delete(
            "/scan-catalogue",
            "removeFromScanCatalogue",
            "Removes a project, with all its names, from your desk's catalogue.",
            remove,
        )
        .with("thing", "One of its names.", json!({ "type": "string", "maxLength": 512 }))
        .status(204),
    ]
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ScanRanges")]
struct Ranges {
    items: Vec<Range>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ScanRange")]
struct Range {
    id: String,
    owner: Named,
    desk: Named,
    range: String,
    note: String,
    state: StateName,
    #[schemars(extend("format" = "date-time"))]
    registered: String,
}

/// How far a range is.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "ScanRangeState")]
enum StateName {
    Claimed,
    Verified,
    Refused,
    Withdrawn,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewScanRange")]
struct NewRange {
    /// At which desk; not needed if there is one only.
    #[serde(default)]
    desk: Option<String>,
    /// `192.0.2.0/24`, `www.example.org`, `*.example.org`.
    #[schemars(length(max = 300))]
    range: String,
    /// By what the coordinator can make sure; one line.
    #[serde(default)]
    #[schemars(length(max = 500), regex(pattern = LINE))]
    note: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ScanRangeDecision")]
struct Change {
    /// Whether it is verified; otherwise it is refused.
    verified: bool,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ScanCatalogueThings")]
struct Things {
    /// One project each: its package URLs, CPE names and addresses of repositories, with blanks between them.
    #[schemars(length(min = 1, max = 20_000))]
    things: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ScanCatalogue")]
struct Counted {
    /// Projects in blocks, about which answers are given.
    placed: i64,
    /// Waiting for enough others.
    waiting: i64,
    /// The least members of a block.
    k: usize,
}

fn shape(asker: &Asker, range: &ScanRange) -> Range {
    Range {
        id: range.uuid.clone(),
        owner: asker.organisation(range.owner),
        desk: asker.organisation(range.desk),
        range: range.ground.clone(),
        note: range.note.clone(),
        state: match range.state {
            RangeState::Claimed => StateName::Claimed,
            RangeState::Verified => StateName::Verified,
            RangeState::Refused => StateName::Refused,
            RangeState::Withdrawn => StateName::Withdrawn,
        },
        registered: time::text(range.created),
    }
}

/// `GET /scan-ranges`
async fn all(State(app): State<App>, asker: Asker, query: Query) -> Result<Response, Problem> {
    query.only(&[])?;
    let own = asker.organisation;
    let thing = Thing::ScanRange { owner: own, desk: own };
    asker.must(Verb::Read, &thing, "Your roles or this token do not include reading ranges.")?;
    let desk = Some(own).filter(|_| asker.may(Verb::Read, &scans::at_desk(own)));
    let found = app.store.scan_ranges(Some(own), desk).await?;
    let items = found.iter().map(|range| shape(&asker, range)).collect();
    Ok(tagged::json(StatusCode::OK, &Ranges { items }))
}

/// `POST /scan-ranges`
async fn claim(
    State(app): State<App>,
    asker: Asker,
    once: Once,
    query: Query,
    body: Body<NewRange>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let acting = asker.acting();
    let desk = scans::desk(&acting, body.value.desk.as_deref())?;
    let (text, note) = (&body.value.range, body.value.note.as_deref().unwrap_or_default());
    let work = async |id: String| {
        let kept = match app.store.scan_range(&id).await? {
            Some(kept) => kept,
            None => scans::claim(&app, &acting, desk, text, note, &id).await?,
        };
        let place = format!("{ROOT}/scan-ranges/{id}");
        Ok(Made::new(StatusCode::CREATED, place, &shape(&asker, &kept)))
    };
    let still = async |id: String| {
        scans::range(&app, &acting, &id, Verb::Add).await?;
        Ok(None)
    };
    once.run(&app, &asker, &body.digest, still, work).await
}

/// `PATCH /scan-ranges/{id}`
async fn decide(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    body: Body<Change>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let acting = asker.acting();
    let range = scans::range(&app, &acting, &id, Verb::Review).await?;
    let state = if body.value.verified { RangeState::Verified } else { RangeState::Refused };
    scans::move_range(&app, &acting, &range, state).await?;
    let range = app.store.scan_range(&id).await?.ok_or_else(Problem::not_found)?;
    Ok(tagged::json(StatusCode::OK, &shape(&asker, &range)))
}

/// `DELETE /scan-ranges/{id}`
async fn withdraw(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<StatusCode, Problem> {
    query.only(&[])?;
    let acting = asker.acting();
    let range = scans::range(&app, &acting, &id, Verb::Remove).await?;
    scans::move_range(&app, &acting, &range, RangeState::Withdrawn).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /scan-catalogue`
async fn counted(State(app): State<App>, asker: Asker, query: Query) -> Result<Response, Problem> {
    query.only(&[])?;
    let own = asker.organisation;
    asker.must(Verb::Read, &scans::at_desk(own), "Only who coordinates scans looks at the catalogue.")?;
    let units = app.store.count_units(own).await?;
    let counted = Counted { placed: units.placed, waiting: units.waiting, k: app.config.scan.k };
    Ok(tagged::json(StatusCode::OK, &counted))
}

/// `POST /scan-catalogue`
async fn add(
    State(app): State<App>,
    asker: Asker,
    query: Query,
    body: Body<Things>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let lines: Vec<&str> = body.value.things.iter().map(String::as_str).collect();
    let units = scans::list(&app, &asker.acting(), &lines).await?;
    let counted = Counted { placed: units.placed, waiting: units.waiting, k: app.config.scan.k };
    Ok(tagged::json(StatusCode::OK, &counted))
}

/// `DELETE /scan-catalogue`
async fn remove(State(app): State<App>, asker: Asker, query: Query) -> Result<StatusCode, Problem> {
    query.only(&["thing"])?;
    let thing = query.one("thing")?.unwrap_or_default().to_owned();
    scans::unlist(&app, &asker.acting(), &thing).await?;
    Ok(StatusCode::NO_CONTENT)
}
