//! Scan intents: registering, keeping, deciding about, stopping (docs/scan-deconfliction.md).

mod ranges;
mod shapes;

use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_clearinghouse::intake::strict;
use bartizan_clearinghouse::scan::{Fault as Wanted, Intent, Wire};
use bartizan_clearinghouse::token;
use bartizan_store::{ScanIntent, ScanQuestion};
use serde_json::{Value, json};

use self::shapes::{Decision, HeartbeatShape, Line, NewIntent, Said, Stop, StopShape, Whole};
use super::ROOT;
use super::ask::{self, Asker, Body, Place, Query};
use super::endpoint::{Endpoint, Tags};
use super::once::{Made, Once};
use super::paging::Paging;
use super::problem::{Failed, Fault, Problem};
use super::shapes::Items;
use super::tagged;
use crate::app::App;
use crate::scans;

pub(super) fn list() -> Vec<Endpoint> {
    let boxes = json!({ "type": "string", "enum": ["own", "owned", "desk"] });
    let seconds = json!({ "type": "integer", "minimum": 0, "maximum": 50, "default": 25 });
    let mut all = vec![
        Endpoint::get(
            "/scan-intents",
            "listScanIntents",
            "Scans of your organisation, on what is yours, and at the desk that you coordinate; newest first.",
            listed,
        )
        .with("box", "Only your own, only on what is yours, or only at your desk.", boxes)
        .with("open", "Only those that are not over.", json!({ "type": "boolean" }))
        .paged()
        .gives::<Items<Line>>(),
        Endpoint::post(
            "/scan-intents",
            "registerScanIntent",
            "Registers what you mean to scan. What is alive waits for its owner; the rest is held by heartbeats from now on.",
            add,
        )
        .takes::<NewIntent>()
        .gives::<Whole>()
        .once(),
        Endpoint::get("/scan-intents/{id}", "getScanIntent", "One scan, as far as it concerns you.", one)
            .gives::<Whole>()
            .tags(Tags::Given),
        Endpoint::delete(
            "/scan-intents/{id}",
            "withdrawScanIntent",
            "Takes your scan back: it is done, or will not be.",
            withdraw,
        )
        .status(204),
        Endpoint::post(
            "/scan-intents/{id}/heartbeat",
            "keepScanIntent",
            "Keeps your scan for another lease. `stop`: end it at once.",
            heartbeat,
        )
        .status(200)
        .gives::<HeartbeatShape>(),
        Endpoint::get(
            "/scan-intents/{id}/stop",
            "awaitStop",
            "Waits until your scan is to stop, or for so long.",
            awaited,
        )
        .with("wait", "Seconds.", seconds)
        .gives::<StopShape>(),
        Endpoint::post(
            "/scan-intents/{id}/stop",
            "stopScanIntent",
            "Stops a scan: your own, on what is yours, or at the desk that you coordinate.",
            stop,
        )
        .status(200)
        .takes::<Stop>()
        .gives::<Line>(),
        Endpoint::post(
            "/scan-intents/{id}/decision",
            "decideScanIntent",
            "Says whether what is yours may be scanned.",
            decide,
        )
        .status(200)
        .takes::<Decision>()
        .gives::<Line>(),
        Endpoint::post(
            "/scan-intents/{id}/messages",
            "writeAboutScan",
            "Words between a scan's people and the coordinator, and what they do about an overlap.",
            say,
        )
        .status(204)
        .takes::<Said>(),
    ];
    all.extend(ranges::list());
    all
}

/// All that is wrong with an intent.
fn invalid(faults: Vec<Wanted>) -> Problem {
    let one = |fault: Wanted| Fault {
        code: fault.code.as_str().to_owned(),
        field: fault.field,
        also_field: None,
        reason: fault.reason,
    };
    Problem::invalid(Failed::ScanIntent, faults.into_iter().map(one).collect(), false)
}

/// `GET /scan-intents`
async fn listed(State(app): State<App>, asker: Asker, query: Query) -> Result<Response, Problem> {
    query.only(&["box", "open", "limit", "next"])?;
    let acting = asker.acting();
    let own = asker.organisation;
    // Nobody reads without a role for it; the desk is for who coordinates there.
    let thing = Thing::ScanIntent { desk: own, scanner: own, owners: &[own] };
    asker.must(Verb::Read, &thing, "Your roles or this token do not include reading scans.")?;
    let desk = Some(own).filter(|_| asker.may(Verb::Read, &scans::at_desk(own)));
    let (paging, after) = Paging::named(&query, "scan-intents")?;
    let (desk, scanner, owner) = match query.one("box")? {
        None => (desk, Some(own), Some(own)),
        Some("own") => (None, Some(own), None),
        Some("owned") => (None, None, Some(own)),
        Some("desk") => (desk, None, None),
        Some(_) => return Err(Problem::bad("box is own, owned or desk.")),
    };
    let open = match query.one("open")? {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(Problem::bad("open is true or false.")),
    };
    let before = match &after {
        None => None,
        Some(uuid) => {
            Some(scans::find(&app, &acting, uuid, Verb::Read).await.map_err(|_| Paging::wrong())?.id)
        }
    };
    let asked = ScanQuestion { desk, scanner, owner, open, before };
    let limit = i64::try_from(paging.limit + 1).unwrap_or(i64::MAX);
    let mut found = app.store.scan_intents(&asked, limit).await?;
    let next = paging.named_next(&mut found, |intent| &intent.uuid);
    let mut items = Vec::new();
    for kept in &found {
        items.push(shapes::line(&app, &asker, kept).await?);
    }
    Ok(tagged::json(StatusCode::OK, &Items { items, next }))
}

