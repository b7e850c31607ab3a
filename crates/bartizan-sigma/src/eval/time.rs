//! When an event happened, as it says itself; the clock is never asked.

use super::Event;

/// Where events say when they happened, first come first served: Elastic Common Schema, Sysmon, Windows,
/// syslog.
const FIELDS: [&str; 7] = [
    "@timestamp",
    "UtcTime",
    "TimeCreated",
    "SystemTime",
    "TimeCreated.#attributes.SystemTime",
    "TimeCreated.SystemTime",
    "timestamp",
];

/// The time of an event in microseconds since 1970, from the field given or the usual ones.
pub(super) fn of(event: &Event, field: Option<&str>) -> Option<i64> {
    let read = |name: &str| event.text(name).and_then(|text| parse(&text));
    match field {
        Some(name) => read(name),
        None => FIELDS.iter().find_map(|name| read(name)),
    }
}

/// `2026-01-31T10:00:00.5Z` (RFC 3339; a blank for the `T`, no offset is UTC), or seconds or milliseconds since 1970.
pub(super) fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(number) = text.parse::<f64>() {
        // Seconds have reached this number of milliseconds in 1973.
        let micros = if number.abs() < 1e11 { number * 1e6 } else { number * 1e3 };
        return (micros.abs() < 9e18).then_some(micros as i64);
    }
    let number = |from: usize, to: usize| {
        let digits = text.get(from..to)?;
        digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse::<i64>().ok())?
    };
    let sign = |at: usize, one_of: &[u8]| text.as_bytes().get(at).is_some_and(|b| one_of.contains(b));
    if !(sign(4, b"-") && sign(7, b"-") && sign(10, b"T t") && sign(13, b":") && sign(16, b":")) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let rest = text.get(19..)?;
    let (fraction, zone) = match rest.strip_prefix(['.', ',']) {
        Some(after) => after.split_at(after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len())),
        None => ("", rest),
    };
    let micros = format!("{fraction:0<6}").get(..6)?.parse::<i64>().ok()?;
    let seconds =
        days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset(zone.trim())?;
    Some(seconds * 1_000_000 + micros)
}

/// Days since 1970 in the Gregorian calendar, counted in eras of 400 years that begin in March.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// `Z`, nothing, or `+02:00`, in seconds.
fn offset(zone: &str) -> Option<i64> {
    let (sign, rest) = match zone.as_bytes().first() {
        None | Some(b'Z' | b'z') if zone.len() < 2 => return Some(0),
        Some(b'+') => (1, zone.get(1..)?),
        Some(b'-') => (-1, zone.get(1..)?),
        _ => return (zone == "UTC").then_some(0),
    };
    let hours: i64 = rest.get(..2)?.parse().ok()?;
    let minutes: i64 = rest.get(2..)?.trim_start_matches(':').parse().unwrap_or(0);
    Some(sign * (hours * 3_600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn forms() {
        let at = 1_769_853_600_000_000;
        for (text, micros) in [
            ("2026-01-31T10:00:00Z", at),
            ("2026-01-31 10:00:00.123", at + 123_000),
            ("2026-01-31T10:00:00.1234567Z", at + 123_456),
            ("2026-01-31T12:00:00+02:00", at),
            ("2026-01-31T05:30:00-0430", at),
            ("1769853600", at),
            ("1769853600.5", at + 500_000),
            ("1769853600000", at),
        ] {
            assert_eq!(parse(text), Some(micros), "{text}");
        }
        for text in ["", "now", "2026-13-31T10:00:00Z", "2026-01-31", "2026-01-31T10:00:00X", "1e300", "NaN"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
