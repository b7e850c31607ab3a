//! Figures of advisories in three cuts. Each is made of rows that its reader may read anyway: the public cut of what anyone reads, an
//! operator's of what it reads and said, an owner's of its own.

use std::collections::BTreeMap;

use bartizan_clearinghouse::access::{OrganisationId, Principal, Thing, Verb};
use bartizan_clearinghouse::advisory::{Receipt, State};
use bartizan_store::{AdvisoryQuestion, AdvisoryReceipt, Directory, ReadableAdvisory};

use crate::app::App;
use crate::sharing::{Acting, Wrong};

/// What anyone may know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Public {
    /// Advisories that anyone reads.
    pub(crate) advisories: u64,
    /// Of them, those that were revised since.
    pub(crate) revised: u64,
    /// How many first came in each month, `2026-11`, oldest first.
    pub(crate) months: Vec<(String, u64)>,
}

/// What an organisation may know of itself as an operator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Operator {
    /// Advisories of others that it reads.
    pub(crate) advisories: u64,
    /// Of which nothing was said of the newest edition.
    pub(crate) silent: u64,
    /// What was said last of the others, in the order of [`Receipt::ALL`].
    pub(crate) said: Vec<(Receipt, u64)>,
    /// From having it to acknowledging it, the middle one, in hours.
    pub(crate) hours: Option<u64>,
}

/// What an owner may know of its advisories.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Coordinator {
    /// How many are how far.
    pub(crate) states: Vec<(State, u64)>,
    /// By tier.
    pub(crate) tiers: Vec<Tier>,
}

/// A collection, as a tier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tier {
    /// Its UUID and title; empty for one that is closed.
    pub(crate) collection: (String, String),
    /// Advisories of which an edition is there now.
    pub(crate) advisories: u64,
    /// Advisories of which one will be there later.
    pub(crate) waiting: u64,
    /// What its operators said last of them.
    pub(crate) said: Vec<(Receipt, u64)>,
}

/// The public cut: of what anyone reads, whoever asks.
pub(crate) async fn public(app: &App, directory: &Directory, now: i64) -> Result<Public, Wrong> {
    let anyone = Principal::anyone();
    let found = super::readable(app, directory, &anyone, now, &AdvisoryQuestion::default()).await?;
    let mut months: BTreeMap<String, u64> = BTreeMap::new();
    for one in &found {
        *months.entry(super::moment(one.first).get(..7).unwrap_or_default().to_owned()).or_default() += 1;
    }
    let revised = found.iter().filter(|one| one.version > 1).count() as u64;
    Ok(Public { advisories: found.len() as u64, revised, months: months.into_iter().collect() })
}

/// The operator's cut, for the asker's own organisation.
pub(crate) async fn operator(app: &App, acting: &Acting<'_>) -> Result<Option<Operator>, Wrong> {
    let (own, _) = acting.known()?;
    if !acting.may(Verb::Read, &Thing::Receipt { owner: own, operator: own }) {
        return Ok(None);
    }
    let asked = AdvisoryQuestion::default();
    let mut found = super::readable(app, acting.directory, acting.principal, acting.now, &asked).await?;
    found.retain(|one| one.owner != own);
    let ids: Vec<i64> = found.iter().map(|one| one.id).collect();
    let mut last: BTreeMap<i64, AdvisoryReceipt> = BTreeMap::new();
    for part in ids.chunks(500) {
        last.extend(app.store.last_receipts(part, Some(own)).await?);
    }
    let current = |one: &ReadableAdvisory| last.get(&one.id).filter(|receipt| receipt.edition == one.edition);
    let said: Vec<Receipt> = found.iter().filter_map(current).map(|receipt| receipt.state).collect();
    let mut hours: Vec<u64> = Vec::new();
    for one in found.iter().filter(|one| current(one).is_some_and(|r| r.state != Receipt::Read)) {
        let all = app.store.advisory_receipts(one.id, Some(own)).await?;
        let first = all.iter().find(|r| r.edition == one.edition && r.state != Receipt::Read);
        hours.extend(first.and_then(|r| u64::try_from((r.at - one.since).max(0) / 3_600_000_000).ok()));
    }
    hours.sort_unstable();
    Ok(Some(Operator {
        advisories: found.len() as u64,
        silent: (found.len() - said.len()) as u64,
        said: counted(&said),
        hours: hours.get(hours.len() / 2).copied(),
    }))
}

/// The owner's cut, for the asker's own organisation.
pub(crate) async fn coordinator(app: &App, acting: &Acting<'_>) -> Result<Option<Coordinator>, Wrong> {
    let (own, person) = acting.known()?;
    if !acting.may(Verb::Read, &Thing::Library(own)) {
        return Ok(None);
    }
    let all = app.store.advisories_of(own, person, None, None, super::MOST as i64).await?;
    let count = |state: State| all.iter().filter(|advisory| advisory.state == state).count() as u64;
    let states = State::ALL.iter().map(|state| (*state, count(*state))).collect();
    let mut tiers: BTreeMap<i64, Tier> = BTreeMap::new();
    let mut there: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for advisory in &all {
        let mut now: Vec<i64> = Vec::new();
        for release in app.store.advisory_releases(advisory.id).await?.iter().filter(|r| r.ended.is_none()) {
            let id = release.collection.0;
            let tier = tiers.entry(id).or_default();
            if release.begins > acting.now {
                tier.waiting += 1;
            } else if !now.contains(&id) {
                now.push(id);
                tier.advisories += 1;
                there.entry(id).or_default().push(advisory.id);
            }
        }
    }
    for (id, tier) in &mut tiers {
        let entry = acting.directory.collections.get(&(*id).into());
        tier.collection = entry.map(|e| (e.uuid.clone(), e.title.clone())).unwrap_or_default();
        let members: Vec<OrganisationId> =
            entry.map(|e| e.access.members.keys().copied().collect()).unwrap_or_default();
        let mut said = Vec::new();
        for part in there.get(id).map(Vec::as_slice).unwrap_or_default().chunks(500) {
            let last = app.store.last_receipts(part, None).await?;
            said.extend(
                last.into_iter().filter(|(_, r)| members.contains(&r.organisation)).map(|(_, r)| r.state),
            );
        }
        tier.said = counted(&said);
    }
    Ok(Some(Coordinator { states, tiers: tiers.into_values().collect() }))
}

fn counted(said: &[Receipt]) -> Vec<(Receipt, u64)> {
    let count = |state: Receipt| said.iter().filter(|one| **one == state).count() as u64;
    Receipt::ALL.iter().map(|state| (*state, count(*state))).collect()
}
