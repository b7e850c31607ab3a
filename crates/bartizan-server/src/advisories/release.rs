//! Releasing an advisory by tier and time, taking it back, and what operators say of it.

use bartizan_advisory::advisory::Status;
use bartizan_advisory::{emit, track};
use bartizan_clearinghouse::access::{CollectionId, Thing, Verb};
use bartizan_clearinghouse::advisory::Receipt;
use bartizan_store::{
    Advisory, AdvisoryReceipt, AdvisoryShelf, EditionAbout, NewAdvisoryReceipt, NewRelease, NewShelf,
    ReadableAdvisory,
};
use serde_json::Value;

use super::leave::{Left, left};
use super::write::{Prepared, latest, marking, words};
use super::{Refusal, errors, moment, provider, validate};
use crate::app::App;
use crate::cases;
use crate::sharing::{Acting, Wrong};

/// The most tiers of one release.
const TIERS: usize = 20;

/// What is to be released.
pub(crate) struct Wanted<'a> {
    /// The newest edition that was seen.
    pub(crate) after: i64,
    /// Collections by UUID or alias, and from when on each has it; none: now.
    pub(crate) to: &'a [(String, Option<i64>)],
    /// What changed.
    pub(crate) summary: &'a str,
    /// Whether changes are expected.
    pub(crate) interim: bool,
    /// What belongs to the threat and stays, though it looks like personal data (docs/privacy.md).
    pub(crate) kept: &'a [String],
}

/// Makes a document a release.
pub(super) fn stamp(
    document: &mut Value,
    number: i64,
    summary: &str,
    status: Status,
    folder: Option<&str>,
    now: i64,
) {
    let number = u64::try_from(number).unwrap_or(1);
    track::to_release(document, &track::Release { number, date: &moment(now), summary, status, folder });
}

/// Releases the newest edition to collections: as a new version, or, where it was released before and nothing was written since, the
/// same to more of them. Nothing is released while a mandatory test fails, and nothing leaves with personal data that has nothing to do
/// with the threat. The number of the edition.
pub(crate) async fn release(
    app: &App,
    acting: &Acting<'_>,
    advisory: &Advisory,
    wanted: &Wanted<'_>,
) -> Result<i64, Refusal> {
    let (_, person) = acting.known()?;
    let audience = advisory.audience();
    acting.must(
        Verb::Review,
        &Thing::Content { audience: &audience, collection: None },
        "Advisories are released by reviewers and coordinators of the organisation whose they are.",
    )?;
    let mut to: Vec<(CollectionId, i64)> = Vec::new();
    for (address, from) in wanted.to {
        let entry = acting.collection(address)?;
        acting.must(Verb::Add, &Thing::Collection(&entry.access), "You may not add to this collection.")?;
        if to.iter().any(|(id, _)| *id == entry.access.id) {
            return Err(Wrong::Unfit("A collection stands there twice.".into()).into());
        }
        to.push((entry.access.id, from.unwrap_or(acting.now)));
    }
    if to.is_empty() || to.len() > TIERS {
        return Err(Wrong::Unfit(format!("Name from one to {TIERS} collections.")).into());
    }
    under_embargo(app, acting, advisory, &to).await?;
    let summary = words(wanted.summary)?;
    let editions = app.store.advisory_editions(advisory.id).await?;
    let newest = editions.last().ok_or(Wrong::NotThere)?;
    if newest.withdraws {
        return Err(Wrong::Unfit("It was withdrawn, and stays that: begin another advisory.".into()).into());
    }
    let mut new = NewRelease {
        edition: None,
        after: wanted.after,
        version: newest.version,
        marking: newest.marking,
        to: &to,
        person,
    };
    let mut document = latest(app, advisory).await?;
    // What was said to belong to the threat holds for what comes after.
    let before = editions.iter().rev().find(|edition| edition.version > 0).map(|edition| &*edition.scrubbed);
    let before = before.unwrap_or_default();
    let cleaned = left(app, acting, &document, wanted.kept, before).await?.changed();
    if newest.version > 0 && !cleaned {
        return Ok(app.store.release_advisory(&acting.by(), advisory, &new).await?);
    }
    let version = advisory.version + 1;
    let first = match version {
        1 => "First release.",
        // It was released before anybody looked: it goes no farther as it is.
        _ if newest.version > 0 => "Personal data was taken out.",
        _ => "Revised.",
    };
    let summary = if summary.is_empty() { first } else { summary };
    let status = if wanted.interim { Status::Interim } else { Status::Final };
    let year = track::first_release(&document).filter(|_| version > 1).map(str::to_owned);
    let folder = acting.directory.publishers.get(&advisory.owner).and_then(|publisher| {
        let first = year.unwrap_or_else(|| moment(acting.now));
        provider::folder(&app.config, publisher, track::tlp(&document).map(marking)?, &first)
    });
    stamp(&mut document, version, summary, status, folder.as_deref(), acting.now);
    let going = going(app, acting, &document, wanted.kept, before).await?;
    let Going { prepared, shelf, kept, summary, .. } = &going;
    let about = EditionAbout { shelf: shelf.as_ref().map(borrowed), withdraws: false, scrubbed: kept };
    new.edition = Some(prepared.edition(version, summary, person, about));
    (new.version, new.marking) = (version, prepared.marking);
    let number = app.store.release_advisory(&acting.by(), advisory, &new).await?;
    going.left.note(app, acting, &advisory.uuid).await?;
    Ok(number)
}

