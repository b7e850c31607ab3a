//! One round of a channel: who it acts for, its requests, its steps, its end.

use std::sync::Arc;

use bartizan_clearinghouse::access::{Audience, Principal, Thing, Verb};
use bartizan_clearinghouse::token;
use bartizan_fetch::Fetched;
use bartizan_fetch::taxii::Credentials;
use bartizan_store::{
    Action, Arrival, Channel, CollectionEntry, Credit, Directory, Item, JobProgress, Lease, Step, Stepped,
};
use serde::{Deserialize, Serialize};

use super::analyze::{Ready, Submission};
use super::fetch::Ask;
use super::outside::{Outside, acting, apart, database, lasting, may, without_queries};
use super::work::{Outcome, Tell, WorkFault};
use crate::taxii::arriving;

/// When there is more than one round takes, the next one is due after this, microseconds.
const SOON: i64 = 60_000_000;
/// An entry that fails this often is left alone until it changes.
pub(super) const TRIES: i64 = 3;
/// Objects of one step.
const SET: usize = 2_000;

/// A round under way.
pub(super) struct Round<'a> {
    pub(super) outside: &'a Outside,
    pub(super) channel: Channel,
    pub(super) directory: Arc<Directory>,
    pub(super) principal: Principal,
    lease: Lease,
    number: i64,
    tell: Tell,
    credit: Credit,
    credentials: Option<Credentials>,
}

/// Credentials as they are sealed.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Sealed {
    Basic { user: String, password: String },
    Bearer(String),
}

/// By which to ask whether something has changed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Validators {
    #[serde(default)]
    etag: Option<String>,
    #[serde(default)]
    last_modified: Option<String>,
}

impl Validators {
    pub(super) fn of(fetched: &Fetched) -> Self {
        Self { etag: fetched.etag.clone(), last_modified: fetched.last_modified.clone() }
    }

    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }
}

impl<'a> Round<'a> {
    pub(super) async fn new(
        outside: &'a Outside,
        lease: Lease,
        channel: Channel,
        number: i64,
        tell: Tell,
    ) -> Result<Self, WorkFault> {
        let directory = outside.store.fresh().await.map_err(database)?;
        let principal = acting(&directory, Some(channel.person), channel.organisation)?;
        let credentials = if channel.sealed.is_empty() {
            None
        } else {
            let text = outside.seal.open(&*outside.around, &thing(&channel.uuid), &channel.sealed);
            let text = text.map_err(|e| lasting("source.sealed", e.to_string()))?;
            let sealed: Sealed = serde_json::from_str(&text).map_err(|_| {
                lasting("source.sealed", "the credentials are not understood: enter them again")
            })?;
            Some(match sealed {
                Sealed::Basic { user, password } => Credentials::Basic { user, password },
                Sealed::Bearer(token) => Credentials::Bearer(token),
            })
        };
        let credit = Credit::default();
        let round = Self { outside, channel, directory, principal, lease, number, tell, credit, credentials };
        round.allowed()?;
        Ok(round)
    }

    /// Whether the account that it works for may still do this.
    fn allowed(&self) -> Result<(), WorkFault> {
        let now = self.outside.around.now();
        if self.channel.kind.is_reports() {
            return may(&self.principal, Verb::Add, &Thing::Library(self.channel.organisation), now);
        }
        let verb = if self.channel.is_push() { Verb::Manage } else { Verb::Add };
        may(&self.principal, verb, &Thing::Collection(&self.collection()?.access), now)
    }

    /// Our collection.
    pub(super) fn collection(&self) -> Result<&CollectionEntry, WorkFault> {
        let entry = self.channel.collection.and_then(|id| self.directory.collections.get(&id));
        entry.ok_or_else(|| lasting("source.collection", "its collection has been closed"))
    }

    pub(super) fn credentials(&self) -> Option<Credentials> {
        self.credentials.clone()
    }

    /// The place to go on, as it was kept.
    pub(super) fn place<T: Default + for<'de> Deserialize<'de>>(&self) -> T {
        serde_json::from_str(&self.channel.place).unwrap_or_default()
    }

    pub(super) fn say(&self, stage: &str, done: usize, of: usize) {
        let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        self.tell.say(JobProgress { stage: stage.to_owned(), done: number(done), of: number(of) });
    }

    /// Asks an address of the source, with its credentials if it is on the source's own host.
    pub(super) async fn get(
        &self,
        url: &str,
        accept: &'static str,
        known: Option<&Validators>,
    ) -> Result<Option<Fetched>, WorkFault> {
        let credentials = self.credentials().filter(|_| same_host(url, &self.channel.address));
        let known = known.cloned().unwrap_or_default();
        let ask = Ask { accept, credentials, etag: known.etag, last_modified: known.last_modified };
        self.outside.get(url, ask).await
    }

    /// What is known of an entry.
    pub(super) async fn item(&self, key: &str) -> Result<Option<(String, i64)>, WorkFault> {
        self.outside.store.channel_item(self.channel.id, key).await.map_err(database)
    }

    /// Keeps a step.
    pub(super) async fn step(&mut self, step: &Step<'_>) -> Result<Stepped, WorkFault> {
        let by = Action { actor: "system", now: self.outside.around.now() };
        let kept = self.outside.store.step(&by, &self.lease, &self.channel, self.number, step).await;
        let gone = || WorkFault {
            code: "job.lost".into(),
            message: "the round is not ours any more".into(),
            passing: true,
        };
        let stepped = kept.map_err(database)?.ok_or_else(gone)?;
        self.credit.taken += stepped.credit.taken;
        self.credit.known += stepped.credit.known;
        self.credit.refused += stepped.credit.refused;
        Ok(stepped)
    }

