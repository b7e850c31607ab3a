//! Taking up what came: each message once, together with what comes of it.

use bartizan_clearinghouse::case::Case;

use super::RelayLink;
use crate::audit::Action;
use crate::cases::{NewEvent, add_events};
use crate::db::Store;
use crate::error::Error;
use crate::intake::{NewVulnerabilityReport, take};
use crate::sql::{Tx, values};

/// A message that waits to be taken up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its number.
    pub sequence: i64,
    /// Its bytes.
    pub body: Vec<u8>,
}

/// Number and UUID of a case, what is added to it, and its fold before and after.
pub type InCase<'a> = ((i64, &'a str), &'a [NewEvent<'a>], &'a Case, &'a Case);

/// What comes of it.
#[derive(Clone, Debug, Default)]
pub struct Settled<'a> {
    /// In a word, or the code of why nothing did.
    pub outcome: &'a str,
    /// In words.
    pub note: &'a str,
    /// Whether the own coordinator has to decide about it.
    pub flag: bool,
    /// What the other handles the case by, if it told that.
    pub handling: Option<&'a str>,
    /// Events of the own case: its number and name, the events, its fold before and after.
    pub events: Option<InCase<'a>>,
    /// Reports that were handed over, where they come from, and the products that both name.
    pub reports: Option<(&'a [NewVulnerabilityReport<'a>], &'a str, &'a str)>,
}

/// The next number, if nobody was faster.
async fn mark(
    tx: &mut Tx,
    by: &Action<'_>,
    link: &RelayLink,
    sequence: i64,
    what: &Settled<'_>,
) -> Result<bool, Error> {
    let sql = "UPDATE relay_link SET taken = $1, flagged = (flagged OR $2) WHERE id = $3 AND taken = $4";
    if tx.run(sql, values![sequence, what.flag, link.id, sequence - 1]).await? == 0 {
        return Ok(false);
    }
    let sql = "UPDATE relay_in SET taken = $1, outcome = $2, note = $3 WHERE link = $4 AND sequence = $5";
    tx.run(sql, values![by.now, what.outcome, what.note, link.id, sequence]).await?;
    if let Some(handling) = what.handling {
        tx.run("UPDATE relay_link SET handling = $1 WHERE id = $2", values![handling, link.id]).await?;
    }
    Ok(true)
}

impl Store {
    /// The message of a link that is to be taken up next.
    pub async fn next_message(&self, link: &RelayLink) -> Result<Option<Waiting>, Error> {
        if link.taken >= link.arrived.0 {
            return Ok(None);
        }
        let sql = "SELECT sequence, body FROM relay_in WHERE link = $1 AND sequence = $2";
        let rows = self.read(sql, values![link.id, link.taken + 1]).await?;
        rows.first().map(|row| Ok(Waiting { sequence: row.number(0)?, body: row.bytes(1)? })).transpose()
    }

    /// Takes a message up, with what comes of it. `false`: somebody else did, or the case has moved; nothing was done.
    pub async fn take_up(
        &self,
        by: &Action<'_>,
        link: &RelayLink,
        sequence: i64,
        what: &Settled<'_>,
    ) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        if !mark(&mut tx, by, link, sequence, what).await? {
            return Ok(false);
        }
        if let Some((place, events, before, after)) = what.events
            && !add_events(&mut tx, by, place, events, before, after).await?
        {
            return Ok(false);
        }
        if let Some((reports, provenance, products)) = what.reports {
            let mut first = None;
            for report in reports {
                let (id, _) = take(&mut tx, by, report).await?;
                first = first.or(Some(id));
            }
            let sql = "UPDATE relay_link SET report = $1, provenance = $2, products = $3 WHERE id = $4";
            tx.run(sql, values![first, provenance, products, link.id]).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Finds the case that was opened of a report which came from a peer; whether there is one.
    pub async fn find_case_of_link(&self, link: &RelayLink) -> Result<bool, Error> {
        let Some((report, _)) = &link.report else { return Ok(false) };
        let mut tx = self.begin().await?;
        let sql = "UPDATE relay_link SET case_id = (SELECT c.case_id FROM case_report c WHERE c.report = $1 AND c.removed IS NULL)
                   WHERE id = $2 AND case_id IS NULL
                     AND EXISTS (SELECT 1 FROM case_report c WHERE c.report = $1 AND c.removed IS NULL)";
        let found = tx.run(sql, values![*report, link.id]).await? > 0;
        tx.commit().await?;
        Ok(found)
    }

    /// What became of messages of a peer that the rules refused, newest first: number of the link, code, words, when.
    pub async fn refused_messages(
        &self,
        peer: i64,
        limit: i64,
    ) -> Result<Vec<(i64, String, String, i64)>, Error> {
        let sql = "SELECT link, outcome, note, received FROM relay_in WHERE peer = $1 AND outcome LIKE '%.%'
                   ORDER BY received DESC, link, sequence DESC LIMIT $2";
        let rows = self.read(sql, values![peer, limit]).await?;
        rows.iter().map(|row| Ok((row.number(0)?, row.text(1)?, row.text(2)?, row.number(3)?))).collect()
    }
}
