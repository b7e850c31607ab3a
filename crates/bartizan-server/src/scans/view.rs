//! What somebody sees of an intent: all of it, what is on their ground, or their own.

use bartizan_clearinghouse::access::{Role, Verb};
use bartizan_clearinghouse::scan::{Intent, Overlap, Wire, ground};
use bartizan_store::{ScanEvent, ScanIntent, ScanQuestion};

use super::ranges::grounds;
use super::{MOST_OPEN, thing};
use crate::app::App;
use crate::sharing::{Acting, Wrong};

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
    let coordinates = own == kept.desk && acting.principal.roles.has(Role::Coordinator);
    match () {
        () if coordinates => Side::Coordinator,
        () if own == kept.scanner => Side::Scanner,
        () => Side::Owner,
    }
}

/// The intent as somebody may see it: an owner sees the targets on its own ground.
pub(crate) async fn seen(app: &App, acting: &Acting<'_>, kept: &ScanIntent) -> Result<Option<Wire>, Wrong> {
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
pub(crate) fn voice(kept: &ScanIntent, event: &ScanEvent, side: Side) -> Option<&'static str> {
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
