//! Times of a log as numbers.

/// Milliseconds since 1970-01-01T00:00:00Z of a time as Inspect writes it: ISO 8601, with an offset; without one it is UTC.
pub fn millis(text: &str) -> Option<i64> {
    let with_offset = text.parse::<jiff::Timestamp>().ok();
    let plain = || {
        text.parse::<jiff::civil::DateTime>()
            .ok()?
            .to_zoned(jiff::tz::TimeZone::UTC)
            .ok()
            .map(|zoned| zoned.timestamp())
    };
    with_offset.or_else(plain).map(jiff::Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use super::millis;

    /// `int(datetime.fromisoformat(text).timestamp() * 1000)` in Python 3.11, UTC where there is no offset.
    #[test]
    fn as_python() {
        for (text, wanted) in [
            ("2024-11-05T13:31:45-05:00", Some(1_730_831_505_000)),
            ("2026-12-01T04:14:56.123456+00:00", Some(1_796_098_496_123)),
            ("2026-12-01T04:14:56", Some(1_796_098_496_000)),
            ("2026-12-01T04:14:56Z", Some(1_796_098_496_000)),
            ("", None),
            ("yesterday", None),
        ] {
            assert_eq!(millis(text), wanted, "{text}");
        }
    }
}
