//! How a window stands at a time, in figures.

use jiff::tz::TimeZone;

use super::fold::Window;
use super::state::State;
use crate::time::{days, days_between};

/// How a window stands. Times and spans are microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Where it stands.
    pub state: State,
    /// T0.
    pub begins: Option<i64>,
    /// When it ends, as known now; a pause that lasts may move it on.
    pub end: Option<i64>,
    /// How long it lasts yet.
    pub remaining: Option<i64>,
    /// By how much pauses have moved the end, and how much further they may.
    pub stopped: i64,
    /// See `stopped`.
    pub pause_left: i64,
    /// By how much extensions have moved the end, and how much further they may.
    pub extended: i64,
    /// See `extended`.
    pub extension_left: i64,
}

impl Window {
    /// How it stands at a time that is not before the last event.
    pub fn standing(&self, now: i64) -> Standing {
        let (stopped, extended) = (self.clock.stopped(now), self.clock.extended());
        let rule = &self.programme.window;
        Standing {
            state: self.state(now),
            begins: self.clock.begins(),
            end: self.clock.end(now),
            remaining: self.clock.remaining(now),
            stopped,
            pause_left: days(rule.most_pause_days).saturating_sub(stopped),
            extended,
            extension_left: days(rule.most_extension_days).saturating_sub(extended),
        }
    }
}

impl Standing {
    /// How many midnights of a zone come before the end: what people there call days left. 0 on the last day.
    pub fn days_left(&self, now: i64, zone: &TimeZone) -> Option<u32> {
        self.end.map(|end| days_between(now, end, zone))
    }
}
