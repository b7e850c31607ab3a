//! Cases of coordination: opening, looking, saying, merging.

mod shape;
mod take;
mod talk;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bartizan_clearinghouse::access::Verb;
use bartizan_clearinghouse::case::EmbargoState;
use bartizan_store::CaseQuestion;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::ask::{Asker, Place, Query};
use super::endpoint::{Endpoint, Tags};
use super::paging::Paging;
use super::problem::Problem;
use super::shapes::Items;
use super::tagged;
use crate::app::App;
use crate::cases;
use shape::{Date, Line, Whole};

/// Largest body that says what a case is about.
const LARGE: usize = 512 << 10;

pub(super) fn list() -> Vec<Endpoint> {
    let embargoes: Vec<&str> = EmbargoState::ALL.iter().map(|state| state.as_str()).collect();
    vec![
        Endpoint::get(
            "/cases",
            "listCases",
            "Cases that your organisation runs or is in, newest first.",
            all,
        )
        .with(
            "box",
            "Only what you run, or take part in.",
            json!({ "type": "string", "enum": ["runs", "takes-part"] }),
        )
        .with("state", "Only these.", json!({ "type": "string", "enum": ["open", "closed"] }))
        .with(
            "embargo",
            "Only with an embargo in this state.",
            json!({ "type": "string", "enum": embargoes }),
        )
        .paged()
        .gives::<Items<Line>>(),
        Endpoint::post(
            "/cases",
            "openCase",
            "Opens a case, of reports or of nothing; you coordinate it.",
            take::open,
        )
        .largest(LARGE)
        .takes::<take::Opened>()
        .once()
        .gives::<Whole>(),
        Endpoint::get("/cases/{id}", "getCase", "A case, as far as it is yours.", one)
            .gives::<Whole>()
            .tags(Tags::Given),
        Endpoint::patch(
            "/cases/{id}",
            "describeCase",
            "Changes what a case is called, says of itself, and how far it goes.",
            take::describe,
        )
        .largest(LARGE)
        .takes::<take::Described>()
        .tags(Tags::Wanted)
        .gives::<Whole>(),
        Endpoint::get(
            "/cases/{id}/events",
            "listCaseEvents",
            "What happened in a case, as far as it is yours, in order.",
            talk::events,
        )
        .paged()
        .gives::<Items<talk::Happened>>(),
        Endpoint::post(
            "/cases/{id}/events",
            "sayInCase",
            "Says something in a case. 409 with a code: the protocol does not go there.",
            talk::say,
        )
        .once()
        .takes::<talk::Saying>()
        .gives::<talk::Happened>(),
        Endpoint::get(
            "/cases/{id}/threads/{thread}",
            "getCaseThread",
            "The messages of a thread.",
            talk::thread,
        )
        .gives::<talk::Thread>(),
        Endpoint::post(
            "/cases/{id}/threads/{thread}",
            "writeInCase",
            "Writes a message into a thread.",
            talk::write,
        )
        .once()
        .largest(32 << 10)
        .takes::<talk::Written>()
        .gives::<talk::Thread>(),
        Endpoint::post(
            "/cases/{id}/reports",
            "mergeIntoCase",
            "Says that a report is about the same: same cause and same fix.",
            take::merge,
        )
        .status(200)
        .takes::<take::Merged>()
        .gives::<Whole>(),
        Endpoint::post(
            "/cases/{id}/reports/{report}/split",
            "splitFromCase",
            "Takes that back.",
            take::split,
        )
        .status(200)
        .takes::<take::Split>()
        .gives::<Whole>(),
        Endpoint::get(
            "/case-dates",
            "listCaseDates",
            "Dates of open cases: ends of embargoes, answers that are due.",
            calendar,
        )
        .gives::<Calendar>(),
        Endpoint::get(
            "/duplicates",
            "listDuplicates",
            "Reports of your desk that may be about the same, the surest first.",
            take::duplicates,
        )
        .with("report", "Only pairs with this report.", json!({ "type": "string" }))
        .gives::<take::Pairs>(),
    ]
}