/// `POST /scan-intents`
async fn add(
    State(app): State<App>,
    asker: Asker,
    once: Once,
    query: Query,
    request: Request,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let acting = asker.acting();
    // Whoever may not, at any desk, is told so before anything is read.
    let may = acting
        .directory
        .desks
        .values()
        .any(|d| acting.may(Verb::Add, &Thing::Desk(d.organisation, !d.closed)));
    if !may {
        scans::desk(&acting, acting.directory.desks.values().next().map(|d| d.uuid.as_str()))?;
    }
    if ask::media(request.headers()).as_deref() != Some("application/json") {
        return Err(Problem::media("application/json"));
    }
    let bytes = ask::bytes(request, &app).await?;
    let mut body = strict(&bytes).map_err(Problem::malformed)?;
    let desk = match body.as_object_mut().and_then(|members| members.remove("desk")) {
        None | Some(Value::Null) => None,
        Some(Value::String(uuid)) => Some(uuid),
        Some(_) => return Err(Problem::malformed("desk is a text")),
    };
    let wire: Wire = serde_json::from_value(body).map_err(|e| Problem::malformed(e.to_string()))?;
    let desk = scans::desk(&acting, desk.as_deref())?;
    let intent = Intent::of(&wire, asker.now, &app.config.scan).map_err(invalid)?;
    let work = async |id: String| {
        let kept = match app.store.scan_intent(&id).await? {
            Some(kept) => kept,
            None => scans::register(&app, &acting, desk, &intent, &id).await?,
        };
        let place = format!("{ROOT}/scan-intents/{id}");
        Ok(Made::new(StatusCode::CREATED, place, &shapes::whole(&app, &asker, &kept).await?))
    };
    let digest = token::digest(&String::from_utf8_lossy(&bytes));
    let still = async |id: String| {
        scans::find(&app, &acting, &id, Verb::Add).await?;
        Ok(None)
    };
    once.run(&app, &asker, &digest, still, work).await
}

/// `GET /scan-intents/{id}`
async fn one(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let kept = scans::find(&app, &asker.acting(), &id, Verb::Read).await?;
    Ok(tagged::single(&headers, &shapes::whole(&app, &asker, &kept).await?))
}

/// `DELETE /scan-intents/{id}`
async fn withdraw(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<StatusCode, Problem> {
    query.only(&[])?;
    let acting = asker.acting();
    let kept = scans::find(&app, &acting, &id, Verb::Add).await?;
    scans::withdraw(&app, &acting, &kept).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /scan-intents/{id}/heartbeat`
async fn heartbeat(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let acting = asker.acting();
    let kept = scans::find(&app, &acting, &id, Verb::Add).await?;
    let (beat, kept) = scans::beat(&app, &acting, kept).await?;
    let parts = scans::parts(&app, &acting, &kept).await?;
    Ok(tagged::json(StatusCode::OK, &shapes::heartbeat(&beat, parts)))
}

/// `GET /scan-intents/{id}/stop`
async fn awaited(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&["wait"])?;
    let acting = asker.acting();
    let kept = scans::find(&app, &acting, &id, Verb::Add).await?;
    let seconds = match query.one("wait")? {
        None => 25,
        Some(text) => {
            let given = text.parse::<u64>().ok().filter(|n| *n <= scans::LONGEST_WAIT.as_secs());
            given.ok_or_else(|| Problem::bad("wait is 0 to 50, in seconds."))?
        }
    };
    let beat = scans::wait(&app, &acting, kept, Duration::from_secs(seconds)).await?;
    Ok(tagged::json(StatusCode::OK, &shapes::stop(&beat)))
}

/// `POST /scan-intents/{id}/stop`
async fn stop(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    body: Body<Stop>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let acting = asker.acting();
    let kept = scans::find(&app, &acting, &id, Verb::Remove).await?;
    scans::stop(&app, &acting, &kept, body.value.reason.into(), body.value.words()).await?;
    again(&app, &asker, &kept).await
}

/// `POST /scan-intents/{id}/decision`
async fn decide(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    body: Body<Decision>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let acting = asker.acting();
    let kept = scans::find(&app, &acting, &id, Verb::Review).await?;
    scans::decide(&app, &acting, &kept, body.value.approve, body.value.words()).await?;
    again(&app, &asker, &kept).await
}

/// `POST /scan-intents/{id}/messages`
async fn say(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    body: Body<Said>,
) -> Result<StatusCode, Problem> {
    query.only(&[])?;
    let acting = asker.acting();
    let kept = app.store.scan_intent(&id).await?.ok_or_else(Problem::not_found)?;
    let owners = kept.owned_by();
    let may = asker.may(Verb::Manage, &scans::thing(&kept, &owners));
    if !may {
        scans::find(&app, &acting, &id, Verb::Add).await?;
    }
    let Said { choice, part, words } = body.value;
    let said =
        (choice.map(Into::into), part.as_deref().unwrap_or_default(), words.as_deref().unwrap_or_default());
    scans::say(&app, &acting, &kept, said).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The intent as it is now, without what was said: whoever only writes need not read it.
async fn again(app: &App, asker: &Asker, kept: &ScanIntent) -> Result<Response, Problem> {
    let kept = app.store.scan_intent(&kept.uuid).await?.ok_or_else(Problem::not_found)?;
    Ok(tagged::json(StatusCode::OK, &shapes::line(app, asker, &kept).await?))
}
