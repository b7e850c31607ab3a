//! Sources that the node pulls, and peers that it pushes to: one kind of thing, two lists.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bartizan_clearinghouse::access::{Refusal, Thing, Verb};
use bartizan_clearinghouse::time;
use bartizan_stix::Tlp;
use bartizan_store::{Channel as Kept, ChannelKind, JobState, Run as KeptRun};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ROOT;
use super::ask::{Asker, Body, Place, Query};
use super::endpoint::{Endpoint, Tags};
use super::once::{Made, Once};
use super::paging::Paging;
use super::problem::Problem;
use super::shapes::{Items, LINE, Marking, Named};
use super::tagged;
use crate::app::App;
use crate::sources::{self, Refused, Secret, Tools, Wanted};

/// Rounds that are told.
const ROUNDS: i64 = 50;

pub(super) fn list() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/sources", "listSources", "Sources that your organisation pulls.", all::<false>)
            .paged()
            .gives::<Items<Channel>>(),
        Endpoint::post("/sources", "addSource", "Adds a source; its first pull is due at once.", add_source)
            .takes::<NewSource>()
            .gives::<Channel>()
            .once(),
        Endpoint::get("/sources/{id}", "getSource", "One source.", one::<false>)
            .gives::<Channel>()
            .tags(Tags::Given),
        Endpoint::patch(
            "/sources/{id}",
            "changeSource",
            "Pauses a source, or lets it go on.",
            change::<false>,
        )
        .takes::<Change>()
        .gives::<Channel>(),
        Endpoint::delete(
            "/sources/{id}",
            "removeSource",
            "Removes a source; what came by it stays.",
            remove::<false>,
        )
        .status(204),
        Endpoint::get(
            "/sources/{id}/pulls",
            "listPulls",
            "The last pulls of a source, newest first.",
            runs::<false>,
        )
        .gives::<Runs>(),
        Endpoint::post("/sources/{id}/pulls", "pullSource", "Pulls a source now.", run::<false>)
            .status(202)
            .gives::<Channel>(),
        Endpoint::get("/peers", "listPeers", "Peers that your organisation pushes to.", all::<true>)
            .paged()
            .gives::<Items<Channel>>(),
        Endpoint::post("/peers", "addPeer", "Adds a peer; the first push is due at once.", add_peer)
            .takes::<NewPeer>()
            .gives::<Channel>()
            .once(),
        Endpoint::get("/peers/{id}", "getPeer", "One peer.", one::<true>)
            .gives::<Channel>()
            .tags(Tags::Given),
        Endpoint::patch("/peers/{id}", "changePeer", "Pauses a peer, or lets it go on.", change::<true>)
            .takes::<Change>()
            .gives::<Channel>(),
        Endpoint::delete("/peers/{id}", "removePeer", "Removes a peer.", remove::<true>).status(204),
        Endpoint::get(
            "/peers/{id}/pushes",
            "listPushes",
            "The last pushes to a peer, newest first.",
            runs::<true>,
        )
        .gives::<Runs>(),
        Endpoint::post("/peers/{id}/pushes", "pushPeer", "Pushes to a peer now.", run::<true>)
            .status(202)
            .gives::<Channel>(),
    ]
}

/// A source or a peer. Credentials are never told.
#[derive(Serialize, JsonSchema)]
struct Channel {
    id: String,
    title: String,
    kind: Kind,
    /// Without what stands behind a question mark.
    address: String,
    /// The collection there.
    remote_collection: Option<String>,
    /// Our collection; null: the library.
    collection: Option<Named>,
    /// The organisation that a peer is.
    organisation: Option<Named>,
    /// What a thing without a marking counts as.
    marking: Marking,
    /// Minutes between rounds.
    minutes: i64,
    paused: bool,
    /// Whether credentials are kept.
    credentials: bool,
    /// On whose behalf.
    by: Option<Named>,
    #[schemars(extend("format" = "date-time"))]
    next: Option<String>,
    last: Option<Run>,
}

/// What is at the other end.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "ChannelKind")]
enum Kind {
    Feed,
    Misp,
    Taxii,
    Page,
    Push,
}

/// What is at the other end of a source.
#[derive(Deserialize, JsonSchema, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum SourceKind {
    Feed,
    Misp,
    Taxii,
    Page,
}

