//! Files for calendars (RFC 5545).

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bartizan_clearinghouse::{time, token};

/// When something is.
pub(crate) enum At {
    /// At a moment, microseconds since 1970.
    Moment(i64),
    /// On the day of that moment, UTC.
    Day(i64),
}

/// Something that is on a date.
pub(crate) struct Entry {
    /// What makes it the same in every file, so that a calendar keeps it once: whose it is, and which of its dates.
    pub(crate) of: (String, String),
    pub(crate) at: At,
    pub(crate) summary: String,
    /// More about it; may be empty.
    pub(crate) description: String,
    /// Where it is looked at; may be empty.
    pub(crate) url: String,
}

/// A calendar. `name` is that of the product part: `Embargoes`.
pub(crate) fn calendar(name: &str, now: i64, entries: &[Entry]) -> String {
    let mut text = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Bartizan//{name}//EN\r\n");
    for Entry { of: (whose, which), at, summary, description, url } in entries {
        let named = token::digest(&format!("{whose}/{which}"));
        text.push_str(&format!("BEGIN:VEVENT\r\nUID:{}@{whose}\r\nDTSTAMP:{}\r\n", &named[..32], stamp(now)));
        match at {
            At::Moment(at) => text.push_str(&format!("DTSTART:{}\r\n", stamp(*at))),
            // A day takes nobody's time.
            At::Day(at) => {
                text.push_str(&format!("DTSTART;VALUE=DATE:{}\r\nTRANSP:TRANSPARENT\r\n", &stamp(*at)[..8]));
            }
        }
        folded(&mut text, &format!("SUMMARY:{}", escaped(summary)));
        if !description.is_empty() {
            folded(&mut text, &format!("DESCRIPTION:{}", escaped(description)));
        }
        if !url.is_empty() {
            folded(&mut text, &format!("URL:{url}"));
        }
        text.push_str("CLASS:CONFIDENTIAL\r\nEND:VEVENT\r\n");
    }
    text.push_str("END:VCALENDAR\r\n");
    text
}

/// The answer with a calendar: nobody between keeps it.
pub(crate) fn answer(text: String, name: &'static str) -> Response {
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/calendar; charset=utf-8"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}

/// A moment in UTC, to the second (section 3.3.5).
fn stamp(at: i64) -> String {
    let digits: String = time::text(at).chars().filter(char::is_ascii_digit).take(14).collect();
    match digits.split_at_checked(8) {
        Some((day, time)) => format!("{day}T{time}Z"),
        None => digits,
    }
}

/// Text of a calendar (section 3.3.11).
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n");
    text.chars().filter(|c| !c.is_control()).collect()
}

/// A line of at most 75 bytes, going on in the next (section 3.1).
fn folded(text: &mut String, line: &str) {
    let mut length = 0;
    for c in line.chars() {
        if length + c.len_utf8() > 74 {
            text.push_str("\r\n ");
            length = 1;
        }
        text.push(c);
        length += c.len_utf8();
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_folded_and_escaped_as_the_standard_says() {
        let mut text = String::new();
        folded(&mut text, &format!("SUMMARY:{}", escaped(&format!("a;b,c\\d\r\n{}", "ä".repeat(60)))));
        assert!(text.starts_with("SUMMARY:a\\;b\\,c\\\\d\\n"), "{text}");
        assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
        assert_eq!(text.replace("\r\n ", "").matches('ä').count(), 60);
    }

    #[test]
    fn a_day_and_a_moment_are_written_as_the_standard_has_them() {
        let at = time::parse("2026-12-07T08:30:15.5Z").expect("a time");
        let entry = |at| Entry {
            of: ("of".into(), "which".into()),
            at,
            summary: "CVE-2026-1\nEND:VEVENT".into(),
            description: String::new(),
            url: "https://node.example/due/1".into(),
        };
        let text = calendar("Due", at, &[entry(At::Moment(at)), entry(At::Day(at))]);
        assert!(text.contains("\r\nDTSTAMP:20261207T083015Z\r\nDTSTART:20261207T083015Z\r\n"), "{text}");
        assert!(text.contains("\r\nDTSTART;VALUE=DATE:20261207\r\nTRANSP:TRANSPARENT\r\n"), "{text}");
        assert_eq!(text.matches("\r\nEND:VEVENT\r\n").count(), 2, "{text}");
        assert!(text.ends_with("END:VEVENT\r\nEND:VCALENDAR\r\n"));
        let uids: Vec<&str> = text.lines().filter(|l| l.starts_with("UID:")).collect();
        assert_eq!(uids[0], uids[1]);
    }
}
