//! Folds of logs, kept: a case with ten thousand events is read once, and then event by event.
//!
//! A log is only ever added to, so the fold of its first *n* events is the same for ever: what is kept under a case and a number of events
//! is never wrong, whoever else adds to it. Nothing here is told to anybody but through the rule of access.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use bartizan_clearinghouse::case::Case;
use bartizan_store::KeptEvent;

use crate::app::App;
use crate::sharing::Wrong;

/// Bytes of events, as they are written, of which folds are kept.
const MOST: usize = 64 << 20;
/// What one event takes besides its bytes.
const EACH: usize = 256;

/// A log and where it leads.
#[derive(Clone)]
pub(crate) struct Folded {
    pub(crate) case: Arc<Case>,
    pub(crate) log: Arc<Vec<KeptEvent>>,
    bytes: usize,
}

struct Slot {
    used: u64,
    folded: Folded,
}

#[derive(Default)]
struct Kept {
    slots: BTreeMap<i64, Slot>,
    bytes: usize,
    clock: u64,
}

impl Kept {
    fn get(&mut self, case: i64) -> Option<Folded> {
        self.clock += 1;
        let slot = self.slots.get_mut(&case)?;
        slot.used = self.clock;
        Some(slot.folded.clone())
    }

    fn remove(&mut self, case: i64) -> Option<Folded> {
        let slot = self.slots.remove(&case)?;
        self.bytes -= slot.folded.bytes;
        Some(slot.folded)
    }

    /// Keeps a fold instead of a shorter one, and lets go of what was asked for longest ago.
    fn keep(&mut self, case: i64, folded: Folded, most: usize) {
        let shorter = self.slots.get(&case).is_none_or(|slot| slot.folded.case.events < folded.case.events);
        if !shorter || folded.bytes > most {
            return;
        }
        self.remove(case);
        self.clock += 1;
        self.bytes += folded.bytes;
        self.slots.insert(case, Slot { used: self.clock, folded });
        while self.bytes > most {
            let oldest = self.slots.iter().min_by_key(|(_, slot)| slot.used).map(|(case, _)| *case);
            let Some(oldest) = oldest else { return };
            self.remove(oldest);
        }
    }
}

/// The folds that are kept.
#[derive(Default)]
pub(crate) struct Folds(Mutex<Kept>);

impl Folds {
    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A fold of as many events or fewer; one of fewer is handed over, to be added to.
    fn nearest(&self, case: i64, events: u64) -> Option<Folded> {
        let mut kept = self.kept();
        let found = kept.get(case)?;
        match found.case.events.cmp(&events) {
            std::cmp::Ordering::Equal => Some(found),
            std::cmp::Ordering::Less => {
                drop(found);
                kept.remove(case)
            }
            // Somebody who reads an older state reads it whole.
            std::cmp::Ordering::Greater => None,
        }
    }
}

/// The log of a case up to so many events, and where it leads.
pub(super) async fn folded(app: &App, (id, uuid): (i64, &str), events: i64) -> Result<Folded, Wrong> {
    let events = u64::try_from(events).unwrap_or_default();
    let before = app.folds.nearest(id, events);
    let known = before.as_ref().map_or(0, |folded| folded.case.events);
    if let Some(folded) = before.as_ref().filter(|_| known == events) {
        return Ok(folded.clone());
    }
    let (more, bytes) = app.store.case_events(id, known, events).await?;
    let folded = extend(before, more, bytes).map_err(|(number, refusal)| {
        tracing::error!(case = uuid, number, %refusal, "the log of a case does not fold");
        Wrong::Store(bartizan_store::Error::busy("the log of this case cannot be read"))
    })?;
    app.folds.kept().keep(id, folded.clone(), MOST);
    Ok(folded)
}

fn extend(
    before: Option<Folded>,
    more: Vec<KeptEvent>,
    bytes: usize,
) -> Result<Folded, (u64, bartizan_clearinghouse::case::Refusal)> {
    let bytes = bytes.saturating_add(more.len().saturating_mul(EACH));
    let Some(Folded { mut case, mut log, bytes: known }) = before else {
        let case = Case::fold(more.iter().map(|kept| &kept.event))?;
        return Ok(Folded { case: Arc::new(case), log: Arc::new(more), bytes });
    };
    let state = Arc::make_mut(&mut case);
    for kept in &more {
        state.apply(&kept.event).map_err(|refusal| (kept.event.number, refusal))?;
    }
    Arc::make_mut(&mut log).extend(more);
    Ok(Folded { case, log, bytes: known.saturating_add(bytes) })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use bartizan_clearinghouse::case::{Action, Event, Name, Tooling};

    use super::*;

    fn log(events: u64) -> Vec<KeptEvent> {
        let name = |text: &str| text.parse::<Name>().expect("a name");
        let event = |number| {
            let action = match number {
                1 => Action::Open {
                    roles: BTreeSet::new(),
                    products: BTreeSet::new(),
                    tooling: Tooling::Private,
                },
                _ => Action::Write { thread: name("cert"), message: name(&format!("m{number}")) },
            };
            KeptEvent { event: Event { number, at: 5, by: name("cert"), action }, person: None }
        };
        (1..=events).map(event).collect()
    }

    fn of(events: u64, bytes: usize) -> Folded {
        extend(None, log(events), bytes).expect("folds")
    }

    #[test]
    fn event_by_event_it_is_the_fold_of_all() {
        let mut grown = of(1, 0);
        for number in 1..60 {
            grown = extend(Some(grown), log(number + 1).split_off(number as usize), 0).expect("folds");
        }
        let whole = of(60, 0);
        assert_eq!(grown.case, whole.case);
        assert_eq!(grown.log, whole.log);
        assert!(extend(Some(whole), log(70).split_off(65), 0).is_err(), "a log has no gaps");
    }

    #[test]
    fn so_much_is_kept_and_no_more() {
        let folds = Folds::default();
        for case in 0..10 {
            folds.kept().keep(case, of(10, 1_000), 20_000);
            folds.kept().get(0);
        }
        let kept = folds.kept();
        assert!(
            kept.bytes <= 20_000 && kept.bytes == kept.slots.len() * (1_000 + 10 * EACH),
            "{}",
            kept.bytes
        );
        let cases: Vec<i64> = kept.slots.keys().copied().collect();
        assert_eq!(cases, [0, 6, 7, 8, 9], "what was asked for longest ago goes first");
        drop(kept);
        folds.kept().keep(77, of(3, 30_000), 20_000);
        assert!(folds.nearest(77, 3).is_none(), "more than all is not kept");
        assert!(folds.nearest(9, 4).is_none(), "an older state is not made of a newer");
        assert_eq!(folds.nearest(9, 10).map(|f| f.case.events), Some(10));
        assert_eq!(folds.nearest(9, 12).map(|f| f.case.events), Some(10), "handed over, to be added to");
        folds.kept().keep(8, of(4, 0), 20_000);
        assert_eq!(folds.nearest(8, 10).map(|f| f.case.events), Some(10), "a shorter one replaces nothing");
    }
}
