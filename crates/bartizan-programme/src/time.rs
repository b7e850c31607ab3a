//! Times are microseconds since 1970-01-01T00:00:00Z; days are those of UTC unless a zone is given.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::fault::{Code, Error};

/// Microseconds of an hour and a day of 24 hours.
pub const HOUR: i64 = 3_600_000_000;
/// See [`HOUR`].
pub const DAY: i64 = 24 * HOUR;
/// The end of the year 9998: nothing is later, and everything up to it has a day in every zone.
pub(crate) const LAST_TIME: i64 = 253_370_764_799_999_999;

/// Microseconds of a number of days, at most the end of time.
pub(crate) fn days(count: u32) -> i64 {
    i64::from(count).saturating_mul(DAY)
}

/// A time as RFC 3339 in UTC: `2026-12-01T00:00:00Z`, with a fraction only if there is one.
pub fn text(at: i64) -> String {
    let end = if at < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_microsecond(at).unwrap_or(end).to_string()
}

/// A day of the calendar, `2026-12-31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(Date);

impl Day {
    /// The moment at which it begins in UTC.
    pub fn begins(self) -> i64 {
        self.0.to_zoned(TimeZone::UTC).map_or(LAST_TIME, |day| day.timestamp().as_microsecond())
    }
}

impl TryFrom<String> for Day {
    type Error = Error;
    fn try_from(text: String) -> Result<Self, Error> {
        let bytes = text.as_bytes();
        let plain = bytes.len() == 10
            && bytes.iter().zip(b"dddd-dd-dd").all(|(byte, form)| match form {
                b'd' => byte.is_ascii_digit(),
                _ => byte == form,
            });
        let date = plain
            .then(|| text.parse().ok())
            .flatten()
            .filter(|date: &Date| (1970..=9998).contains(&date.year()));
        date.map(Self).ok_or_else(|| Error::of(Code::MalformedDay, &text))
    }
}

impl FromStr for Day {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        Self::try_from(text.to_owned())
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How many midnights of a zone lie between two times: what people there call days. Never below zero.
pub fn days_between(from: i64, until: i64, zone: &TimeZone) -> u32 {
    let date = |at: i64| {
        let at = Timestamp::from_microsecond(at.clamp(0, LAST_TIME)).unwrap_or(Timestamp::MAX);
        at.to_zoned(zone.clone()).date()
    };
    let between = date(from).until(date(until)).map_or(0, |span| span.get_days());
    u32::try_from(between).unwrap_or(0)
}
