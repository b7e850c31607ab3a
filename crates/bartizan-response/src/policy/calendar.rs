//! `obligations.ics`: iCalendar (RFC 5545), one all-day event for each duty whose last day the text gives.

use super::Policy;
use bartizan::{Analysis, exchange};

/// The calendar; none without a dated duty.
pub(super) fn write(policy: &Policy, analysis: &Analysis) -> Option<String> {
    let stamp: String = exchange::timestamp(analysis.now)
        .chars()
        .filter(|c| c.is_ascii_digit() || matches!(c, 'T' | 'Z'))
        .collect();
    // `20261130T052400000Z` → seconds.
    let stamp = format!("{}Z", stamp.get(..15)?);
    let mut out = String::new();
    let mut count = 0;
    for line in ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Bartizan//Obligations//EN"] {
        fold(&mut out, line);
    }
    for duty in &policy.duties {
        let day = duty.event.and_then(|i| analysis.events.get(i)?.when.latest.clone());
        let Some(day) = day.map(|d| d.replace('-', "")).filter(|d| d.len() == 8) else { continue };
        count += 1;
        let words = duty.evidence.sentence.of(&analysis.document.text);
        let short: String = words.chars().take(80).collect();
        fold(&mut out, "BEGIN:VEVENT");
        fold(&mut out, &format!("UID:{}-{count}@bartizan.invalid", analysis.document.sha256));
        fold(&mut out, &format!("DTSTAMP:{stamp}"));
        fold(&mut out, &format!("DTSTART;VALUE=DATE:{day}"));
        fold(&mut out, &format!("SUMMARY:{}", escape(&short)));
        fold(&mut out, &format!("DESCRIPTION:{}", escape(words)));
        fold(&mut out, "END:VEVENT");
    }
    fold(&mut out, "END:VCALENDAR");
    (count > 0).then_some(out)
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
