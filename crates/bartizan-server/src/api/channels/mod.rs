//! Sources that the node pulls, and peers that it pushes to: one kind of thing, two lists.

mod shape;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bartizan_clearinghouse::access::{Refusal, Thing, Verb};
use bartizan_stix::Tlp;
use bartizan_store::{Channel as Kept, ChannelKind};

use super::ROOT;
use super::ask::{Asker, Body, Place, Query};
use super::endpoint::{Endpoint, Tags};
use super::once::{Made, Once, asked};
use super::paging::Paging;
use super::problem::Problem;
use super::shapes::Items;
use super::tagged;
use crate::app::App;
use crate::sources::{self, Changed, Refused, Secret, Tools, Wanted};

use shape::{Change, Channel, NewPeer, NewSource, Runs, SourceKind, run_shape, shape};

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
            "Changes a source, pauses it, or lets it go on.",
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
        Endpoint::patch(
            "/peers/{id}",
            "changePeer",
            "Changes a peer, pauses it, or lets it go on.",
            change::<true>,
        )
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
    once.run(app, asker, digest, asked, work).await
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
    let change = body.value;
    let secret = Secret::of(&change.user, &change.password, &change.token).map_err(Problem::unprocessable)?;
    let changed = Changed {
        title: change.title.as_deref(),
        marking: change.marking.map(Into::into),
        minutes: change.minutes,
        secret: match (secret, change.forget_credentials) {
            (Some(_), true) => {
                return Err(Problem::unprocessable("Credentials are given or forgotten, not both."));
            }
            (None, false) => None,
            (secret, _) => Some(secret),
        },
    };
    let tools = Tools { seal: &app.seal, around: &*app.around, rules: &app.config.fetch };
    sources::change(&app.store, &tools, &asker.by(), &channel, &changed).await?;
    if let Some(paused) = change.paused {
        app.store.pause_channel(&asker.by(), &channel, paused).await?;
    }
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
