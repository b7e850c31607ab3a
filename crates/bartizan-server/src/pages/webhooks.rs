//! Webhooks of an organisation.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_store::{Event, Sent, Webhook as Kept};
use bartizan_workbench::{Choice, Moment, Problem, SentLine, Webhook, WebhookLine, Webhooks};

use super::home::count;
use super::html;
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;
use crate::sharing::Wrong;
use crate::sharing::webhooks::{self, Asked};

/// Messages that are shown.
const SHOWN: i64 = 100;

/// What was entered.
#[derive(Default)]
struct Entered {
    csrf: String,
    label: String,
    url: String,
    collection: String,
    events: Vec<Event>,
}

/// In words.
fn words(event: Event) -> &'static str {
    match event {
        Event::ObjectsAdded => "objects added to a collection",
        Event::ReportPublished => "a report published to a collection",
        Event::EmbargoEnded => "an embargo that ended",
        Event::ReportDecided => "a decision about a report",
        Event::JobEnded => "a job that ended",
        Event::ScanStopped => "a scan of ours that is to stop",
        Event::AdvisoryReleased => "an advisory released to a collection",
        Event::AdvisoryRevised => "a new edition of an advisory",
        Event::AdvisoryWithdrawn => "an advisory that was withdrawn",
        Event::Test => "a test",
    }
}

/// `GET /webhooks`
pub(super) async fn list(State(app): State<App>, headers: HeaderMap, uri: Uri) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    Ok(html(page(&app, visit, &Entered::default(), None).await?.render()))
}

async fn page(
    app: &App,
    visit: Visit,
    entered: &Entered,
    problem: Option<Problem>,
) -> Result<Webhooks, Stop> {
    let hooks = webhooks::all(app, &visit.actor()).await;
    let hooks = hooks.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    let reads = visit.directory.collections.values();
    let reads = reads.filter(|c| visit.may(Verb::Read, &Thing::Collection(&c.access)));
    let all = Choice {
        value: String::new(),
        label: "everything I may read".into(),
        chosen: entered.collection.is_empty(),
    };
    let collections = reads.map(|c| Choice {
        value: c.uuid.clone(),
        label: c.title.clone(),
        chosen: c.uuid == entered.collection,
    });
    let event = |event: &Event| Choice {
        value: event.as_str().into(),
        label: words(*event).into(),
        chosen: entered.events.contains(event),
    };
    Ok(Webhooks {
        webhooks: hooks.iter().map(|hook| line(&visit, hook)).collect(),
        collections: std::iter::once(all).chain(collections).collect(),
        events: Event::ALL.iter().map(event).collect(),
        label: entered.label.clone(),
        url: entered.url.clone(),
        problem,
        shell: visit.shell,
    })
}

fn line(visit: &Visit, hook: &Kept) -> WebhookLine {
    let entry = hook.collection.and_then(|id| visit.directory.collections.get(&id));
    let events: Vec<&str> = hook.events.iter().map(|event| words(*event)).collect();
    let of = entry.map(|c| format!("; of {}", c.title)).unwrap_or_default();
    WebhookLine {
        uuid: hook.uuid.clone(),
        label: hook.label.clone(),
        url: hook.url.clone(),
        about: format!("{}{of}", events.join(", ")),
        by: visit.person(Some(hook.person)),
        off: hook.off.as_ref().map(|(_, why)| why.clone()).unwrap_or_default(),
        failures: count(hook.failures),
    }
}

fn form(body: &[u8]) -> Entered {
    let mut entered = Entered::default();
    for (name, value) in form_urlencoded::parse(body) {
        match name.as_ref() {
            "csrf" => entered.csrf = value.into_owned(),
            "label" => entered.label = value.into_owned(),
            "url" => entered.url = value.trim().to_owned(),
            "collection" => entered.collection = value.into_owned(),
            "event" => entered.events.extend(Event::ALL.into_iter().find(|event| event.as_str() == value)),
            _ => {}
        }
    }
    entered
}

