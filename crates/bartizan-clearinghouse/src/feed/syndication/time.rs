//! Times as feeds write them.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::fmt::rfc2822;
use jiff::tz::Offset;

/// RFC 822 and its successors (RSS 2.0), RFC 3339 (Atom), or a W3C day (Dublin Core), which is its midnight in UTC.
/// A time without an offset is none of these.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    // Longer than any date; the parsers below are linear, but there is no point.
    if text.len() > 100 {
        return None;
    }
    let mail = rfc2822::DateTimeParser::new().relaxed_weekday(true);
    let time =
        text.parse::<Timestamp>().ok().or_else(|| mail.parse_timestamp(text).ok()).or_else(|| day(text))?;
    // Years that RFC 3339 can write.
    (Timestamp::UNIX_EPOCH..Timestamp::MAX).contains(&time).then_some(time)
}

fn day(text: &str) -> Option<Timestamp> {
    if text.len() != 10 {
        return None;
    }
    let midnight = text.parse::<Date>().ok()?.at(0, 0, 0, 0);
    Offset::UTC.to_timestamp(midnight).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_the_specifications_are_read() {
        for (text, expected) in [
            // RFC 4287, section 3.3.
            ("2003-12-13T18:30:02Z", "2003-12-13T18:30:02Z"),
            ("2003-12-13T18:30:02.25+01:00", "2003-12-13T17:30:02.25Z"),
            // The RSS 2.0 specification's samples.
            ("Tue, 10 Jun 2003 04:00:00 GMT", "2003-06-10T04:00:00Z"),
            ("Sat, 07 Sep 2002 00:00:01 GMT", "2002-09-07T00:00:01Z"),
            ("Sun, 19 May 2002 15:21:36 EST", "2002-05-19T20:21:36Z"),
            // W3C's note on date formats.
            ("1997-07-16", "1997-07-16T00:00:00Z"),
            ("1997-07-16T19:20+01:00", "1997-07-16T18:20:00Z"),
        ] {
            assert_eq!(parse(text).map(|t| t.to_string()).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_says_no_moment_is_none() {
        for text in ["", "yesterday", "2003-12-13T18:30:02", "2003-13-01", "12/24/2003", "-0001-01-01"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
