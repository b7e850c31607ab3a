//! `obligations.ics`: iCalendar (RFC 5545), one all-day event for each duty whose last day the text gives.

use super::Policy;
use bartizan::{Analysis, exchange};

/// Characters of a summary.
const SHORT: usize = 80;

/// The calendar; none without a dated duty.
pub(super) fn write(policy: &Policy, analysis: &Analysis) -> Option<String> {
    let stamp = stamp(analysis.now)?;
    let text = &analysis.document.text;
    let mut out = String::new();
    let mut count = 0;
    // Section 3.6: one version and one product, before the components.
    for line in
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Bartizan//Obligations//EN", "CALSCALE:GREGORIAN"]
    {
        fold(&mut out, line);
    }
    for duty in &policy.duties {
        let Some(due) = &duty.due else { continue };
        let Some(day) = due.day.as_ref().map(|d| d.replace('-', "")).filter(|d| d.len() == 8) else {
            continue;
        };
        count += 1;
        let words = duty.evidence.sentence.of(text);
        let short: String =
            words.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(SHORT).collect();
        let mut more = words.to_owned();
        if let Some(under) = &duty.under {
            more = format!("{}\n{more}", under.sentence.of(text));
        }
        if due.basis == super::Basis::Document {
            more.push_str("\nThe day is counted from the document's date.");
        }
        fold(&mut out, "BEGIN:VEVENT");
        // The place tells duties of a document apart, whatever else is found in it.
        let at = duty.evidence.span.start;
        fold(&mut out, &format!("UID:{}-{at}@bartizan.invalid", analysis.document.sha256));
        fold(&mut out, &format!("DTSTAMP:{stamp}"));
        fold(&mut out, &format!("DTSTART;VALUE=DATE:{day}"));
        // A deadline makes nobody busy.
        fold(&mut out, "TRANSP:TRANSPARENT");
        fold(&mut out, &format!("CATEGORIES:{}", duty.force.as_str().to_uppercase()));
        fold(&mut out, &format!("SUMMARY:{}", escape(&short)));
        fold(&mut out, &format!("DESCRIPTION:{}", escape(&more)));
        fold(&mut out, "END:VEVENT");
    }
    fold(&mut out, "END:VCALENDAR");
    (count > 0).then_some(out)
}

/// A moment in UTC as a date-time (section 3.3.5), `20261130T052400Z`; seconds since 1970 in UTC.
fn stamp(now: i64) -> Option<String> {
    let digits: String =
        exchange::timestamp(now).chars().filter(|c| c.is_ascii_digit() || *c == 'T').collect();
    Some(format!("{}Z", digits.get(..15)?))
}

/// A text value (section 3.3.11).
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// A content line: at most 75 octets before each fold (section 3.1).
fn fold(out: &mut String, line: &str) {
    let mut length = 0;
    for c in line.chars() {
        if length + c.len_utf8() > 75 {
            out.push_str("\r\n ");
            length = 1;
        }
        out.push(c);
        length += c.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::{escape, fold, stamp};

    /// Section 3.3.11: backslash, semicolon, comma and line breaks.
    #[test]
    fn text_is_escaped() {
        assert_eq!(escape("a, b; c\\d\ne\rf\u{7}"), "a\\, b\\; c\\\\d\\ne f ");
    }

    /// Section 3.1: 75 octets without the line break, a space before what goes on, no character cut; unfolding gives it back.
    #[test]
    fn lines_are_folded_by_octets() {
        for line in ["x".repeat(75), "x".repeat(76), "ä€😀".repeat(60), String::new()] {
            let mut out = String::new();
            fold(&mut out, &line);
            assert!(out.ends_with("\r\n"));
            assert!(out.split("\r\n").all(|l| l.len() <= 75), "{out:?}");
            assert_eq!(out.replace("\r\n ", ""), format!("{line}\r\n"));
        }
    }

    #[test]
    fn the_stamp_is_the_clock_that_was_given() {
        assert_eq!(stamp(1_772_600_000).as_deref(), Some("20260304T045320Z"));
        assert_eq!(stamp(0).as_deref(), Some("19700101T000000Z"));
    }
}
