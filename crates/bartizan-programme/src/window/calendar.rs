//! Dates of a window, and a file for calendars (RFC 5545).

use jiff::Timestamp;

use super::fold::Window;
use super::state::State;
use crate::finding::TalkState;
use crate::word::{Digest, Name};

/// Something that is on a date.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Appointment {
    /// When, microseconds since 1970.
    pub at: i64,
    /// Until when, for the window itself.
    pub until: Option<i64>,
    /// What makes it the same in every file, so that a calendar keeps it once.
    pub which: String,
    /// What it is.
    pub summary: String,
}

/// The dates of a window, in order: the window itself, the release, grants and agreements that end, proposals that lapse, answers that
/// are due. Who may see which is the caller's matter: `which` begins with `window`, `release`, `grant/`, `agreement/`, `proposal/` or
/// `finding/`.
pub fn appointments(window: &Window, now: i64) -> Vec<Appointment> {
    let mut all = Vec::new();
    let mut add = |at: i64, until: Option<i64>, which: String, summary: String| {
        all.push(Appointment { at, until, which, summary });
    };
    let model = &window.submission.model;
    let over = matches!(window.state(now), State::Withdrawn | State::Declined | State::Closed);
    if let Some((begins, end)) = window.clock.begins().zip(window.clock.end(now)) {
        add(
            begins,
            Some(end.max(begins)),
            "window".into(),
            format!("{model}: window of {}", window.programme.title),
        );
    }
    if let Some(release) = window.submission.release.filter(|_| !over) {
        add(release.begins(), None, "release".into(), format!("{model}: planned release"));
    }
    for (name, grant) in window.grants.iter().filter(|(_, grant)| grant.revoked.is_none() && !over) {
        add(grant.terms.ends, None, format!("grant/{name}"), format!("{model}: grant {name} ends"));
    }
    for (name, held) in window.agreements.agreements() {
        if !over && window.agreements.lacks(held, now).is_empty() {
            let summary = format!("{model}: agreement {name} ends");
            add(held.agreement.until, None, format!("agreement/{name}"), summary);
        }
    }
    for (number, proposed) in window.waiting(now).filter(|_| !over) {
        let act = proposed.action.act().map_or("proposal", |act| act.as_str());
        add(proposed.lapses, None, format!("proposal/{number}"), format!("{model}: {act} waits no longer"));
    }
    for (name, recorded) in &window.findings {
        let severity = window.programme.severities.iter().find(|one| one.id == recorded.finding.severity);
        let due = severity.and_then(|severity| recorded.talk.answer_by(severity.answer_days));
        if let Some(due) = due.filter(|_| recorded.talk.state == TalkState::Sent) {
            add(due, None, format!("finding/{name}"), format!("{model}: answer to {name} is due"));
        }
    }
    all.sort();
    all
}

/// A calendar with these dates. `id` names the window to the outside; `changes` is how many events it has had, so that a calendar
/// takes a later file for newer.
pub fn calendar(id: &Name, appointments: &[Appointment], changes: u64, now: i64) -> String {
    let mut text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Bartizan//Windows//EN\r\n".to_owned();
    for one in appointments {
        let uid = Digest::of(format!("{id}/{}", one.which).as_bytes());
        text.push_str(&format!("BEGIN:VEVENT\r\nUID:{}@test-window\r\n", &uid.as_str()[..32]));
        text.push_str(&format!(
            "DTSTAMP:{}\r\nSEQUENCE:{changes}\r\nDTSTART:{}\r\n",
            stamp(now),
            stamp(one.at)
        ));
        if let Some(until) = one.until {
            text.push_str(&format!("DTEND:{}\r\nTRANSP:TRANSPARENT\r\n", stamp(until)));
        }
        folded(&mut text, &format!("SUMMARY:{}", escaped(&one.summary)));
        text.push_str("CLASS:CONFIDENTIAL\r\nEND:VEVENT\r\n");
    }
    text.push_str("END:VCALENDAR\r\n");
    text
}

/// A moment in UTC, to the second (section 3.3.5).
fn stamp(at: i64) -> String {
    let at = Timestamp::from_microsecond(at.max(0)).unwrap_or(Timestamp::MAX);
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
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
