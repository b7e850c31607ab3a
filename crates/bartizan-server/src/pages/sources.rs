//! Sources that the node pulls, and peers that it pushes to.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_clearinghouse::access::{OrganisationId, Principal, Thing, Verb, decide};
use bartizan_stix::Tlp;
use bartizan_store::{Channel, ChannelKind, JobState, Run};
use bartizan_workbench::{Choice, Moment, Problem, Source, SourceLine, SourceRun, Sources, TypedSource};
use serde::Deserialize;

use super::home::count;
use super::html;
use super::sign_in::Token;
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;
use crate::sources::{self, Changed, Refused, Secret, Tools, Wanted};

/// Rounds on the page of a source.
const ROUNDS: i64 = 50;

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct New {
    csrf: String,
    kind: String,
    title: String,
    address: String,
    remote: String,
    collection: String,
    reader: String,
    marking: String,
    minutes: String,
    user: String,
    password: String,
    token: String,
}

#[derive(Deserialize)]
pub(super) struct Pause {
    #[serde(default)]
    csrf: String,
    paused: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Altered {
    csrf: String,
    title: String,
    marking: String,
    minutes: String,
    user: String,
    password: String,
    token: String,
    forget: String,
}

/// `GET /sources`
pub(super) async fn list(State(app): State<App>, headers: HeaderMap, uri: Uri) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let page = page(&app, &visit, TypedSource::default(), None).await?;
    Ok(html(page.render()))
}

/// `POST /sources`
pub(super) async fn add(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    Form(new): Form<New>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&new.csrf)).await?;
    let marking = Tlp::parse(&new.marking);
    let minutes = new.minutes.trim().parse::<u32>();
    let typed = TypedSource {
        kind: new.kind.clone(),
        title: new.title.clone(),
        address: new.address.clone(),
        remote: new.remote.clone(),
        marking: marking.unwrap_or(Tlp::Amber),
        minutes: minutes.clone().unwrap_or(60),
    };
    let secret = Secret::of(new.user.trim(), &new.password, new.token.trim());
    let (kind, secret, minutes) = match (ChannelKind::parse(&new.kind), secret, minutes) {
        (Some(kind), Ok(secret), Ok(minutes)) => (kind, secret, minutes),
        (None, ..) => return again(&app, &visit, typed, "Choose a kind.".into()).await,
        (_, Err(why), _) => return again(&app, &visit, typed, why).await,
        (_, _, Err(_)) => return again(&app, &visit, typed, "Say every how many minutes.".into()).await,
    };
    // A peer has no marking of its own: what goes out is marked already.
    let marking = if kind == ChannelKind::Push { Some(Tlp::Red) } else { marking };
    let Some(marking) = marking else {
        return again(&app, &visit, typed, "Choose a marking.".into()).await;
    };
    let uuid = app.uuid();
    let wanted = Wanted {
        uuid: &uuid,
        kind,
        title: &new.title,
        address: &new.address,
        remote: &new.remote,
        collection: if kind.is_reports() { "" } else { &new.collection },
        reader: &new.reader,
        marking,
        minutes,
        secret,
    };
    let tools = Tools { seal: &app.seal, around: &*app.around, rules: &app.config.fetch };
    let made =
        sources::add(&app.store, &tools, &visit.by(), &visit.directory, &visit.principal, &wanted).await;
    match made {
        Ok(_) => {
            app.wake.now();
            Ok(Redirect::to(&format!("/sources/{uuid}")).into_response())
        }
        Err(Refused::Input(why)) => again(&app, &visit, typed, why).await,
        Err(Refused::Access(_, why)) => Err(Stop::forbidden(visit.shell, why)),
        Err(Refused::Store(e)) => Err(visit.stop(&e)),
    }
}

