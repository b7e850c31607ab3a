//! How far the server is with a submission.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Form, Json};
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_store::{Job, JobState};
use bartizan_workbench::{Job as Page, Moment, Progress, State as Stage, Trouble};

use super::home::count;
use super::html;
use super::sign_in::Token;
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;
use crate::jobs::fetch;

/// Stages of an analysis as the worker tells them, in order.
const STAGES: [&str; 4] = ["reading", "analysing", "detecting", "packing"];

/// `GET /jobs/{id}`
pub(super) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let job = find(&app, &visit, &id, Verb::Read).await?;
    let progress = told(&app, &visit, &job).await?;
    if let (Stage::Done, Some(report)) = (progress.state, &progress.report) {
        return Err(Stop::Go(format!("/reports/{report}")));
    }
    // What was fetched is another job, to which this one leads.
    if let (Stage::Done, Some(next)) = (progress.state, fetch::next(&job)) {
        return Err(Stop::Go(format!("/jobs/{next}")));
    }
    let page = Page {
        id: id.clone(),
        title: title(&job),
        poll: format!("/jobs/{id}/progress"),
        submitted: Moment(job.created),
        by: visit.person(job.person),
        may_cancel: job.person == visit.principal.person,
        may_retry: job.person == visit.principal.person && job.state.is_final(),
        progress,
        shell: visit.shell,
    };
    Ok(html(page.render()))
}

/// `GET /jobs/{id}/progress`
pub(super) async fn progress(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let job = find(&app, &visit, &id, Verb::Read).await?;
    let progress = told(&app, &visit, &job).await?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(progress)).into_response())
}

/// `POST /jobs/{id}/cancel`
pub(super) async fn cancel(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(token): Form<Token>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&token.csrf)).await?;
    let job = find(&app, &visit, &id, Verb::Remove).await?;
    if job.person != visit.principal.person {
        return Err(Stop::forbidden(visit.shell, "Only who handed it in cancels it."));
    }
    app.store.cancel_job(&visit.by(), job.id).await.map_err(|e| visit.stop(&e))?;
    Ok(Redirect::to(&format!("/jobs/{id}")).into_response())
}

/// `POST /jobs/{id}/retry`
pub(super) async fn retry(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(token): Form<Token>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&token.csrf)).await?;
    let job = find(&app, &visit, &id, Verb::Add).await?;
    let own = visit.principal.organisation.map(Thing::Library);
    let may = own.is_some_and(|thing| visit.may(Verb::Add, &thing));
    if job.person != visit.principal.person || !may {
        return Err(Stop::forbidden(visit.shell, "Only who handed it in tries it again."));
    }
    app.store.retry_job(&visit.by(), job.id).await.map_err(|e| visit.stop(&e))?;
    app.wake.now();
    Ok(Redirect::to(&format!("/jobs/{id}")).into_response())
}

/// The job, if the visitor may do this with it.
async fn find(app: &App, visit: &Visit, id: &str, verb: Verb) -> Result<Job, Stop> {
    let job = app.store.job_called(id).await.map_err(|e| visit.stop(&e))?;
    let job = job.ok_or_else(|| Stop::not_found(visit.shell.clone()))?;
    let audience = job.audience.and_then(|n| visit.directory.audiences.get(&n));
    let audience = audience.ok_or_else(|| Stop::not_found(visit.shell.clone()))?;
    let refused = "Only who handed it in cancels it, as long as they may hand in.";
    visit.must(verb, &Thing::Content { audience, collection: None }, refused)?;
    Ok(job)
}

/// What it is called: the document's name.
pub(super) fn title(job: &Job) -> String {
    let arguments: serde_json::Value = serde_json::from_str(&job.arguments).unwrap_or_default();
    arguments["name"].as_str().unwrap_or("A submission").to_owned()
}

async fn told(app: &App, visit: &Visit, job: &Job) -> Result<Progress, Stop> {
    let state = match job.state {
        JobState::Queued => Stage::Waiting,
        JobState::Running => Stage::Running,
        JobState::Done => Stage::Done,
        JobState::Failed if job.code.as_deref() == Some("job.cancelled") => Stage::Cancelled,
        JobState::Failed | JobState::Dead => Stage::Failed,
    };
    let uuid = app.store.report_of_job(job.id.0).await.map_err(|e| visit.stop(&e))?;
    // A report may be stricter than its submission was.
    let report = match uuid {
        Some(uuid) => app
            .store
            .report(&visit.readable(), &uuid)
            .await
            .map_err(|e| visit.stop(&e))?
            .map(|report| report.uuid),
        None => None,
    };
    let begun = STAGES.iter().position(|s| *s == job.progress.stage);
    let problem = (state == Stage::Failed).then(|| Trouble {
        what: job.message.clone().unwrap_or_default(),
        kept: match job.name.as_str() {
            fetch::NAME => "Nothing was fetched; the address is kept.".into(),
            _ => "What you handed in is kept.".into(),
        },
        next:
            "Try again if it may have been the network; else mend the document or the address and hand it in again.".into(),
    });
    Ok(Progress {
        state,
        stage: job.progress.stage.clone(),
        stages: begun
            .map(|at| STAGES.iter().enumerate().map(|(i, s)| ((*s).to_owned(), i < at)).collect())
            .unwrap_or_default(),
        done: count(job.progress.done),
        whole: count(job.progress.of),
        attempts: u32::try_from(job.attempts).unwrap_or(u32::MAX),
        problem,
        report,
        ..Progress::default()
    }
    .ready())
}
