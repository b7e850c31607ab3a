//! Scans: the map, one scan, registering one.

pub(super) mod ranges;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_clearinghouse::scan::{
    self, Choice as Doing, Entry, Intent, Method, Overlap, Seen, State as At, StopReason,
};
use bartizan_store::{ScanIntent, ScanQuestion};
use bartizan_workbench::{
    Choice, Flash, Moment, Problem, Scan, ScanEvent, ScanForm, ScanLine, ScanOverlap, ScanPart, ScanTyped,
    Scans,
};
use serde::Deserialize;

use super::html;
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;
use crate::scans::{self, Side};
use crate::sharing::Wrong;

/// Scans in a list.
const SHOWN: usize = 100;
const DAY: i64 = 86_400_000_000;

/// `GET /scans`
pub(super) async fn map(State(app): State<App>, headers: HeaderMap, uri: Uri) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let own = visit.principal.organisation.ok_or_else(|| Stop::Go("/sign-in".into()))?;
    let thing = Thing::ScanIntent { desk: own, scanner: own, owners: &[own] };
    visit.must(Verb::Read, &thing, "Scans are for those who read.")?;
    let coordinates = visit.may(Verb::Read, &scans::at_desk(own)) && visit.directory.desks.contains_key(&own);
    let asked = |desk, scanner, owner| ScanQuestion { desk, scanner, owner, ..ScanQuestion::default() };
    let questions = [
        asked(None, Some(own), None),
        asked(None, None, Some(own)),
        asked(Some(own).filter(|_| coordinates), None, None),
    ];
    let mut lists = Vec::new();
    let mut more = false;
    for question in questions {
        let limit = i64::try_from(SHOWN + 1).unwrap_or(i64::MAX);
        let mut found = app.store.scan_intents(&question, limit).await.map_err(|e| visit.stop(&e))?;
        more |= found.len() > SHOWN;
        found.truncate(SHOWN);
        lists.push(found);
    }
    let all = || lists.iter().flatten();
    let first = all().map(|i| i.held.starts).min().unwrap_or(visit.now()).div_euclid(DAY) * DAY;
    let last = all().map(|i| i.held.ends).max().unwrap_or(visit.now()).div_euclid(DAY) * DAY + DAY;
    let mut lines = Vec::new();
    for list in &lists {
        let mut some = Vec::new();
        for kept in list {
            some.push(line(&app, &visit, kept, (first, last)).await?);
        }
        lines.push(some);
    }
    let desk = lines.pop().filter(|_| coordinates);
    let (owned, own) = (lines.pop().unwrap_or_default(), lines.pop().unwrap_or_default());
    let desks = visit.directory.desks.values();
    let page = Scans {
        may_register: desks
            .into_iter()
            .any(|d| visit.may(Verb::Add, &Thing::Desk(d.organisation, !d.closed))),
        own,
        owned,
        desk,
        span: (Moment(first), Moment(last)),
        more,
        shell: visit.shell,
    };
    Ok(html(page.render()))
}

async fn line(app: &App, visit: &Visit, kept: &ScanIntent, span: (i64, i64)) -> Result<ScanLine, Stop> {
    let actor = visit.actor();
    let state = kept.state(visit.now());
    let title = scans::title(app, &actor, kept).await.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    let own = visit.principal.organisation;
    let undecided = kept.owners.iter().any(|(owner, decision)| Some(*owner) == own && decision.is_none());
    let at = |moment: i64| {
        let part = (moment - span.0).saturating_mul(1000) / (span.1 - span.0).max(1);
        u32::try_from(part.clamp(0, 1000)).unwrap_or_default()
    };
    let (x, end) = (at(kept.held.starts), at(kept.held.ends));
    Ok(ScanLine {
        uuid: kept.uuid.clone(),
        title,
        scanner: visit.organisation(kept.scanner),
        state: state.as_str().replace('-', " "),
        over: state.is_final(),
        wanted: undecided && state == At::AwaitingOwner,
        window: (Moment(kept.held.starts), Moment(kept.held.ends)),
        lease: Moment(kept.held.lease),
        bar: (x, end.saturating_sub(x).max(4)),
    })
}

async fn find(app: &App, visit: &Visit, uuid: &str, verb: Verb) -> Result<ScanIntent, Stop> {
    let found = scans::find(app, &visit.actor(), uuid, verb).await;
    found.map_err(|wrong| Stop::because(&visit.shell, wrong))
}