async fn again(app: &App, visit: &Visit, typed: TypedSource, why: String) -> Result<Response, Stop> {
    let problem = Problem { field: String::new(), text: why };
    let mut response = html(page(app, visit, typed, Some(problem)).await?.render());
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

async fn page(
    app: &App,
    visit: &Visit,
    typed: TypedSource,
    problem: Option<Problem>,
) -> Result<Sources, Stop> {
    let organisation = own(visit)?;
    visit.must(Verb::Read, &Thing::Library(organisation), "Sources are for those who read the library.")?;
    let channels = app.store.channels(Some(organisation)).await.map_err(|e| visit.stop(&e))?;
    let (mut sources, mut peers) = (Vec::new(), Vec::new());
    for channel in &channels {
        let last = app.store.runs(channel.id, 1).await.map_err(|e| visit.stop(&e))?.pop();
        let list = if channel.is_push() { &mut peers } else { &mut sources };
        list.push(line(visit, channel, last.as_ref()));
    }
    let choices = |verb| {
        let all = visit.directory.collections.values();
        let may = all.filter(|c| visit.may(verb, &Thing::Collection(&c.access)));
        may.map(|c| Choice { value: c.uuid.clone(), label: c.title.clone(), chosen: false }).collect()
    };
    let others = visit.directory.organisations.values().filter(|o| !o.closed && o.id != organisation);
    // Those that read something of this organisation's: the others could not be peers.
    let reads = |id: OrganisationId, client_of| {
        let peer = Principal::organisation(id, client_of);
        let mut own = visit.directory.collections.values().filter(|c| c.access.owner == organisation);
        own.any(|c| decide(&peer, Verb::Read, &Thing::Collection(&c.access), visit.now()).allowed())
    };
    let others = others.filter(|o| reads(o.id, o.client_of));
    Ok(Sources {
        sources,
        peers,
        may_add: visit.may(Verb::Manage, &Thing::Library(organisation)),
        collections: choices(Verb::Add),
        own: choices(Verb::Manage),
        organisations: others
            .map(|o| Choice { value: o.uuid.clone(), label: o.name.clone(), chosen: false })
            .collect(),
        typed,
        problem,
        shell: visit.shell.clone(),
    })
}

fn own(visit: &Visit) -> Result<OrganisationId, Stop> {
    visit.principal.organisation.ok_or_else(|| Stop::Go("/sign-in".into()))
}

fn line(visit: &Visit, channel: &Channel, last: Option<&Run>) -> SourceLine {
    let collection = channel.collection.and_then(|id| visit.directory.collections.get(&id));
    SourceLine {
        id: channel.uuid.clone(),
        title: channel.title.clone(),
        kind: match channel.kind {
            ChannelKind::Feed => "news feed",
            ChannelKind::Misp => "MISP feed",
            ChannelKind::Taxii => "TAXII collection",
            ChannelKind::Page => "report",
            ChannelKind::Push => "peer",
        }
        .into(),
        address: sources::shown(&channel.address),
        target: match channel.collection {
            None => "the library".into(),
            Some(_) => collection.map_or_else(|| "a closed collection".into(), |c| c.title.clone()),
        },
        state: last.map(words).unwrap_or_default(),
        failed: last.is_some_and(|run| matches!(run.state, JobState::Failed | JobState::Dead)),
        last: last.map(|run| Moment(run.begun)),
        next: (!channel.paused).then_some(Moment(channel.due)),
    }
}

/// How a round went.
fn words(run: &Run) -> String {
    let why = || run.message.clone().unwrap_or_default();
    match run.state {
        JobState::Queued if run.code.is_some() => format!("will be tried again: {}", why()),
        JobState::Queued => "waits".into(),
        JobState::Running => "under way".into(),
        JobState::Done if run.refused > 0 => format!("{} new, {} refused", run.taken, run.refused),
        JobState::Done if run.taken == 0 => "nothing new".into(),
        JobState::Done => format!("{} new", run.taken),
        JobState::Failed | JobState::Dead => format!("failed: {}", why()),
    }
}

/// The source, if the visitor may do this with it; others' are not there.
async fn find(app: &App, visit: &Visit, id: &str, verb: Verb) -> Result<Channel, Stop> {
    let channel = app.store.channel(id).await.map_err(|e| visit.stop(&e))?.filter(|c| !c.removed);
    let channel = channel.ok_or_else(|| Stop::not_found(visit.shell.clone()))?;
    visit.must(verb, &Thing::Library(channel.organisation), "Only a coordinator runs sources and peers.")?;
    Ok(channel)
}

/// `GET /sources/{id}`
pub(super) async fn one(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let channel = find(&app, &visit, &id, Verb::Read).await?;
    let runs = app.store.runs(channel.id, ROUNDS).await.map_err(|e| visit.stop(&e))?;
    let round = |run: &Run| SourceRun {
        begun: Moment(run.begun),
        state: words(run),
        failed: matches!(run.state, JobState::Failed | JobState::Dead),
        taken: count(run.taken),
        known: count(run.known),
        refused: count(run.refused),
        notes: run.notes.clone(),
    };
    let page = Source {
        line: line(&visit, &channel, runs.first()),
        is_peer: channel.is_push(),
        remote: channel.remote.clone(),
        marking: channel.marking,
        minutes: count(channel.every / 60_000_000),
        reader: channel.reader.map(|id| visit.organisation(id)).unwrap_or_default(),
        credentials: !channel.sealed.is_empty(),
        by: visit.person(Some(channel.person)),
        paused: channel.paused,
        open: runs.first().is_some_and(Run::is_open),
        may_change: visit.may(Verb::Manage, &Thing::Library(channel.organisation)),
        runs: runs.iter().map(round).collect(),
        shell: visit.shell,
    };
    Ok(html(page.render()))
}

/// `POST /sources/{id}/run`
pub(super) async fn run(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(token): Form<Token>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&token.csrf)).await?;
    let channel = find(&app, &visit, &id, Verb::Manage).await?;
    // One that is under way is what was asked for.
    app.store.begin_channel(&visit.by(), &channel, 0).await.map_err(|e| visit.stop(&e))?;
    app.wake.now();
    Ok(Redirect::to(&format!("/sources/{}", channel.uuid)).into_response())
}

