//! Dates of cases: a page, and a file for calendars (RFC 5545).

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use bartizan_clearinghouse::access::Verb;
use bartizan_store::CaseQuestion;
use bartizan_workbench::{Calendar, CalendarDay, CalendarLine, Moment};

use super::super::html;
use super::super::stop::Stop;
use super::super::visit::Visit;
use crate::app::App;
use crate::cases::dates::{MOST, What};
use crate::cases::{self, Room, person_title};

/// A date is past and of no interest any more after this long: a week, microseconds.
const PAST: i64 = 7 * 86_400_000_000;

async fn lines(app: &App, visit: &Visit) -> Result<Vec<CalendarLine>, Stop> {
    let stop = |wrong| Stop::because(&visit.shell, wrong);
    let actor = visit.actor();
    let asked = CaseQuestion { closed: Some(false), ..cases::everything(&actor).map_err(stop)? };
    let mut lines = Vec::new();
    for (entry, content) in cases::list(app, &actor, asked, MOST).await.map_err(stop)? {
        let room = cases::find(app, &actor, &entry.uuid, Verb::List).await.map_err(stop)?;
        for (at, what) in cases::dates::of(&room, content, visit.now()) {
            let title = if content { entry.title.clone() } else { String::new() };
            let what = words(visit, &room, &what);
            lines.push(CalendarLine { at: Moment(at), what, uuid: entry.uuid.clone(), title });
        }
    }
    lines.retain(|line| line.at.0 > visit.now() - PAST);
    lines.sort_by(|a, b| (a.at, &a.what, &a.uuid).cmp(&(b.at, &b.what, &b.uuid)));
    Ok(lines)
}

fn words(visit: &Visit, room: &Room, what: &What) -> String {
    let directory = &visit.directory;
    match what {
        What::EmbargoEnds(None) => "the embargo ends".to_owned(),
        What::EmbargoEnds(Some(limit)) => format!("the embargo ends by the limit {limit}"),
        What::ProposalEnds(proposal) => format!("the embargo would end by {proposal}"),
        What::Limit(limit) => format!("limit {limit}"),
        What::AnswerDue(who) if *who == room.me => "your answer is due".to_owned(),
        What::AnswerDue(who) => format!("the answer of {} is due", room.title(directory, who)),
        What::ReadInEnds(who) => format!("{} is no longer read in", person_title(directory, who)),
    }
}

/// `GET /embargoes`
pub(in crate::pages) async fn calendar(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let mut days: Vec<CalendarDay> = Vec::new();
    for line in lines(&app, &visit).await? {
        let day = line.at.words().split(' ').next().unwrap_or_default().to_owned();
        let past = line.at.0 < visit.now();
        match days.last_mut().filter(|last| last.day == day && last.past == past) {
            Some(last) => last.lines.push(line),
            None => days.push(CalendarDay { day, past, lines: vec![line] }),
        }
    }
    Ok(html(Calendar { days, shell: visit.shell }.render()))
}

/// `GET /embargoes.ics`
pub(in crate::pages) async fn file(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let stamp = |moment: Moment| {
        let digits: String = moment.words().chars().filter(char::is_ascii_digit).collect();
        match digits.split_at_checked(8) {
            Some((day, time)) => format!("{day}T{time}00Z"),
            None => digits,
        }
    };
    let mut text = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Bartizan//Embargoes//EN\r\n");
    for line in lines(&app, &visit).await? {
        let title = if line.title.is_empty() { "a case that is not told yet" } else { &line.title };
        let at = stamp(line.at);
        // The same date has the same name in every file, so that a calendar keeps it once.
        let name = bartizan_clearinghouse::token::digest(&format!("{}/{}", line.uuid, line.what));
        text.push_str(&format!("BEGIN:VEVENT\r\nUID:{}@{}\r\n", &name[..32], line.uuid));
        text.push_str(&format!("DTSTAMP:{}\r\nDTSTART:{at}\r\n", stamp(Moment(visit.now()))));
        folded(&mut text, &format!("SUMMARY:{}: {}", escaped(title), escaped(&line.what)));
        text.push_str("END:VEVENT\r\n");
    }
    text.push_str("END:VCALENDAR\r\n");
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/calendar; charset=utf-8"));
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"embargoes.ics\""),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
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
}
