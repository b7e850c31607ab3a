//! Withdrawing an advisory: a last edition that says so and why goes to everybody who has it.

use bartizan_advisory::advisory::Status;
use bartizan_advisory::{track, withdraw as take_back};
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_store::{Advisory, EditionAbout, NewWithdrawal};
use serde_json::Value;

use super::release::{Going, borrowed, going, stamp};
use super::write::{marking, words};
use super::{Refusal, provider};
use crate::app::App;
use crate::sharing::{Acting, Wrong};

/// What it says of what changed.
const SUMMARY: &str = "Withdrawn.";

/// Withdraws an advisory: whoever has an edition has the one that says why, whoever was to have one later has none. `after`: the newest
/// edition that was seen. The number of the edition.
pub(crate) async fn withdraw(
    app: &App,
    acting: &Acting<'_>,
    advisory: &Advisory,
    after: i64,
    reason: &str,
) -> Result<i64, Refusal> {
    let (_, person) = acting.known()?;
    let audience = advisory.audience();
    acting.must(
        Verb::Review,
        &Thing::Content { audience: &audience, collection: None },
        "Advisories are withdrawn by reviewers and coordinators of the organisation whose they are.",
    )?;
    let reason = words(reason)?;
    if reason.is_empty() {
        return Err(Wrong::Unfit("Say why it is withdrawn: its readers are told.".into()).into());
    }
    let editions = app.store.advisory_editions(advisory.id).await?;
    let newest = editions.last().ok_or(Wrong::NotThere)?;
    if newest.withdraws {
        return Err(Wrong::Unfit("It was withdrawn already.".into()).into());
    }
    let Some(last) = editions.iter().rev().find(|edition| edition.version > 0) else {
        return Err(Wrong::Unfit("It was never released: there is nothing to withdraw.".into()).into());
    };
    // What its readers have, not what was being written since.
    let body = app.store.advisory_body(advisory.id, last.number).await?.ok_or(Wrong::NotThere)?;
    let unread = |_| Wrong::Unfit("What is kept of this advisory is no JSON.".into());
    let mut document: Value = serde_json::from_str(&body).map_err(unread)?;
    take_back(&mut document, reason);
    let version = advisory.version + 1;
    let folder = acting.directory.publishers.get(&advisory.owner).and_then(|publisher| {
        let first = track::first_release(&document)?.to_owned();
        provider::folder(&app.config, publisher, track::tlp(&document).map(marking)?, &first)
    });
    stamp(&mut document, version, SUMMARY, Status::Final, folder.as_deref(), acting.now);
    let going = going(app, acting, &document, &[], &last.scrubbed).await?;
    let Going { prepared, shelf, kept, .. } = &going;
    let about = EditionAbout { shelf: shelf.as_ref().map(borrowed), withdraws: true, scrubbed: kept };
    let edition = prepared.edition(version, SUMMARY, person, about);
    let new = NewWithdrawal { edition, after, person };
    let number = app.store.retract_advisory(&acting.by(), advisory, &new).await?;
    going.left.note(app, acting, &advisory.uuid).await?;
    Ok(number)
}
