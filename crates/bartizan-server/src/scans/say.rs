//! Ending an intent, deciding about it, words about it.

use std::collections::BTreeSet;

use bartizan_clearinghouse::access::OrganisationId;
use bartizan_clearinghouse::scan::{Choice, Intent, State, StopReason, ground};
use bartizan_store::{ScanDecision, ScanIntent, ScanNote};

use super::ranges::grounds;
use crate::app::App;
use crate::sharing::{Acting, Wrong, reason};

const OVER: &str = "It is over already.";

/// Stops an intent.
pub(crate) async fn stop(
    app: &App,
    acting: &Acting<'_>,
    kept: &ScanIntent,
    why: StopReason,
    words: &str,
) -> Result<(), Wrong> {
    let by = acting.known()?;
    let ended = app.store.end_scan(&acting.by(), kept, by, Some(why), reason(words)?).await?;
    app.wake.now();
    if ended { Ok(()) } else { Err(Wrong::Unfit(OVER.into())) }
}

/// Takes an intent back: it is done, or will not be. What is over already is so.
pub(crate) async fn withdraw(app: &App, acting: &Acting<'_>, kept: &ScanIntent) -> Result<(), Wrong> {
    let by = acting.known()?;
    app.store.end_scan(&acting.by(), kept, by, None, "").await?;
    Ok(())
}

/// An owner's decision.
pub(crate) async fn decide(
    app: &App,
    acting: &Acting<'_>,
    kept: &ScanIntent,
    approved: bool,
    words: &str,
) -> Result<(), Wrong> {
    let (owner, person) = acting.known()?;
    let targets = Intent::kept(&kept.body).map(|intent| intent.targets().to_vec()).unwrap_or_default();
    let ranges = grounds(app, kept.desk).await?;
    let decision = ScanDecision { owner, person, approved, words: reason(words)? };
    let lease = kept.held.approved(&app.config.scan, acting.now).lease;
    let enough = |owners: &BTreeSet<OrganisationId>| ground::authorised(&targets, &ranges, owners);
    if kept.state(acting.now) != State::AwaitingOwner
        || !app.store.decide_scan(&acting.by(), kept, &decision, enough, lease).await?
    {
        return Err(Wrong::Unfit("It does not wait for an owner.".into()));
    }
    app.wake.now();
    Ok(())
}

/// Words between an intent's scanner and the coordinator, and what the scanner does about an overlap.
pub(crate) async fn say(
    app: &App,
    acting: &Acting<'_>,
    kept: &ScanIntent,
    (choice, part, words): (Option<Choice>, &str, &str),
) -> Result<(), Wrong> {
    let (organisation, person) = acting.known()?;
    let words = reason(words)?;
    let handle = part.is_empty()
        || part.strip_prefix("p-").is_some_and(|d| d.len() == 12 && d.bytes().all(|b| b.is_ascii_hexdigit()));
    if !handle || (choice.is_none() && words.is_empty()) {
        return Err(Wrong::Unfit("Say something, or choose; a part is named by its handle.".into()));
    }
    let kind = if choice.is_some() { "choice" } else { "message" };
    let code = choice.map_or("", Choice::as_str);
    let said = ScanNote { kind, organisation, person, code, part, words };
    let kept = app.store.note_scan(&acting.by(), kept, &said).await?;
    if kept { Ok(()) } else { Err(Wrong::TooMany("As much was said about this scan as it holds.")) }
}
