//! Lexical forms that both schema languages name.

fn digits(text: &str, from: usize, to: usize) -> Option<u32> {
    text.get(from..to).filter(|t| t.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()
}

/// `YYYY-MM-DD`, an existing day.
pub(super) fn is_date(text: &str) -> bool {
    let (Some(year), Some(month), Some(day)) = (digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10))
    else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    text.len() == 10
        && text.as_bytes()[4] == b'-'
        && text.as_bytes()[7] == b'-'
        && (1..=length).contains(&day)
}

/// A time zone: `Z` or `+hh:mm`.
fn is_zone(text: &str) -> bool {
    matches!(text, "Z" | "z")
        || (text.len() == 6
            && text.starts_with(['+', '-'])
            && text.as_bytes()[3] == b':'
            && digits(text, 1, 3).is_some_and(|h| h < 24)
            && digits(text, 4, 6).is_some_and(|m| m < 60))
}

/// `YYYY-MM-DDThh:mm:ss`, a fraction, and a zone, which XML Schema does without.
pub(super) fn is_date_time(text: &str, zone_needed: bool) -> bool {
    let Some((date, time)) = text.split_at_checked(10) else { return false };
    let in_range =
        |from, to, end| digits(time, from, to).is_some_and(|n| n < end) && time.is_char_boundary(to);
    if !is_date(date)
        || !time.starts_with(['T', 't'])
        || !in_range(1, 3, 25)
        || !in_range(4, 6, 60)
        || !in_range(7, 9, 61)
        || time.as_bytes()[3] != b':'
        || time.as_bytes()[6] != b':'
    {
        return false;
    }
    let mut rest = &time[9..];
    if let Some(after) = rest.strip_prefix('.') {
        let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        if end == 0 {
            return false;
        }
        rest = &after[end..];
    }
    (rest.is_empty() && !zone_needed) || is_zone(rest)
}

/// XML Schema's date: a zone may follow.
pub(super) fn is_zoned_date(text: &str) -> bool {
    text.split_at_checked(10).is_some_and(|(date, zone)| is_date(date) && (zone.is_empty() || is_zone(zone)))
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

/// A colon in the first segment ends a scheme (RFC 3986, section 4.2).
pub(super) fn colon_is_clear(text: &str) -> bool {
    let first = text.split(['/', '?', '#']).next().unwrap_or_default();
    first.split_once(':').is_none_or(|(scheme, _)| is_scheme(scheme))
}

/// RFC 3987's references: no white space, no delimiters that an IRI cannot have, whole percent-encodings.
pub(super) fn is_iri_reference(text: &str) -> bool {
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c) {
            return false;
        }
        let hex = |c: Option<char>| c.is_some_and(|c| c.is_ascii_hexdigit());
        if c == '%' && !(hex(rest.next()) && hex(rest.next())) {
            return false;
        }
    }
    text.matches('#').count() <= 1 && colon_is_clear(text)
}

/// A scheme in front.
pub(super) fn is_uri(text: &str) -> bool {
    is_iri_reference(text) && text.is_ascii() && text.split_once(':').is_some_and(|(s, _)| is_scheme(s))
}

/// RFC 6531, as far as a schema is asked: something on both sides of the last `@`, without white space.
pub(super) fn is_email(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && !domain.is_empty()
            && !text.contains(char::is_whitespace)
            && !domain.contains("..")
    })
}
