//! How often somebody may be wrong.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Wrong passwords for a name from one address within the window; wrong codes of a person.
const MOST: u32 = 10;
/// Wrong passwords from one address, whatever the names.
const MOST_OF_ADDRESS: u32 = 60;
/// So many wrong ones for a name, from wherever, are patiently borne; after each so many more, everybody who tries that name from where
/// it was never right waits twice as long.
const BORNE: u32 = 20;
/// The first wait, and the longest.
const WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: u32 = 8;
/// Microseconds.
const WINDOW: i64 = 10 * 60 * 1_000_000;
/// How long it is remembered where a name was right, microseconds.
const REMEMBERED: i64 = 30 * 24 * 3600 * 1_000_000;
/// How many keys are counted at once.
const COUNTED: usize = 100_000;

/// What somebody who shows a password is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It is compared.
    Now,
    /// It is compared after a while.
    After(Duration),
    /// It is not compared.
    Never,
}

/// Counts wrong attempts. When there is no room to count, nobody new may try: it fails closed.
///
/// Passwords are counted by name and address together, so nobody can lock somebody else out from elsewhere; guessing one name from many
/// addresses is made slow, but not for who signs in from where they did before.
#[derive(Default)]
pub struct Attempts {
    counts: Mutex<BTreeMap<String, (u32, i64)>>,
    right: Mutex<BTreeMap<(String, String), i64>>,
}

fn fresh(since: i64, now: i64, window: i64) -> bool {
    now.abs_diff(since) < window.unsigned_abs()
}

impl Attempts {
    /// Takes one of the attempts that are left, before anything is compared: many at once are counted like one after the other.
    pub(crate) fn take(&self, key: &str, now: i64) -> bool {
        self.count(key, MOST, now).is_some()
    }

    /// How many there were before, if there is room for one more.
    fn count(&self, key: &str, most: u32, now: i64) -> Option<u32> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= COUNTED && !counts.contains_key(key) {
            counts.retain(|_, (_, since)| fresh(*since, now, WINDOW));
            if counts.len() >= COUNTED {
                return None;
            }
        }
        let entry = counts.entry(key.to_owned()).or_insert((0, now));
        if !fresh(entry.1, now, WINDOW) {
            *entry = (0, now);
        }
        let before = entry.0;
        entry.0 = entry.0.saturating_add(1);
        (before < most).then_some(before)
    }

    /// It was right: it does not count.
    pub(crate) fn right(&self, key: &str) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = counts.get_mut(key) {
            entry.0 = entry.0.saturating_sub(1);
        }
    }

    /// Whether a password for a name is compared that comes from an address.
    pub(crate) fn password(&self, name: &str, address: &str, now: i64) -> Turn {
        let (from, pair, all) = keys(name, address);
        // What is not compared for one name does not count against the others of the address.
        if self.count(&pair, MOST, now).is_none() || self.count(&from, MOST_OF_ADDRESS, now).is_none() {
            return Turn::Never;
        }
        let Some(before) = self.count(&all, u32::MAX, now) else { return Turn::Never };
        let right = self.right.lock().unwrap_or_else(PoisonError::into_inner);
        let place = (name.to_owned(), address.to_owned());
        if before < BORNE || right.get(&place).is_some_and(|when| fresh(*when, now, REMEMBERED)) {
            return Turn::Now;
        }
        let times = 1_u32.checked_shl(before / BORNE - 1).unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT);
        Turn::After(WAIT * times)
    }

    /// The password was right: it does not count, and the place is remembered.
    pub(crate) fn password_right(&self, name: &str, address: &str, now: i64) {
        let (from, pair, all) = keys(name, address);
        for key in [from, pair, all] {
            self.right(&key);
        }
        let mut right = self.right.lock().unwrap_or_else(PoisonError::into_inner);
        if right.len() >= COUNTED {
            right.retain(|_, when| fresh(*when, now, REMEMBERED));
            if right.len() >= COUNTED {
                right.clear();
            }
        }
        right.insert((name.to_owned(), address.to_owned()), now);
    }
}

/// By address, by both, by name. No name has a colon or a blank.
fn keys(name: &str, address: &str) -> (String, String, String) {
    (format!("from {address}"), format!("pair {address} {name}"), format!("name {name}"))
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

    #[test]
    fn an_attacker_elsewhere_locks_nobody_out() {
        let attempts = Attempts::default();
        assert_eq!(attempts.password("ada", "home", 1), Turn::Now);
        attempts.password_right("ada", "home", 1);
        let turns: Vec<Turn> = (0..15).map(|_| attempts.password("ada", "evil", 2)).collect();
        assert_eq!(turns.iter().filter(|t| **t == Turn::Now).count(), 10);
        assert_eq!(turns[10], Turn::Never);
        // From many addresses: slower and slower, up to the longest wait.
        let turns: Vec<Turn> = (0..2000).map(|n| attempts.password("ada", &format!("evil{n}"), 3)).collect();
        assert_eq!(turns[0], Turn::Now);
        assert!(turns.contains(&Turn::After(WAIT)) && turns.contains(&Turn::After(WAIT * 2)));
        assert_eq!(turns.last(), Some(&Turn::After(WAIT * LONGEST_WAIT)));
        assert!(!turns.contains(&Turn::Never));
        // Ada at home notices nothing; elsewhere she waits, and gets in.
        assert_eq!(attempts.password("ada", "home", 4), Turn::Now);
        assert_eq!(attempts.password("ada", "hotel", 4), Turn::After(WAIT * LONGEST_WAIT));
        assert_eq!(attempts.password("ben", "hotel", 4), Turn::Now);
        assert_eq!(attempts.password("ada", "hotel", 4 + WINDOW), Turn::Now);
    }

    #[test]
    fn an_address_that_tries_many_names_is_heard_no_more() {
        let attempts = Attempts::default();
        let turns: Vec<Turn> = (0..100).map(|n| attempts.password(&format!("n{n}"), "evil", 1)).collect();
        assert_eq!(turns.iter().filter(|t| **t == Turn::Now).count(), MOST_OF_ADDRESS as usize);
        assert_eq!(attempts.password("n1", "home", 1), Turn::Now);
    }

    #[test]
    fn without_room_to_count_nobody_new_may_try() {
        let attempts = Attempts::default();
        for n in 0..COUNTED {
            attempts.take(&n.to_string(), 1);
        }
        assert!(attempts.take("7", 1));
        assert!(!attempts.take("new", 1));
        assert_eq!(attempts.password("new", "new", 1), Turn::Never);
        assert!(attempts.take("new", 1 + WINDOW));
    }
}