/// A round.
#[derive(Serialize, JsonSchema)]
struct Run {
    number: i64,
    /// `queued`, `running`, `done`, `failed` or `dead`.
    state: &'static str,
    #[schemars(extend("format" = "date-time"))]
    begun: String,
    #[schemars(extend("format" = "date-time"))]
    ended: Option<String>,
    /// Things that were new.
    taken: i64,
    /// Things that were there.
    known: i64,
    /// Things that were refused.
    refused: i64,
    /// What was refused and why.
    notes: Vec<String>,
    /// Code of the last failure.
    code: Option<String>,
    message: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct Runs {
    items: Vec<Run>,
}

/// A source. Credentials: `user` and `password`, or `token`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewSource {
    #[schemars(length(min = 1, max = 200), regex(pattern = LINE))]
    title: String,
    kind: SourceKind,
    #[schemars(length(min = 1, max = 2000))]
    address: String,
    /// For `taxii`: the collection there, by id, alias or title.
    #[serde(default)]
    #[schemars(length(max = 300))]
    remote_collection: String,
    /// For `misp` and `taxii`: the collection here, by id or alias.
    #[serde(default)]
    #[schemars(length(max = 100))]
    collection: String,
    /// What a thing without a marking counts as.
    marking: Marking,
    #[serde(default = "hourly")]
    #[schemars(range(min = 5, max = 44640))]
    minutes: u32,
    #[serde(default)]
    user: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    token: String,
}

/// A peer. Credentials: `user` and `password`, or `token`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewPeer {
    #[schemars(length(min = 1, max = 200), regex(pattern = LINE))]
    title: String,
    #[schemars(length(min = 1, max = 2000))]
    address: String,
    /// The collection there, by id, alias or title.
    #[schemars(length(min = 1, max = 300))]
    remote_collection: String,
    /// The collection here that is pushed, by id or alias.
    #[schemars(length(min = 1, max = 100))]
    collection: String,
    /// The organisation of this node that the peer is: what it may read is pushed.
    #[schemars(length(min = 1, max = 200))]
    organisation: String,
    #[serde(default = "hourly")]
    #[schemars(range(min = 5, max = 44640))]
    minutes: u32,
    #[serde(default)]
    user: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    token: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Change {
    paused: bool,
}

fn hourly() -> u32 {
    60
}

fn run_shape(run: KeptRun) -> Run {
    Run {
        number: run.round,
        state: run.state.as_str(),
        begun: time::text(run.begun),
        ended: run.ended.map(time::text),
        taken: run.taken,
        known: run.known,
        refused: run.refused,
        notes: run.notes,
        code: run.code.filter(|_| run.state != JobState::Done),
        message: run.message.filter(|_| run.state != JobState::Done),
    }
}

async fn shape(app: &App, asker: &Asker, channel: &Kept) -> Result<Channel, Problem> {
    let last = app.store.runs(channel.id, 1).await?.pop().map(run_shape);
    let collection = channel.collection.and_then(|id| asker.directory.collections.get(&id));
    let seen = collection.filter(|c| asker.may(Verb::List, &Thing::Collection(&c.access)));
    Ok(Channel {
        id: channel.uuid.clone(),
        title: channel.title.clone(),
        kind: match channel.kind {
            ChannelKind::Feed => Kind::Feed,
            ChannelKind::Misp => Kind::Misp,
            ChannelKind::Taxii => Kind::Taxii,
            ChannelKind::Page => Kind::Page,
            ChannelKind::Push => Kind::Push,
        },
        address: sources::shown(&channel.address),
        remote_collection: Some(channel.remote.clone()).filter(|r| !r.is_empty()),
        collection: seen.map(|c| Named { id: c.uuid.clone(), name: c.title.clone() }),
        organisation: channel.reader.map(|id| asker.organisation(id)),
        marking: channel.marking.into(),
        minutes: channel.every / 60_000_000,
        paused: channel.paused,
        credentials: !channel.sealed.is_empty(),
        by: asker.person(channel.person),
        next: (!channel.paused).then(|| time::text(channel.due)),
        last,
    })
}

/// A source (or peer) of the asker's organisation; others' are not there.
async fn find<const PUSH: bool>(app: &App, asker: &Asker, id: &str, verb: Verb) -> Result<Kept, Problem> {
    let channel = app.store.channel(id).await?.filter(|c| !c.removed && c.is_push() == PUSH);
    let channel = channel.ok_or_else(Problem::not_found)?;
    let refused = "Only a coordinator runs sources and peers, with a token for managing.";
    asker.must(verb, &Thing::Library(channel.organisation), refused)?;
    Ok(channel)
}

async fn all<const PUSH: bool>(
    State(app): State<App>,
    asker: Asker,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&["limit", "next"])?;
    let own = Thing::Library(asker.organisation);
    asker.must(Verb::Read, &own, "Your roles or this token do not include reading the library.")?;
    let paging = Paging::new(&query, if PUSH { "peers" } else { "sources" })?;
    let found = app.store.channels(Some(asker.organisation)).await?;
    // Their place in the list: a number of the node's would tell how many there are.
    let found = (1..).zip(found.iter().filter(|c| c.is_push() == PUSH));
    let page = paging.cut(found, |(place, _)| *place, |(_, c)| (*c).clone());
    let mut items = Vec::with_capacity(page.items.len());
    for channel in &page.items {
        items.push(shape(&app, &asker, channel).await?);
    }
    Ok(tagged::json(StatusCode::OK, &Items { items, next: page.next }))
}

