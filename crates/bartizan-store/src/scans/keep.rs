//! Registering intents, keeping them, ending them.

use std::collections::BTreeSet;

use bartizan_clearinghouse::access::{OrganisationId, PersonId};
use bartizan_clearinghouse::scan::{Held, State, StopReason};
use serde_json::json;

use super::{ScanIntent, thing};
use crate::audit::{self, Action};
use crate::db::Store;
use crate::error::Error;
use crate::hooks::{self, Happening};
use crate::sql::{Tx, Value, values};

/// How far clocks of several machines may be apart, in microseconds.
const SKEW: i64 = 60_000_000;
const DAY: i64 = 86_400_000_000;
/// The most events that people add to an intent.
const MOST_NOTES: i64 = 200;

/// An intent to be registered.
#[derive(Clone, Debug)]
pub struct NewScan<'a> {
    /// What the outside will call it by; random.
    pub uuid: &'a str,
    /// At whose desk.
    pub desk: OrganisationId,
    /// Whose.
    pub scanner: OrganisationId,
    /// Who registers it.
    pub person: PersonId,
    /// JSON.
    pub body: &'a str,
    /// What stands in lists.
    pub title: &'a str,
    /// What it is in.
    pub cells: &'a BTreeSet<String>,
    /// Who is asked.
    pub owners: &'a BTreeSet<OrganisationId>,
    /// Its first state, window and lease.
    pub held: Held,
}

/// What an owner decides.
#[derive(Clone, Copy, Debug)]
pub struct ScanDecision<'a> {
    /// Whose decision it is.
    pub owner: OrganisationId,
    /// Who decided.
    pub person: PersonId,
    /// Whether it may be scanned.
    pub approved: bool,
    /// Why, in words; may be empty.
    pub words: &'a str,
}

/// Something that people add to an intent.
#[derive(Clone, Copy, Debug)]
pub struct ScanNote<'a> {
    /// `choice`, `message`.
    pub kind: &'a str,
    /// Whose people.
    pub organisation: OrganisationId,
    /// Who.
    pub person: PersonId,
    /// A code; may be empty.
    pub code: &'a str,
    /// Which part; may be empty.
    pub part: &'a str,
    /// Words; may be empty.
    pub words: &'a str,
}

async fn event(tx: &mut Tx, now: i64, intent: i64, note: &ScanNote<'_>) -> Result<(), Error> {
    let id = tx.next("scan_event").await?;
    let sql = "INSERT INTO scan_event (id, intent, at, kind, organisation, person, code, part, words)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let ScanNote { kind, organisation, person, code, part, words } = *note;
    let row = values![id, intent, now, kind, organisation.0, person.0, code, part, words];
    tx.run(sql, row).await.map(drop)
}

fn note(kind: &str, organisation: OrganisationId, person: PersonId) -> ScanNote<'_> {
    ScanNote { kind, organisation, person, code: "", part: "", words: "" }
}

/// What the node does itself.
const NODE: (OrganisationId, PersonId) = (OrganisationId(0), PersonId(0));

