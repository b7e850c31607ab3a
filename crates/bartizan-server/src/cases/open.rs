//! Opening a case, from reports or from nothing.

use std::collections::BTreeSet;

use bartizan_clearinghouse::access::{CaseAccess, Thing, Verb};
use bartizan_clearinghouse::case::{Action, Case, Event, Name, Role, Source, Tooling};
use bartizan_clearinghouse::time;
use bartizan_stix::Tlp;
use bartizan_store::{NewCase, NewEvent, NewParty, ReportState, VulnerabilityReport};
use serde_json::{Map, Value};

use super::act::me;
use super::{Room, next, participant};
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
    if reports.iter().any(|report| report.between.sender == own) {
        roles.insert(Role::Finder);
    }
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
    let senders: BTreeSet<_> =
        reports.iter().map(|report| report.between.sender).filter(|s| *s != own).collect();
    for sender in senders {
        let name = participant(acting.directory, sender)?;
        let roles = BTreeSet::from([Role::Finder]);
        say(&mut case, Action::Add { participant: name.clone(), roles, products: BTreeSet::new() })?;
        parties.push((name, sender, super::organisation(acting.directory, sender)));
    }
    // A day on which a finder goes public is a commitment: no embargo outlasts it.
    for (number, body) in (1..).zip(&bodies) {
        let day = body.get("public_on").and_then(Value::as_str).unwrap_or_default();
        if let Some(until) = time::parse(&format!("{day}T00:00:00Z")).filter(|until| *until >= 0) {
            let limit: Name = format!("finder-{number}").parse()?;
            let words = "the day on which the finder makes it public".parse()?;
            say(&mut case, Action::Limit { limit, source: Source::Commitment, until, words })?;
        }
    }
    let events: Vec<NewEvent<'_>> = log
        .iter()
        .map(|event| {
            let added = match &event.action {
                Action::Add { participant, .. } => parties.iter().find(|(name, ..)| name == participant),
                _ => None,
            };
            let party = added.map(|(name, organisation, title)| {
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

/// What the reports say of the tools they were made with: the most public of it; unknown if one says nothing.
fn said_tooling(bodies: &[Map<String, Value>]) -> Tooling {
    let said = bodies.iter().map(|body| match body.get("public_tooling").and_then(Value::as_bool) {
        Some(true) => Tooling::PublicAi,
        Some(false) => Tooling::Private,
        None => Tooling::Unknown,
    });
    let said: BTreeSet<Tooling> = said.collect();
    let first = [Tooling::PublicAi, Tooling::Unknown].into_iter().find(|tooling| said.contains(tooling));
    first.unwrap_or(if said.is_empty() { Tooling::Unknown } else { Tooling::Private })
}

/// What a case says of itself; what is none stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct Description {
    pub(crate) title: Option<String>,
    pub(crate) summary: Option<String>,
    pub(crate) marking: Option<Tlp>,
    pub(crate) cves: Option<Vec<String>>,
}

/// Changes what a case says of itself; the rule has allowed it.
pub(crate) async fn describe(
    app: &App,
    acting: &Acting<'_>,
    room: &Room,
    change: Description,
) -> Result<(), Wrong> {
    let entry = &room.entry;
    let cves = match &change.cves {
        Some(given) => cves(given)?,
        None => entry.cves.clone(),
    };
    let title = change.title.as_deref().unwrap_or(&entry.title);
    let summary = change.summary.as_deref().unwrap_or(&entry.summary);
    let marking = change.marking.unwrap_or(entry.marking);
    if !app.store.describe_case(&acting.by(), entry, title, summary, marking, &cves).await? {
        return Err(Wrong::Unfit("Somebody else described it meanwhile; read it again.".into()));
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
