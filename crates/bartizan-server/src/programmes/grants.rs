//! Access to a model: where it is reached, grants with a credential that the node draws, records of calls, proofs of revocation.

use std::collections::BTreeSet;

use bartizan_clearinghouse::access::{Matter, Verb};
use bartizan_clearinghouse::token;
use bartizan_programme::grant::{Terms, Usage};
use bartizan_programme::rules::{Act, Endpoint, Internal, Level};
use bartizan_programme::window::Action;
use bartizan_programme::{Code, Digest, Id, Name, Network};
use bartizan_store::{CallLine, TestEndpoint, TestGrant};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::act::{Said, say_with};
use super::matter::grant_of;
use super::{Room, find};
use crate::app::App;
use crate::broker::Endpoint as Upstream;
use crate::sharing::{Acting, Wrong};

/// What a grant is to be.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) role: Id,
    pub(crate) grant: Name,
    pub(crate) holder: Name,
    pub(crate) checkpoint: Name,
    pub(crate) level: Level,
    pub(crate) endpoints: BTreeSet<Endpoint>,
    pub(crate) internals: BTreeSet<Internal>,
    pub(crate) sources: BTreeSet<Network>,
    pub(crate) budget: Usage,
    pub(crate) begins: i64,
    pub(crate) ends: i64,
}

/// What a credential that waits is sealed for.
fn thing(digest: &str) -> String {
    format!("test-credential/{digest}")
}

fn sealing(error: crate::seal::SealFault) -> Wrong {
    tracing::error!(%error, "a credential cannot be sealed or opened");
    Wrong::Store(bartizan_store::Error::busy("credentials cannot be sealed now; nothing was kept"))
}

/// Gives a grant, or proposes it, with a credential that nobody has seen: its holder collects it.
pub(crate) async fn give(app: &App, acting: &Acting<'_>, uuid: &str, wanted: Wanted) -> Result<Said, Wrong> {
    let mut random = [0; 32];
    app.around.fill(&mut random);
    let secret = format!("bzt-{}", URL_SAFE_NO_PAD.encode(random));
    let digest = token::digest(&secret);
    let sealed = app.seal.seal(&*app.around, &thing(&digest), &secret).map_err(sealing)?;
    let Wanted {
        role,
        grant,
        holder,
        checkpoint,
        level,
        endpoints,
        internals,
        sources,
        budget,
        begins,
        ends,
    } = wanted;
    let credential: Digest = digest.parse()?;
    let terms =
        Terms { holder, endpoints, checkpoint, level, internals, sources, budget, credential, begins, ends };
    let action = Action::Grant { grant, terms };
    say_with(app, acting, uuid, &role, &action, Some((digest, sealed))).await
}

/// The credential of a grant, for its holder, once.
pub(crate) async fn collect(
    app: &App,
    acting: &Acting<'_>,
    uuid: &str,
    grant: &Name,
) -> Result<String, Wrong> {
    let room = find(app, acting, uuid, Verb::Add).await?;
    let given = held(&room, grant)?;
    if given.terms.holder != room.me {
        return Err(Wrong::Forbidden("The holder of a grant collects its credential, and nobody else."));
    }
    if given.revoked.is_some() {
        return Err(Wrong::Window(Code::CallRevoked.into()));
    }
    let digest = given.terms.credential.as_str();
    let window = (room.entry.id, uuid);
    let sealed = app.store.collect_credential(&acting.by(), window, grant.as_str(), digest).await?;
    let sealed = sealed.ok_or_else(|| {
        Wrong::Late(
            "It was collected before, or its holder brought it. If it is lost, ask for another grant.".into(),
        )
    })?;
    app.seal.open(&*app.around, &thing(digest), &sealed).map_err(sealing)
}

/// A grant that the looker may see.
pub(crate) fn held<'r>(room: &'r Room, grant: &Name) -> Result<&'r bartizan_programme::grant::Grant, Wrong> {
    let given = room.window.grants.get(grant).ok_or(Wrong::NotThere)?;
    room.must_read(Matter::Grant, grant_of(&room.window, grant).as_ref())?;
    Ok(given)
}

