//! Finding advisories and editions, for their owner.

use bartizan_clearinghouse::access::{OrganisationId, PersonId};
use bartizan_clearinghouse::advisory::State;

use super::{Advisory, AdvisoryEdition};
use crate::audience;
use crate::db::Store;
use crate::error::Error;
use crate::sql::{Row, Value, values};

const COLUMNS: &str = "SELECT id, uuid, owner, person, case_uuid, tracking, filename, title, marking, edition, state, version, created,
                              changed FROM advisory";
const EDITION: &str = "SELECT number, version, title, marking, digest, summary, at, person, withdraws, scrubbed FROM advisory_edition";

fn read(row: &Row) -> Result<Advisory, Error> {
    Ok(Advisory {
        id: row.number(0)?,
        uuid: row.text(1)?,
        owner: OrganisationId(row.number(2)?),
        person: PersonId(row.number(3)?),
        case: row.text_or_none(4)?,
        tracking: row.text(5)?,
        filename: row.text(6)?,
        title: row.text(7)?,
        marking: audience::marking(row.number(8)?),
        edition: row.number(9)?,
        state: State::parse(&row.text(10)?).unwrap_or(State::Draft),
        version: row.number(11)?,
        created: row.number(12)?,
        changed: row.number(13)?,
    })
}

fn edition(row: &Row) -> Result<AdvisoryEdition, Error> {
    Ok(AdvisoryEdition {
        number: row.number(0)?,
        version: row.number(1)?,
        title: row.text(2)?,
        marking: audience::marking(row.number(3)?),
        digest: row.text(4)?,
        summary: row.text(5)?,
        at: row.number(6)?,
        person: PersonId(row.number(7)?),
        withdraws: row.number(8)? != 0,
        scrubbed: row.text(9)?,
    })
}

impl Store {
    /// An advisory by what the outside calls it by.
    pub async fn advisory(&self, uuid: &str) -> Result<Option<Advisory>, Error> {
        let rows = self.read(&format!("{COLUMNS} WHERE uuid = $1"), values![uuid]).await?;
        rows.first().map(read).transpose()
    }

    /// Advisories of an organisation, newest first. Those that are TLP:RED are there for their author only.
    pub async fn advisories_of(
        &self,
        owner: OrganisationId,
        author: PersonId,
        state: Option<State>,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<Advisory>, Error> {
        let red = audience::rank(bartizan_stix::Tlp::Red);
        let mut sql = format!("{COLUMNS} WHERE owner = $1 AND id < $2 AND (marking < $3 OR person = $4)");
        let mut given: Vec<Value<'_>> = vec![
            owner.0.into(),
            before.unwrap_or(i64::MAX).into(),
            red.into(),
            author.0.into(),
            limit.into(),
        ];
        if let Some(state) = state {
            sql.push_str(" AND state = $6");
            given.push(state.as_str().into());
        }
        sql.push_str(" ORDER BY id DESC LIMIT $5");
        self.read(&sql, &given).await?.iter().map(read).collect()
    }

    /// The editions of an advisory, oldest first.
    pub async fn advisory_editions(&self, advisory: i64) -> Result<Vec<AdvisoryEdition>, Error> {
        let sql = format!("{EDITION} WHERE advisory = $1 ORDER BY number");
        self.read(&sql, values![advisory]).await?.iter().map(edition).collect()
    }

    /// What an edition says.
    pub async fn advisory_body(&self, advisory: i64, number: i64) -> Result<Option<String>, Error> {
        let sql = "SELECT body FROM advisory_edition WHERE advisory = $1 AND number = $2";
        let rows = self.read(sql, values![advisory, number]).await?;
        rows.first().map(|row| row.text(0)).transpose()
    }
}
