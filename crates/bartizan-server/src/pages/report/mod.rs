//! One report, in short.

mod changes;
mod files;
mod publish;
mod withdraw;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_stix::Tlp;
use bartizan_store::{EditionLine, Report};
use bartizan_workbench::{Choice, Edition, Figure, Moment, Named, Place, Report as Page, Tally};
use serde_json::Value;

pub(super) use changes::show as changes;
pub(super) use files::{file, frame, full, taken};
pub(super) use publish::publish;
pub(super) use withdraw::withdraw;

use super::home::{came, marking};
use super::html;
use super::name::address;
use super::review::{Reviewed, open};
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;

/// Names that are read, and of which are shown.
const NAMES: usize = 2_000;
const MOST_NAMES: usize = 60;

/// `GET /reports/{id}`
pub(super) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let mut visit = Visit::new(&app, &headers, &uri).await?;
    let report = find(&app, &visit, &id).await?;
    visit.shell.marking = marking(&visit, &report);
    let reviewed = open(&app, &visit, &report).await?;
    let bytes = content(&app, &visit, &report, "analysis.json").await?;
    let analysis: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let shared = shared(&app, &visit, &report).await?;
    let line = app.store.editions(&visit.readable(), &report).await.map_err(|e| visit.stop(&e))?;
    let mut behind = Vec::new();
    for earlier in line.editions.iter().filter(|e| e.id < report.id) {
        for place in self::shared(&app, &visit, earlier).await? {
            let there = |p: &Place| p.collection == place.collection;
            if !shared.iter().any(there) && !behind.iter().any(there) {
                behind.push(place);
            }
        }
    }
    let names = names(&app, &visit, &report).await?;
    let own = visit.directory.audiences.get(&report.audience);
    let may_publish =
        own.is_some_and(|audience| visit.may(Verb::Review, &Thing::Content { audience, collection: None }));
    let choices = visit
        .directory
        .collections
        .values()
        .filter(|c| may_publish && visit.may(Verb::Review, &Thing::Collection(&c.access)));
    let text =
        |pointer: &str| analysis.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let open = reviewed.fold.progress.total - reviewed.fold.progress.reviewed;
    let page = Page {
        open: super::cases::may_open(&visit).then(|| of_analysis(&report, &names, &text("/summary/brief"))),
        id: report.uuid.clone(),
        title: report.title.clone(),
        byline: [&report.publisher, &report.published]
            .into_iter()
            .filter(|t| !t.is_empty())
            .cloned()
            .collect(),
        source: report.source.clone(),
        marking: marking(&visit, &report),
        pap: report.pap.map(|pap| pap.as_str().to_owned()).unwrap_or_default(),
        files_say: Tlp::parse(&text("/marking")).filter(|said| *said != marking(&visit, &report)),
        embargo: None,
        brief: text("/summary/brief"),
        figures: figures(&analysis),
        facts: Vec::new(),
        tabs: Vec::new(),
        names,
        review: tally(&reviewed, open),
        may_review: may_publish,
        publish: choices
            .map(|c| Choice { value: c.uuid.clone(), label: c.title.clone(), chosen: false })
            .collect(),
        shared,
        exports: files::names()
            .map(|name| (name.to_owned(), format!("/reports/{}/files/{name}", report.uuid)))
            .chain([("labels".to_owned(), format!("/reports/{}/labels", report.uuid))])
            .collect(),
        newer: newer(&line, &report),
        editions: editions(&line, &report),
        behind,
        may_update: visit.shell.sees.submit,
        history: came(&app, &visit, &report).await?,
        may_mark: own.is_some_and(|audience| {
            let after = audience;
            visit.may(Verb::Review, &Thing::Marking { audience, collection: None, after, freer: false })
        }),
        shell: visit.shell,
    };
    Ok(html(page.render()))
}

/// Where it is published, as far as the visitor may know.
async fn shared(app: &App, visit: &Visit, report: &Report) -> Result<Vec<Place>, Stop> {
    let places = app.store.publications(report.id).await.map_err(|e| visit.stop(&e))?;
    let may_publish = visit
        .directory
        .audiences
        .get(&report.audience)
        .is_some_and(|audience| visit.may(Verb::Review, &Thing::Content { audience, collection: None }));
    let shared = places.iter().filter_map(|p| {
        let entry = visit.directory.collections.get(&p.collection)?;
        let collection = Thing::Collection(&entry.access);
        visit.may(Verb::List, &collection).then(|| Place {
            collection: entry.uuid.clone(),
            title: entry.title.clone(),
            since: Moment(p.at),
            readers: readers(visit, entry),
            marking: p.marking,
            embargo: p.embargo.map(Moment),
            may_withdraw: may_publish && visit.may(Verb::Review, &collection),
        })
    });
    Ok(shared.collect())
}

