//! Until when something is its owner's alone.

use bartizan_clearinghouse::access::{Audience, Thing, Verb};
use bartizan_clearinghouse::time;
use bartizan_store::Held;

use super::{Acting, Wrong, reason};
use crate::app::App;

/// The latest end of an embargo, microseconds from now: five years.
const LONGEST: i64 = 5 * 366 * 24 * 3600 * 1_000_000;

const REFUSED: &str = "Whoever writes for its organisation prolongs an embargo; only a reviewer or coordinator shortens or lifts it.";

/// The end of an embargo as somebody sends it: RFC 3339, or what a form's field holds, which is UTC. Empty: none.
pub(crate) fn until(text: &str, now: i64) -> Result<Option<i64>, Wrong> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let typed = match text.len() {
        16 => format!("{text}:00Z"),
        19 => format!("{text}Z"),
        _ => text.to_owned(),
    };
    let wrong = |what: &str| Err(Wrong::Unfit(format!("The end of an embargo {what}.")));
    match time::parse(&typed) {
        None => wrong("is a time in UTC such as 2027-03-04T11:20"),
        Some(at) if at <= now => wrong("lies ahead"),
        Some(at) if at - now > LONGEST => wrong("is at most five years ahead"),
        Some(at) => Ok(Some(at)),
    }
}

/// What is under embargo in a collection, as far as they read it, soonest first.
pub(crate) async fn held(app: &App, acting: &Acting<'_>, address: &str) -> Result<Vec<Held>, Wrong> {
    let entry = acting.collection(address)?;
    Ok(app.store.held(entry.access.id, &acting.reads(entry), acting.now).await?)
}

/// Moves an embargo of the own organisation, or lifts it; how many objects that were.
pub(crate) async fn change(
    app: &App,
    acting: &Acting<'_>,
    address: &str,
    from: i64,
    to: Option<i64>,
    why: &str,
) -> Result<i64, Wrong> {
    let entry = acting.collection(address)?;
    let (owner, _) = acting.known()?;
    let id = entry.access.id;
    // As far as they read it: what its author alone reads stays as it is, and an embargo of which they read nothing is not there.
    let mut under = Vec::new();
    for number in acting.reads(entry) {
        let Some(audience) = acting.directory.audiences.get(&number) else { continue };
        if audience.owner != owner || audience.embargo != Some(from) {
            continue;
        }
        let after = Audience { embargo: to, ..audience.clone() };
        let thing = Thing::Marking { audience, collection: Some(&entry.access), after: &after, freer: false };
        acting.must(Verb::Review, &thing, REFUSED)?;
        under.push(number);
    }
    if from <= acting.now || under.is_empty() {
        return Err(Wrong::NotThere);
    }
    let why = reason(why)?;
    if to.is_none_or(|to| to < from) && why.is_empty() {
        return Err(Wrong::Unfit("Say why it ends sooner.".into()));
    }
    let moved = app.store.move_embargo(&acting.by(), id, owner, &under, (from, to), why).await?;
    app.wake.now();
    Ok(moved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_in_utc_and_ahead() {
        // 2026-11-30T11:00:00Z.
        let now = 1_796_036_400_000_000;
        for (text, expected) in [
            ("", Ok(None)),
            ("2026-11-30T11:01", Ok(Some(now + 60_000_000))),
            ("2026-11-30T11:00:01", Ok(Some(now + 1_000_000))),
            ("2026-11-30T12:01:00+01:00", Ok(Some(now + 60_000_000))),
            ("2026-11-30T11:00", Err(())),
            ("2036-11-30T11:00", Err(())),
            ("soon", Err(())),
            ("2026-13-01T00:00", Err(())),
        ] {
            assert_eq!(until(text, now).map_err(|_| ()), expected, "{text}");
        }
    }
}