async fn one<const PUSH: bool>(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let channel = find::<PUSH>(&app, &asker, &id, Verb::Read).await?;
    Ok(tagged::single(&headers, &shape(&app, &asker, &channel).await?))
}

/// `POST /sources`
async fn add_source(
    State(app): State<App>,
    asker: Asker,
    once: Once,
    query: Query,
    body: Body<NewSource>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let new = body.value;
    let wanted = Wanted {
        uuid: "",
        kind: match new.kind {
            SourceKind::Feed => ChannelKind::Feed,
            SourceKind::Misp => ChannelKind::Misp,
            SourceKind::Taxii => ChannelKind::Taxii,
            SourceKind::Page => ChannelKind::Page,
        },
        title: &new.title,
        address: &new.address,
        remote: &new.remote_collection,
        collection: &new.collection,
        reader: "",
        marking: new.marking.into(),
        minutes: new.minutes,
        secret: Secret::of(&new.user, &new.password, &new.token).map_err(Problem::unprocessable)?,
    };
    make(&app, &asker, once, &body.digest, wanted).await
}

/// `POST /peers`
async fn add_peer(
    State(app): State<App>,
    asker: Asker,
    once: Once,
    query: Query,
    body: Body<NewPeer>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let new = body.value;
    let wanted = Wanted {
        uuid: "",
        kind: ChannelKind::Push,
        title: &new.title,
        address: &new.address,
        remote: &new.remote_collection,
        collection: &new.collection,
        reader: &new.organisation,
        marking: Tlp::Red,
        minutes: new.minutes,
        secret: Secret::of(&new.user, &new.password, &new.token).map_err(Problem::unprocessable)?,
    };
    make(&app, &asker, once, &body.digest, wanted).await
}

async fn make(
    app: &App,
    asker: &Asker,
    once: Once,
    digest: &str,
    wanted: Wanted<'_>,
) -> Result<Response, Problem> {
    let refused = "Only a coordinator runs sources and peers, with a token for managing.";
    asker.must(Verb::Manage, &Thing::Library(asker.organisation), refused)?;
    let work = async |id: String| {
        let channel = match app.store.channel(&id).await? {
            // An earlier attempt died behind this.
            Some(channel) => channel,
            None => {
                let tools = Tools { seal: &app.seal, around: &*app.around, rules: &app.config.fetch };
                let wanted = Wanted { uuid: &id, ..wanted.clone() };
                let by = asker.by();
                let (directory, principal) = (&asker.directory, &asker.principal);
                sources::add(&app.store, &tools, &by, directory, principal, &wanted).await?
            }
        };
        let list = if channel.is_push() { "peers" } else { "sources" };
        let place = format!("{ROOT}/{list}/{id}");
        Ok(Made::new(StatusCode::CREATED, place, &shape(app, asker, &channel).await?))
    };
    once.run(app, asker, digest, work).await
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Input(why) => Self::unprocessable(why),
            Refused::Access(Refusal::Unknown, _) => Self::not_found(),
            Refused::Access(Refusal::SignIn, _) => Self::sign_in(),
            Refused::Access(Refusal::Forbidden, why) => Self::forbidden(why),
            Refused::Store(e) => e.into(),
        }
    }
}

async fn change<const PUSH: bool>(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    body: Body<Change>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let channel = find::<PUSH>(&app, &asker, &id, Verb::Manage).await?;
    app.store.pause_channel(&asker.by(), &channel, body.value.paused).await?;
    let channel = app.store.channel(&id).await?.ok_or_else(Problem::not_found)?;
    Ok(tagged::json(StatusCode::OK, &shape(&app, &asker, &channel).await?))
}

async fn remove<const PUSH: bool>(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let channel = find::<PUSH>(&app, &asker, &id, Verb::Manage).await?;
    app.store.remove_channel(&asker.by(), &channel).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn runs<const PUSH: bool>(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let channel = find::<PUSH>(&app, &asker, &id, Verb::Read).await?;
    let items = app.store.runs(channel.id, ROUNDS).await?.into_iter().map(run_shape).collect();
    Ok(tagged::json(StatusCode::OK, &Runs { items }))
}

async fn run<const PUSH: bool>(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let channel = find::<PUSH>(&app, &asker, &id, Verb::Manage).await?;
    if !app.store.begin_channel(&asker.by(), &channel, 0).await? {
        return Err(Problem::conflict("One is under way."));
    }
    app.wake.now();
    let channel = app.store.channel(&id).await?.ok_or_else(Problem::not_found)?;
    Ok(tagged::json(StatusCode::ACCEPTED, &shape(&app, &asker, &channel).await?))
}
