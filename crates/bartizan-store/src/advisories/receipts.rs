//! What operators say of advisories: for the advisory's owner and for the operator itself, and nobody else.

use bartizan_clearinghouse::access::{OrganisationId, PersonId};
use bartizan_clearinghouse::advisory::{Receipt, WORDS};
use serde_json::json;

use super::{AdvisoryReceipt, thing};
use crate::audit::{self, Action};
use crate::db::Store;
use crate::error::Error;
use crate::sql::{Row, Value, places, values};

/// A receipt to be kept.
#[derive(Clone, Copy, Debug)]
pub struct NewAdvisoryReceipt<'a> {
    /// The advisory: its number and what the outside calls it by.
    pub advisory: (i64, &'a str),
    /// The edition that its sender reads.
    pub edition: i64,
    /// Who says it.
    pub organisation: OrganisationId,
    /// Which of its people.
    pub person: PersonId,
    /// What.
    pub state: Receipt,
    /// In words.
    pub words: &'a str,
}

fn read(row: &Row) -> Result<AdvisoryReceipt, Error> {
    Ok(AdvisoryReceipt {
        organisation: OrganisationId(row.number(0)?),
        person: PersonId(row.number(1)?),
        edition: row.number(2)?,
        at: row.number(3)?,
        state: Receipt::parse(&row.text(4)?).unwrap_or(Receipt::Read),
        words: row.text(5)?,
    })
}

impl Store {
    /// Keeps what an organisation says. A conflict: that cannot be said after what it said last.
    pub async fn receive_advisory(&self, by: &Action<'_>, new: &NewAdvisoryReceipt<'_>) -> Result<(), Error> {
        let NewAdvisoryReceipt { advisory: (advisory, uuid), edition, organisation, person, state, words } =
            *new;
        if words.chars().count() > WORDS || words.contains('\0') {
            return Err(Error::invalid(format!("a receipt has at most {WORDS} characters of words")));
        }
        let mut tx = self.begin().await?;
        // The counter's row is held until the commit: the last one stays the last.
        let id = tx.next("advisory_receipt").await?;
        let sql = "SELECT state, edition FROM advisory_receipt WHERE advisory = $1 AND organisation = $2 ORDER BY id DESC LIMIT 1";
        let last = match tx.one(sql, values![advisory, organisation.0]).await? {
            Some(row) if row.number(1)? == edition => Receipt::parse(&row.text(0)?),
            _ => None,
        };
        if !state.may_follow(last) {
            return Err(Error::conflict("that was said before"));
        }
        let sql =
            "INSERT INTO advisory_receipt (id, advisory, organisation, person, edition, at, state, words)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let row = values![id, advisory, organisation.0, person.0, edition, by.now, state.as_str(), words];
        tx.run(sql, row).await?;
        let detail = json!({ "organisation": organisation.0, "edition": edition, "state": state.as_str() });
        audit::write(&mut tx, by, "advisory.receipt", &thing(uuid), &detail.to_string()).await?;
        tx.commit().await
    }

    /// What was said of an advisory, oldest first: by all (for its owner), or by one.
    pub async fn advisory_receipts(
        &self,
        advisory: i64,
        organisation: Option<OrganisationId>,
    ) -> Result<Vec<AdvisoryReceipt>, Error> {
        let sql = "SELECT organisation, person, edition, at, state, words FROM advisory_receipt
                   WHERE advisory = $1 AND ($2 = -1 OR organisation = $2) ORDER BY id";
        let rows = self.read(sql, values![advisory, organisation.map_or(-1, |o| o.0)]).await?;
        rows.iter().map(read).collect()
    }

    /// What organisations said last of each of these advisories: its number and the receipt; of all organisations, or of one.
    pub async fn last_receipts(
        &self,
        advisories: &[i64],
        organisation: Option<OrganisationId>,
    ) -> Result<Vec<(i64, AdvisoryReceipt)>, Error> {
        if advisories.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT r.organisation, r.person, r.edition, r.at, r.state, r.words, r.advisory FROM advisory_receipt r
             JOIN (SELECT advisory, organisation, MAX(id) AS id FROM advisory_receipt
                   WHERE ($1 = -1 OR organisation = $1) AND advisory IN ({}) GROUP BY advisory, organisation) n ON n.id = r.id
             ORDER BY r.advisory, r.organisation",
            places(2, advisories.len())
        );
        let mut values: Vec<Value<'_>> = vec![organisation.map_or(-1, |o| o.0).into()];
        values.extend(advisories.iter().map(|id| Value::Number(*id)));
        let rows = self.read(&sql, &values).await?;
        rows.iter().map(|row| Ok((row.number(6)?, read(row)?))).collect()
    }
}
