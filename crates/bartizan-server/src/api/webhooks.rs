//! Webhooks: addresses that are told what happens (docs/api.md).

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bartizan_clearinghouse::time;
use bartizan_store::{Event, Sent, Webhook as Kept};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ask::{Asker, Body, Place, Query};
use super::endpoint::{Endpoint, Tags};
use super::once::{Made, Once};
use super::problem::Problem;
use super::shapes::{Items, LINE, Named};
use super::{ROOT, tagged};
use crate::app::App;
use crate::sharing::webhooks::{self, Asked};

/// Messages that are listed.
const LISTED: i64 = 200;

pub(super) fn list() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/webhooks", "listWebhooks", "Your organisation's webhooks; for coordinators.", all)
            .gives::<Items<Webhook>>(),
        Endpoint::post("/webhooks", "addWebhook", "Makes a webhook; its secret is told once.", add)
            .takes::<NewWebhook>()
            .gives::<Issued>()
            .once(),
        Endpoint::get("/webhooks/{id}", "getWebhook", "One webhook.", one)
            .gives::<Webhook>()
            .tags(Tags::Given),
        Endpoint::delete("/webhooks/{id}", "removeWebhook", "Ends a webhook.", remove).status(204),
        Endpoint::get("/webhooks/{id}/deliveries", "listDeliveries", "What it was sent, newest first.", sent)
            .gives::<Items<Delivery>>(),
        Endpoint::post(
            "/webhooks/{id}/secret",
            "rotateSecret",
            "Gives it a new secret; the former is used beside it for a day.",
            rotate,
        )
        .gives::<Issued>()
        .once(),
        Endpoint::post("/webhooks/{id}/test", "testWebhook", "Sends a message that says nothing.", test)
            .status(202)
            .gives::<Webhook>(),
        Endpoint::post("/webhooks/{id}/enable", "enableWebhook", "Turns it on again.", enable)
            .status(200)
            .gives::<Webhook>(),
    ]
}

/// What a webhook can be told of.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "WebhookEvent")]
enum EventName {
    #[serde(rename = "objects.added")]
    ObjectsAdded,
    #[serde(rename = "report.published")]
    ReportPublished,
    #[serde(rename = "embargo.ended")]
    EmbargoEnded,
    #[serde(rename = "report.decided")]
    ReportDecided,
    #[serde(rename = "job.ended")]
    JobEnded,
    #[serde(rename = "scan.stopped")]
    ScanStopped,
    #[serde(rename = "advisory.released")]
    AdvisoryReleased,
    #[serde(rename = "advisory.revised")]
    AdvisoryRevised,
    #[serde(rename = "advisory.withdrawn")]
    AdvisoryWithdrawn,
}

impl From<EventName> for Event {
    fn from(name: EventName) -> Self {
        match name {
            EventName::ObjectsAdded => Self::ObjectsAdded,
            EventName::ReportPublished => Self::ReportPublished,
            EventName::EmbargoEnded => Self::EmbargoEnded,
            EventName::ReportDecided => Self::ReportDecided,
            EventName::JobEnded => Self::JobEnded,
            EventName::ScanStopped => Self::ScanStopped,
            EventName::AdvisoryReleased => Self::AdvisoryReleased,
            EventName::AdvisoryRevised => Self::AdvisoryRevised,
            EventName::AdvisoryWithdrawn => Self::AdvisoryWithdrawn,
        }
    }
}

#[derive(Serialize, JsonSchema)]
struct Webhook {
    id: String,
    label: String,
    url: String,
    /// Of this collection; null: of everything its maker reads.
    collection: Option<Named>,
    events: Vec<String>,
    /// It tells what this person may read when it tells it.
    by: Option<Named>,
    /// Attempts that failed since the last that did not.
    failures: i64,
    /// Since when it is off, and why; null: it is on.
    #[schemars(extend("format" = "date-time"))]
    off: Option<String>,
    why: Option<String>,
    #[schemars(extend("format" = "date-time"))]
    created: String,
}

