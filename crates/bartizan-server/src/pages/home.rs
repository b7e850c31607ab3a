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
    let filter = ReportFilter { open: true, ..ReportFilter::default() };
    let open = app.store.reports(&readable, &filter, 20).await.map_err(|e| visit.stop(&e))?;
    // Whoever may not read any more does not read what they once handed in.
    let jobs =
        JobFilter { person: visit.principal.person, readable: Some(&readable), ..JobFilter::default() };
    let jobs = app.store.jobs(&jobs, 20).await.map_err(|e| visit.stop(&e))?;
    let recent =
        app.store.reports(&readable, &ReportFilter::default(), 20).await.map_err(|e| visit.stop(&e))?;
    let since = visit.now() - DAY;
    let marking = |report: &Report| marking(&visit, report);
    let mut shell = visit.shell.clone();
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
        changed: recent
            .iter()
            .filter(|r| r.created > since)
            .map(|r| Change {
                at: Moment(r.created),
                who: visit.person(r.person),
                verb: "handed in".into(),
                title: r.title.clone(),
                href: format!("/reports/{}", r.uuid),
                marking: marking(r),
            })
            .chain(told)
            .collect(),
        since: Moment(since),
        due,
        shell: shell.clone(),
    };
    page.changed.sort_by_key(|change| std::cmp::Reverse(change.at));
    Ok(html(page.render()))
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
