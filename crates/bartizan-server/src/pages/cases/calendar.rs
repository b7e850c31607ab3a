//! Dates of cases: a page, and a file for calendars (RFC 5545).

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use bartizan_clearinghouse::access::Verb;
use bartizan_store::CaseQuestion;
use bartizan_workbench::{Calendar, CalendarDay, CalendarLine, Moment};

use super::super::html;
use super::super::stop::Stop;
use super::super::visit::Visit;
use crate::app::App;
use crate::cases::dates::{MOST, What};
use crate::cases::{self, Room, person_title};
use crate::ics::{self, At, Entry};

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
    let entries: Vec<Entry> = lines(&app, &visit)
        .await?
        .into_iter()
        .map(|line| {
            let title = if line.title.is_empty() { "a case that is not told yet" } else { &line.title };
            Entry {
                summary: format!("{title}: {}", line.what),
                of: (line.uuid, line.what),
                at: At::Moment(line.at.0),
                description: String::new(),
                url: String::new(),
            }
        })
        .collect();
    let text = ics::calendar("Embargoes", visit.now(), &entries);
    Ok(ics::answer(text, "attachment; filename=\"embargoes.ics\""))
}
