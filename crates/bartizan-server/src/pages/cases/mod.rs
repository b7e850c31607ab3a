//! Cases of coordination: the queue, opening, saying something.

mod acts;
mod calendar;
mod form;
mod pairs;
mod room;
mod talk;
mod words;

use axum::Form;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_clearinghouse::access::{CaseAccess, Thing, Verb};
use bartizan_clearinghouse::case::{EmbargoState, Tooling};
use bartizan_stix::Tlp;
use bartizan_workbench::{ActForm, CaseLine, Cases, Choice, Field, FieldKind, Flash, Moment};

pub(super) use calendar::{calendar, file};
pub(super) use pairs::{compare, pairs};
pub(super) use room::show;
pub(super) use talk::{thread, timeline, write};

use super::html;
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;
use crate::cases::{self, Opening};
use acts::{choice, field, needed};

/// Cases in a list.
const SHOWN: usize = 100;

/// What a form sends, in its order; a name may stand there several times.
type Fields = Form<Vec<(String, String)>>;

fn sent<'f>(fields: &'f [(String, String)], name: &str) -> &'f str {
    fields.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value.trim())
}

/// `GET /cases`
pub(super) async fn list(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let stop = |wrong| Stop::because(&visit.shell, wrong);
    let query = query.unwrap_or_default();
    let chosen = |name: &str| {
        let found = form_urlencoded::parse(query.as_bytes()).find(|(n, _)| n == name);
        found.map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let (state, embargo) = (chosen("state"), chosen("embargo"));
    let actor = visit.actor();
    let mut asked = cases::everything(&actor).map_err(stop)?;
    asked.closed = match state.as_str() {
        "any" => None,
        "closed" => Some(true),
        _ => Some(false),
    };
    asked.embargo = EmbargoState::ALL.iter().map(|state| state.as_str()).find(|word| *word == embargo);
    let mut found = cases::list(&app, &actor, asked, SHOWN + 1).await.map_err(stop)?;
    let more = found.len() > SHOWN;
    found.truncate(SHOWN);
    let choices = |all: &[(&str, &str)], chosen: &str| {
        all.iter().map(|(value, label)| Choice { chosen: *value == chosen, ..choice(value, label) }).collect()
    };
    let mut embargoes = vec![("", "any")];
    embargoes.extend(EmbargoState::ALL.iter().map(|state| (state.as_str(), state.as_str())));
    let own = visit.principal.organisation;
    let lines = found.into_iter().map(|(entry, content)| CaseLine {
        uuid: entry.uuid,
        title: if content { entry.title } else { String::new() },
        coordinator: visit.organisation(entry.runs),
        cves: if content { entry.cves.join(" ") } else { String::new() },
        report: if content { entry.report } else { String::new() },
        embargo: entry.embargo,
        until: entry.embargo_until.map(Moment),
        // When something happens between others is nobody's business.
        changed: (Some(entry.runs) == own).then_some(Moment(entry.changed)),
        closed: entry.closed,
    });
    let page = Cases {
        states: choices(&[("open", "open"), ("closed", "closed"), ("any", "any")], &state),
        embargoes: choices(&embargoes, &embargo),
        cases: lines.collect(),
        more,
        open: may_open(&visit).then(|| opening("")),
        shell: visit.shell,
    };
    Ok(html(page.render()))
}

/// Whether the visitor opens cases.
pub(super) fn may_open(visit: &Visit) -> bool {
    let own = visit.principal.organisation.map(CaseAccess::new);
    own.is_some_and(|own| visit.may(Verb::Manage, &Thing::Case(&own)))
}

/// The form that opens a case, of a report or of nothing.
pub(super) fn opening(report: &str) -> ActForm {
    let markings =
        Tlp::ALL.iter().map(|t| Choice { chosen: *t == Tlp::AmberStrict, ..choice(t.as_str(), t.as_str()) });
    let mut tools = vec![choice("", "as the report says")];
    tools.extend(Tooling::ALL.iter().map(|t| choice(t.as_str(), &t.as_str().replace('-', " "))));
    let title = if report.is_empty() { needed } else { field };
    let fields = vec![
        Field {
            hint: if report.is_empty() { String::new() } else { "Empty: the title of the report.".into() },
            ..title("title", "What it is called", FieldKind::Line)
        },
        field("summary", "What it is about", FieldKind::Text),
        Field { choices: markings.collect(), ..field("marking", "How far it goes", FieldKind::Choice) },
        Field { choices: tools, ..field("tooling", "What the report was made with", FieldKind::Choice) },
        field("cves", "CVE identifiers", FieldKind::Line),
        Field {
            hint: "If you make what has it: package URLs or names without blanks.".into(),
            ..field("products", "Your own products", FieldKind::Line)
        },
    ];
    ActForm {
        id: "open".into(),
        title: "Open a case".into(),
        action: "/cases".into(),
        hidden: if report.is_empty() { Vec::new() } else { vec![("report", report.to_owned())] },
        fields,
        button: "Open it".into(),
    }
}

/// `POST /cases`
pub(super) async fn open(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    Form(fields): Fields,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(sent(&fields, "csrf"))).await?;
    let words =
        |name: &str| sent(&fields, name).split([',', ' ', '\n']).filter(|w| !w.is_empty()).map(str::to_owned);
    let tooling = Tooling::ALL.iter().find(|t| t.as_str() == sent(&fields, "tooling")).copied();
    let new = Opening {
        reports: words("report").collect(),
        title: sent(&fields, "title").to_owned(),
        summary: sent(&fields, "summary").to_owned(),
        marking: marking(sent(&fields, "marking")).unwrap_or(Tlp::AmberStrict),
        tooling,
        cves: words("cves").collect(),
        products: words("products").collect(),
    };
    let uuid = app.uuid();
    let opened = cases::open(&app, &visit.actor(), &uuid, new).await;
    opened.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    visit.say(&app, Flash { text: "The case is open; you coordinate it.".into(), ..Flash::default() });
    Ok(Redirect::to(&format!("/cases/{uuid}")).into_response())
}

