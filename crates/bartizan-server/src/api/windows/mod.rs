//! Windows of model testing (docs/model-testing.md): handing in, looking, saying, access, evidence, editions.

mod access;
mod custody;
mod editions;
mod evidence;
mod say;
mod shape;
mod shapes;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bartizan_clearinghouse::access::Verb;

use super::ROOT;
use super::ask::{Asker, Body, Place, Query};
use super::endpoint::{Endpoint, Tags};
use super::once::{Made, Once};
use super::paging::Paging;
use super::problem::Problem;
use super::shapes::Items;
use super::tagged;
use crate::app::App;
use crate::programmes::{self, Opening, Room};
use shapes::{Line, NewWindow, Whole};

pub(super) fn list() -> Vec<Endpoint> {
    let mut all = vec![
        Endpoint::get(
            "/windows",
            "listWindows",
            "Windows that you have a part in or answer for, newest first.",
            listed,
        )
        .paged()
        .gives::<Items<Line>>(),
        Endpoint::post(
            "/windows",
            "submitModel",
            "Hands a model in: a window opens under a programme.",
            open,
        )
        .takes::<NewWindow>()
        .once()
        .gives::<Whole>(),
        Endpoint::get("/windows/{id}", "getWindow", "A window, as far as it is yours.", one)
            .gives::<Whole>()
            .tags(Tags::Given),
        Endpoint::get("/windows/{id}/calendar", "getWindowCalendar", "Its dates, for calendars.", calendar)
            .gives_bytes("text/calendar"),
    ];
    all.extend(say::list());
    all.extend(access::list());
    all.extend(custody::list());
    all.extend(evidence::list());
    all.extend(editions::list());
    all
}

/// A name, an identifier, or words that the library checks: what is none of it is told as the library does.
fn checked<T: std::str::FromStr<Err = bartizan_programme::Error>>(text: &str) -> Result<T, Problem> {
    text.parse().map_err(|error| Problem::window(&error))
}

/// A value in the library's own form.
fn form<T: serde::de::DeserializeOwned>(what: &str, value: serde_json::Value) -> Result<T, Problem> {
    serde_json::from_value(value).map_err(|error| Problem::unprocessable(format!("`{what}`: {error}")))
}

/// A window that the asker knows of.
async fn room(app: &App, asker: &Asker, id: &str) -> Result<Room, Problem> {
    Ok(programmes::find(app, &asker.acting(), id, Verb::Read).await?)
}

/// `GET /windows`
async fn listed(State(app): State<App>, asker: Asker, query: Query) -> Result<Response, Problem> {
    query.only(&["limit", "next"])?;
    asker.reads()?;
    let (paging, after) = Paging::named(&query, "windows")?;
    let acting = asker.acting();
    let before = match &after {
        None => None,
        Some(uuid) => {
            let last = programmes::find(&app, &acting, uuid, Verb::List).await;
            Some(last.map_err(|_| Paging::wrong())?.entry.id)
        }
    };
    let mut found = programmes::list(&app, &acting, before, paging.limit + 1).await?;
    let next = paging.named_next(&mut found, |room| &room.entry.uuid);
    let items = found.iter().map(|room| shape::line(&asker, room)).collect();
    Ok(tagged::json(StatusCode::OK, &Items { items, next }))
}

/// `POST /windows`
async fn open(
    State(app): State<App>,
    asker: Asker,
    query: Query,
    once: Once,
    body: Body<NewWindow>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let Body { value, digest } = body;
    let app = &app;
    let parts = value.parts.iter().map(|part| Ok((checked(&part.person)?, checked(&part.role)?)));
    let opening = Opening {
        programme: value.programme,
        role: checked(&value.role)?,
        submission: form("submission", value.submission.into())?,
        parts: parts.collect::<Result<_, Problem>>()?,
    };
    let made = async |uuid: &str| {
        let room = room(app, &asker, uuid).await?;
        Ok(Made::new(
            StatusCode::CREATED,
            format!("{ROOT}/windows/{uuid}"),
            &shape::whole(app, &asker, &room).await?,
        ))
    };
    // It may be more or less theirs by now: told anew.
    let still = async |uuid: String| made(&uuid).await.map(Some);
    once.run(app, &asker, &digest, still, async |uuid: String| {
        programmes::open(app, &asker.acting(), &uuid, opening).await?;
        made(&uuid).await
    })
    .await
}

/// `GET /windows/{id}`
async fn one(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let room = room(&app, &asker, &id).await?;
    Ok(tagged::single(&headers, &shape::whole(&app, &asker, &room).await?))
}

/// `GET /windows/{id}/calendar`
async fn calendar(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let room = room(&app, &asker, &id).await?;
    let text = programmes::calendar(&room, asker.now);
    Ok(crate::ics::answer(text, "attachment; filename=\"window.ics\""))
}
