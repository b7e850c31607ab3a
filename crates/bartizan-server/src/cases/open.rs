//! Opening a case, from reports or from nothing.

use std::collections::BTreeSet;

use bartizan_clearinghouse::access::{CaseAccess, Thing, Verb};
use bartizan_clearinghouse::case::{Action, Case, Event, Name, Role, Tooling};
use bartizan_stix::Tlp;
use bartizan_store::{NewCase, NewEvent, NewParty, ReportState, VulnerabilityReport};
use serde_json::{Map, Value};

use super::act::me;
use super::reports::joins;
use super::{Room, next};
use crate::app::App;
use crate::intake;
use crate::sharing::{Acting, Wrong};

/// Most reports of which a case is opened at once.
const REPORTS: usize = 64;
/// Most CVE identifiers of a case.
const CVES: usize = 64;

/// A case to be opened.
#[derive(Clone, Debug)]
pub(crate) struct Opening {
    /// UUIDs of the reports that it is about: one root cause, one fix.
    pub(crate) reports: Vec<String>,
    /// What people call it; empty: the title of the first report.
    pub(crate) title: String,
    /// What it is about.
    pub(crate) summary: String,
    /// How far it goes.
    pub(crate) marking: Tlp,
    /// What the reports were made with, if it is known better than they say.
    pub(crate) tooling: Option<Tooling>,
    /// CVE identifiers.
    pub(crate) cves: Vec<String>,
    /// Own products that may have it, if who opens it makes them.
    pub(crate) products: Vec<String>,
}

/// Opens a case under this UUID; again finds it there.
pub(crate) async fn open(app: &App, acting: &Acting<'_>, uuid: &str, new: Opening) -> Result<(), Wrong> {
    let (own, who) = acting.known()?;
    let what = "Whoever opens a case is a coordinator, with a token for managing.";
    // Who opens it is answered with it.
    acting.must(Verb::List, &Thing::Case(&CaseAccess::new(own)), what)?;
    acting.must(Verb::Manage, &Thing::Case(&CaseAccess::new(own)), what)?;
    if app.store.case(uuid, own, who, acting.now).await?.is_some() {
        return Ok(());
    }
    let cves = cves(&new.cves)?;
    if new.reports.len() > REPORTS {
        return Err(Wrong::Unfit(format!("A case is opened of at most {REPORTS} reports.")));
    }
    let mut reports: Vec<VulnerabilityReport> = Vec::new();
    for report in new.reports.iter().collect::<BTreeSet<_>>() {
        reports.push(intake::find(app, acting, report, Verb::Review).await?);
    }
    reports.sort_by_key(|report| report.id);
    let bodies: Vec<Map<String, Value>> =
        reports.iter().map(|report| serde_json::from_str(&report.body).unwrap_or_default()).collect();

    let first = me(acting)?;
    let mut roles = BTreeSet::new();
    let products =
        new.products.iter().map(|product| product.parse()).collect::<Result<BTreeSet<Name>, _>>()?;
    if !products.is_empty() {
        roles.insert(Role::Vendor);
    }
    let known_better = new.tooling.is_some();
    let tooling = new.tooling.unwrap_or_else(|| said_tooling(&bodies));
    let mut log: Vec<Event> = vec![next(None, acting.now, &first, Action::Open { roles, products, tooling })];
    let mut case = Case::open(&log[0])?;
    let mut parties = Vec::new();
    let mut say = |case: &mut Case, action: Action| -> Result<(), Wrong> {
        let event = next(Some(case), acting.now, &first, action);
        case.apply(&event)?;
        log.push(event);
        Ok(())
    };
    // Who sent them takes part, and what holds for them holds for the case.
    for (report, body) in reports.iter().zip(&bodies) {
        let joins = joins(acting.directory, report, body, known_better)?;
        if let Action::Merge { finder, .. } = &joins
            && !case.participants.contains_key(finder)
        {
            let sender = report.between.sender;
            parties.push((
                case.events + 1,
                finder.clone(),
                sender,
                super::organisation(acting.directory, sender),
            ));
        }
        say(&mut case, joins)?;
    }
    let events: Vec<NewEvent<'_>> = log
        .iter()
        .map(|event| {
            let added = parties.iter().find(|(number, ..)| *number == event.number);
            let party = added.map(|(_, name, organisation, title)| {
                (name, NewParty { organisation: Some(*organisation), title, zone: "", contact: "" })
            });
            NewEvent { event, person: Some(who), party, message: None }
        })
        .collect();
    let title = match (new.title.trim(), reports.first()) {
        ("", Some(report)) => report.title.clone(),
        (title, _) => title.to_owned(),
    };
    let title = if title.trim().is_empty() { "Without a title" } else { &title };
    let numbers: Vec<i64> = reports.iter().map(|report| report.id).collect();
    let kept = NewCase {
        uuid,
        runs: own,
        title,
        summary: &new.summary,
        marking: new.marking,
        cves: &cves,
        reports: &numbers,
    };
    app.store.open_case(&acting.by(), &kept, &events, &case).await?;
    for report in reports.iter().filter(|report| report.state == ReportState::Queued) {
        app.store.move_report(&acting.by(), &report.uuid, ReportState::Processing, "").await?;
    }
    Ok(())
}

/// What the reports say of the tools they were made with, but for public ones, which come with the report that says so: unknown if one
/// says nothing.
fn said_tooling(bodies: &[Map<String, Value>]) -> Tooling {
    let said = |body: &Map<String, Value>| body.get("public_tooling").and_then(Value::as_bool).is_some();
    if !bodies.is_empty() && bodies.iter().all(said) { Tooling::Private } else { Tooling::Unknown }
}

/// What a case says of itself; what is none stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct Description {
    pub(crate) title: Option<String>,
    pub(crate) summary: Option<String>,
    pub(crate) marking: Option<Tlp>,
    pub(crate) cves: Option<Vec<String>>,
}

/// Changes what a case says of itself; the rule has allowed it. `exactly`: only if nothing at all has happened in it since.
pub(crate) async fn describe(
    app: &App,
    acting: &Acting<'_>,
    room: &Room,
    change: Description,
    exactly: bool,
) -> Result<(), Wrong> {
    let entry = &room.entry;
    let cves = match &change.cves {
        Some(given) => cves(given)?,
        None => entry.cves.clone(),
    };
    let title = change.title.as_deref().unwrap_or(&entry.title);
    let summary = change.summary.as_deref().unwrap_or(&entry.summary);
    let marking = change.marking.unwrap_or(entry.marking);
    if !app.store.describe_case(&acting.by(), (entry, exactly), title, summary, marking, &cves).await? {
        return Err(Wrong::Late("Somebody else changed it meanwhile; read it again.".into()));
    }
    Ok(())
}

/// CVE identifiers as the CVE programme writes them, each once.
fn cves(given: &[String]) -> Result<Vec<String>, Wrong> {
    let mut all = BTreeSet::new();
    for text in given {
        let text = text.trim().to_ascii_uppercase();
        let mut parts = text.split('-');
        let digits = |part: Option<&str>, sizes: std::ops::RangeInclusive<usize>| {
            part.is_some_and(|p| sizes.contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit()))
        };
        let good = parts.next() == Some("CVE") && digits(parts.next(), 4..=4) && digits(parts.next(), 4..=19);
        if !good || parts.next().is_some() {
            return Err(Wrong::Unfit("A CVE identifier looks like CVE-2026-12345.".into()));
        }
        all.insert(text);
    }
    if all.len() > CVES {
        return Err(Wrong::Unfit(format!("A case has at most {CVES} CVE identifiers.")));
    }
    Ok(all.into_iter().collect())
}