fn marking(text: &str) -> Option<Tlp> {
    Tlp::ALL.into_iter().find(|tlp| tlp.as_str() == text)
}

/// `POST /cases/{uuid}/act`
pub(super) async fn act(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(fields): Fields,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(sent(&fields, "csrf"))).await?;
    let said = cases::act(&app, &visit.actor(), &uuid, &form::read(&fields)).await;
    let (room, event) = said.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    let text = format!("Kept: {}.", words::of(&room, &visit.directory, &event.action));
    visit.say(&app, Flash { text, ..Flash::default() });
    Ok(Redirect::to(&format!("/cases/{uuid}")).into_response())
}

/// `POST /cases/{uuid}/describe`
pub(super) async fn describe(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(fields): Fields,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(sent(&fields, "csrf"))).await?;
    let stop = |wrong| Stop::because(&visit.shell, wrong);
    let room = cases::find(&app, &visit.actor(), &uuid, Verb::Manage).await.map_err(stop)?;
    let text = |name: &str| Some(sent(&fields, name).to_owned());
    let change = cases::Description {
        title: text("title"),
        summary: text("summary"),
        marking: marking(sent(&fields, "marking")),
        cves: Some(
            sent(&fields, "cves").split([',', ' ']).filter(|w| !w.is_empty()).map(str::to_owned).collect(),
        ),
    };
    cases::describe(&app, &visit.actor(), &room, change, false).await.map_err(stop)?;
    visit.say(&app, Flash { text: "Kept.".into(), ..Flash::default() });
    Ok(Redirect::to(&format!("/cases/{uuid}")).into_response())
}

/// `POST /cases/{uuid}/advisory`
pub(super) async fn advise(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(fields): Fields,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(sent(&fields, "csrf"))).await?;
    let begun = cases::advisory::advise(&app, &visit.actor(), &uuid, sent(&fields, "id")).await;
    let begun = begun.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    Ok(Redirect::to(&format!("/advisories/{begun}/edit")).into_response())
}

/// `POST /cases/{uuid}/reports/{report}/split`
pub(super) async fn split(
    State(app): State<App>,
    Path((uuid, report)): Path<(String, String)>,
    headers: HeaderMap,
    uri: Uri,
    Form(fields): Fields,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(sent(&fields, "csrf"))).await?;
    let done = cases::reports::split(&app, &visit.actor(), &uuid, &report, sent(&fields, "because")).await;
    done.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    visit.say(&app, Flash { text: "Taken out; both are as they were.".into(), ..Flash::default() });
    Ok(Redirect::to(&format!("/cases/{uuid}")).into_response())
}

/// `POST /cases/{uuid}/reports`
pub(super) async fn merge(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(fields): Fields,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(sent(&fields, "csrf"))).await?;
    let grounds = bartizan_clearinghouse::duplicate::Grounds {
        same_cause: sent(&fields, "same_cause") == "true",
        same_fix: sent(&fields, "same_fix") == "true",
        because: sent(&fields, "because").to_owned(),
    };
    let done = cases::reports::merge(&app, &visit.actor(), &uuid, sent(&fields, "report"), &grounds).await;
    done.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    visit.say(&app, Flash { text: "They are one now; it can be taken back.".into(), ..Flash::default() });
    Ok(Redirect::to(&format!("/cases/{uuid}")).into_response())
}