impl Store {
    /// Registers an intent. `false`: its organisation has registered as many in the last 24 hours as it may.
    pub async fn add_scan(&self, by: &Action<'_>, new: &NewScan<'_>, most_a_day: i64) -> Result<bool, Error> {
        let NewScan { uuid, desk, scanner, person, body, title, cells, owners, held } = new;
        let mut tx = self.begin().await?;
        // The counter is held from here on: two requests at once are counted one after the other.
        let id = tx.next("scan_intent").await?;
        let sql = "SELECT COUNT(*) FROM scan_intent WHERE organisation = $1 AND received > $2";
        let row = tx.one(sql, values![scanner.0, by.now.saturating_sub(DAY)]).await?;
        // What cannot be counted is too many.
        if row.map_or(Ok(i64::MAX), |row| row.number(0))? >= most_a_day {
            return Ok(false);
        }
        let live = i64::from(held.state == State::AwaitingOwner);
        let began = (held.state == State::Active).then_some(by.now);
        let sql = "INSERT INTO scan_intent (id, uuid, desk, organisation, person, body, title, live, state, reason, changed, starts,
                                            ends, lease, began, ended, told, received)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', $10, $11, $12, $13, $14, NULL, NULL, $10)";
        let state = held.state.as_str();
        let row = values![
            id,
            *uuid,
            desk.0,
            scanner.0,
            person.0,
            *body,
            *title,
            live,
            state,
            by.now,
            held.starts,
            held.ends,
            held.lease,
            began
        ];
        tx.run(sql, row).await?;
        let rows: Vec<Vec<Value<'_>>> = cells.iter().map(|cell| values![id, cell].to_vec()).collect();
        tx.fill("scan_cell", &["intent", "cell"], &rows).await?;
        for owner in *owners {
            ask(&mut tx, by.now, id, *owner).await?;
        }
        event(&mut tx, by.now, id, &note("registered", *scanner, *person)).await?;
        let detail = json!({ "desk": desk.0, "cells": cells.len(), "live": live != 0 }).to_string();
        audit::write(&mut tx, by, "scan.register", &thing(uuid), &detail).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// A heartbeat: holds an active intent until then. `false`: it is not held any more.
    pub async fn beat_scan(&self, id: i64, now: i64, lease: i64) -> Result<bool, Error> {
        let sql = "UPDATE scan_intent SET lease = $1 WHERE id = $2 AND state = 'active' AND lease >= $3 AND lease <= $1";
        let mut tx = self.begin().await?;
        let kept = tx.run(sql, values![lease, id, now]).await? > 0;
        tx.commit().await?;
        Ok(kept)
    }

    /// The scanner has heard that it is to stop; the first time is kept.
    pub async fn told_scan(&self, by: &Action<'_>, intent: &ScanIntent) -> Result<(), Error> {
        if intent.told.is_some() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        let sql = "UPDATE scan_intent SET told = $1 WHERE id = $2 AND told IS NULL";
        if tx.run(sql, values![by.now, intent.id]).await? > 0 {
            event(&mut tx, by.now, intent.id, &note("told", NODE.0, NODE.1)).await?;
            audit::write(&mut tx, by, "scan.told", &thing(&intent.uuid), "{}").await?;
        }
        tx.commit().await
    }

