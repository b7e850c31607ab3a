//! A message that comes.

use bartizan_clearinghouse::relay::{Code, Place, Stream};

use crate::audit::Action;
use crate::db::Store;
use crate::error::Error;
use crate::sql::{Row, values};

/// Most messages of a peer that wait to be taken up.
const WAITING: i64 = 10_000;

/// A message: read, its signature good.
#[derive(Clone, Debug)]
pub struct Arriving<'a> {
    /// From which node.
    pub peer: i64,
    /// Its own name.
    pub id: &'a str,
    /// Which case: the node that handed it over, and the case's name there.
    pub origin: (&'a str, &'a str),
    /// Whether this node handed that over.
    pub ours: bool,
    /// Its number.
    pub sequence: i64,
    /// Digest of the one before; empty for the first.
    pub previous: &'a str,
    /// Digest of its bytes.
    pub digest: &'a str,
    /// Its bytes.
    pub body: &'a [u8],
    /// The signature over them.
    pub signature: &'a str,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrived {
    /// It is kept.
    Kept,
    /// It was kept before.
    Known,
    /// It is not taken.
    Refused(Code),
}

fn stream(row: &Row) -> Result<Stream, Error> {
    let digest = row.text(2)?;
    let sequence = u64::try_from(row.number(1)?).unwrap_or_default();
    Ok(Stream { sequence, digest: (!digest.is_empty()).then_some(digest) })
}

impl Store {
    /// Keeps a message: when this returns, it is on disk. What does not come next waits until what is missing comes.
    pub async fn arrive(&self, by: &Action<'_>, new: &Arriving<'_>) -> Result<Arrived, Error> {
        let mut tx = self.begin().await?;
        // Holds the peer, so that its messages come one after the other.
        tx.run("UPDATE relay_peer SET heard = $1 WHERE id = $2", values![by.now, new.peer]).await?;
        let sql = "SELECT digest FROM relay_in WHERE peer = $1 AND message = $2";
        if let Some(row) = tx.one(sql, values![new.peer, new.id]).await? {
            let same = row.text(0)? == new.digest;
            return Ok(if same { Arrived::Known } else { Arrived::Refused(Code::Replayed) });
        }
        let sql = "SELECT COUNT(*) FROM relay_in WHERE peer = $1 AND taken IS NULL";
        let waiting = tx.one(sql, values![new.peer]).await?;
        if waiting.map(|row| row.number(0)).transpose()?.unwrap_or_default() >= WAITING {
            return Ok(Arrived::Refused(Code::Full));
        }
        let find = "SELECT id, in_sequence, in_digest FROM relay_link WHERE peer = $1 AND origin_node = $2 AND origin_case = $3";
        let (node, case) = new.origin;
        let (id, mut stream) = match tx.one(find, values![new.peer, node, case]).await? {
            Some(row) => (row.number(0)?, stream(&row)?),
            None if new.ours => return Ok(Arrived::Refused(Code::UnknownCase)),
            None => {
                let id = tx.next("relay_link").await?;
                let sql = "INSERT INTO relay_link (id, peer, origin_node, origin_case, case_id, report, handling, provenance, products,
                                                   passes, flagged, told_terms, told, looked, out_sequence, out_digest, in_sequence, in_digest,
                                                   taken, opened)
                           VALUES ($1, $2, $3, $4, NULL, NULL, '', '', '', FALSE, FALSE, 0, 0, 0, 0, '', 0, '', 0, $5)";
                tx.run(sql, values![id, new.peer, node, case, by.now]).await?;
                (id, Stream::default())
            }
        };
        let number = u64::try_from(new.sequence).unwrap_or_default();
        let previous = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        match stream.place(number, previous(new.previous).as_deref()) {
            Place::Next | Place::Ahead => {}
            Place::Behind => return Ok(Arrived::Refused(Code::Sequence)),
            Place::Broken => return Ok(Arrived::Refused(Code::Chain)),
            Place::TooFar => return Ok(Arrived::Refused(Code::TooFar)),
        }
        let sql = "SELECT 1 FROM relay_in WHERE link = $1 AND sequence = $2";
        if tx.one(sql, values![id, new.sequence]).await?.is_some() {
            return Ok(Arrived::Refused(Code::Sequence));
        }
        let sql = "INSERT INTO relay_in (peer, message, link, sequence, previous, digest, body, signature, received, taken, outcome, note)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL, '', '')";
        let row = values![
            new.peer,
            new.id,
            id,
            new.sequence,
            new.previous,
            new.digest,
            new.body,
            new.signature,
            by.now
        ];
        tx.run(sql, row).await?;
        // What waited for this one follows it, or was never of this chain.
        loop {
            let at = i64::try_from(stream.sequence + 1).unwrap_or(i64::MAX);
            let sql = "SELECT previous, digest FROM relay_in WHERE link = $1 AND sequence = $2";
            let Some(row) = tx.one(sql, values![id, at]).await? else { break };
            if stream.place(stream.sequence + 1, previous(&row.text(0)?).as_deref()) != Place::Next {
                tx.run("DELETE FROM relay_in WHERE link = $1 AND sequence = $2", values![id, at]).await?;
                break;
            }
            stream = stream.with(&row.text(1)?);
        }
        let at = i64::try_from(stream.sequence).unwrap_or(i64::MAX);
        let digest = stream.digest.unwrap_or_default();
        let sql = "UPDATE relay_link SET in_sequence = $1, in_digest = $2 WHERE id = $3";
        tx.run(sql, values![at, &digest, id]).await?;
        tx.commit().await?;
        Ok(Arrived::Kept)
    }
}