/// `POST /sources/{id}/pause`
pub(super) async fn pause(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Pause>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&form.csrf)).await?;
    let channel = find(&app, &visit, &id, Verb::Manage).await?;
    let done = app.store.pause_channel(&visit.by(), &channel, form.paused == "1").await;
    done.map_err(|e| visit.stop(&e))?;
    Ok(Redirect::to(&format!("/sources/{}", channel.uuid)).into_response())
}

/// `POST /sources/{id}/change`
pub(super) async fn change(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Altered>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&form.csrf)).await?;
    let channel = find(&app, &visit, &id, Verb::Manage).await?;
    let wrong = |why: &str| Stop::wrong(visit.shell.clone(), why);
    let secret =
        Secret::of(form.user.trim(), &form.password, form.token.trim()).map_err(|why| wrong(&why))?;
    let changed = Changed {
        title: Some(&form.title),
        marking: if channel.is_push() { None } else { Tlp::parse(&form.marking) },
        minutes: Some(form.minutes.trim().parse().map_err(|_| wrong("Say every how many minutes."))?),
        secret: match (secret, form.forget == "1") {
            (None, false) => None,
            (secret, _) => Some(secret),
        },
    };
    let tools = Tools { seal: &app.seal, around: &*app.around, rules: &app.config.fetch };
    match sources::change(&app.store, &tools, &visit.by(), &channel, &changed).await {
        Ok(()) => Ok(Redirect::to(&format!("/sources/{}", channel.uuid)).into_response()),
        Err(Refused::Input(why)) => Err(wrong(&why)),
        Err(Refused::Access(_, why)) => Err(Stop::forbidden(visit.shell, why)),
        Err(Refused::Store(e)) => Err(visit.stop(&e)),
    }
}

/// `POST /sources/{id}/remove`
pub(super) async fn remove(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(token): Form<Token>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&token.csrf)).await?;
    let channel = find(&app, &visit, &id, Verb::Manage).await?;
    app.store.remove_channel(&visit.by(), &channel).await.map_err(|e| visit.stop(&e))?;
    Ok(Redirect::to("/sources").into_response())
}