/// Says where a checkpoint is reached and with which key: people of the developer who may add checkpoints, and nobody else.
pub(crate) async fn endpoint(
    app: &App,
    acting: &Acting<'_>,
    uuid: &str,
    checkpoint: &Name,
    to: &Upstream,
) -> Result<TestEndpoint, Wrong> {
    let room = find(app, acting, uuid, Verb::Add).await?;
    room.must_read(Matter::Endpoint, None)
        .map_err(|_| Wrong::Forbidden("The developer's people say where their model is reached."))?;
    if !room.window.submission.checkpoints.contains_key(checkpoint) {
        return Err(Wrong::Window(Code::UnknownCheckpoint.into()));
    }
    let submits = &room.window.programme.act(Act::Submit).by;
    if room.my_roles().is_disjoint(submits) {
        return Err(Wrong::Window(Code::NotAllowed.into()));
    }
    let host = to.check(app)?;
    let text = serde_json::to_string(to).map_err(|_| Wrong::Unfit("It cannot be kept.".into()))?;
    let sealed =
        app.seal.seal(&*app.around, &Upstream::thing(uuid, checkpoint.as_str()), &text).map_err(sealing)?;
    let endpoint =
        TestEndpoint { checkpoint: checkpoint.as_str().to_owned(), host, sealed, changed: acting.now };
    let (_, who) = acting.known()?;
    app.store.put_test_endpoint(&acting.by(), (room.entry.id, uuid), who, &endpoint).await?;
    if let Err(error) = app.broker.refresh().await {
        tracing::warn!(%error, "changes of grants could not be looked for");
    }
    Ok(endpoint)
}

/// Where the checkpoints are reached, as far as the looker is told: hosts for the developer, otherwise only that it was said.
pub(crate) async fn endpoints(app: &App, room: &Room) -> Result<Vec<(String, Option<String>, i64)>, Wrong> {
    let told = room.reads(Matter::Endpoint, None);
    let known = app.store.test_endpoints(room.entry.id).await?;
    Ok(known.into_iter().map(|one| (one.checkpoint, told.then_some(one.host), one.changed)).collect())
}

/// How a grant stands beside its terms.
pub(crate) struct Standing {
    pub(crate) kept: TestGrant,
    /// Calls and tokens that are used up.
    pub(crate) used: (i64, i64),
    /// SHA-256 of the last line.
    pub(crate) last: String,
    /// Whether its credential waits to be collected.
    pub(crate) waits: bool,
}

/// How a grant that the looker may see stands.
pub(crate) async fn standing(app: &App, room: &Room, grant: &Name) -> Result<Standing, Wrong> {
    held(room, grant)?;
    let all = app.store.grants_of_window(room.entry.id).await?;
    let kept = all.into_iter().find(|one| one.name == grant.as_str()).ok_or(Wrong::NotThere)?;
    let (_, last, used) = app.store.end_of_calls(kept.id).await?;
    let waits = app.store.waiting_credentials(room.entry.id).await?.contains(&kept.credential);
    Ok(Standing { kept, used, last, waits })
}

/// Lines of a grant's record after a place: what was called and how it ended, never what was said.
pub(crate) async fn calls(
    app: &App,
    room: &Room,
    grant: &Name,
    after: i64,
    limit: i64,
) -> Result<Vec<CallLine>, Wrong> {
    let standing = standing(app, room, grant).await?;
    Ok(app.store.calls_of_grant(standing.kept.id, after, limit).await?)
}

/// The proof that a grant was revoked and that no call came after it.
pub(crate) async fn proof(app: &App, room: &Room, grant: &Name) -> Result<String, Wrong> {
    let given = held(room, grant)?;
    let standing = standing(app, room, grant).await?;
    let last = standing.last.parse::<Digest>().ok();
    let window: Name = room.entry.uuid.parse()?;
    given.proof(grant, &window, last.as_ref()).ok_or_else(|| Wrong::Late("The grant was not revoked.".into()))
}
