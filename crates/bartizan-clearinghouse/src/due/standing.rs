//! What an operator decided about items: exceptions and closures, and the state that follows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::fault::{Code, Fault};
use super::item::Item;
use crate::priority::When;
use crate::set::closed_set;

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;
/// Longest time an exception holds.
const LONGEST: i64 = 731 * DAY;

closed_set! {
    /// How an item was closed.
    How {
        /// The fix was applied.
        Patched = "patched",
        /// It is not installed any more.
        Removed = "removed",
        /// It was made unreachable or harmless for good.
        Mitigated = "mitigated",
        /// It is not affected: the match was wrong.
        NotAffected = "not-affected",
    }
}

closed_set! {
    /// Where an item stands.
    State {
        /// To be done.
        Open = "open",
        /// To be done, and its date has passed.
        Overdue = "overdue",
        /// Put off with a reason, for a time.
        Excepted = "excepted",
        /// Done, with evidence.
        Closed = "closed",
    }
}

/// An exception.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// Why.
    pub reason: String,
    /// Until when it holds, microseconds since 1970.
    pub until: i64,
}

impl Exception {
    /// Says whether it can be made now.
    ///
    /// # Errors
    /// [`Code::Reason`], [`Code::Expiry`].
    pub fn check(&self, now: i64) -> Result<(), Fault> {
        let length = self.reason.trim().chars().count();
        if length == 0 || length > 2_000 || self.reason.contains('\0') {
            return Err(Fault::new(Code::Reason, "A reason has 1 to 2,000 characters."));
        }
        if self.until <= now || self.until > now.saturating_add(LONGEST) {
            return Err(Fault::new(Code::Expiry, "An exception ends after today, and within two years."));
        }
        Ok(())
    }
}

/// Evidence that an item is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closure {
    /// How.
    pub how: How,
    /// What shows it: a ticket, a digest of a document, an address.
    pub evidence: String,
}

impl Closure {
    /// Says whether it can be made.
    ///
    /// # Errors
    /// [`Code::Evidence`].
    pub fn check(&self) -> Result<(), Fault> {
        let length = self.evidence.trim().chars().count();
        if length == 0 || length > 500 || self.evidence.contains(char::is_control) {
            return Err(Fault::new(Code::Evidence, "Evidence is a line of 1 to 500 characters."));
        }
        Ok(())
    }
}

/// The last word on items, by item: what was said, and when, microseconds since 1970.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// Exceptions. A later one stands instead of an earlier.
    pub exceptions: BTreeMap<String, (Exception, i64)>,
    /// Closures.
    pub closures: BTreeMap<String, (Closure, i64)>,
}

/// Where an item stands. `uploaded` is when the document came in which it is still found: a closure from before is not believed, unless
/// it says that the match is wrong or that the vulnerability was made harmless, which no document shows.
pub fn state(item: &Item, standing: &Standing, uploaded: i64, now: i64) -> State {
    if let Some((closure, at)) = standing.closures.get(&item.id)
        && (*at >= uploaded || matches!(closure.how, How::NotAffected | How::Mitigated))
    {
        return State::Closed;
    }
    if standing.exceptions.get(&item.id).is_some_and(|(exception, _)| now < exception.until) {
        return State::Excepted;
    }
    match item.due.earliest {
        When::By(time) if time < now => State::Overdue,
        _ => State::Open,
    }
}
