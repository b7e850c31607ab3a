//! Scan intents, as pages and API do alike (`bartizan_clearinghouse::scan` has the rules).

use std::collections::BTreeSet;
use std::time::Duration;

use bartizan_clearinghouse::access::{OrganisationId, Thing, Verb};
use bartizan_clearinghouse::scan::answer::{answer, blocks, tick};
use bartizan_clearinghouse::scan::ground::{self, Ground, Owned};
use bartizan_clearinghouse::scan::{
    Asking, Beat, Choice, Held, Intent, Overlap, Part, State, StopReason, catalogue,
};
use bartizan_store::{
    DeskEntry, NewScan, RangeState, ScanDecision, ScanIntent, ScanNote, ScanQuestion, ScanRange, ScanUnits,
};

use crate::app::App;
use crate::sharing::{Acting, Wrong, reason};

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

/// A range, as the rule of access sees it.
pub(crate) fn range_thing(range: &ScanRange) -> Thing<'static> {
    Thing::ScanRange { owner: range.owner, desk: range.desk }
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

/// The verified ranges of a desk.
pub(crate) async fn grounds(app: &App, desk: OrganisationId) -> Result<Vec<Owned>, Wrong> {
    let ranges = app.store.scan_ranges(None, Some(desk)).await?;
    let verified = ranges.iter().filter(|range| range.state == RangeState::Verified);
    Ok(verified.filter_map(|range| Some((range.owner, Ground::read(&range.ground).ok()?))).collect())
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
    let ranges = if intent.live() { grounds(app, desk.organisation).await? } else { Vec::new() };
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
    app.store.move_range(&acting.by(), range, state, &waiting).await?;
    Ok(())
}

/// Adds things to the catalogue of the own desk, one a line.
pub(crate) async fn list(app: &App, acting: &Acting<'_>, lines: &[&str]) -> Result<ScanUnits, Wrong> {
    let desk = own_desk(acting)?;
    let lines = lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty());
    let mut cells = BTreeSet::new();
    for (n, line) in lines.enumerate() {
        let wrong = |reason: String| Wrong::Unfit(format!("Line {}: {reason}.", n + 1));
        if n >= catalogue::MOST {
            return Err(Wrong::Unfit(format!("At most {} at once.", catalogue::MOST)));
        }
        cells.insert(catalogue::cell(line, "things").map_err(|fault| wrong(fault.reason))?);
    }
    let mut secret = [0; 32];
    app.around.fill(&mut secret);
    let added =
        app.store.add_units(&acting.by(), desk.organisation, &cells, app.config.scan.k, &secret).await?;
    added.ok_or_else(|| Wrong::Unfit("The catalogue would have more than it may.".into()))
}

/// The desk of the own organisation, for who coordinates there.
pub(crate) fn own_desk<'a>(acting: &Acting<'a>) -> Result<&'a DeskEntry, Wrong> {
    let (own, _) = acting.known()?;
    let desk = acting.directory.desks.get(&own).ok_or(Wrong::NotThere)?;
    acting.must(
        Verb::Manage,
        &Thing::Desk(own, !desk.closed),
        "Only a coordinator of the desk's organisation keeps its catalogue, with a token for managing.",
    )?;
    Ok(desk)
}

/// What overlaps with an intent, exactly: the other intent, and their targets pair by pair. For the coordinator alone.
pub(crate) async fn overlaps(
    app: &App,
    acting: &Acting<'_>,
    kept: &ScanIntent,
) -> Result<Vec<(ScanIntent, Vec<(String, String, Overlap)>)>, Wrong> {
    let owners = kept.owned_by();
    let Some(intent) = Intent::kept(&kept.body).filter(|_| acting.may(Verb::Manage, &thing(kept, &owners)))
    else {
        return Ok(Vec::new());
    };
    let asked = ScanQuestion { desk: Some(kept.desk), open: true, ..ScanQuestion::default() };
    let mut found = Vec::new();
    for other in app.store.scan_intents(&asked, MOST_OPEN).await? {
        let apart = other.scanner != kept.scanner && !other.state(acting.now).is_final();
        let pairs =
            Intent::kept(&other.body).filter(|_| apart).map(|i| intent.overlaps(&i)).unwrap_or_default();
        if !pairs.is_empty() {
            found.push((other, pairs));
        }
    }
    Ok(found)
}

/// Who somebody is to an intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Who keeps scans apart: sees all of it.
    Coordinator,
    /// Whose scan it is.
    Scanner,
    /// Whose targets they are: sees what is theirs.
    Owner,
}

/// Who the acting are to an intent that they read.
pub(crate) fn side(acting: &Acting<'_>, kept: &ScanIntent) -> Side {
    let Some(own) = acting.principal.organisation else { return Side::Owner };
    let coordinates =
        own == kept.desk && acting.principal.roles.has(bartizan_clearinghouse::access::Role::Coordinator);
    match () {
        () if coordinates => Side::Coordinator,
        () if own == kept.scanner => Side::Scanner,
        () => Side::Owner,
    }
}

/// The intent as somebody may see it: an owner sees the targets on its own ground.
pub(crate) async fn seen(
    app: &App,
    acting: &Acting<'_>,
    kept: &ScanIntent,
) -> Result<Option<bartizan_clearinghouse::scan::Wire>, Wrong> {
    let Some(intent) = Intent::kept(&kept.body) else { return Ok(None) };
    let mut wire = intent.wire();
    if side(acting, kept) == Side::Owner {
        let (own, _) = acting.known()?;
        let ranges = grounds(app, kept.desk).await?;
        wire.scope = ground::on(intent.targets(), &ranges, own).into_iter().map(|t| t.entry()).collect();
    }
    Ok(Some(wire))
}

/// The line of lists, as somebody may see it: an owner reads of what is on its own ground.
pub(crate) async fn title(app: &App, acting: &Acting<'_>, kept: &ScanIntent) -> Result<String, Wrong> {
    if side(acting, kept) != Side::Owner {
        return Ok(kept.title.clone());
    }
    let (own, _) = acting.known()?;
    let ranges = grounds(app, kept.desk).await?;
    let targets = Intent::kept(&kept.body).map(|intent| intent.targets().to_vec()).unwrap_or_default();
    let shown: Vec<String> = ground::on(&targets, &ranges, own).into_iter().map(|t| t.text()).collect();
    Ok(match &shown[..] {
        [] => String::new(),
        [one] => one.clone(),
        [first, more @ ..] => format!("{first} and {} more", more.len()),
    })
}

/// Whose word an event is, as somebody may know it; none if they may not know of the event.
pub(crate) fn voice(
    kept: &ScanIntent,
    event: &bartizan_store::ScanEvent,
    side: Side,
) -> Option<&'static str> {
    let talk = matches!(event.kind.as_str(), "choice" | "message");
    if side == Side::Owner && (talk || event.kind == "told") {
        return None;
    }
    Some(match event.organisation {
        None => "the node",
        Some(_) if matches!(event.kind.as_str(), "approved" | "refused") => "an owner",
        Some(id) if id == kept.scanner => "the scanner",
        Some(id) if id == kept.desk => "the coordinator",
        Some(_) => "an owner",
    })
}
