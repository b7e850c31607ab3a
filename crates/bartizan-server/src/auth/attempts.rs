//! How often somebody may be wrong.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Wrong passwords for a name, or from an address, within the window.
const MOST: u32 = 10;
/// Microseconds.
const WINDOW: i64 = 10 * 60 * 1_000_000;
/// How many names and addresses are counted at once.
const COUNTED: usize = 100_000;

/// Counts wrong attempts. When there is no room to count, nobody new may try: it fails closed.
#[derive(Default)]
pub struct Attempts {
    counts: Mutex<BTreeMap<String, (u32, i64)>>,
}

impl Attempts {
    /// Takes one of the attempts that are left, before anything is compared: many at once are counted like one after the other.
    pub(crate) fn take(&self, key: &str, now: i64) -> bool {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = |since: i64| now.abs_diff(since) < WINDOW.unsigned_abs();
        if counts.len() >= COUNTED && !counts.contains_key(key) {
            counts.retain(|_, (_, since)| fresh(*since));
            if counts.len() >= COUNTED {
                return false;
            }
        }
        let entry = counts.entry(key.to_owned()).or_insert((0, now));
        if !fresh(entry.1) {
            *entry = (0, now);
        }
        let allowed = entry.0 < MOST;
        entry.0 = entry.0.saturating_add(1);
        allowed
    }

    /// It was right: it does not count.
    pub(crate) fn right(&self, key: &str) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = counts.get_mut(key) {
            entry.0 = entry.0.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_ten_wrong_ones_nobody_may_try_until_the_window_has_passed() {
        let attempts = Attempts::default();
        for _ in 0..MOST {
            assert!(attempts.take("ada", 5));
        }
        assert!(!attempts.take("ada", 6));
        assert!(attempts.take("ben", 6));
        assert!(attempts.take("ada", 5 + WINDOW));
        for _ in 0..3 * MOST {
            assert!(attempts.take("cy", 5), "right ones do not count");
            attempts.right("cy");
        }
    }
}
