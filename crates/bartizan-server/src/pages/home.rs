//! What waits, what changed, what is due.

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_store::{Job, JobFilter, JobState, Origin, Report, ReportFilter};
use bartizan_workbench::{Change, Deed, Home, JobLine, Moment, Waiting};

use super::html;
use super::jobs::title;
use super::news;
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;

const DAY: i64 = 24 * 3600 * 1_000_000;

/// `GET /`
pub(super) async fn show(State(app): State<App>, headers: HeaderMap, uri: Uri) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let readable = visit.readable();
    let filter = ReportFilter { open: true, newest: true, ..ReportFilter::default() };
    let mut open = app.store.reports(&readable, &filter, 20).await.map_err(|e| visit.stop(&e))?;
    // Mine is what I may decide about.
    open.retain(|report| {
        let audience = visit.directory.audiences.get(&report.audience);
        audience
            .is_some_and(|audience| visit.may(Verb::Review, &Thing::Content { audience, collection: None }))
    });
    let waiting = match open.is_empty() {
        true => 0,
        false => app.store.count_reports(&readable, &filter, None).await.map_err(|e| visit.stop(&e))?,
    };
    // Whoever may not read any more does not read what they once handed in.
    let jobs =
        JobFilter { person: visit.principal.person, readable: Some(&readable), ..JobFilter::default() };
    let jobs = app.store.jobs(&jobs, 20).await.map_err(|e| visit.stop(&e))?;
    let recent =
        app.store.reports(&readable, &ReportFilter::default(), 20).await.map_err(|e| visit.stop(&e))?;
    let since = visit.now() - DAY;
    let mut changed = Vec::new();
    for report in recent.iter().filter(|r| r.created > since) {
        changed.push(change(&app, &visit, &readable, report).await?);
    }
    let marking = |report: &Report| marking(&visit, report);
    let mut shell = visit.shell.clone();
    shell.queue = count(waiting);
    shell.marking = open.iter().chain(&recent).map(marking).max().unwrap_or(shell.marking);
    let (told, due) = (news::changed(&app, &visit, since).await?, news::due(&app, &visit, &open).await?);
    let seen = told.iter().map(|c| c.marking).max();
    shell.marking = seen.map_or(shell.marking, |m| m.max(shell.marking));
    let mut page = Home {
        queue: open
            .iter()
            .map(|r| Waiting {
                report: r.uuid.clone(),
                title: r.title.clone(),
                publisher: r.publisher.clone(),
                marking: marking(r),
                open: count(r.claims - r.reviewed),
                claims: count(r.claims),
                added: Moment(r.created),
            })
            .collect(),
        jobs: jobs.iter().filter(|j| j.state != JobState::Done).map(line).collect(),
        changed: changed.into_iter().chain(told).collect(),
        since: Moment(since),
        due,
        saved: super::library::fresh(&app, &visit, &readable).await?,
        shell: shell.clone(),
    };
    page.changed.sort_by_key(|change| std::cmp::Reverse(change.at));
    Ok(html(page.render()))
}

/// A report that came, as a new one or as a new edition of one.
async fn change(app: &App, visit: &Visit, readable: &[i64], report: &Report) -> Result<Change, Stop> {
    let line = app.store.editions(readable, report).await.map_err(|e| visit.stop(&e))?;
    let number = line.editions.iter().position(|e| e.id == report.id).unwrap_or_default() + 1;
    let href = format!("/reports/{}", report.uuid);
    Ok(Change {
        at: Moment(report.created),
        who: visit.person(report.person),
        verb: if number > 1 { format!("handed in edition {number} of") } else { "handed in".into() },
        title: report.title.clone(),
        marking: marking(visit, report),
        changes: if number > 1 { format!("{href}/changes") } else { String::new() },
        href,
    })
}

pub(super) fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

/// How far a report may go.
pub(super) fn marking(visit: &Visit, report: &Report) -> bartizan_stix::Tlp {
    let audience = visit.directory.audiences.get(&report.audience);
    audience.map_or(bartizan_stix::Tlp::Red, |a| a.marking)
}

fn line(job: &Job) -> JobLine {
    JobLine {
        id: job.uuid.clone(),
        title: title(job),
        state: match job.state {
            JobState::Queued => "waiting".into(),
            JobState::Running => "at work".into(),
            JobState::Done => "done".into(),
            JobState::Failed | JobState::Dead => job.message.clone().unwrap_or_else(|| "failed".into()),
        },
        failed: matches!(job.state, JobState::Failed | JobState::Dead),
        done: count(job.progress.done),
        whole: count(job.progress.of),
    }
}

/// By which sources of the visitor's organisation it came, and when.
pub(super) async fn came(app: &App, visit: &Visit, report: &Report) -> Result<Vec<Deed>, Stop> {
    let found = app.store.report_origins(&report.uuid).await.map_err(|e| visit.stop(&e))?;
    let own = found.into_iter().filter(|o| visit.may(Verb::Read, &Thing::Library(o.organisation)));
    let deed = |o: Origin| Deed {
        at: Moment(o.at),
        who: o.title,
        what: format!("brought it, a source: {}", crate::sources::shown(&o.item)),
    };
    Ok(own.map(deed).collect())
}
