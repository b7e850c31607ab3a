//! Times as microseconds since 1970, and as TAXII and STIX write them.

use jiff::Timestamp;

/// `2026-11-30T11:04:05.000001Z`: six digits, as TAXII 2.1 section 3.4 wants them for `date_added`. A time that the calendar does
/// not have is written as the nearest it has.
pub fn text(micros: i64) -> String {
    let end = if micros < 0 { Timestamp::MIN } else { Timestamp::MAX };
    let time = Timestamp::from_microsecond(micros).unwrap_or(end);
    format!("{time:.6}")
}

/// Microseconds of an RFC 3339 time; smaller parts are cut off. `None` if it is none.
pub fn parse(text: &str) -> Option<i64> {
    // RFC 3339 wants the date, `T`, the time and an offset; the parser would take more.
    let bytes = text.as_bytes();
    let plain = bytes.len() >= 20 && bytes[4] == b'-' && matches!(bytes[10], b'T' | b't');
    plain.then(|| text.parse::<Timestamp>().ok())?.map(Timestamp::as_microsecond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_written_with_six_digits() {
        // RFC 3339 section 5.8 and TAXII 2.1 examples.
        for (text_in, out) in [
            ("1985-04-12T23:20:50.52Z", "1985-04-12T23:20:50.520000Z"),
            ("2016-11-01T10:29:05Z", "2016-11-01T10:29:05.000000Z"),
            ("1996-12-19T16:39:57-08:00", "1996-12-20T00:39:57.000000Z"),
            ("2024-01-01T00:00:00.1234567Z", "2024-01-01T00:00:00.123456Z"),
        ] {
            assert_eq!(text(parse(text_in).expect(text_in)), out);
        }
        for none in ["", "yesterday", "2016-11-01", "2016-11-01T10:29:05", "2016-13-01T10:29:05Z"] {
            assert_eq!(parse(none), None, "{none}");
        }
        assert_eq!(text(i64::MAX), text(i64::MAX - 1));
    }
}