/// `POST /webhooks`
pub(super) async fn add(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Stop> {
    let entered = form(&body);
    let visit = Visit::acting(&app, &headers, &uri, Some(&entered.csrf)).await?;
    let uuid = app.uuid();
    let Entered { label, url, collection, events, .. } = &entered;
    let asked = Asked { uuid: &uuid, label, url, collection, events };
    match webhooks::add(&app, &visit.actor(), &asked).await {
        Ok((hook, secret)) => one_page(&app, visit, &hook, Some(secret)).await,
        Err(wrong) => {
            let text = match wrong {
                Wrong::Unfit(text) => text,
                Wrong::Store(e) if e.is_invalid() => format!("{e}."),
                other => return Err(Stop::because(&visit.shell, other)),
            };
            let problem = Problem { field: String::new(), text };
            let mut response = html(page(&app, visit, &entered, Some(problem)).await?.render());
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
    }
}

/// `GET /webhooks/{uuid}`
pub(super) async fn one(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let hook = webhooks::find(&app, &visit.actor(), &uuid).await;
    let hook = hook.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    one_page(&app, visit, &hook, None).await
}

async fn one_page(app: &App, visit: Visit, hook: &Kept, secret: Option<String>) -> Result<Response, Stop> {
    let sent = app.store.deliveries(hook.id, SHOWN).await.map_err(|e| visit.stop(&e))?;
    let told = |sent: &Sent| SentLine {
        message: sent.message.clone(),
        event: sent.event.clone(),
        attempts: count(sent.attempts),
        arrived: sent.arrived,
        outcome: sent.note.clone(),
        last: Moment(sent.last),
    };
    let page = Webhook {
        hook: line(&visit, hook),
        created: Moment(hook.created),
        secret,
        own: visit.principal.person == Some(hook.person),
        sent: sent.iter().map(told).collect(),
        shell: visit.shell,
    };
    Ok(html(page.render()))
}

/// Who acts, by the form.
async fn acting(app: &App, headers: &HeaderMap, uri: &Uri, body: &[u8]) -> Result<Visit, Stop> {
    Visit::acting(app, headers, uri, Some(&form(body).csrf)).await
}

/// `POST /webhooks/{uuid}/test`
pub(super) async fn test(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Stop> {
    let visit = acting(&app, &headers, &uri, &body).await?;
    let hook = webhooks::own(&app, &visit.actor(), &uuid).await;
    let hook = hook.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    app.store.test_webhook(&visit.by(), &hook).await.map_err(|e| visit.stop(&e))?;
    Ok(back(&hook))
}

/// `POST /webhooks/{uuid}/secret`
pub(super) async fn rotate(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Stop> {
    let visit = acting(&app, &headers, &uri, &body).await?;
    let rotated = webhooks::rotate(&app, &visit.actor(), &uuid).await;
    let (hook, secret) = rotated.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    one_page(&app, visit, &hook, Some(secret)).await
}

/// `POST /webhooks/{uuid}/enable`
pub(super) async fn enable(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Stop> {
    let visit = acting(&app, &headers, &uri, &body).await?;
    let hook = webhooks::own(&app, &visit.actor(), &uuid).await;
    let hook = hook.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    app.store.enable_webhook(&visit.by(), &hook).await.map_err(|e| visit.stop(&e))?;
    Ok(back(&hook))
}

/// `POST /webhooks/{uuid}/remove`
pub(super) async fn remove(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Stop> {
    let visit = acting(&app, &headers, &uri, &body).await?;
    let hook = webhooks::find(&app, &visit.actor(), &uuid).await;
    let hook = hook.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    app.store.remove_webhook(&visit.by(), &hook).await.map_err(|e| visit.stop(&e))?;
    Ok(Redirect::to("/webhooks").into_response())
}

fn back(hook: &Kept) -> Response {
    Redirect::to(&format!("/webhooks/{}", hook.uuid)).into_response()
}