    /// An owner's decision about an intent that waits. With the consent of all who are needed (`enough` of those who approved) it becomes
    /// active, with this lease; one refusal ends it. `false`: it waits no more, or is not theirs.
    pub async fn decide_scan(
        &self,
        by: &Action<'_>,
        intent: &ScanIntent,
        decision: &ScanDecision<'_>,
        enough: impl Fn(&BTreeSet<OrganisationId>) -> bool,
        lease: i64,
    ) -> Result<bool, Error> {
        let word = if decision.approved { "approved" } else { "refused" };
        let mut tx = self.begin().await?;
        // Two owners at once decide one after the other.
        let sql = "UPDATE scan_intent SET changed = $1 WHERE id = $2 AND state = 'awaiting-owner'";
        if tx.run(sql, values![by.now, intent.id]).await? == 0 {
            return Ok(false);
        }
        let sql = "UPDATE scan_owner SET decision = $1, at = $2 WHERE intent = $3 AND organisation = $4";
        if tx.run(sql, values![word, by.now, intent.id, decision.owner.0]).await? == 0 {
            return Ok(false);
        }
        let said = ScanNote { words: decision.words, ..note(word, decision.owner, decision.person) };
        event(&mut tx, by.now, intent.id, &said).await?;
        let sql = "SELECT organisation FROM scan_owner WHERE intent = $1 AND decision = 'approved'";
        let rows = tx.all(sql, values![intent.id]).await?;
        let approved = rows.iter().map(|row| row.number(0).map(OrganisationId)).collect::<Result<_, _>>()?;
        if !decision.approved {
            let sql = "UPDATE scan_intent SET state = 'refused', ended = $1 WHERE id = $2";
            tx.run(sql, values![by.now, intent.id]).await?;
            tell(&mut tx, by, intent).await?;
        } else if enough(&approved) {
            let sql = "UPDATE scan_intent SET state = 'active', began = $1, lease = $2 WHERE id = $3";
            tx.run(sql, values![by.now, lease, intent.id]).await?;
        }
        let detail = json!({ "owner": decision.owner.0 }).to_string();
        audit::write(&mut tx, by, &format!("scan.{word}"), &thing(&intent.uuid), &detail).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Stops an intent, or takes it back (no reason). `false`: it is over already.
    pub async fn end_scan(
        &self,
        by: &Action<'_>,
        intent: &ScanIntent,
        (organisation, person): (OrganisationId, PersonId),
        reason: Option<StopReason>,
        words: &str,
    ) -> Result<bool, Error> {
        let state = if reason.is_some() { State::Stopped } else { State::Withdrawn };
        let code = reason.map_or("", StopReason::as_str);
        let mut tx = self.begin().await?;
        let sql = "UPDATE scan_intent SET state = $1, reason = $2, ended = $3, changed = $3
                   WHERE id = $4 AND state IN ('active', 'awaiting-owner') AND lease >= $3 AND ends > $3";
        if tx.run(sql, values![state.as_str(), code, by.now, intent.id]).await? == 0 {
            return Ok(false);
        }
        let said = ScanNote { code, words, ..note(state.as_str(), organisation, person) };
        event(&mut tx, by.now, intent.id, &said).await?;
        let (what, detail) = match reason {
            Some(_) => ("scan.stop", json!({ "reason": code }).to_string()),
            None => ("scan.withdraw", "{}".to_owned()),
        };
        audit::write(&mut tx, by, what, &thing(&intent.uuid), &detail).await?;
        if reason.is_some() {
            tell(&mut tx, by, intent).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Something that people say about an intent. `false`: they have said as much as it holds.
    pub async fn note_scan(
        &self,
        by: &Action<'_>,
        intent: &ScanIntent,
        said: &ScanNote<'_>,
    ) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let sql = "SELECT COUNT(*) FROM scan_event WHERE intent = $1 AND kind IN ('choice', 'message')";
        let row = tx.one(sql, values![intent.id]).await?;
        if row.map_or(Ok(i64::MAX), |row| row.number(0))? >= MOST_NOTES {
            return Ok(false);
        }
        event(&mut tx, by.now, intent.id, said).await?;
        let detail = json!({ "code": said.code, "part": said.part }).to_string();
        audit::write(&mut tx, by, &format!("scan.{}", said.kind), &thing(&intent.uuid), &detail).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Ends the intents whose heartbeats did not come, and those written by a clock that was ahead; how many.
    pub async fn lapse_scans(&self, by: &Action<'_>) -> Result<usize, Error> {
        let sql = "SELECT id, uuid FROM scan_intent WHERE state IN ('active', 'awaiting-owner') AND (lease < $1 OR changed > $2)
                   ORDER BY id LIMIT 100";
        let late = by.now.saturating_add(SKEW);
        let rows = self.read(sql, values![by.now, late]).await?;
        let mut ended = 0;
        for row in &rows {
            let (id, uuid) = (row.number(0)?, row.text(1)?);
            let mut tx = self.begin().await?;
            // Its heartbeat may have come since.
            let sql = "UPDATE scan_intent SET state = 'lapsed', changed = $1
                       WHERE id = $2 AND state IN ('active', 'awaiting-owner') AND (lease < $1 OR changed > $3)";
            if tx.run(sql, values![by.now, id, late]).await? > 0 {
                event(&mut tx, by.now, id, &note("lapsed", NODE.0, NODE.1)).await?;
                audit::write(&mut tx, by, "scan.lapse", &thing(&uuid), "{}").await?;
                tx.commit().await?;
                ended += 1;
            }
        }
        Ok(ended)
    }
}

/// An owner who is asked; once.
pub(super) async fn ask(tx: &mut Tx, now: i64, intent: i64, owner: OrganisationId) -> Result<(), Error> {
    let sql = "INSERT INTO scan_owner (intent, organisation, decision, at) VALUES ($1, $2, '', $3)
               ON CONFLICT (intent, organisation) DO NOTHING";
    tx.run(sql, values![intent, owner.0, now]).await.map(drop)
}

async fn tell(tx: &mut Tx, by: &Action<'_>, intent: &ScanIntent) -> Result<(), Error> {
    hooks::tell(tx, by, &Happening::Stopped { scanner: intent.scanner, intent: &intent.uuid }).await
}
