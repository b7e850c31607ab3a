//! Marking a report anew.

use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_clearinghouse::pap::Pap;
use bartizan_stix::Tlp;
use bartizan_store::{Marked, Report};

use super::{Acting, Wrong, reason};
use crate::app::App;

/// Marks a report anew; whether the asker still reads it.
pub(crate) async fn mark(
    app: &App,
    acting: &Acting<'_>,
    report: &Report,
    marking: Tlp,
    pap: Option<Pap>,
    why: &str,
) -> Result<bool, Wrong> {
    let audience = acting.directory.audiences.get(&report.audience).ok_or(Wrong::NotThere)?;
    let after = report.audience_as(audience, marking);
    // No label lets everything.
    let freer = pap.unwrap_or(Pap::Clear) < report.pap.unwrap_or(Pap::Clear);
    let thing = Thing::Marking { audience, collection: None, after: &after, freer };
    let refused =
        "Whoever writes for its organisation marks it more strictly; only a reviewer or coordinator less.";
    acting.must(Verb::Review, &thing, refused)?;
    let why = reason(why)?;
    if (freer || marking < audience.marking) && why.is_empty() {
        return Err(Wrong::Unfit("Say why it may go further.".into()));
    }
    if (marking, pap) != (audience.marking, report.pap) {
        let new = Marked { marking, pap, reason: why };
        app.store.mark_report(&acting.by(), report, &new).await?;
    }
    Ok(acting.may(Verb::Read, &Thing::Content { audience: &after, collection: None }))
}

/// What a form or body says of PAP: empty is no label.
pub(crate) fn pap(text: &str) -> Result<Option<Pap>, Wrong> {
    match text.trim() {
        "" => Ok(None),
        text => Pap::parse(text).map(Some).ok_or_else(|| Wrong::Unfit("That is no PAP label.".into())),
    }
}
