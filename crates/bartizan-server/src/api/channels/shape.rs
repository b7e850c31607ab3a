//! What sources, peers and their rounds are on the wire.

use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_clearinghouse::time;
use bartizan_store::{Channel as Kept, ChannelKind, JobState, Run as KeptRun};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ask::Asker;
use crate::api::problem::Problem;
use crate::api::shapes::{LINE, Marking, Named};
use crate::app::App;
use crate::sources;

/// A source or a peer. Credentials are never told.
#[derive(Serialize, JsonSchema)]
pub(in crate::api) struct Channel {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) kind: Kind,
    /// Without what stands behind a question mark.
    pub(super) address: String,
    /// The collection there.
    pub(super) remote_collection: Option<String>,
    /// Our collection; null: the library.
    pub(super) collection: Option<Named>,
    /// The organisation that a peer is.
    pub(super) organisation: Option<Named>,
    /// What a thing without a marking counts as.
    pub(super) marking: Marking,
    /// Minutes between rounds.
    pub(super) minutes: i64,
    pub(super) paused: bool,
    /// Whether credentials are kept.
    pub(super) credentials: bool,
    /// On whose behalf.
    pub(super) by: Option<Named>,
    #[schemars(extend("format" = "date-time"))]
    pub(super) next: Option<String>,
    pub(super) last: Option<Run>,
}

/// What is at the other end.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "ChannelKind")]
pub(in crate::api) enum Kind {
    Feed,
    Misp,
    Taxii,
    Page,
    Push,
}

/// What is at the other end of a source.
#[derive(Deserialize, JsonSchema, Clone, Copy)]
#[serde(rename_all = "lowercase")]
pub(in crate::api) enum SourceKind {
    Feed,
    Misp,
    Taxii,
    Page,
}

/// A round.
#[derive(Serialize, JsonSchema)]
pub(in crate::api) struct Run {
    pub(super) number: i64,
    /// `queued`, `running`, `done`, `failed` or `dead`.
    pub(super) state: &'static str,
    #[schemars(extend("format" = "date-time"))]
    pub(super) begun: String,
    #[schemars(extend("format" = "date-time"))]
    pub(super) ended: Option<String>,
    /// Things that were new.
    pub(super) taken: i64,
    /// Things that were there.
    pub(super) known: i64,
    /// Things that were refused.
    pub(super) refused: i64,
    /// What was refused and why.
    pub(super) notes: Vec<String>,
    /// Code of the last failure.
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(in crate::api) struct Runs {
    pub(super) items: Vec<Run>,
}

/// A source. Credentials: `user` and `password`, or `token`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct NewSource {
    #[schemars(length(min = 1, max = 200), regex(pattern = LINE))]
    pub(super) title: String,
    pub(super) kind: SourceKind,
    #[schemars(length(min = 1, max = 2000))]
    pub(super) address: String,
    /// For `taxii`: the collection there, by id, alias or title.
    #[serde(default)]
    #[schemars(length(max = 300))]
    pub(super) remote_collection: String,
    /// For `misp` and `taxii`: the collection here, by id or alias.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub(super) collection: String,
    /// What a thing without a marking counts as.
    pub(super) marking: Marking,
    #[serde(default = "hourly")]
    #[schemars(range(min = 5, max = 44640))]
    pub(super) minutes: u32,
    #[serde(default)]
    pub(super) user: String,
    #[serde(default)]
    pub(super) password: String,
    #[serde(default)]
    pub(super) token: String,
}

/// A peer. Credentials: `user` and `password`, or `token`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct NewPeer {
    #[schemars(length(min = 1, max = 200), regex(pattern = LINE))]
    pub(super) title: String,
    #[schemars(length(min = 1, max = 2000))]
    pub(super) address: String,
    /// The collection there, by id, alias or title.
    #[schemars(length(min = 1, max = 300))]
    pub(super) remote_collection: String,
    /// The collection here that is pushed, by id or alias.
    #[schemars(length(min = 1, max = 100))]
    pub(super) collection: String,
    /// The organisation of this node that the peer is: what it may read is pushed.
    #[schemars(length(min = 1, max = 200))]
    pub(super) organisation: String,
    #[serde(default = "hourly")]
    #[schemars(range(min = 5, max = 44640))]
    pub(super) minutes: u32,
    #[serde(default)]
    pub(super) user: String,
    #[serde(default)]
    pub(super) password: String,
    #[serde(default)]
    pub(super) token: String,
}

/// What is left out stays as it is.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Change {
    #[serde(default)]
    pub(super) paused: Option<bool>,
    #[serde(default)]
    #[schemars(length(min = 1, max = 200), regex(pattern = LINE))]
    pub(super) title: Option<String>,
    /// For sources: what a thing without a marking counts as.
    #[serde(default)]
    pub(super) marking: Option<Marking>,
    #[serde(default)]
    #[schemars(range(min = 5, max = 44640))]
    pub(super) minutes: Option<u32>,
    /// Credentials in place of those that are kept: `user` and `password`, or `token`.
    #[serde(default)]
    pub(super) user: String,
    #[serde(default)]
    pub(super) password: String,
    #[serde(default)]
    pub(super) token: String,
    /// Forgets the credentials.
    #[serde(default)]
    pub(super) forget_credentials: bool,
}

fn hourly() -> u32 {
    60
}

pub(super) fn run_shape(run: KeptRun) -> Run {
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

pub(super) async fn shape(app: &App, asker: &Asker, channel: &Kept) -> Result<Channel, Problem> {
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
