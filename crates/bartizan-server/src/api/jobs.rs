//! How far the node is with what was handed in.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_clearinghouse::time;
use bartizan_store::{Job as Kept, JobFilter, JobState};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::ask::{Asker, Place, Query};
use super::endpoint::{Endpoint, Tags};
use super::paging::Paging;
use super::problem::Problem;
use super::shapes::{Items, Named};
use super::tagged;
use crate::app::App;
use crate::jobs::fetch;

pub(super) fn list() -> Vec<Endpoint> {
    let states: Vec<&str> = JobState::ALL.iter().map(|s| s.as_str()).collect();
    vec![
        Endpoint::get("/jobs", "listJobs", "Jobs you may know of, newest first.", all)
            .with("state", "Only in this state.", json!({ "type": "string", "enum": states }))
            .paged()
            .gives::<Items<Job>>(),
        Endpoint::get("/jobs/{id}", "getJob", "One job.", one).gives::<Job>().tags(Tags::Given),
        Endpoint::delete("/jobs/{id}", "cancelJob", "Cancels a job that you handed in.", cancel)
            .gives::<Job>(),
        Endpoint::post("/jobs/{id}/retry", "retryJob", "Tries a failed job of yours again.", retry)
            .status(200)
            .gives::<Job>(),
    ]
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Job {
    id: String,
    /// What kind of work.
    kind: String,
    /// Of what: the document's name.
    name: String,
    state: StateName,
    by: Option<Named>,
    attempts: i64,
    /// What is being done; empty before the first word.
    stage: String,
    done: i64,
    total: i64,
    /// Code of the last failure (docs/jobs.md).
    code: Option<String>,
    message: Option<String>,
    /// Identifier of the report that came of it.
    report: Option<String>,
    /// The job that goes on with what this one fetched.
    next_job: Option<String>,
    #[schemars(extend("format" = "date-time"))]
    created: String,
    #[schemars(extend("format" = "date-time"))]
    changed: String,
}

/// What has become of a job.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "JobState")]
enum StateName {
    Queued,
    Running,
    Done,
    Failed,
    Dead,
}

impl From<JobState> for StateName {
    fn from(state: JobState) -> Self {
        match state {
            JobState::Queued => Self::Queued,
            JobState::Running => Self::Running,
            JobState::Done => Self::Done,
            JobState::Failed => Self::Failed,
            JobState::Dead => Self::Dead,
        }
    }
}

/// As the asker sees it: a report may be stricter than its submission was.
pub(super) async fn shape(app: &App, asker: &Asker, job: &Kept) -> Result<Job, Problem> {
    let uuid = if job.state == JobState::Done { app.store.report_of_job(job.id.0).await? } else { None };
    let report = match uuid {
        Some(uuid) => app.store.report(&asker.readable(), &uuid).await?.map(|report| report.uuid),
        None => None,
    };
    let arguments: Value = serde_json::from_str(&job.arguments).unwrap_or_default();
    Ok(Job {
        id: job.uuid.clone(),
        kind: job.name.clone(),
        name: arguments["name"].as_str().unwrap_or_default().to_owned(),
        state: job.state.into(),
        by: job.person.and_then(|id| asker.person(id)),
        attempts: job.attempts,
        stage: job.progress.stage.clone(),
        done: job.progress.done,
        total: job.progress.of,
        code: job.code.clone(),
        message: job.message.clone(),
        report,
        next_job: fetch::next(job),
        created: time::text(job.created),
        changed: time::text(job.changed),
    })
}

/// The job, if the asker may do this with it.
async fn find(app: &App, asker: &Asker, id: &str, verb: Verb) -> Result<Kept, Problem> {
    // The directory first: a job that came later is looked for by a newer one.
    let job = app.store.job_called(id).await?.ok_or_else(Problem::not_found)?;
    let directory = app.store.fresh().await?;
    let audience = job.audience.and_then(|n| directory.audiences.get(&n)).ok_or_else(Problem::not_found)?;
    let refused = match verb {
        Verb::Read => "This token is not for reading.",
        _ => "Only who handed it in cancels it or tries it again, with a token for writing.",
    };
    asker.must(verb, &Thing::Content { audience, collection: None }, refused)?;
    Ok(job)
}

/// Whether whoever handed it in may still be told of it.
pub(super) async fn still(app: &App, asker: &Asker, id: &str) -> Result<(), Problem> {
    find(app, asker, id, Verb::Add).await.map(drop)
}

/// `GET /jobs`
async fn all(State(app): State<App>, asker: Asker, query: Query) -> Result<Response, Problem> {
    query.only(&["state", "limit", "next"])?;
    let own = Thing::Library(asker.organisation);
    asker.must(Verb::Read, &own, "Your roles or this token do not include reading the library.")?;
    let (paging, after) = Paging::named(&query, "jobs")?;
    let wrong = || Problem::bad("state is queued, running, done, failed or dead.");
    let state = query.one("state")?.map(|s| JobState::parse(s).ok_or_else(wrong)).transpose()?;
    let readable = asker.readable();
    // Which job is known by its outward name alone: `next` must not tell how many there are.
    let before = match &after {
        Some(uuid) => Some(app.store.job_called(uuid).await?.ok_or_else(Paging::wrong)?.id),
        None => None,
    };
    let filter = JobFilter { state, readable: Some(&readable), before, ..JobFilter::default() };
    let limit = i64::try_from(paging.limit).unwrap_or(i64::MAX) + 1;
    let mut found = app.store.jobs(&filter, limit).await?;
    let next = paging.named_next(&mut found, |job| &job.uuid);
    let mut items = Vec::with_capacity(found.len());
    for job in &found {
        items.push(shape(&app, &asker, job).await?);
    }
    Ok(tagged::json(StatusCode::OK, &Items { items, next }))
}

/// `GET /jobs/{id}`
async fn one(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let job = find(&app, &asker, &id, Verb::Read).await?;
    Ok(tagged::single(&headers, &shape(&app, &asker, &job).await?))
}

/// `DELETE /jobs/{id}`
async fn cancel(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let job = find(&app, &asker, &id, Verb::Remove).await?;
    if job.person != Some(asker.person) {
        return Err(Problem::forbidden("Only who handed it in cancels it."));
    }
    if !app.store.cancel_job(&asker.by(), job.id).await? {
        return Err(Problem::conflict("It has ended already."));
    }
    let job = app.store.job(job.id).await?.ok_or_else(Problem::not_found)?;
    Ok(tagged::json(StatusCode::OK, &shape(&app, &asker, &job).await?))
}

/// `POST /jobs/{id}/retry`
async fn retry(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let job = find(&app, &asker, &id, Verb::Add).await?;
    if job.person != Some(asker.person) {
        return Err(Problem::forbidden("Only who handed it in tries it again."));
    }
    let again = app.store.retry_job(&asker.by(), job.id).await;
    let again =
        again.map_err(|e| if e.is_conflict() { Problem::conflict(format!("{e}.")) } else { e.into() })?;
    if !again {
        return Err(Problem::conflict("Only what failed is tried again."));
    }
    app.wake.now();
    let job = app.store.job(job.id).await?.ok_or_else(Problem::not_found)?;
    Ok(tagged::json(StatusCode::OK, &shape(&app, &asker, &job).await?))
}
