//! What owners say is theirs.

use bartizan_clearinghouse::access::{OrganisationId, Thing, Verb};
use bartizan_clearinghouse::scan::ground::{self, Ground, Owned};
use bartizan_clearinghouse::scan::{Intent, State};
use bartizan_store::{DeskEntry, RangeState, ScanQuestion, ScanRange};

use super::MOST_OPEN;
use crate::app::App;
use crate::sharing::{Acting, Wrong, reason};

const WITHDRAWN: &str = "The range was withdrawn. Its owner registers it anew, if it is theirs after all.";

/// A range, as the rule of access sees it.
fn range_thing(range: &ScanRange) -> Thing<'static> {
    Thing::ScanRange { owner: range.owner, desk: range.desk }
}

/// The verified ranges of a desk.
pub(super) async fn grounds(app: &App, desk: OrganisationId) -> Result<Vec<Owned>, Wrong> {
    let ranges = app.store.scan_ranges(None, Some(desk)).await?;
    let verified = ranges.iter().filter(|range| range.state == RangeState::Verified);
    Ok(verified.filter_map(|range| Some((range.owner, Ground::read(&range.ground).ok()?))).collect())
}

/// Registers a range of the own organisation at a desk.
pub(crate) async fn claim(
    app: &App,
    acting: &Acting<'_>,
    desk: &DeskEntry,
    text: &str,
    note: &str,
    uuid: &str,
) -> Result<ScanRange, Wrong> {
    let (owner, _) = acting.known()?;
    acting.must(
        Verb::Add,
        &Thing::ScanRange { owner, desk: desk.organisation },
        "Only a coordinator of its owner registers a range, with a token for writing.",
    )?;
    let ground = Ground::read(text).map_err(|fault| Wrong::Unfit(fault.reason))?;
    let both = (owner, desk.organisation);
    if !app.store.add_range(&acting.by(), uuid, both, &ground.to_string(), reason(note)?).await? {
        return Err(Wrong::TooMany("Your organisation has as many ranges as it may."));
    }
    app.store.scan_range(uuid).await?.ok_or(Wrong::NotThere)
}

/// A range, if they may do this with it.
pub(crate) async fn range(
    app: &App,
    acting: &Acting<'_>,
    uuid: &str,
    verb: Verb,
) -> Result<ScanRange, Wrong> {
    let range = app.store.scan_range(uuid).await?.ok_or(Wrong::NotThere)?;
    acting.must(
        verb,
        &range_thing(&range),
        "Its owner registers and withdraws a range, the desk verifies it.",
    )?;
    Ok(range)
}

/// Says how far a range is; scans that wait on it ask its owner from now on.
pub(crate) async fn move_range(
    app: &App,
    acting: &Acting<'_>,
    range: &ScanRange,
    state: RangeState,
) -> Result<(), Wrong> {
    let mut waiting = Vec::new();
    if let (RangeState::Verified, Ok(ground)) = (state, Ground::read(&range.ground)) {
        let own = [(range.owner, ground)];
        let asked = ScanQuestion { desk: Some(range.desk), open: true, ..ScanQuestion::default() };
        for kept in app.store.scan_intents(&asked, MOST_OPEN).await? {
            let targets = Intent::kept(&kept.body).filter(|_| kept.state(acting.now) == State::AwaitingOwner);
            if targets.is_some_and(|i| !ground::owners(i.targets(), &own).is_empty()) {
                waiting.push(kept.id);
            }
        }
    }
    let moved = app.store.move_range(&acting.by(), range, state, &waiting).await?;
    // Whoever says again what holds already is right; of what its owner has taken back nobody says anything.
    let now =
        if moved { Some(state) } else { app.store.scan_range(&range.uuid).await?.map(|range| range.state) };
    if now == Some(state) { Ok(()) } else { Err(Wrong::Late(WITHDRAWN.into())) }
}
