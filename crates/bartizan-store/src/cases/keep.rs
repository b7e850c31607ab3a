//! Opening a case, and adding to its log.

use bartizan_clearinghouse::access::{OrganisationId, PersonId};
use bartizan_clearinghouse::case::{Case, Event, Name};
use bartizan_stix::Tlp;
use serde_json::json;

use super::{derived, find};
use crate::audience::rank;
use crate::audit::{self, Action};
use crate::db::Store;
use crate::error::Error;
use crate::people;
use crate::sql::{Tx, Value, values};

/// Longest summary, in characters.
const SUMMARY: usize = 64 << 10;

/// A case to be opened.
#[derive(Clone, Debug)]
pub struct NewCase<'a> {
    /// What the outside will call it by; random.
    pub uuid: &'a str,
    /// Who coordinates it.
    pub runs: OrganisationId,
    /// What people call it.
    pub title: &'a str,
    /// What it is about.
    pub summary: &'a str,
    /// How far it goes.
    pub marking: Tlp,
    /// CVE identifiers.
    pub cves: &'a [String],
    /// Numbers of the reports that it is about.
    pub reports: &'a [i64],
}

/// A participant that an event adds.
#[derive(Clone, Debug)]
pub struct NewParty<'a> {
    /// The organisation of this node, if it is one.
    pub organisation: Option<OrganisationId>,
    /// What it is called.
    pub title: &'a str,
    /// Its time zone, a name of the IANA database, or empty.
    pub zone: &'a str,
    /// Where it is reached, or empty.
    pub contact: &'a str,
}

/// An event to be added.
#[derive(Clone, Debug)]
pub struct NewEvent<'a> {
    /// The event; the fold has taken it.
    pub event: &'a Event,
    /// Who said it.
    pub person: Option<PersonId>,
    /// The participant that it adds, with its name in the log.
    pub party: Option<(&'a Name, NewParty<'a>)>,
    /// The words of the message that it writes, with the name that the event has for it.
    pub message: Option<(&'a Name, &'a str)>,
}

/// Events of a case with its fold before and after them.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// The events.
    pub events: &'a [NewEvent<'a>],
    /// Without them.
    pub before: &'a Case,
    /// With them.
    pub after: &'a Case,
}