/// `GET /cases`
async fn all(State(app): State<App>, asker: Asker, query: Query) -> Result<Response, Problem> {
    query.only(&["box", "state", "embargo", "limit", "next"])?;
    asker.reads()?;
    let (paging, after) = Paging::named(&query, "cases")?;
    let acting = asker.acting();
    let mut asked = cases::everything(&acting)?;
    match query.one("box")? {
        None => {}
        Some("runs") => asked.takes_part = false,
        Some("takes-part") => asked.runs = false,
        Some(_) => return Err(Problem::bad("box is runs or takes-part.")),
    }
    asked.closed = match query.one("state")? {
        None => None,
        Some("open") => Some(false),
        Some("closed") => Some(true),
        Some(_) => return Err(Problem::bad("state is open or closed.")),
    };
    let known = |word: &str| EmbargoState::ALL.iter().find(|state| state.as_str() == word);
    asked.embargo = match query.one("embargo")? {
        None => None,
        Some(word) => {
            let wrong = || Problem::bad("embargo is none, proposed, active, revise or exited.");
            Some(known(word).ok_or_else(wrong)?.as_str())
        }
    };
    if let Some(uuid) = &after {
        let last = cases::find(&app, &acting, uuid, Verb::List).await;
        asked.before = Some(last.map_err(|_| Paging::wrong())?.entry.id);
    }
    let mut found = cases::list(&app, &acting, asked, paging.limit + 1).await?;
    let next = paging.named_next(&mut found, |(entry, _)| &entry.uuid);
    let items = found.iter().map(|(entry, content)| shape::line(&asker, entry, *content)).collect();
    Ok(tagged::json(StatusCode::OK, &Items { items, next }))
}

/// A case as the asker sees it.
async fn whole(app: &App, asker: &Asker, room: &cases::Room) -> Result<Whole, Problem> {
    let content = asker.may(Verb::Read, &room.thing());
    let reports = if content { app.store.case_reports(room.entry.id).await? } else { Vec::new() };
    let decisions = if content { cases::decisions(app, room, asker.now).await? } else { Vec::new() };
    Ok(shape::whole(asker, room, content, &reports, &decisions))
}

/// What stands before the digest in the tag of a case: its revision, which is of what was done in it and of nothing else. What is shown
/// beside it (names of people, dates of lists) may change without anybody having touched the case.
fn revision(room: &cases::Room) -> String {
    format!("r{}.{}-", room.entry.events, room.entry.revision)
}

/// The tag of a case. How much happened in it is told to who runs it only.
fn tag(room: &cases::Room, whole: &Whole) -> String {
    let content = tagged::tag(whole);
    if room.runs() { format!("\"{}{}\"", revision(room), content.trim_matches('"')) } else { content }
}

/// `GET /cases/{id}`
async fn one(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let room = cases::find(&app, &asker.acting(), &id, Verb::List).await?;
    let whole = whole(&app, &asker, &room).await?;
    let tag = tag(&room, &whole);
    Ok(tagged::unchanged(&headers, &tag)
        .unwrap_or_else(|| tagged::with(tagged::json(StatusCode::OK, &whole), &tag)))
}

#[derive(Serialize, JsonSchema)]
struct Calendar {
    items: Vec<CaseDates>,
}

#[derive(Serialize, JsonSchema)]
struct CaseDates {
    case: String,
    title: Option<String>,
    dates: Vec<Date>,
}

/// `GET /case-dates`
async fn calendar(State(app): State<App>, asker: Asker, query: Query) -> Result<Response, Problem> {
    query.only(&[])?;
    asker.reads()?;
    let acting = asker.acting();
    let asked = CaseQuestion { closed: Some(false), ..cases::everything(&acting)? };
    let mut items = Vec::new();
    for (entry, content) in cases::list(&app, &acting, asked, cases::dates::MOST).await? {
        let room = cases::find(&app, &acting, &entry.uuid, Verb::List).await?;
        let dates = shape::all_dates(&room, content, asker.now);
        if !dates.is_empty() {
            items.push(CaseDates { case: entry.uuid, title: content.then_some(entry.title), dates });
        }
    }
    Ok(tagged::json(StatusCode::OK, &Calendar { items }))
}
