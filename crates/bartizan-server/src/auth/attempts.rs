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
    /// Whether one more attempt is allowed.
    pub(crate) fn allowed(&self, key: &str, now: i64) -> bool {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        match counts.get(key) {
            Some((count, since)) if now.abs_diff(*since) < WINDOW.unsigned_abs() => *count < MOST,
            Some(_) => true,
            None => {
                if counts.len() >= COUNTED {
                    counts.retain(|_, (_, since)| now.abs_diff(*since) < WINDOW.unsigned_abs());
                }
                counts.len() < COUNTED
            }
        }
    }

    /// One was wrong.
    pub(crate) fn wrong(&self, key: &str, now: i64) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = counts.entry(key.to_owned()).or_insert((0, now));
        if now.abs_diff(entry.1) >= WINDOW.unsigned_abs() {
            *entry = (0, now);
        }
        entry.0 = entry.0.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_ten_wrong_ones_nobody_may_try_until_the_window_has_passed() {
        let attempts = Attempts::default();
        for _ in 0..MOST {
            assert!(attempts.allowed("ada", 5));
            attempts.wrong("ada", 5);
        }
        assert!(!attempts.allowed("ada", 6));
        assert!(attempts.allowed("ben", 6));
        assert!(attempts.allowed("ada", 5 + WINDOW));
    }
}
