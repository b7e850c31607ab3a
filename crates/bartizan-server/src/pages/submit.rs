//! Handing a report in: a file, an address, or pasted text.

use axum::extract::{Multipart, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_clearinghouse::access::{Audience, Thing, Verb};
use bartizan_stix::Tlp;
use bartizan_store::{Enqueued, ReportFilter};
use bartizan_workbench::{Choice, Problem, Shell, Submit};

use super::stop::Stop;
use super::visit::Visit;
use super::{LARGEST, html};
use crate::app::App;
use crate::jobs::analyze::{Submission, submit};
use crate::jobs::fetch::{self, Wanted};

/// Reports to choose from when one is handed in as a new edition.
const RECENT: usize = 40;

/// What was entered.
#[derive(Default)]
struct Entered {
    kind: String,
    url: String,
    text: String,
    name: String,
    marking: String,
    embargo: String,
    /// `auto`, `none`, or the id of a report.
    update: String,
    csrf: String,
    file: Option<(String, Vec<u8>)>,
}

/// `GET /submit`
pub(super) async fn show(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    may(&visit)?;
    let query = query.unwrap_or_default();
    let update = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "update");
    let update = update.map(|(_, id)| id.into_owned()).unwrap_or_default();
    let entered = Entered { update, ..Entered::default() };
    let updates = updates(&app, &visit, &entered.update).await?;
    Ok(html(page(visit.shell, &entered, updates, None).render()))
}

/// `POST /submit`
pub(super) async fn take(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    form: Multipart,
) -> Result<Response, Stop> {
    // Whoever may not is told so before anything is read.
    may(&Visit::new(&app, &headers, &uri).await?)?;
    let entered = read(form).await;
    let csrf = entered.as_ref().ok().map(|e| e.csrf.clone());
    let visit = Visit::acting(&app, &headers, &uri, csrf.as_deref()).await?;
    let entered = match entered {
        Ok(entered) => entered,
        Err(text) => return Ok(again(visit.shell, &Entered::default(), Vec::new(), "file", &text)),
    };
    let (Some(organisation), Some(person)) = (visit.principal.organisation, visit.principal.person) else {
        return Err(Stop::Go("/sign-in".into()));
    };
    let updates = updates(&app, &visit, &entered.update).await?;
    let wrong = |field: &str, text: &str| again(visit.shell.clone(), &entered, updates.clone(), field, text);
    let Some(marking) = Tlp::parse(&entered.marking) else {
        return Ok(wrong("marking", "Choose how far it may go."));
    };
    let update_of = match entered.update.as_str() {
        "" | "auto" => None,
        "none" => Some(""),
        // Whether it is there for who hands this in is looked at when the job is done.
        id => Some(id),
    };
    if entered.kind == "url" {
        let url = entered.url.trim();
        if url.len() > fetch::LONGEST {
            return Ok(wrong("url", "The address is too long."));
        }
        if let Err(e) = app.config.fetch.check(url) {
            return Ok(wrong("url", &format!("It cannot be fetched: {e}")));
        }
        let wanted = Wanted { url, marking, update_of, organisation, person };
        let queued = fetch::want(&app.store, &visit.by(), &wanted).await.map_err(|e| visit.stop(&e))?;
        return to_job(&app, &visit, queued).await;
    }
    let (name, document) = match entered.kind.as_str() {
        "text" if entered.text.trim().is_empty() => {
            return Ok(wrong("text", "There is no text yet."));
        }
        "text" => {
            let name = if entered.name.trim().is_empty() { "Pasted text" } else { entered.name.trim() };
            (format!("{name}.txt"), entered.text.clone().into_bytes())
        }
        _ => match &entered.file {
            Some((name, bytes)) if !bytes.is_empty() => (name.clone(), bytes.clone()),
            _ => return Ok(wrong("file", "Choose a file.")),
        },
    };
    let audience = Audience { author: Some(person), ..Audience::new(organisation, marking) };
    let submission = Submission {
        name: &name,
        document: &document,
        marking: Some(marking),
        source_url: None,
        media_type: None,
        update_of,
        organisation,
        person: Some(person),
        audience: Some(&audience),
    };
    let queued = submit(&app.store, &visit.by(), &submission).await.map_err(|e| visit.stop(&e))?;
    to_job(&app, &visit, queued).await
}