/// A document that goes out.
pub(super) struct Going {
    pub(super) prepared: Prepared,
    pub(super) shelf: Option<AdvisoryShelf>,
    pub(super) kept: String,
    /// What changed, as the document says.
    pub(super) summary: String,
    pub(super) left: Left,
}

pub(super) fn borrowed(shelf: &AdvisoryShelf) -> NewShelf<'_> {
    NewShelf { initially: &shelf.initially, currently: &shelf.currently, served: &shelf.served }
}

/// A stamped document as it leaves: valid, without personal data, and still valid.
pub(super) async fn going(
    app: &App,
    acting: &Acting<'_>,
    document: &Value,
    kept: &[String],
    before: &str,
) -> Result<Going, Refusal> {
    let wrong = |document: &Value| errors(validate(&emit::bytes(document), acting.now, true));
    let found = wrong(document);
    if !found.is_empty() {
        return Err(Refusal::Invalid(found));
    }
    let left = left(app, acting, document, kept, before).await?;
    if left.changed() && !wrong(&left.document).is_empty() {
        return Err(left.broken().into());
    }
    let prepared = Prepared::new(&left.document)?;
    let shelf = provider::shelf_of(&left.document, &prepared.body);
    let summary = track::last_summary(&left.document).unwrap_or_default().to_owned();
    Ok(Going { prepared, shelf: Some(shelf), kept: left.kept(), summary, left })
}

/// What comes of a case under embargo is not in a public collection before the embargo ends.
async fn under_embargo(
    app: &App,
    acting: &Acting<'_>,
    advisory: &Advisory,
    to: &[(CollectionId, i64)],
) -> Result<(), Wrong> {
    let Some(case) = &advisory.case else { return Ok(()) };
    let public = |id: &CollectionId| acting.directory.collections.get(id).is_some_and(|e| e.access.public);
    let Some(earliest) = to.iter().filter(|(id, _)| public(id)).map(|(_, from)| *from).min() else {
        return Ok(());
    };
    // Of a case that they may not know nothing is told.
    let room = match cases::find(app, acting, case, Verb::List).await {
        Ok(room) => room,
        Err(Wrong::NotThere | Wrong::Forbidden(_)) => return Ok(()),
        Err(other) => return Err(other),
    };
    match room.case.end().filter(|end| room.case.embargoed(acting.now) && earliest.max(acting.now) < end.at) {
        None => Ok(()),
        Some(end) => Err(Wrong::Unfit(format!(
            "The case that it comes from is under embargo until {}: release it to a public collection from then on, or end the embargo in the \
             case.",
            moment(end.at)
        ))),
    }
}

/// Takes an advisory out of a collection.
pub(crate) async fn withdraw(
    app: &App,
    acting: &Acting<'_>,
    advisory: &Advisory,
    address: &str,
    reason: &str,
) -> Result<(), Wrong> {
    let audience = advisory.audience();
    acting.must(
        Verb::Review,
        &Thing::Content { audience: &audience, collection: None },
        "Advisories are taken back by reviewers and coordinators of the organisation whose they are.",
    )?;
    let entry = acting.collection(address)?;
    let reason = crate::sharing::reason(reason)?;
    let ended = app.store.withdraw_advisory(&acting.by(), advisory, entry.access.id, reason).await?;
    if ended == 0 { Err(Wrong::NotThere) } else { Ok(()) }
}

/// Says something of an advisory for the own organisation.
pub(crate) async fn receive(
    app: &App,
    acting: &Acting<'_>,
    released: &ReadableAdvisory,
    state: Receipt,
    text: &str,
) -> Result<(), Wrong> {
    let (own, person) = acting.known()?;
    let thing = Thing::Receipt { owner: released.owner, operator: own };
    acting.must(Verb::Add, &thing, "Your roles do not include speaking for your organisation.")?;
    let new = NewAdvisoryReceipt {
        advisory: (released.id, &released.uuid),
        edition: released.edition,
        organisation: own,
        person,
        state,
        words: words(text)?,
    };
    Ok(app.store.receive_advisory(&acting.by(), &new).await?)
}

/// What was said of an advisory: all of it for its owner, for others what their own organisation said.
pub(crate) async fn receipts(
    app: &App,
    acting: &Acting<'_>,
    advisory: i64,
    owner: bartizan_clearinghouse::access::OrganisationId,
) -> Result<Vec<AdvisoryReceipt>, Wrong> {
    let (own, _) = acting.known()?;
    let only = (own != owner).then_some(own);
    let mut found = app.store.advisory_receipts(advisory, only).await?;
    found.retain(|r| acting.may(Verb::Read, &Thing::Receipt { owner, operator: r.organisation }));
    Ok(found)
}
