//! Folds of logs, kept. A log is only ever added to, so what is kept under a window and a number of events is never wrong.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use bartizan_programme::rules::Programme;
use bartizan_programme::window::{Event, Window};
use bartizan_store::{Store, WindowEntry, WindowEvent};

use crate::sharing::Wrong;

/// Windows that are kept.
const MOST: usize = 64;

/// A log and where it leads.
#[derive(Clone)]
pub(crate) struct Folded {
    pub(crate) window: Arc<Window>,
    pub(crate) log: Arc<Vec<Event>>,
}

/// Folds by window, each with when it was last asked for.
#[derive(Default)]
struct Kept {
    clock: u64,
    slots: BTreeMap<i64, (u64, Folded)>,
}

/// The folds that are kept.
#[derive(Default)]
pub(crate) struct Folds(Mutex<Kept>);

impl Folds {
    fn get(&self, window: i64, events: u64) -> Option<Folded> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Kept { clock, slots } = &mut *kept;
        *clock += 1;
        let (used, folded) = slots.get_mut(&window)?;
        *used = *clock;
        (folded.window.events <= events).then(|| folded.clone())
    }

    fn keep(&self, window: i64, folded: &Folded) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Kept { clock, slots } = &mut *kept;
        if slots.get(&window).is_some_and(|(_, known)| known.window.events >= folded.window.events) {
            return;
        }
        *clock += 1;
        slots.insert(window, (*clock, folded.clone()));
        if slots.len() > MOST
            && let Some(oldest) = slots.iter().min_by_key(|(_, (used, _))| *used).map(|(window, _)| *window)
        {
            slots.remove(&oldest);
        }
    }
}

impl Folds {
    /// Where the log of a window leads.
    pub(crate) async fn window(&self, store: &Store, entry: &WindowEntry) -> Result<Arc<Window>, Wrong> {
        folded(store, self, entry).await.map(|folded| folded.window)
    }
}

/// The log of a window up to its entry's number of events, and where it leads.
pub(super) async fn folded(store: &Store, folds: &Folds, entry: &WindowEntry) -> Result<Folded, Wrong> {
    let events = u64::try_from(entry.events).unwrap_or_default();
    let known = folds.get(entry.id, events);
    if let Some(folded) = known.as_ref().filter(|folded| folded.window.events == events) {
        return Ok(folded.clone());
    }
    let unreadable = |what: &str| {
        tracing::error!(window = entry.uuid, what, "the log of a window does not fold");
        Wrong::Late("The log of this window cannot be read; the node's own log says why.".into())
    };
    let folded = match known {
        Some(Folded { mut window, mut log }) => {
            let after = i64::try_from(window.events).unwrap_or(i64::MAX);
            let more = store.window_events(entry.id, after, entry.events).await?;
            let more = read(&more).map_err(|error| unreadable(&error.to_string()))?;
            let state = Arc::make_mut(&mut window);
            for event in &more {
                state.apply(event).map_err(|error| unreadable(&error.to_string()))?;
            }
            Arc::make_mut(&mut log).extend(more);
            Folded { window, log }
        }
        None => {
            let whole = store.window_log(&entry.uuid).await?.ok_or(Wrong::NotThere)?;
            let programme = Programme::parse(&whole.rules).map_err(|error| unreadable(&error.to_string()))?;
            let log = read(&whole.log).map_err(|error| unreadable(&error.to_string()))?;
            let log: Vec<Event> = log.into_iter().take_while(|event| event.number <= events).collect();
            let window = Window::fold(&Arc::new(programme), &log)
                .map_err(|(number, error)| unreadable(&format!("event {number}: {error}")))?;
            Folded { window: Arc::new(window), log: Arc::new(log) }
        }
    };
    folds.keep(entry.id, &folded);
    Ok(folded)
}

fn read(log: &[WindowEvent]) -> Result<Vec<Event>, serde_json::Error> {
    log.iter().map(|event| serde_json::from_str(&event.body)).collect()
}