/// To the page of what was queued.
async fn to_job(app: &App, visit: &Visit, queued: Enqueued) -> Result<Response, Stop> {
    app.wake.now();
    let job = app.store.job(queued.id).await.map_err(|e| visit.stop(&e))?;
    let job = job.ok_or_else(|| Stop::not_found(visit.shell.clone()))?;
    Ok(Redirect::to(&format!("/jobs/{}", job.uuid)).into_response())
}

fn may(visit: &Visit) -> Result<(), Stop> {
    let own = visit.principal.organisation.map(Thing::Library);
    own.map_or(Ok(()), |thing| {
        visit.must(Verb::Add, &thing, "Only an analyst, reviewer or coordinator hands in reports.")
    })
}

async fn read(mut form: Multipart) -> Result<Entered, String> {
    let mut entered = Entered::default();
    let failed = |e: axum::extract::multipart::MultipartError| {
        if e.status() == StatusCode::PAYLOAD_TOO_LARGE {
            format!("That is larger than {} MiB.", LARGEST >> 20)
        } else {
            "The form did not arrive whole.".to_owned()
        }
    };
    while let Some(field) = form.next_field().await.map_err(failed)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            let file: String = field.file_name().unwrap_or("report").chars().take(200).collect();
            let bytes = field.bytes().await.map_err(failed)?.to_vec();
            entered.file = Some((file, bytes));
            continue;
        }
        let text = field.text().await.map_err(failed)?;
        match name.as_str() {
            "kind" => entered.kind = text,
            "url" => entered.url = text,
            "text" => entered.text = text,
            "name" => entered.name = text,
            "marking" => entered.marking = text,
            "embargo" => entered.embargo = text,
            "update" => entered.update = text.chars().take(64).collect(),
            "csrf" => entered.csrf = text,
            _ => {}
        }
    }
    Ok(entered)
}

/// What it may be a new edition of: the newest reports, and the one that was chosen.
async fn updates(app: &App, visit: &Visit, chosen: &str) -> Result<Vec<Choice>, Stop> {
    let (readable, newest) = (visit.readable(), ReportFilter { newest: true, ..ReportFilter::default() });
    let mut reports = app.store.reports(&readable, &newest, RECENT).await.map_err(|e| visit.stop(&e))?;
    if !["", "auto", "none"].contains(&chosen) && !reports.iter().any(|r| r.uuid == chosen) {
        let found = app.store.report(&readable, chosen).await.map_err(|e| visit.stop(&e))?;
        reports.extend(found);
    }
    let fixed = [("auto", "as its address, title and publisher say"), ("none", "nothing that is here")];
    let fixed = fixed.map(|(value, label)| (value.to_owned(), label.to_owned()));
    let own = reports.into_iter().filter(|r| Some(r.organisation) == visit.principal.organisation);
    let own = own
        .map(|r| (r.uuid, if r.title.is_empty() { "a report without a title".to_owned() } else { r.title }));
    let choice = |(value, label): (String, String)| Choice { chosen: value == chosen, value, label };
    Ok(fixed.into_iter().chain(own).map(choice).collect())
}

fn again(shell: Shell, entered: &Entered, updates: Vec<Choice>, field: &str, text: &str) -> Response {
    let problem = Problem { field: field.into(), text: text.into() };
    let mut response = html(page(shell, entered, updates, Some(problem)).render());
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response
}

fn page(shell: Shell, entered: &Entered, updates: Vec<Choice>, problem: Option<Problem>) -> Submit {
    Submit {
        shell,
        kind: entered.kind.clone(),
        url: entered.url.clone(),
        text: entered.text.clone(),
        name: entered.name.clone(),
        marking: Tlp::parse(&entered.marking).unwrap_or(Tlp::Amber),
        collections: Vec::new(),
        embargo: String::new(),
        updates,
        most: LARGEST as u64,
        problem,
    }
}
