//! Advisories, as pages, API and the provider do alike: written by their owner, released by tier and time, read by whom the rule of
//! access lets read them, and what operators say of them.
//!
//! Two views of one advisory never mix: its owner has the newest edition, drafts too; everybody has the newest edition that was
//! released to an audience that they read.

pub(crate) mod changes;
pub(crate) mod format;
pub(crate) mod leave;
pub(crate) mod metrics;
pub(crate) mod openpgp;
pub(crate) mod provider;
pub(crate) mod release;
mod stix;
pub(crate) mod withdraw;
pub(crate) mod write;

use bartizan_advisory::csaf::{self, Finding, Options, Severity};
use bartizan_advisory::emit;
use bartizan_clearinghouse::access::{Principal, Thing, Verb};
use bartizan_store::{Advisory, AdvisoryQuestion, CollectionEntry, Directory, ReadableAdvisory};
use serde_json::Value;

use crate::app::App;
use crate::sharing::{Acting, Wrong};

/// The most advisories that are read at once.
const AT_ONCE: i64 = 200;
/// The most of them in a list that is not cut into pages.
pub(crate) const MOST: usize = 10_000;

/// Entries of a news feed.
const NEWS: usize = 200;

/// Why an advisory was not written or released.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// As everywhere.
    Wrong(Wrong),
    /// A mandatory test of CSAF fails: what it would say, were it released.
    Invalid(Vec<Finding>),
}

impl<W: Into<Wrong>> From<W> for Refusal {
    fn from(wrong: W) -> Self {
        Self::Wrong(wrong.into())
    }
}

/// An advisory as somebody has it.
pub(crate) struct Seen {
    /// As its owner has it, for who reads drafts.
    pub(crate) own: Option<Advisory>,
    /// The newest edition that they have as readers; with what it says.
    pub(crate) released: Option<ReadableAdvisory>,
}

/// All audiences of all collections that somebody reads now.
pub(crate) fn audiences(directory: &Directory, principal: &Principal, now: i64) -> Vec<i64> {
    let collections = directory.collections.keys();
    collections.flat_map(|id| directory.readable(principal, Some(*id), now)).collect()
}

/// The advisory, as far as they have it.
pub(crate) async fn find(app: &App, acting: &Acting<'_>, uuid: &str) -> Result<Seen, Wrong> {
    let (own, _) = acting.known()?;
    acting.must(Verb::Read, &Thing::Library(own), "Your roles or this token do not include reading.")?;
    let advisory = app.store.advisory(uuid).await?.ok_or(Wrong::NotThere)?;
    let audiences = audiences(acting.directory, acting.principal, acting.now);
    let asked = AdvisoryQuestion {
        audiences: &audiences,
        now: acting.now,
        uuid: Some(uuid),
        bodies: true,
        limit: 1,
        ..AdvisoryQuestion::default()
    };
    let released = app.store.released_advisories(&asked).await?.pop();
    let audience = advisory.audience();
    let thing = Thing::Content { audience: &audience, collection: None };
    let own = acting.may(Verb::Read, &thing).then_some(advisory);
    if own.is_none() && released.is_none() { Err(Wrong::NotThere) } else { Ok(Seen { own, released }) }
}

/// The advisory, for its owner's people who may do this with it.
pub(crate) async fn find_own(
    app: &App,
    acting: &Acting<'_>,
    uuid: &str,
    verb: Verb,
) -> Result<Advisory, Wrong> {
    let advisory = app.store.advisory(uuid).await?.ok_or(Wrong::NotThere)?;
    let audience = advisory.audience();
    acting.must(
        verb,
        &Thing::Content { audience: &audience, collection: None },
        "Advisories are written by analysts, and released by reviewers, of the organisation whose they are.",
    )?;
    Ok(advisory)
}

/// All advisories that are released to somebody, in the order of their numbers.
pub(crate) async fn readable(
    app: &App,
    directory: &Directory,
    principal: &Principal,
    now: i64,
    asked: &AdvisoryQuestion<'_>,
) -> Result<Vec<ReadableAdvisory>, Wrong> {
    let audiences = audiences(directory, principal, now);
    let mut found: Vec<ReadableAdvisory> = Vec::new();
    loop {
        let after = found.last().map_or(0, |last| last.id);
        let part = AdvisoryQuestion { audiences: &audiences, now, after, limit: AT_ONCE, ..*asked };
        let part = app.store.released_advisories(&part).await?;
        let full = part.len() as i64 == AT_ONCE;
        found.extend(part);
        if !full || found.len() >= MOST {
            found.truncate(MOST);
            return Ok(found);
        }
    }
}

/// What is found in a document, as it stands.
pub(crate) fn validate(bytes: &[u8], now: i64, mandatory_only: bool) -> csaf::Report {
    let options = Options { now: Some(moment(now)), mandatory_only, ..Options::default() };
    csaf::validate(bytes, &options)
}

/// What would be found in a draft, were it released now: a draft itself always lacks what a release brings.
pub(crate) fn judge(draft: &Value, number: i64, now: i64) -> csaf::Report {
    let mut document = draft.clone();
    release::stamp(&mut document, number, "Release.", bartizan_advisory::advisory::Status::Final, None, now);
    validate(&emit::bytes(&document), now, false)
}

/// The findings that keep an advisory from being released.
pub(crate) fn errors(report: csaf::Report) -> Vec<Finding> {
    report.findings.into_iter().filter(|finding| finding.severity == Severity::Error).collect()
}

/// A time as documents have it: RFC 3339, UTC, to the second.
pub(crate) fn moment(now: i64) -> String {
    let time = jiff::Timestamp::from_microsecond(now).unwrap_or_default();
    format!("{time:.0}")
}

/// The newest advisories of a collection, newest first.
pub(crate) async fn news(
    app: &App,
    acting: &Acting<'_>,
    entry: &CollectionEntry,
) -> Result<Vec<ReadableAdvisory>, Wrong> {
    let audiences = acting.reads(entry);
    let mut found: Vec<ReadableAdvisory> = Vec::new();
    loop {
        let after = found.last().map_or(0, |last| last.id);
        let asked = AdvisoryQuestion {
            audiences: &audiences,
            now: acting.now,
            after,
            limit: 1_000,
            ..AdvisoryQuestion::default()
        };
        let part = app.store.released_advisories(&asked).await?;
        let full = part.len() == 1_000;
        found.extend(part);
        if !full || found.len() >= MOST {
            break;
        }
    }
    found.sort_by_key(|one| (std::cmp::Reverse(one.since), one.id));
    found.truncate(NEWS);
    Ok(found)
}
