//! Points in time as RFC 3339 writes them, narrowed by CSAF 2.1, section 2.3.

/// A point in time: seconds since 1970 and the fraction of the next one in 10^-18 seconds. Ordered as time is, whatever the zone
/// it was written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instant {
    pub(crate) seconds: i64,
    fraction: u64,
}

impl Instant {
    /// Whether this is more than so many seconds after the other.
    pub(crate) fn later_than(self, other: Instant, seconds: i64) -> bool {
        (self.seconds.saturating_sub(seconds), self.fraction) > (other.seconds, other.fraction)
    }
}

/// Reads a time of RFC 3339, section 5.6. A lower-case `t` or `z`, another separator, no zone or a leap second give `None`.
pub(crate) fn parse(text: &str) -> Option<Instant> {
    let bytes = text.as_bytes();
    if bytes.len() < 20 || !text.is_ascii() {
        return None;
    }
    let number = |from: usize, to: usize| -> Option<i64> {
        let part = bytes.get(from..to)?;
        part.iter()
            .all(u8::is_ascii_digit)
            .then(|| part.iter().fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0')))
    };
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if separators.iter().any(|(at, separator)| bytes[*at] != *separator) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if !(1..=12).contains(&month)
        || day < 1
        || day > days(year, month)
        || hour > 23
        || minute > 59
        || second > 59
    {
        return None;
    }
    let mut at = 19;
    let mut fraction = 0u64;
    if bytes[at] == b'.' {
        let digits = bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return None;
        }
        for place in 0..18 {
            let digit = if place < digits { bytes[at + 1 + place] - b'0' } else { 0 };
            fraction = fraction * 10 + u64::from(digit);
        }
        at += 1 + digits;
    }
    let offset = match bytes.get(at..)? {
        b"Z" => 0,
        zone if zone.len() == 6 && zone[3] == b':' => {
            let (hours, minutes) = (number(at + 1, at + 3)?, number(at + 4, at + 6)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            match zone[0] {
                b'+' => hours * 3600 + minutes * 60,
                b'-' => -(hours * 3600 + minutes * 60),
                _ => return None,
            }
        }
        _ => return None,
    };
    let seconds = day_number(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset;
    Some(Instant { seconds, fraction })
}

fn days(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the Gregorian calendar, counted in years that begin with March, so that the leap day is the last.
fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        let seconds = |text: &str| parse(text).map(|instant| instant.seconds);
        assert_eq!(seconds("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(seconds("2001-09-09T01:46:40Z"), Some(1_000_000_000));
        assert_eq!(seconds("2001-09-09T03:46:40+02:00"), Some(1_000_000_000));
        assert_eq!(seconds("2024-02-29T00:00:00.5Z"), Some(1_709_164_800));
        assert!(parse("2024-02-29T00:00:00.5Z") > parse("2024-02-29T00:00:00.49Z"));
        for wrong in [
            "2023-02-29T00:00:00Z",
            "2024-01-24 10:00:00Z",
            "2024-01-24t10:00:00Z",
            "2024-01-24T10:00:00z",
            "2024-01-24T10:00:00",
            "2016-12-31T23:59:60Z",
            "2024-01-24T10:00:00.Z",
            "2024-01-24T24:00:00Z",
            "2024-01-24T10:00:00,5Z",
            "2024-01-24T10:00:00+0200",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
