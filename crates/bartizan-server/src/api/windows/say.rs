//! What happened in a window, and saying something in it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use bartizan_clearinghouse::access::Verb;
use bartizan_clearinghouse::time;
use bartizan_programme::Id;
use bartizan_programme::window::Action;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::super::ROOT;
use super::super::ask::{Asker, Body, Place, Query};
use super::super::endpoint::Endpoint;
use super::super::once::{Made, Once};
use super::super::paging::Paging;
use super::super::problem::Problem;
use super::super::shapes::{Items, Named};
use super::super::tagged;
use super::shape::{named, whole};
use super::shapes::Whole;
use super::{checked, form, room};
use crate::app::App;
use crate::programmes::{self, Said};

/// Largest act: a submission, a plan, a finding.
const LARGE: usize = 512 << 10;

pub(super) fn list() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/windows/{id}/events",
            "listWindowEvents",
            "What happened in a window, as far as it is yours, in order.",
            events,
        )
        .paged()
        .gives::<Items<Happened>>(),
        Endpoint::post(
            "/windows/{id}/events",
            "sayInWindow",
            "Does something in a window, or proposes it where the rules want a second person. Refusals have the codes of the rules.",
            say,
        )
        .largest(LARGE)
        .takes::<Saying>()
        .once()
        .gives::<SaidShape>(),
    ]
}

/// Something that happened.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WindowEvent")]
struct Happened {
    /// Its number for you: of what you are shown.
    number: u64,
    at: String,
    by: Named,
    role: String,
    /// `pause`, `grant`, `second`, …
    #[serde(rename = "do")]
    act: String,
    action: Value,
}

/// An act, as one of your roles.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "WindowAct")]
struct Saying {
    role: String,
    /// `do` names the act; docs/model-testing.md has the members of each.
    action: Map<String, Value>,
}

/// What was said.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WindowSaid")]
pub(super) struct SaidShape {
    number: u64,
    at: String,
    /// Whether it waits for a second person.
    waits: bool,
    /// The window as it is then; null if you see it no more.
    window: Option<Whole>,
}

pub(super) async fn said(app: &App, asker: &Asker, said: Said) -> Result<SaidShape, Problem> {
    let window = match &said.room {
        Some(room) => Some(whole(app, asker, room).await?),
        None => None,
    };
    Ok(SaidShape { number: said.number, at: time::text(said.at), waits: said.waits, window })
}

/// `GET /windows/{id}/events`
async fn events(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&["limit", "next"])?;
    let room = room(&app, &asker, &id).await?;
    let paging = Paging::new(&query, &format!("windows/{id}/events"))?;
    let shape = |(number, event): (u64, &bartizan_programme::window::Event)| {
        let mut action = serde_json::to_value(&event.action).unwrap_or_default();
        let act = action.get("do").and_then(Value::as_str).unwrap_or_default().to_owned();
        renumber(&room, &mut action);
        Happened {
            number,
            at: time::text(event.at),
            by: named(&asker, &event.by.person),
            role: event.by.role.to_string(),
            act,
            action,
        }
    };
    let shown = room.shown();
    let number = |(number, _): &(u64, _)| i64::try_from(*number).unwrap_or(i64::MAX);
    let page = paging.cut(shown.into_iter(), number, |(number, event)| shape((*number, event)));
    Ok(tagged::json(StatusCode::OK, &page))
}

/// The number of a proposal as the looker is shown it.
fn renumber(room: &programmes::Room, action: &mut Value) {
    let Some(real) = action.get("proposal").and_then(Value::as_u64) else { return };
    let shown = room.shown().iter().find(|(_, event)| event.number == real).map(|(number, _)| *number);
    action["proposal"] = shown.map_or(Value::Null, Value::from);
}

/// `POST /windows/{id}/events`
async fn say(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    once: Once,
    body: Body<Saying>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let Body { value, digest } = body;
    let role: Id = checked(&value.role)?;
    let action: Action = form("action", value.action.into())?;
    let app = &app;
    let acting = &asker.acting();
    let place = format!("{ROOT}/windows/{id}/events");
    // Who may not act there any more is not told again what came of it.
    let still = async |_: String| {
        programmes::find(app, acting, &id, Verb::Add).await?;
        Ok(None)
    };
    let place = &place;
    once.run(app, &asker, &digest, still, async |_: String| {
        let done = programmes::say(app, acting, &id, &role, &action).await?;
        Ok(Made::new(StatusCode::CREATED, place.clone(), &said(app, &asker, done).await?))
    })
    .await
}
