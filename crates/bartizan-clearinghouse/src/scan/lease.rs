//! How long an intent is held, and what its heartbeat is answered.

use super::{Rules, StopReason};
use crate::set::closed_set;

closed_set! {
    /// Where an intent is.
    State {
        /// It waits for the owner of what it would scan.
        AwaitingOwner = "awaiting-owner",
        /// It is held.
        Active = "active",
        /// Its heartbeats did not come, or no owner answered. It does not come back.
        Lapsed = "lapsed",
        /// Its window is over.
        Over = "over",
        /// It was stopped.
        Stopped = "stopped",
        /// An owner refused it.
        Refused = "refused",
        /// Its own people have taken it back.
        Withdrawn = "withdrawn",
    }
}

impl State {
    /// From the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|state| state.as_str() == text).copied()
    }

    /// Whether nothing can become of it any more.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::AwaitingOwner | Self::Active)
    }
}

/// What is kept of an intent's time. Times are microseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Where it was at its last change.
    pub state: State,
    /// From when it means to scan.
    pub starts: i64,
    /// Until when.
    pub ends: i64,
    /// Until when it is held.
    pub lease: i64,
    /// Why it was stopped, if it was.
    pub reason: Option<StopReason>,
}

/// What a heartbeat is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beat {
    /// Where the intent is.
    pub state: State,
    /// Whether to scan: it is held, and its window has begun.
    pub go: bool,
    /// Whether to stop at once: it is not held any more, whatever the reason.
    pub stop: bool,
    /// Why, if somebody stopped it.
    pub reason: Option<StopReason>,
    /// Until when it is held now.
    pub lease: i64,
}

impl Held {
    /// An intent that was just registered.
    pub fn new(window: (i64, i64), live: bool, rules: &Rules, now: i64) -> Self {
        let (starts, ends) = window;
        let state = if live { State::AwaitingOwner } else { State::Active };
        let lease = if live { now.saturating_add(rules.waiting) } else { held_until(window, rules, now) };
        Self { state, starts, ends, lease: lease.min(ends), reason: None }
    }

    /// Where it is now: what nobody has kept has lapsed, what is past its window is over.
    pub fn state(&self, now: i64) -> State {
        match self.state {
            state if state.is_final() => state,
            _ if now >= self.ends => State::Over,
            _ if now > self.lease => State::Lapsed,
            state => state,
        }
    }

    /// The same with all owners' consent, now.
    #[must_use]
    pub fn approved(self, rules: &Rules, now: i64) -> Self {
        Self { state: State::Active, lease: held_until((self.starts, self.ends), rules, now), ..self }
    }

    /// A heartbeat, now: what it is answered. The lease never gets shorter, and a lapsed intent does not come back.
    pub fn beat(&self, rules: &Rules, now: i64) -> Beat {
        let state = self.state(now);
        let lease = match state {
            State::Active => self.lease.max(held_until((self.starts, self.ends), rules, now)),
            _ => self.lease,
        };
        let go = state == State::Active && now >= self.starts;
        Beat { state, go, stop: state.is_final(), reason: self.reason, lease }
    }
}

/// How long an intent is held after a sign of life: what lies ahead is held until it has begun.
fn held_until((starts, ends): (i64, i64), rules: &Rules, now: i64) -> i64 {
    now.max(starts).saturating_add(rules.lease).min(ends)
}