/// The newest of its editions, if it is not itself.
fn newer(line: &EditionLine, report: &Report) -> String {
    line.editions.last().filter(|e| e.id > report.id).map(|e| e.uuid.clone()).unwrap_or_default()
}

/// Its editions, newest first.
fn editions(line: &EditionLine, report: &Report) -> Vec<Edition> {
    let edition = |e: &Report| Edition {
        id: e.uuid.clone(),
        at: Moment(e.created),
        changes: String::new(),
        shown: e.id == report.id,
    };
    line.editions.iter().rev().map(edition).collect()
}

/// What it names, without what it presents as malicious: that fills pages of its own.
async fn names(app: &App, visit: &Visit, report: &Report) -> Result<Vec<Named>, Stop> {
    let found = app.store.names_of(&visit.readable(), &[report.id], NAMES).await;
    let found = found.map_err(|e| visit.stop(&e))?;
    let some = found.iter().map(|n| &n.named).filter(|n| n.kind != "indicator").take(MOST_NAMES);
    Ok(some
        .map(|n| Named {
            kind: n.kind.clone(),
            name: address(&n.kind, &n.value, &n.shown),
            shown: n.shown.clone(),
            reports: 1,
        })
        .collect())
}

/// Opening a case of what an analysis tells of: its CVE identifiers, or a vulnerability that has none yet; everything can be changed
/// before it is sent.
fn of_analysis(report: &Report, names: &[Named], brief: &str) -> bartizan_workbench::ActForm {
    let cves = names.iter().filter(|n| n.kind == "vulnerability").map(|n| n.shown.as_str());
    let cves: Vec<&str> = cves.filter(|shown| shown.starts_with("CVE-")).collect();
    let mut act = super::cases::opening("");
    act.title = "Open a case of a vulnerability that it tells of".into();
    for field in &mut act.fields {
        match field.name {
            "title" => field.value.clone_from(&report.title),
            "summary" => field.value = format!("From the analysis /reports/{}.\n{brief}", report.uuid),
            "cves" => field.value = cves.join(" "),
            _ => {}
        }
    }
    act
}

fn tally(reviewed: &Reviewed, open: usize) -> Tally {
    use bartizan_clearinghouse::review::Status;
    let mut tally =
        Tally { open: open as u64, added: reviewed.fold.progress.added as u64, ..Tally::default() };
    for standing in reviewed.fold.claims.values() {
        match standing.status {
            Status::Accepted | Status::Edited { .. } => tally.accepted += 1,
            Status::Rejected { .. } => tally.rejected += 1,
            Status::Open | Status::Added { .. } => {}
        }
    }
    tally
}

fn figures(analysis: &Value) -> Vec<Figure> {
    let figures = analysis["summary"]["figures"].as_array();
    let text = |figure: &Value, name: &str| match &figure[name] {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    figures
        .into_iter()
        .flatten()
        .map(|f| Figure {
            value: text(f, "value"),
            label: text(f, "label"),
            note: text(f, "note"),
            tab: String::new(),
        })
        .collect()
}

fn readers(visit: &Visit, entry: &bartizan_store::CollectionEntry) -> String {
    let names: Vec<String> = entry
        .access
        .members
        .iter()
        .filter(|(_, rights)| rights.read)
        .map(|(id, _)| visit.organisation(*id))
        .collect();
    if entry.access.public { "anyone".to_owned() } else { names.join(", ") }
}

/// The report, if the visitor may read it.
pub(super) async fn find(app: &App, visit: &Visit, uuid: &str) -> Result<Report, Stop> {
    let found = app.store.report(&visit.readable(), uuid).await.map_err(|e| visit.stop(&e))?;
    found.ok_or_else(|| Stop::not_found(visit.shell.clone()))
}

/// The bytes of one of its files.
pub(super) async fn content(app: &App, visit: &Visit, report: &Report, name: &str) -> Result<Vec<u8>, Stop> {
    let digest = report.content(name).ok_or_else(|| Stop::not_found(visit.shell.clone()))?;
    let found = app.store.content(&digest).await.map_err(|e| visit.stop(&e))?;
    found.ok_or_else(|| Stop::not_found(visit.shell.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_texts_whatever_they_are_in_the_file() {
        let analysis =
            serde_json::json!({ "summary": { "figures": [{ "value": 3, "label": "actors" }, 7] } });
        let figures = figures(&analysis);
        assert_eq!((figures[0].value.as_str(), figures[0].label.as_str()), ("3", "actors"));
    }
}
