//! Scan intents, as pages and API do alike (`bartizan_clearinghouse::scan` has the rules).

mod catalogue;
mod ranges;
mod say;
mod view;

use std::collections::BTreeSet;
use std::time::Duration;

use bartizan_clearinghouse::access::{OrganisationId, Thing, Verb};
use bartizan_clearinghouse::scan::answer::{answer, blocks, tick};
use bartizan_clearinghouse::scan::{Asking, Beat, Held, Intent, Part, State, ground};
use bartizan_store::{DeskEntry, NewScan, ScanIntent};

pub(crate) use catalogue::{list, unlist};
pub(crate) use ranges::{claim, move_range, range};
pub(crate) use say::{decide, say, stop, withdraw};
pub(crate) use view::{Side, overlaps, seen, side, title, voice};

use crate::app::App;
use crate::sharing::{Acting, Wrong};

/// The longest that somebody waits to be told to stop.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(50);
/// How often the store is asked meanwhile.
const LOOK: Duration = Duration::from_millis(500);
/// Open intents that the coordinator's overlaps are looked for in.
const MOST_OPEN: i64 = 2_000;

const NOT_SCANNER: &str =
    "Whoever registers and keeps scans is an analyst, reviewer or coordinator, with a token for writing.";
const TOO_MANY: &str =
    "Your organisation has registered as many scans today as it may. Put more into one of them.";

/// An intent, as the rule of access sees it.
pub(crate) fn thing<'a>(intent: &ScanIntent, owners: &'a [OrganisationId]) -> Thing<'a> {
    Thing::ScanIntent { desk: intent.desk, scanner: intent.scanner, owners }
}

/// What only who coordinates at an organisation's desk may read: an intent of nobody.
pub(crate) fn at_desk(desk: OrganisationId) -> Thing<'static> {
    Thing::ScanIntent { desk, scanner: OrganisationId(0), owners: &[] }
}

/// The desk at which to register: the one that is named, or the only open one.
pub(crate) fn desk<'a>(acting: &Acting<'a>, uuid: Option<&str>) -> Result<&'a DeskEntry, Wrong> {
    let mut open = acting.directory.desks.values().filter(|desk| !desk.closed);
    let found = match uuid {
        Some(uuid) => open.find(|desk| desk.uuid == uuid),
        None => open.next().filter(|_| open.next().is_none()),
    };
    let none = || match uuid {
        Some(_) => Wrong::NotThere,
        None => {
            Wrong::Unfit("Name the desk (`desk`) at which it is registered: there is not just one.".into())
        }
    };
    let desk = found.ok_or_else(none)?;
    acting.must(Verb::Add, &Thing::Desk(desk.organisation, true), NOT_SCANNER)?;
    Ok(desk)
}

/// An intent, if they may do this with it.
pub(crate) async fn find(
    app: &App,
    acting: &Acting<'_>,
    uuid: &str,
    verb: Verb,
) -> Result<ScanIntent, Wrong> {
    let intent = app.store.scan_intent(uuid).await?.ok_or(Wrong::NotThere)?;
    let owners = intent.owned_by();
    acting.must(verb, &thing(&intent, &owners), "Your roles or this token do not include that.")?;
    Ok(intent)
}

/// Registers an intent under this name.
pub(crate) async fn register(
    app: &App,
    acting: &Acting<'_>,
    desk: &DeskEntry,
    intent: &Intent,
    uuid: &str,
) -> Result<ScanIntent, Wrong> {
    let (scanner, person) = acting.known()?;
    let ranges = if intent.live() { ranges::grounds(app, desk.organisation).await? } else { Vec::new() };
    let new = NewScan {
        uuid,
        desk: desk.organisation,
        scanner,
        person,
        body: &intent.to_json(),
        title: &intent.title(),
        cells: &intent.cells(),
        owners: &ground::owners(intent.targets(), &ranges),
        held: Held::new(intent.window(), intent.live(), &app.config.scan, acting.now),
    };
    if !app.store.add_scan(&acting.by(), &new, app.config.scan.intents_a_day).await? {
        return Err(Wrong::TooMany(TOO_MANY));
    }
    app.store.scan_intent(uuid).await?.ok_or(Wrong::NotThere)
}

/// What its scanner is told of others: nothing unless it is active.
pub(crate) async fn parts(app: &App, acting: &Acting<'_>, kept: &ScanIntent) -> Result<Vec<Part>, Wrong> {
    let Some(intent) = Intent::kept(&kept.body) else { return Ok(Vec::new()) };
    if kept.state(acting.now) != State::Active {
        return Ok(Vec::new());
    }
    let rules = &app.config.scan;
    let places = app.store.scan_places(kept.desk, &intent.cells()).await?;
    let found = intent.targets().iter().filter_map(|target| blocks(target, &places, rules.k)).flatten();
    let found: Vec<String> = found.collect::<BTreeSet<_>>().into_iter().collect();
    let since = tick(acting.now, rules).saturating_sub(rules.lately);
    let presences = app.store.scan_presences((kept.desk, kept.scanner), &found, since).await?;
    let others =
        acting.directory.organisations.values().filter(|o| !o.closed && o.id != kept.scanner).count();
    let asking = Asking { intent: &kept.uuid, targets: intent.targets(), places: &places, others };
    Ok(answer(&asking, &presences, rules, acting.now))
}

/// A heartbeat: keeps the intent if it can be kept, and tells what its scanner has to know.
pub(crate) async fn beat(
    app: &App,
    acting: &Acting<'_>,
    kept: ScanIntent,
) -> Result<(Beat, ScanIntent), Wrong> {
    let beat = kept.held.beat(&app.config.scan, acting.now);
    if beat.state == State::Active && app.store.beat_scan(kept.id, acting.now, beat.lease).await? {
        let held = Held { lease: beat.lease, ..kept.held };
        return Ok((beat, ScanIntent { held, ..kept }));
    }
    // It does not need to be kept, or was ended at this moment.
    let kept = app.store.scan_intent(&kept.uuid).await?.ok_or(Wrong::NotThere)?;
    Ok((told(app, acting, &kept).await?, kept))
}

/// What a heartbeat would be answered; that its scanner heard it is kept.
pub(crate) async fn told(app: &App, acting: &Acting<'_>, kept: &ScanIntent) -> Result<Beat, Wrong> {
    let beat = kept.held.beat(&app.config.scan, acting.now);
    if beat.stop {
        app.store.told_scan(&acting.by(), kept).await?;
    }
    Ok(beat)
}

/// Waits until the intent is to stop, or for so long.
pub(crate) async fn wait(
    app: &App,
    acting: &Acting<'_>,
    mut kept: ScanIntent,
    long: Duration,
) -> Result<Beat, Wrong> {
    let until = tokio::time::Instant::now() + long.min(LONGEST_WAIT);
    loop {
        let now = app.now();
        let beat = kept.held.beat(&app.config.scan, now);
        let left = until.saturating_duration_since(tokio::time::Instant::now());
        if beat.stop || left.is_zero() {
            return told(app, &Acting { now, ..*acting }, &kept).await;
        }
        tokio::time::sleep(LOOK.min(left)).await;
        kept = app.store.scan_intent(&kept.uuid).await?.ok_or(Wrong::NotThere)?;
    }
}
