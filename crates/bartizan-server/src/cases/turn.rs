//! Turns: who adds to one case at the same time comes one after the other.
//!
//! The store takes an event only onto the state that it was made for. In one process those who add to a case wait for each other; between
//! processes whoever was late looks again, after a while that is different for each.

use std::sync::Arc;
use std::time::Duration;

use bartizan_clearinghouse::token;
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::app::App;
use crate::sharing::Wrong;

/// Cases share so many queues.
const QUEUES: usize = 64;
/// How often somebody tries.
const TRIES: u32 = 24;
/// The longest wait between two tries, in microseconds.
const LONGEST: u64 = 400_000;
/// The longest first wait, in microseconds.
const FIRST: u64 = 4_000;

const BUSY: &str =
    "Too much happens in this case at once. Nothing of this was kept; send it again in a few seconds.";

/// Queues, by case.
pub(crate) struct Turns(Vec<Arc<Mutex<()>>>);

impl Default for Turns {
    fn default() -> Self {
        Self((0..QUEUES).map(|_| Arc::default()).collect())
    }
}

/// Somebody's turn with a case, until it is dropped.
pub(super) struct Turn {
    tried: u32,
    _queue: Option<OwnedMutexGuard<()>>,
}

impl Turn {
    /// Waits until it is their turn.
    pub(super) async fn with(app: &App, uuid: &str) -> Self {
        let digest = token::digest(uuid);
        let at = usize::from_str_radix(digest.get(..4).unwrap_or_default(), 16).unwrap_or_default() % QUEUES;
        let queue = match app.turns.0.get(at) {
            Some(queue) => Some(Arc::clone(queue).lock_owned().await),
            None => None,
        };
        Self { tried: 0, _queue: queue }
    }

    /// Somebody of another process was first: waits some time, longer from try to try, so that those who met do not meet again.
    ///
    /// # Errors
    /// It was so too often.
    pub(super) async fn again(&mut self, app: &App) -> Result<(), Wrong> {
        self.tried += 1;
        if self.tried >= TRIES {
            return Err(Wrong::TooMany(BUSY));
        }
        let longest = FIRST.saturating_mul(1 << self.tried.min(16)).min(LONGEST);
        let mut bytes = [0; 8];
        app.around.fill(&mut bytes);
        tokio::time::sleep(Duration::from_micros(u64::from_le_bytes(bytes) % longest.max(1))).await;
        Ok(())
    }
}
