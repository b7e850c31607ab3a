//! Threads and the timeline of a case.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_clearinghouse::access::Verb;
use bartizan_clearinghouse::case::Name;
use bartizan_workbench::{ActForm, CaseThread, MessageLine, Moment, Timeline, path_part};

use super::super::html;
use super::super::stop::Stop;
use super::super::visit::Visit;
use super::acts::Maker;
use super::{Fields, room, sent};
use crate::app::App;
use crate::cases;

/// Events on one page.
const EVENTS: usize = 1000;

/// `GET /cases/{uuid}/threads/{thread}`
pub(in crate::pages) async fn thread(
    State(app): State<App>,
    Path((uuid, thread)): Path<(String, String)>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let mut visit = Visit::new(&app, &headers, &uri).await?;
    let found = cases::find(&app, &visit.actor(), &uuid, Verb::Read).await;
    let room = found.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    visit.shell.marking = room.entry.marking;
    let directory = &visit.directory;
    let name: Option<Name> = thread.parse().ok().filter(|name| room.case.in_thread(&room.me, name));
    let name = name.ok_or_else(|| Stop::not_found(visit.shell.clone()))?;
    let words = app.store.case_words(room.entry.id).await.map_err(|e| visit.stop(&e))?;
    let kept = room.case.threads.get(&name).cloned().unwrap_or_default();
    let mine = kept.read.get(&room.me).copied().unwrap_or(0) as usize;
    let messages = kept.messages.iter().enumerate().map(|(at, message)| MessageLine {
        by: room.title(directory, &message.by),
        at: Moment(message.at),
        text: words.get(message.body.as_str()).cloned().unwrap_or_default(),
        read_by: kept
            .read
            .iter()
            .filter(|(who, up_to)| **up_to as usize > at && **who != message.by)
            .map(|(who, _)| room.title(directory, who))
            .collect(),
        unread: at >= mine && message.by != room.me,
    });
    let messages: Vec<MessageLine> = messages.collect();
    let participants = room.case.participants.keys().filter(|who| room.case.in_thread(who, &name));
    let may = |verb: Verb| visit.may(verb, &room.thing());
    let maker = Maker { room: &room, directory, may: &may };
    let up_to = kept.messages.len();
    let read = messages.iter().any(|message| message.unread).then(|| ActForm {
        id: "read".into(),
        title: String::new(),
        action: format!("/cases/{uuid}/act"),
        hidden: vec![("do", "read".into()), ("thread", name.to_string()), ("up_to", up_to.to_string())],
        fields: Vec::new(),
        button: "I have read them".into(),
    });
    let page = CaseThread {
        uuid: uuid.clone(),
        case: room.entry.title.clone(),
        title: room.title(directory, &name),
        members: participants.map(|who| room.title(directory, who)).collect(),
        thread: name.to_string(),
        messages,
        may_write: may(Verb::Add) && !room.case.closed(),
        acts: maker.participant(&name),
        read,
        shell: visit.shell.clone(),
    };
    Ok(html(page.render()))
}

/// `POST /cases/{uuid}/threads/{thread}`
pub(in crate::pages) async fn write(
    State(app): State<App>,
    Path((uuid, thread)): Path<(String, String)>,
    headers: HeaderMap,
    uri: Uri,
    Form(fields): Fields,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(sent(&fields, "csrf"))).await?;
    // Browsers end lines as mail does.
    let text = sent(&fields, "text").replace("\r\n", "\n");
    let written = cases::write(&app, &visit.actor(), &uuid, (&thread, &app.uuid()), &text).await;
    written.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    Ok(Redirect::to(&format!("/cases/{}/threads/{}", path_part(&uuid), path_part(&thread))).into_response())
}

/// `GET /cases/{uuid}/timeline`
pub(in crate::pages) async fn timeline(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let mut visit = Visit::new(&app, &headers, &uri).await?;
    let found = cases::find(&app, &visit.actor(), &uuid, Verb::Read).await;
    let case = found.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    visit.shell.marking = case.entry.marking;
    let all: Vec<_> = case.shown().collect();
    let shown = all.iter().skip(all.len().saturating_sub(EVENTS));
    let page = Timeline {
        uuid,
        case: case.entry.title.clone(),
        events: shown.map(|kept| room::line(&case, &visit.directory, kept)).collect(),
        more: all.len() > EVENTS,
        shell: visit.shell.clone(),
    };
    Ok(html(page.render()))
}
