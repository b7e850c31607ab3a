//! What changed for somebody and what is due: of what they read, and of nothing else.

use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_store::Report;
use bartizan_workbench::{Change, Due, Moment};

use super::home::marking;
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;

/// Decisions that are told.
const DECIDED: usize = 20;
/// How long a report waits for its review before that is told, microseconds: a week.
const WAITS: i64 = 7 * 24 * 3600 * 1_000_000;

/// Decisions of colleagues, and what came into collections, since a moment.
pub(super) async fn changed(app: &App, visit: &Visit, since: i64) -> Result<Vec<Change>, Stop> {
    let stop = |e: bartizan_store::Error| visit.stop(&e);
    let mut changes = Vec::new();
    if let Some(person) = visit.principal.person {
        let decided = app.store.decided_since(&visit.readable(), since, person, DECIDED).await;
        for (report, by, number, at) in decided.map_err(stop)? {
            let times = if number == 1 { "once".to_owned() } else { format!("{number} times") };
            changes.push(Change {
                changes: String::new(),
                at: Moment(at),
                who: visit.person(Some(by)),
                verb: format!("decided {times} about"),
                title: report.title.clone(),
                href: format!("/reports/{}", report.uuid),
                marking: marking(visit, &report),
            });
        }
    }
    for entry in visit.directory.collections.values() {
        if !visit.may(Verb::Read, &Thing::Collection(&entry.access)) {
            continue;
        }
        let readable = visit.directory.readable(&visit.principal, Some(entry.access.id), visit.now());
        let (number, newest) =
            app.store.extent_since(entry.access.id, &readable, since).await.map_err(stop)?;
        if number > 0 {
            let objects = if number == 1 { "object" } else { "objects" };
            changes.push(Change {
                changes: String::new(),
                at: Moment(newest),
                who: String::new(),
                verb: format!("{number} {objects} came into"),
                title: entry.title.clone(),
                href: format!("/collections/{}", entry.uuid),
                marking: entry.marking,
            });
        }
    }
    Ok(changes)
}

/// Embargoes that end, reviews that wait for long, webhooks that are off; soonest first.
pub(super) async fn due(app: &App, visit: &Visit, open: &[Report]) -> Result<Vec<Due>, Stop> {
    let stop = |e: bartizan_store::Error| visit.stop(&e);
    let mut due = Vec::new();
    for entry in visit.directory.collections.values() {
        let readable = visit.directory.readable(&visit.principal, Some(entry.access.id), visit.now());
        for held in app.store.held(entry.access.id, &readable, visit.now()).await.map_err(stop)? {
            let objects = if held.objects == 1 { "object" } else { "objects" };
            due.push(Due {
                at: Moment(held.until),
                what: format!("The embargo of {} {objects} ends", held.objects),
                title: entry.title.clone(),
                href: format!("/collections/{}", entry.uuid),
            });
        }
    }
    let reviews = visit.principal.organisation.is_some_and(|o| visit.may(Verb::Review, &Thing::Library(o)));
    if reviews {
        for report in open.iter().filter(|r| r.created + WAITS < visit.now()) {
            due.push(Due {
                at: Moment(report.created + WAITS),
                what: "Its review has waited for more than a week".into(),
                title: report.title.clone(),
                href: format!("/reports/{}/review", report.uuid),
            });
        }
    }
    let own = visit.principal.organisation.filter(|o| visit.may(Verb::Manage, &Thing::Library(*o)));
    if let Some(organisation) = own {
        for hook in app.store.webhooks(organisation).await.map_err(stop)? {
            let Some((at, why)) = hook.off else { continue };
            due.push(Due {
                at: Moment(at),
                what: format!("A webhook is off: {why}"),
                title: hook.label,
                href: format!("/webhooks/{}", hook.uuid),
            });
        }
    }
    due.sort_by_key(|due| due.at);
    Ok(due)
}