#[derive(Serialize, JsonSchema)]
struct Issued {
    #[serde(flatten)]
    webhook: Webhook,
    /// Told once: what messages are signed with.
    secret: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewWebhook {
    #[schemars(length(min = 1, max = 200), regex(pattern = LINE))]
    label: String,
    /// `https://…`, of a public host.
    #[schemars(length(min = 1, max = 2000))]
    url: String,
    /// A collection by identifier or alias; left out: everything you read.
    #[serde(default)]
    collection: Option<String>,
    #[schemars(length(min = 1))]
    events: Vec<EventName>,
}

#[derive(Serialize, JsonSchema)]
struct Delivery {
    /// `webhook-id` of the message.
    id: String,
    event: String,
    attempts: i64,
    arrived: bool,
    /// HTTP's status of the last attempt; null without an answer.
    status: Option<i64>,
    note: String,
    #[schemars(extend("format" = "date-time"))]
    first: String,
    #[schemars(extend("format" = "date-time"))]
    last: String,
}

fn shape(asker: &Asker, hook: &Kept) -> Webhook {
    let entry = hook.collection.and_then(|id| asker.directory.collections.get(&id));
    Webhook {
        id: hook.uuid.clone(),
        label: hook.label.clone(),
        url: hook.url.clone(),
        collection: entry.map(|c| Named { id: c.uuid.clone(), name: c.title.clone() }),
        events: hook.events.iter().map(|e| e.as_str().to_owned()).collect(),
        by: asker.person(hook.person),
        failures: hook.failures,
        off: hook.off.as_ref().map(|(at, _)| time::text(*at)),
        why: hook.off.as_ref().map(|(_, why)| why.clone()),
        created: time::text(hook.created),
    }
}

/// `GET /webhooks`
async fn all(State(app): State<App>, asker: Asker, query: Query) -> Result<Response, Problem> {
    query.only(&[])?;
    let hooks = webhooks::all(&app, &asker.acting()).await?;
    let items = hooks.iter().map(|hook| shape(&asker, hook)).collect();
    Ok(tagged::json(StatusCode::OK, &Items { items, next: None }))
}

/// `POST /webhooks`
async fn add(
    State(app): State<App>,
    asker: Asker,
    once: Once,
    query: Query,
    body: Body<NewWebhook>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let new = body.value;
    let mut events: Vec<Event> = new.events.iter().map(|name| Event::from(*name)).collect();
    events.sort();
    events.dedup();
    let work = async |uuid: String| {
        let collection = new.collection.as_deref().unwrap_or_default();
        let asked = Asked { uuid: &uuid, label: &new.label, url: &new.url, collection, events: &events };
        let (hook, secret) = webhooks::add(&app, &asker.acting(), &asked).await?;
        let issued = Issued { webhook: shape(&asker, &hook), secret };
        Ok(Made::new(StatusCode::CREATED, format!("{ROOT}/webhooks/{uuid}"), &issued).secret(uuid))
    };
    let still = async |id: String| {
        webhooks::find(&app, &asker.acting(), &id).await?;
        Ok(None)
    };
    once.run(&app, &asker, &body.digest, still, work).await
}

/// `GET /webhooks/{id}`
async fn one(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let hook = webhooks::find(&app, &asker.acting(), &id).await?;
    Ok(tagged::single(&headers, &shape(&asker, &hook)))
}

/// `DELETE /webhooks/{id}`
async fn remove(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let hook = webhooks::find(&app, &asker.acting(), &id).await?;
    app.store.remove_webhook(&asker.by(), &hook).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `GET /webhooks/{id}/deliveries`
async fn sent(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let hook = webhooks::find(&app, &asker.acting(), &id).await?;
    let sent = app.store.deliveries(hook.id, LISTED).await?;
    let told = |sent: &Sent| Delivery {
        id: sent.message.clone(),
        event: sent.event.clone(),
        attempts: sent.attempts,
        arrived: sent.arrived,
        status: (sent.status != 0).then_some(sent.status),
        note: sent.note.clone(),
        first: time::text(sent.first),
        last: time::text(sent.last),
    };
    Ok(tagged::json(StatusCode::OK, &Items { items: sent.iter().map(told).collect(), next: None }))
}

/// `POST /webhooks/{id}/secret`
async fn rotate(
    State(app): State<App>,
    asker: Asker,
    once: Once,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let work = async |_: String| {
        let (hook, secret) = webhooks::rotate(&app, &asker.acting(), &id).await?;
        let place = format!("{ROOT}/webhooks/{}", hook.uuid);
        let issued = Issued { webhook: shape(&asker, &hook), secret };
        Ok(Made::new(StatusCode::CREATED, place, &issued).secret(hook.uuid.clone()))
    };
    let still = async |id: String| {
        webhooks::own(&app, &asker.acting(), &id).await?;
        Ok(None)
    };
    once.run(&app, &asker, "", still, work).await
}

/// `POST /webhooks/{id}/test`
async fn test(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let hook = webhooks::own(&app, &asker.acting(), &id).await?;
    app.store.test_webhook(&asker.by(), &hook).await?;
    app.wake.now();
    let mut response = tagged::json(StatusCode::ACCEPTED, &shape(&asker, &hook));
    let place = format!("{ROOT}/webhooks/{}/deliveries", hook.uuid);
    if let Ok(value) = axum::http::HeaderValue::from_str(&place) {
        response.headers_mut().insert(axum::http::header::LOCATION, value);
    }
    Ok(response)
}

/// `POST /webhooks/{id}/enable`
async fn enable(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let hook = webhooks::own(&app, &asker.acting(), &id).await?;
    app.store.enable_webhook(&asker.by(), &hook).await?;
    let hook = webhooks::find(&app, &asker.acting(), &id).await?;
    Ok(tagged::json(StatusCode::OK, &shape(&asker, &hook)))
}