/// `GET /scans/{uuid}`
pub(super) async fn one(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let kept = find(&app, &visit, &uuid, Verb::Read).await?;
    let actor = visit.actor();
    let because = |wrong: Wrong| Stop::because(&visit.shell, wrong);
    let (now, owners) = (visit.now(), kept.owned_by());
    let thing = scans::thing(&kept, &owners);
    let side = scans::side(&actor, &kept);
    let own = visit.principal.organisation == Some(kept.scanner);
    let parts = if own { scans::parts(&app, &actor, &kept).await.map_err(because)? } else { Vec::new() };
    let overlaps = scans::overlaps(&app, &actor, &kept).await.map_err(because)?;
    let wire = scans::seen(&app, &actor, &kept).await.map_err(because)?.unwrap_or_default();
    let events = app.store.scan_events(kept.id).await.map_err(|e| visit.stop(&e))?;
    let intent = Intent::kept(&kept.body);
    let line = line(&app, &visit, &kept, (kept.held.starts, kept.held.ends)).await?;
    let over = kept.state(now).is_final();
    let keeps = visit.may(Verb::Add, &thing);
    let choice = |word: &str| Choice { value: word.into(), label: word.replace('-', " "), chosen: false };
    let page = Scan {
        reason: kept.held.reason.map(|r| r.as_str().replace('-', " ")).unwrap_or_default(),
        told: kept.told.map(Moment),
        scope: wire.scope.iter().filter_map(|e| scan::Target::read(e, "").ok()).map(|t| t.text()).collect(),
        facts: intent.as_ref().map(facts).unwrap_or_default(),
        parts: parts.into_iter().map(part).collect(),
        overlaps: overlaps
            .into_iter()
            .map(|(other, pairs)| ScanOverlap {
                scanner: visit.organisation(other.scanner),
                uuid: other.uuid,
                targets: pairs
                    .into_iter()
                    .map(|(a, b, o)| {
                        format!("{a} and {b}{}", if o == Overlap::Certain { "" } else { ", perhaps" })
                    })
                    .collect(),
            })
            .collect(),
        owners: kept
            .owners
            .iter()
            .filter(|(id, _)| {
                side == Side::Coordinator
                    || (side == Side::Owner && visit.principal.organisation == Some(*id))
            })
            .map(|(id, decision)| {
                let word = match decision {
                    None => "has not decided",
                    Some(true) => "approved",
                    Some(false) => "refused",
                };
                (visit.organisation(*id), word.to_owned())
            })
            .collect(),
        events: events
            .into_iter()
            .filter_map(|event| {
                let by = scans::voice(&kept, &event, side)?.to_owned();
                let about = [event.kind.as_str(), event.code.as_str(), event.part.as_str()];
                let what = about.into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" ");
                Some(ScanEvent { at: Moment(event.at), by, what, words: event.words })
            })
            .collect(),
        may_stop: !over && visit.may(Verb::Remove, &thing),
        may_decide: line.wanted && visit.may(Verb::Review, &thing),
        may_keep: !over && keeps,
        may_write: keeps || visit.may(Verb::Manage, &thing),
        reasons: StopReason::ALL.iter().map(|r| choice(r.as_str())).collect(),
        choices: if keeps { Doing::ALL.iter().map(|c| choice(c.as_str())).collect() } else { Vec::new() },
        line,
        shell: visit.shell.clone(),
    };
    Ok(html(page.render()))
}

fn part(part: scan::Part) -> ScanPart {
    let (seen, occupied) = match part.seen {
        Seen::Clear => ("nobody is at it", false),
        Seen::Lately => ("somebody was at a part of it lately", true),
        Seen::Now => ("somebody is at a part of it", true),
        Seen::Mediated => ("nothing is told; the coordinator sees it", false),
    };
    ScanPart {
        handle: part.handle,
        scope: part.scope,
        seen: seen.into(),
        occupied,
        until: part.until.map(Moment),
    }
}

fn facts(intent: &Intent) -> Vec<(String, String)> {
    let sources: Vec<String> = intent.sources().iter().map(ToString::to_string).collect();
    [
        ("How", intent.method().as_str().replace('-', " ")),
        ("With", intent.tooling().unwrap_or_default().to_owned()),
        ("From addresses", sources.join(", ")),
        ("Contact", intent.contact().to_owned()),
        ("Note", intent.note().unwrap_or_default().to_owned()),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    csrf: String,
    desk: String,
    method: String,
    scope: String,
    tooling: String,
    from: String,
    until: String,
    sources: String,
    contact: String,
    note: String,
}

/// `GET /scans/register`
pub(super) async fn form(State(app): State<App>, headers: HeaderMap, uri: Uri) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    Ok(html(page(&visit, &Typed::default(), Vec::new()).render()))
}

fn page(visit: &Visit, typed: &Typed, problems: Vec<Problem>) -> ScanForm {
    let desks = visit.directory.desks.values();
    let open = desks.filter(|d| visit.may(Verb::Add, &Thing::Desk(d.organisation, !d.closed)));
    ScanForm {
        desks: open
            .map(|d| Choice { value: d.uuid.clone(), label: d.title.clone(), chosen: d.uuid == typed.desk })
            .collect(),
        methods: Method::ALL
            .iter()
            .map(|m| Choice {
                value: m.as_str().into(),
                label: m.as_str().replace('-', " "),
                chosen: m.as_str() == typed.method,
            })
            .collect(),
        form: ScanTyped {
            scope: typed.scope.clone(),
            tooling: typed.tooling.clone(),
            from: typed.from.clone(),
            until: typed.until.clone(),
            sources: typed.sources.clone(),
            contact: typed.contact.clone(),
            note: typed.note.clone(),
        },
        problems,
        shell: visit.shell.clone(),
    }
}

