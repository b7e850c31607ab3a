//! What happened in a case, and what is said in it.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use bartizan_clearinghouse::access::Verb;
use bartizan_clearinghouse::case::Name;
use bartizan_clearinghouse::time;
use bartizan_store::KeptEvent;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::super::ROOT;
use super::super::ask::{Asker, Body, Place, Query};
use super::super::once::{Made, Once};
use super::super::paging::Paging;
use super::super::problem::Problem;
use super::super::tagged;
use crate::app::App;
use crate::cases::{self, Asked, Party, Room, wire};

/// Something that happened.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CaseEvent")]
pub(super) struct Happened {
    /// Its place among what you are shown, from 1.
    number: u64,
    #[schemars(extend("format" = "date-time"))]
    at: String,
    /// Which participant; null for one whom you do not meet in the case.
    by: Option<String>,
    /// Who of it, for your own organisation and for the coordinator.
    person: Option<String>,
    /// What.
    action: Map<String, Value>,
}

/// What is said: `do` is one of the actions of docs/clearinghouse.md, the other members are those of the action.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "CaseSaying")]
pub(super) struct Saying {
    /// `report`, `propose`, `answer`, …
    #[schemars(extend("enum" = [
        "say-tooling", "add", "report", "fix", "happen", "limit", "propose", "answer", "withdraw", "invite", "time-out", "exit", "break",
        "decide", "gate", "read-in", "read-out", "state", "unstate", "attempt", "say", "thread", "read"
    ]))]
    r#do: String,
    /// Of a participant that is added: what it is called, if it is no organisation of this node.
    title: Option<String>,
    /// Its time zone, like `Europe/Brussels`.
    zone: Option<String>,
    /// Where it is reached.
    contact: Option<String>,
    /// Of a person who is read in: whether they signed the agreements.
    agreements: Option<bool>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// `GET /cases/{id}/events`
pub(super) async fn events(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&["limit", "next"])?;
    let room = cases::find(&app, &asker.acting(), &id, Verb::Read).await?;
    let paging = Paging::new(&query, &format!("case-events/{id}"))?;
    let all = (1u64..).zip(room.shown());
    let key = |(number, _): &(u64, &KeptEvent)| i64::try_from(*number).unwrap_or(i64::MAX);
    let page = paging.cut(all, key, |(number, kept)| happened(&asker, &room, *number, kept));
    Ok(tagged::json(StatusCode::OK, &page))
}

fn happened(asker: &Asker, room: &Room, number: u64, kept: &KeptEvent) -> Happened {
    let named = room.case.names(&room.me, &kept.event);
    let own = room.runs() || kept.event.by == room.me;
    let person = kept.person.filter(|_| own).and_then(|id| asker.person(id)).map(|named| named.name);
    Happened {
        number,
        at: time::text(kept.event.at),
        by: named.then(|| kept.event.by.to_string()),
        person,
        action: wire::shown(&room.case.as_shown(&room.me, &kept.event)),
    }
}

/// `POST /cases/{id}/events`
pub(super) async fn say(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    once: Once,
    query: Query,
    body: Body<Saying>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let Body { value, digest } = body;
    let Saying { r#do, title, zone, contact, agreements, rest } = value;
    let mut action = rest;
    action.insert("do".to_owned(), r#do.into());
    let text = Option::unwrap_or_default;
    let party = Party { title: text(title), zone: text(zone), contact: text(contact) };
    let asked = Asked { body: action, party, agreements: agreements.unwrap_or(false) };
    let (app, acting) = (&app, &asker.acting());
    let still = async |_: String| {
        cases::may_act(app, acting, &id, &asked).await?;
        Ok(None)
    };
    once.run(app, &asker, &digest, still, async |_: String| {
        let (room, event) = cases::act(app, acting, &id, &asked).await?;
        let number = room.shown().count() as u64;
        let kept = KeptEvent { event, person: Some(asker.person) };
        let place = format!("{ROOT}/cases/{id}/events");
        Ok(Made::new(StatusCode::CREATED, place, &happened(&asker, &room, number, &kept)))
    })
    .await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CaseMessageText")]
pub(super) struct Written {
    /// Plain text.
    #[schemars(length(min = 1, max = 16384))]
    text: String,
}

/// A thread, with all it holds.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CaseThreadMessages")]
pub(super) struct Thread {
    thread: String,
    /// How many messages each participant has read.
    read: BTreeMap<String, u32>,
    messages: Vec<Message>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CaseMessage")]
struct Message {
    by: String,
    #[schemars(extend("format" = "date-time"))]
    at: String,
    text: String,
}

async fn shown(app: &App, room: &Room, name: &Name) -> Result<Thread, Problem> {
    if !room.case.in_thread(&room.me, name) {
        return Err(Problem::not_found());
    }
    let words = app.store.case_words(room.entry.id).await?;
    let thread = room.case.threads.get(name).cloned().unwrap_or_default();
    let messages = thread.messages.iter().map(|message| Message {
        by: message.by.to_string(),
        at: time::text(message.at),
        text: words.get(message.body.as_str()).cloned().unwrap_or_default(),
    });
    let read = thread.read.iter().map(|(who, count)| (who.to_string(), *count)).collect();
    Ok(Thread { thread: name.to_string(), read, messages: messages.collect() })
}

/// `GET /cases/{id}/threads/{thread}`
pub(super) async fn thread(
    State(app): State<App>,
    asker: Asker,
    Place((id, thread)): Place<(String, String)>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let room = cases::find(&app, &asker.acting(), &id, Verb::Read).await?;
    let name: Name = thread.parse().map_err(|_| Problem::not_found())?;
    Ok(tagged::json(StatusCode::OK, &shown(&app, &room, &name).await?))
}

/// `POST /cases/{id}/threads/{thread}`
pub(super) async fn write(
    State(app): State<App>,
    asker: Asker,
    Place((id, thread)): Place<(String, String)>,
    once: Once,
    query: Query,
    body: Body<Written>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let (app, acting) = (&app, &asker.acting());
    let name = || thread.parse::<Name>().map_err(|_| Problem::not_found());
    let place = || format!("{ROOT}/cases/{id}/threads/{thread}");
    // The thread as it is by now, for whoever may still write in it.
    let still = async |_: String| {
        let room = cases::may_write(app, acting, &id).await?;
        Ok(Some(Made::new(StatusCode::CREATED, place(), &shown(app, &room, &name()?).await?)))
    };
    once.run(app, &asker, &body.digest, still, async |uuid: String| {
        let (room, _) = cases::write(app, acting, &id, (&thread, &uuid), &body.value.text).await?;
        Ok(Made::new(StatusCode::CREATED, place(), &shown(app, &room, &name()?).await?))
    })
    .await
}
