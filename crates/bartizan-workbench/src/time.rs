//! Points in time, written in UTC.

use jiff::Timestamp;

/// Microseconds since 1970, as the store keeps them. Pages write them in UTC with the machine form beside; the browser
/// adds the reader's own zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub i64);

impl Moment {
    /// From seconds since 1970.
    pub fn from_seconds(seconds: i64) -> Self {
        Moment(seconds.saturating_mul(1_000_000))
    }

    fn stamp(self) -> Option<Timestamp> {
        Timestamp::from_microsecond(self.0).ok()
    }

    /// `2026-03-04 11:20`; the zone is said once a page or beside it.
    pub fn words(&self) -> String {
        match self.stamp() {
            Some(at) => at.strftime("%Y-%m-%d %H:%M").to_string(),
            None => "an impossible time".to_owned(),
        }
    }

    /// `2026-03-04`.
    pub(crate) fn day(&self) -> String {
        self.words().split(' ').next().unwrap_or_default().to_owned()
    }

    /// `2026-03-04T11:20:05Z`, for `datetime`.
    pub(crate) fn machine(&self) -> String {
        self.stamp().map(|at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()).unwrap_or_default()
    }

    /// `in 3 hours`, `2 days ago`, seen from `now`.
    pub fn seen_from(&self, now: &Moment) -> String {
        let apart = self.0.saturating_sub(now.0) / 1_000_000;
        let size = apart.unsigned_abs();
        let (n, unit) = match size {
            0..60 => return "now".to_owned(),
            60..3_600 => (size / 60, "minute"),
            3_600..172_800 => (size / 3_600, "hour"),
            _ => (size / 86_400, "day"),
        };
        let words = format!("{n} {unit}{}", if n == 1 { "" } else { "s" });
        if apart > 0 { format!("in {words}") } else { format!("{words} ago") }
    }
}

/// What was typed into a field for a day or a time, if it can be one; browsers drop the rest with a warning.
pub(crate) fn typed(value: &str) -> &str {
    let fits = value.len() <= 24 && value.bytes().all(|b| b.is_ascii_digit() || b"-:.T".contains(&b));
    if fits { value } else { "" }
}

/// `about 3 min left`.
pub(crate) fn left(seconds: u64) -> String {
    match seconds {
        0..5 => "a moment left".to_owned(),
        5..90 => format!("about {seconds} s left"),
        90..5_400 => format!("about {} min left", seconds.div_ceil(60)),
        _ => format!("about {} h left", seconds.div_ceil(3_600)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_utc_and_impossible_ones_are_said() {
        let at = Moment::from_seconds(1_772_623_205);
        assert_eq!(at.words(), "2026-03-04 11:20");
        assert_eq!(at.machine(), "2026-03-04T11:20:05Z");
        assert_eq!(at.day(), "2026-03-04");
        assert_eq!(Moment(i64::MAX).words(), "an impossible time");
        assert_eq!(Moment(i64::MAX).machine(), "");
    }

    #[test]
    fn distance_reads_as_words() {
        let now = Moment::from_seconds(1_000_000);
        let at = |s: i64| Moment::from_seconds(1_000_000 + s).seen_from(&now);
        assert_eq!(at(20), "now");
        assert_eq!(at(90), "in 1 minute");
        assert_eq!(at(-7_200), "2 hours ago");
        assert_eq!(at(-400_000), "4 days ago");
        assert_eq!(left(200), "about 4 min left");
    }
}