/// Adds events to the log of a case, as a part of something more; `false` as [`Store::add_to_case`] says it.
pub(crate) async fn add_events(
    tx: &mut Tx,
    by: &Action<'_>,
    (id, uuid): (i64, &str),
    events: &[NewEvent<'_>],
    before: &Case,
    after: &Case,
) -> Result<bool, Error> {
    let [report, embargo, until, closed] = derived::columns(after);
    let sql = "UPDATE case_file SET changed = $1, events = $2, report = $3, embargo = $4, embargo_until = $5, closed = $6
               WHERE id = $7 AND events = $8";
    let row = [
        after.times.1.into(),
        whole(after.events).into(),
        report,
        embargo,
        until,
        closed,
        id.into(),
        whole(before.events).into(),
    ];
    if tx.run(sql, &row).await? == 0 {
        return Ok(false);
    }
    write(tx, id, events).await?;
    derived::write(tx, id, Some(before), after).await?;
    let numbers: Vec<u64> = events.iter().map(|new| new.event.number).collect();
    let detail = json!({ "events": numbers }).to_string();
    audit::write(tx, by, "case.event", &find::thing(uuid), &detail).await?;
    Ok(true)
}

impl Store {
    /// Opens a case with the first events of its log, whose fold is `after`.
    pub async fn open_case(
        &self,
        by: &Action<'_>,
        new: &NewCase<'_>,
        events: &[NewEvent<'_>],
        after: &Case,
    ) -> Result<(), Error> {
        let NewCase { uuid, runs, title, summary, marking, cves, reports } = *new;
        let (title, summary) = described(title, summary)?;
        let mut tx = self.begin().await?;
        let id = tx.next("case").await?;
        let [report, embargo, until, closed] = derived::columns(after);
        let count = whole(after.events);
        let sql = "INSERT INTO case_file (id, uuid, runs, title, summary, marking, cves, opened, changed, events, report, embargo,
                                          embargo_until, closed)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
        let cves = cves.join(" ");
        let (opened, changed) = after.times;
        let row = [
            id.into(),
            uuid.into(),
            runs.0.into(),
            title.into(),
            summary.into(),
            rank(marking).into(),
            cves.as_str().into(),
            opened.into(),
            changed.into(),
            count.into(),
            report,
            embargo,
            until,
            closed,
        ];
        tx.run(sql, &row).await?;
        write(&mut tx, id, events).await?;
        derived::write(&mut tx, id, None, after).await?;
        for report in reports {
            super::reports::put(&mut tx, by, id, *report, "opened with it").await?;
        }
        audit::write(&mut tx, by, "case.open", &find::thing(uuid), "{}").await?;
        tx.commit().await
    }

    /// Adds events to the log of a case: `before` is its fold without them, `after` with them. `false`: somebody else added meanwhile,
    /// and nothing was done.
    pub async fn add_to_case(
        &self,
        by: &Action<'_>,
        (id, uuid): (i64, &str),
        events: &[NewEvent<'_>],
        before: &Case,
        after: &Case,
    ) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        if !add_events(&mut tx, by, (id, uuid), events, before, after).await? {
            return Ok(false);
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Changes what a case is called, what it says of itself and how far it goes. `false`: somebody else did meanwhile, or, if it is to
    /// be as it was in everything, anything has happened in it; and nothing was done.
    pub async fn describe_case(
        &self,
        by: &Action<'_>,
        (before, exactly): (&super::CaseEntry, bool),
        title: &str,
        summary: &str,
        marking: Tlp,
        cves: &[String],
    ) -> Result<bool, Error> {
        let (title, summary) = described(title, summary)?;
        let mut tx = self.begin().await?;
        let sql =
            "UPDATE case_file SET title = $1, summary = $2, marking = $3, cves = $4, revision = revision + 1
                   WHERE id = $5 AND revision = $6 AND (events = $7 OR NOT $8)";
        let cves = cves.join(" ");
        let row =
            values![title, summary, rank(marking), &cves, before.id, before.revision, before.events, exactly];
        if tx.run(sql, row).await? == 0 {
            return Ok(false);
        }
        let detail = json!({ "marking": marking.as_str() }).to_string();
        audit::write(&mut tx, by, "case.describe", &find::thing(&before.uuid), &detail).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// Text that a display shows as it is: no control characters but ends of lines and tabs, no marks that turn the direction of writing.
fn steers(text: &str) -> bool {
    text.contains(|c: char| {
        (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    })
}

fn described<'a>(title: &'a str, summary: &'a str) -> Result<(&'a str, &'a str), Error> {
    let summary = summary.trim();
    if steers(title) || steers(summary) {
        return Err(Error::invalid("the text holds characters that steer a display"));
    }
    if summary.chars().count() > SUMMARY || summary.contains('\0') {
        return Err(Error::invalid("what a case is about has at most 65,536 characters"));
    }
    Ok((people::title(title)?, summary))
}

pub(super) fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

async fn write(tx: &mut Tx, id: i64, events: &[NewEvent<'_>]) -> Result<(), Error> {
    let mut rows: Vec<(i64, i64, Option<i64>, String)> = Vec::new();
    for new in events {
        let Event { number, at, .. } = new.event;
        let body = serde_json::to_string(new.event).map_err(|e| Error::invalid(e.to_string()))?;
        rows.push((whole(*number), *at, new.person.map(|p| p.0), body));
    }
    let rows: Vec<Vec<Value<'_>>> = rows
        .iter()
        .map(|(number, at, person, body)| values![id, *number, *at, *person, body].to_vec())
        .collect();
    tx.fill("case_event", &["case_id", "number", "at", "person", "body"], &rows).await?;
    for new in events {
        if let Some((name, party)) = &new.party {
            let NewParty { organisation, title, zone, contact } = party;
            let organisation = organisation.map(|o| o.0);
            let sql =
                "INSERT INTO case_party (case_id, name, organisation, title, zone, contact, asked, content)
                       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
            let title = people::title(title)?;
            if steers(title) {
                return Err(Error::invalid("the name holds characters that steer a display"));
            }
            let row = values![id, name.as_str(), organisation, title, *zone, *contact, false, false];
            tx.run(sql, row).await?;
        }
        if let Some((name, words)) = new.message {
            let sql = "INSERT INTO case_message (case_id, name, body) VALUES ($1, $2, $3)";
            tx.run(sql, values![id, name.as_str(), words]).await?;
        }
    }
    Ok(())
}