/// `POST /scans/register`
pub(super) async fn register(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    Form(typed): Form<Typed>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&typed.csrf)).await?;
    let actor = visit.actor();
    let because = |wrong: Wrong| Stop::because(&visit.shell, wrong);
    let desk = scans::desk(&actor, Some(&typed.desk)).map_err(because)?;
    let given = |text: &str| Some(text.trim().to_owned()).filter(|t| !t.is_empty());
    let lines = |text: &str| text.lines().filter_map(given).collect::<Vec<_>>();
    // A day alone begins, or ends, with it.
    let moment = |text: String| if text.len() == 10 { format!("{text}T00:00:00Z") } else { text };
    let wire = scan::Wire {
        scope: lines(&typed.scope).iter().map(|line| Entry::of_line(line)).collect(),
        method: typed.method.clone(),
        tooling: given(&typed.tooling),
        from: given(&typed.from).map(moment),
        until: moment(typed.until.trim().to_owned()),
        sources: lines(&typed.sources),
        contact: typed.contact.clone(),
        note: given(&typed.note),
    };
    let intent = match Intent::of(&wire, visit.now(), &app.config.scan) {
        Ok(intent) => intent,
        Err(faults) => {
            let problem = |f: scan::Fault| Problem { field: f.field, text: f.reason };
            let mut response = html(page(&visit, &typed, faults.into_iter().map(problem).collect()).render());
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(response);
        }
    };
    let kept = scans::register(&app, &actor, desk, &intent, &app.uuid()).await.map_err(because)?;
    let text = if intent.live() { "It is registered, and waits for the owner." } else { "It is registered." };
    visit.say(&app, Flash { text: text.into(), ..Flash::default() });
    Ok(Redirect::to(&format!("/scans/{}", kept.uuid)).into_response())
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Said {
    csrf: String,
    reason: String,
    approve: String,
    choice: String,
    part: String,
    words: String,
}

/// `POST /scans/{uuid}/stop`
pub(super) async fn stop(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(said): Form<Said>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&said.csrf)).await?;
    let kept = find(&app, &visit, &uuid, Verb::Remove).await?;
    let reason = StopReason::ALL.iter().find(|r| r.as_str() == said.reason).copied();
    let reason = reason.ok_or_else(|| Stop::wrong(visit.shell.clone(), "Choose a reason."))?;
    let done = scans::stop(&app, &visit.actor(), &kept, reason, &said.words).await;
    back(&app, &visit, &kept, done, "It is stopped; its scanner is told.")
}

/// `POST /scans/{uuid}/decision`
pub(super) async fn decide(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(said): Form<Said>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&said.csrf)).await?;
    let kept = find(&app, &visit, &uuid, Verb::Review).await?;
    let approved = match said.approve.as_str() {
        "yes" => true,
        "no" => false,
        _ => return Err(Stop::wrong(visit.shell.clone(), "Choose whether it may be scanned.")),
    };
    let done = scans::decide(&app, &visit.actor(), &kept, approved, &said.words).await;
    back(&app, &visit, &kept, done, "Kept; its scanner sees it.")
}

/// `POST /scans/{uuid}/message`
pub(super) async fn say(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(said): Form<Said>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&said.csrf)).await?;
    let kept = find(&app, &visit, &uuid, Verb::Read).await?;
    let owners = kept.owned_by();
    let thing = scans::thing(&kept, &owners);
    if !visit.may(Verb::Manage, &thing) {
        visit.must(Verb::Add, &thing, "Its people and the coordinator write to each other.")?;
    }
    let choice = Doing::ALL.iter().find(|c| c.as_str() == said.choice).copied();
    let done = scans::say(&app, &visit.actor(), &kept, (choice, &said.part, &said.words)).await;
    back(&app, &visit, &kept, done, "It is sent.")
}

/// `POST /scans/{uuid}/withdraw`
pub(super) async fn withdraw(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(said): Form<Said>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&said.csrf)).await?;
    let kept = find(&app, &visit, &uuid, Verb::Add).await?;
    let done = scans::withdraw(&app, &visit.actor(), &kept).await;
    back(&app, &visit, &kept, done, "It is taken back.")
}

fn back(
    app: &App,
    visit: &Visit,
    kept: &ScanIntent,
    done: Result<(), Wrong>,
    text: &str,
) -> Result<Response, Stop> {
    done.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    visit.say(app, Flash { text: text.into(), ..Flash::default() });
    Ok(Redirect::to(&format!("/scans/{}", kept.uuid)).into_response())
}