    /// An entry that could not be taken over: counted, told, and tried again a few times.
    pub(super) async fn refuse(
        &mut self,
        item: Item<'_>,
        what: &str,
        fault: &WorkFault,
    ) -> Result<(), WorkFault> {
        // A fault that lasts is not tried again until the entry changes.
        let tries = if fault.passing { item.tries + 1 } else { TRIES };
        let what = without_queries(what);
        let note = match fault.message.contains(&what) {
            true => format!("{} [{}]", fault.message, fault.code),
            false => format!("{what}: {} [{}]", fault.message, fault.code),
        };
        let credit = Credit { refused: 1, ..Credit::default() };
        let (items, notes) = ([Item { tries, ..item }], [note]);
        self.step(&Step { items: &items, credit, notes: &notes, ..Step::default() }).await.map(drop)
    }

    /// Hands a report in, as the entry of the source that it is.
    pub(super) async fn submit(
        &mut self,
        name: &str,
        document: &[u8],
        from: Option<(&str, Option<&str>)>,
        item: Item<'_>,
    ) -> Result<(), WorkFault> {
        let (marking, organisation, person) =
            (self.channel.marking, self.channel.organisation, self.channel.person);
        let audience = Audience { author: Some(person), ..Audience::new(organisation, marking) };
        let submission = Submission {
            update_of: None,
            name,
            document,
            marking: Some(marking),
            source_url: from.map(|(url, _)| url),
            media_type: from.and_then(|(_, media)| media),
            organisation,
            person: Some(person),
            audience: Some(&audience),
        };
        let ready = Ready::new(&submission, self.outside.around.now());
        let items = [Item { tries: 0, ..item }];
        let submission = Some((&ready.job(), from.map_or(name, |(url, _)| url)));
        let step = Step { submission, items: &items, ..Step::default() };
        self.step(&step).await?;
        self.outside.wake.now();
        Ok(())
    }

    /// Adds objects to the collection; the last step of them carries `last`.
    pub(super) async fn add(&mut self, bodies: &[&str], last: &Step<'_>) -> Result<(), WorkFault> {
        // The directory may have moved: who is in the collection, what they read.
        self.directory = self.outside.store.fresh().await.map_err(database)?;
        self.principal = acting(&self.directory, Some(self.channel.person), self.channel.organisation)?;
        self.allowed()?;
        let entry = self.collection()?;
        let (id, now) = (entry.access.id, self.outside.around.now());
        // Nothing goes farther than the source says, nor than the collection does, unless the object says so itself.
        let unmarked = self.channel.marking.max(entry.marking);
        let readable = self.directory.readable(&self.principal, Some(id), now);
        let (owner, author) = (self.channel.organisation, self.channel.person);
        let (good, bad) = arriving(bodies.iter().copied());
        let incoming: Vec<_> = good.iter().map(|object| object.incoming()).collect();
        let mut sets: Vec<&[_]> = incoming.chunks(SET).collect();
        let end = sets.pop().unwrap_or_default();
        for objects in sets {
            let arrival = Arrival { collection: id, unmarked, owner, author, readable: &readable, objects };
            self.step(&Step { arrival: Some(&arrival), ..Step::default() }).await?;
        }
        let arrival = Arrival { collection: id, unmarked, owner, author, readable: &readable, objects: end };
        let mut notes = bad.clone();
        notes.extend_from_slice(last.notes);
        let mut credit = last.credit;
        credit.refused += i64::try_from(bad.len()).unwrap_or(i64::MAX);
        let step = Step { arrival: Some(&arrival), credit, notes: &notes, ..last.clone() };
        self.step(&step).await.map(drop)
    }

    /// The end of the round.
    pub(super) async fn end(mut self, more: bool) -> Result<Outcome, WorkFault> {
        let now = self.outside.around.now();
        let due = if more { now.saturating_add(SOON) } else { i64::MAX };
        self.step(&Step { end: Some(due), ..Step::default() }).await?;
        let Credit { taken, known, refused } = self.credit;
        let result = serde_json::json!({ "taken": taken, "known": known, "refused": refused, "more": more });
        Ok(Outcome { result: result.to_string(), contents: Vec::new(), report: None })
    }
}

/// What the credentials of a channel are sealed for.
pub(crate) fn thing(uuid: &str) -> String {
    format!("channel/{uuid}")
}

/// The key of an entry.
pub(super) fn key(text: &str) -> String {
    token::digest(text)
}

/// Whether two addresses are on the same host and port.
pub(super) fn same_host(one: &str, other: &str) -> bool {
    let origin = |text: &str| url::Url::parse(text).ok().map(|url| url.origin());
    origin(one).is_some_and(|found| origin(other) == Some(found))
}

/// Reading what came, away from the threads that serve.
pub(super) async fn read<T: Send + 'static>(
    bytes: Vec<u8>,
    reader: impl FnOnce(&[u8]) -> Result<T, bartizan_clearinghouse::feed::Error> + Send + 'static,
) -> Result<T, WorkFault> {
    let found = apart(move || reader(&bytes)).await?;
    found.map_err(|e| {
        let code = if e.is_too_large() { "limit.input-bytes" } else { "feed.unreadable" };
        lasting(code, e.to_string())
    })
}
