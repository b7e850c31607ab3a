//! The own key, and the nodes that are trusted.

use bartizan_clearinghouse::access::{OrganisationId, PersonId};
use serde_json::json;

use super::RelayPeer;
use crate::audit::{self, Action};
use crate::db::Store;
use crate::error::Error;
use crate::people;
use crate::sql::{Row, values};

/// A node to be trusted.
#[derive(Clone, Debug)]
pub struct NewRelayPeer<'a> {
    /// What the outside will call it by; random.
    pub uuid: &'a str,
    /// Its public key.
    pub node: &'a str,
    /// The organisation that stands for it.
    pub organisation: OrganisationId,
    /// The account that speaks for it.
    pub person: PersonId,
    /// Who trusts it.
    pub runs: OrganisationId,
    /// What people call it.
    pub title: &'a str,
    /// Where it is reached.
    pub url: &'a str,
    /// SHA-256 of its certificate, in hexadecimal; or empty.
    pub certificate: &'a str,
    /// Who issued its server's certificate, PEM; or empty.
    pub authority: &'a str,
}

const COLUMNS: &str = "SELECT p.id, p.uuid, p.node, p.organisation, p.person, p.runs, p.title, p.url, p.certificate, p.authority,
         p.paused, p.due, p.failures, p.note, p.reached, p.heard,
         (SELECT COUNT(*) FROM relay_out o JOIN relay_link l ON l.id = o.link WHERE l.peer = p.id AND o.sent IS NULL),
         (SELECT COUNT(*) FROM relay_in i WHERE i.peer = p.id AND i.taken IS NULL),
         (SELECT COUNT(*) FROM relay_in i WHERE i.peer = p.id AND i.outcome LIKE '%.%')
       FROM relay_peer p";

fn read(row: &Row) -> Result<RelayPeer, Error> {
    Ok(RelayPeer {
        id: row.number(0)?,
        uuid: row.text(1)?,
        node: row.text(2)?,
        organisation: OrganisationId(row.number(3)?),
        person: PersonId(row.number(4)?),
        runs: OrganisationId(row.number(5)?),
        title: row.text(6)?,
        url: row.text(7)?,
        certificate: row.text(8)?,
        authority: row.text(9)?,
        paused: row.flag(10)?,
        due: row.number(11)?,
        failures: row.number(12)?,
        note: row.text(13)?,
        reached: row.number_or_none(14)?,
        heard: row.number_or_none(15)?,
        unsent: row.number(16)?,
        waiting: row.number(17)?,
        refused: row.number(18)?,
    })
}

impl Store {
    /// The own key: its public part, and its secret as sealed; none before it was made.
    pub async fn relay_key(&self) -> Result<Option<(String, String)>, Error> {
        let rows = self.read("SELECT node, sealed FROM relay_key WHERE id = 1", &[]).await?;
        rows.first().map(|row| Ok((row.text(0)?, row.text(1)?))).transpose()
    }

    /// Keeps the own key, unless there is one; gives the one that is kept.
    pub async fn keep_relay_key(
        &self,
        by: &Action<'_>,
        node: &str,
        sealed: &str,
    ) -> Result<(String, String), Error> {
        let mut tx = self.begin().await?;
        let sql = "INSERT INTO relay_key (id, node, sealed, created) VALUES (1, $1, $2, $3) ON CONFLICT (id) DO NOTHING";
        if tx.run(sql, values![node, sealed, by.now]).await? > 0 {
            audit::write(&mut tx, by, "relay.key", "node", &json!({ "node": node }).to_string()).await?;
        }
        tx.commit().await?;
        self.relay_key().await?.ok_or_else(|| Error::unavailable("the key of the node is just being kept"))
    }

    /// Trusts a node.
    pub async fn add_relay_peer(&self, by: &Action<'_>, new: &NewRelayPeer<'_>) -> Result<i64, Error> {
        let title = people::title(new.title)?;
        let mut tx = self.begin().await?;
        let sql = "SELECT id FROM relay_peer WHERE node = $1 OR organisation = $2";
        if tx.one(sql, values![new.node, new.organisation.0]).await?.is_some() {
            return Err(Error::conflict(
                "this node is trusted already, or its organisation stands for another",
            ));
        }
        let id = tx.next("relay_peer").await?;
        let sql = "INSERT INTO relay_peer (id, uuid, node, organisation, person, runs, title, url, certificate, authority, paused,
                                           created, due, failures, note, reached, heard, round, job)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, FALSE, $11, 0, 0, '', NULL, NULL, 0, 0)";
        let row = values![
            id,
            new.uuid,
            new.node,
            new.organisation.0,
            new.person.0,
            new.runs.0,
            title,
            new.url,
            new.certificate,
            new.authority,
            by.now
        ];
        tx.run(sql, row).await?;
        let detail = json!({ "node": new.node, "url": new.url, "certificate": new.certificate }).to_string();
        audit::write(&mut tx, by, "relay.trust", &format!("relay-peer/{}", new.uuid), &detail).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Stops a link, or lets it go on at once. `false`: there is none, or it is so already.
    pub async fn pause_relay_peer(&self, by: &Action<'_>, uuid: &str, paused: bool) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE relay_peer SET paused = $1, due = 0, failures = 0 WHERE uuid = $2 AND paused <> $1";
        if tx.run(sql, values![paused, uuid]).await? == 0 {
            return Ok(false);
        }
        let what = if paused { "relay.pause" } else { "relay.resume" };
        audit::write(&mut tx, by, what, &format!("relay-peer/{uuid}"), "{}").await?;
        tx.commit().await?;
        Ok(true)
    }

    /// All nodes that an organisation trusts, or that any does.
    pub async fn relay_peers(&self, runs: Option<OrganisationId>) -> Result<Vec<RelayPeer>, Error> {
        let sql = format!("{COLUMNS} WHERE (p.runs = $1 OR $1 = 0) ORDER BY p.id");
        let rows = self.read(&sql, values![runs.map_or(0, |o| o.0)]).await?;
        rows.iter().map(read).collect()
    }

    /// One, by its UUID or its public key.
    pub async fn relay_peer(&self, name: &str) -> Result<Option<RelayPeer>, Error> {
        let sql = format!("{COLUMNS} WHERE p.uuid = $1 OR p.node = $1");
        self.read(&sql, values![name]).await?.first().map(read).transpose()
    }

    /// One, by its number.
    pub async fn relay_peer_of(&self, id: i64) -> Result<Option<RelayPeer>, Error> {
        let sql = format!("{COLUMNS} WHERE p.id = $1");
        self.read(&sql, values![id]).await?.first().map(read).transpose()
    }
}
