//! What two nodes have between them, and what is written to the other.

use serde_json::json;

use super::RelayLink;
use crate::audit::{self, Action};
use crate::db::Store;
use crate::error::Error;
use crate::sql::{Row, Tx, values};

/// A message as it will be sent.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// Its own name.
    pub id: String,
    /// Its bytes.
    pub body: Vec<u8>,
    /// SHA-256 of them, in hexadecimal.
    pub digest: String,
    /// The signature over them.
    pub signature: String,
}

/// A case that is handed over.
#[derive(Clone, Debug)]
pub struct HandedOver<'a> {
    /// To which node.
    pub peer: i64,
    /// The own node.
    pub node: &'a str,
    /// The own case: number and name.
    pub case: (i64, &'a str),
    /// Where its reports come from, JSON.
    pub provenance: &'a str,
    /// Products that both will name.
    pub products: &'a str,
    /// How many events the log has: the handover tells of them.
    pub told: i64,
    /// The handover itself, and what goes right behind it.
    pub messages: &'a [NewMessage],
}

/// What a peer was told: where the log was looked at, and the messages that came of it.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// Up to which event, of terms and of the rest.
    pub up_to: (i64, i64),
    /// How many events there are.
    pub looked: i64,
    /// In order.
    pub messages: Vec<NewMessage>,
}

/// A message that was not acknowledged yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsent {
    /// Of which link.
    pub link: i64,
    /// Its number there.
    pub sequence: i64,
    /// Its bytes.
    pub body: Vec<u8>,
    /// The signature over them.
    pub signature: String,
}

const COLUMNS: &str = "SELECT l.id, l.peer, l.origin_node, l.origin_case, l.case_id, f.uuid, l.report, r.receipt, l.handling,
         l.provenance, l.products, l.passes, l.flagged, l.told_terms, l.told, l.out_sequence, l.out_digest, l.in_sequence, l.in_digest,
         l.taken, l.looked
       FROM relay_link l LEFT JOIN case_file f ON f.id = l.case_id LEFT JOIN vulnerability_report r ON r.id = l.report";

fn read(row: &Row) -> Result<RelayLink, Error> {
    Ok(RelayLink {
        id: row.number(0)?,
        peer: row.number(1)?,
        origin_node: row.text(2)?,
        origin_case: row.text(3)?,
        case: row.number_or_none(4)?.zip(row.text_or_none(5)?),
        report: row.number_or_none(6)?.zip(row.text_or_none(7)?),
        handling: row.text(8)?,
        provenance: row.text(9)?,
        products: row.text(10)?.split_whitespace().map(str::to_owned).collect(),
        passes: row.flag(11)?,
        flagged: row.flag(12)?,
        told_terms: row.number(13)?,
        told: row.number(14)?,
        out: (row.number(15)?, row.text(16)?),
        arrived: (row.number(17)?, row.text(18)?),
        taken: row.number(19)?,
        looked: row.number(20)?,
    })
}

/// Writes messages behind those that are there, and where the log was looked at.
async fn write(tx: &mut Tx, by: &Action<'_>, link: &RelayLink, told: &Told) -> Result<bool, Error> {
    let count = i64::try_from(told.messages.len()).unwrap_or(i64::MAX);
    let last = told.messages.last().map_or(link.out.1.as_str(), |message| message.digest.as_str());
    let sql =
        "UPDATE relay_link SET told_terms = $1, told = $2, out_sequence = $3, out_digest = $4, looked = $9
               WHERE id = $5 AND told_terms = $6 AND told = $7 AND out_sequence = $8";
    let (terms, rest) = told.up_to;
    let row = values![
        terms,
        rest,
        link.out.0 + count,
        last,
        link.id,
        link.told_terms,
        link.told,
        link.out.0,
        told.looked
    ];
    if tx.run(sql, row).await? == 0 {
        return Ok(false);
    }
    for (sequence, message) in (link.out.0 + 1..).zip(&told.messages) {
        let sql = "INSERT INTO relay_out (link, sequence, message, body, signature, written, sent)
                   VALUES ($1, $2, $3, $4, $5, $6, NULL)";
        let NewMessage { id, body, signature, .. } = message;
        tx.run(sql, values![link.id, sequence, id, body.as_slice(), signature, by.now]).await?;
    }
    Ok(true)
}

impl Store {
    /// What is between this node and another, oldest first.
    pub async fn relay_links(&self, peer: i64) -> Result<Vec<RelayLink>, Error> {
        let rows = self.read(&format!("{COLUMNS} WHERE l.peer = $1 ORDER BY l.id"), values![peer]).await?;
        rows.iter().map(read).collect()
    }

    /// One, by its number.
    pub async fn relay_link(&self, id: i64) -> Result<Option<RelayLink>, Error> {
        let rows = self.read(&format!("{COLUMNS} WHERE l.id = $1"), values![id]).await?;
        rows.first().map(read).transpose()
    }

    /// The nodes with which a case is shared, or from which its reports came.
    pub async fn relay_links_of_case(&self, case: i64) -> Result<Vec<RelayLink>, Error> {
        let sql = format!(
            "{COLUMNS} WHERE l.case_id = $1 OR l.report IN
               (SELECT c.report FROM case_report c WHERE c.case_id = $1 AND c.removed IS NULL) ORDER BY l.id"
        );
        self.read(&sql, values![case]).await?.iter().map(read).collect()
    }

    /// Hands a case over. `false`: it was handed over to that node before.
    pub async fn hand_over(&self, by: &Action<'_>, new: &HandedOver<'_>) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let id = tx.next("relay_link").await?;
        let sql = "INSERT INTO relay_link (id, peer, origin_node, origin_case, case_id, report, handling, provenance, products, passes,
                                           flagged, told_terms, told, looked, out_sequence, out_digest, in_sequence, in_digest, taken, opened)
                   VALUES ($1, $2, $3, $4, $5, NULL, '', $6, $7, FALSE, FALSE, $8, $8, $8, 0, '', 0, '', 0, $9)
                   ON CONFLICT (peer, origin_node, origin_case) DO NOTHING";
        let (case, uuid) = new.case;
        let row = values![id, new.peer, new.node, uuid, case, new.provenance, new.products, new.told, by.now];
        if tx.run(sql, row).await? == 0 {
            return Ok(false);
        }
        let row = tx.one(&format!("{COLUMNS} WHERE l.id = $1"), values![id]).await?;
        let link = read(&row.ok_or_else(|| Error::unavailable("the link is not there"))?)?;
        let told = Told { up_to: (new.told, new.told), looked: new.told, messages: new.messages.to_vec() };
        write(&mut tx, by, &link, &told).await?;
        tx.run("UPDATE relay_peer SET due = 0, failures = 0 WHERE id = $1", values![new.peer]).await?;
        let detail = json!({ "peer": new.peer }).to_string();
        audit::write(&mut tx, by, "relay.hand-over", &format!("case/{uuid}"), &detail).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Whether a node is told what vendors state of products that both cases name, and that a fix is ready.
    pub async fn pass_statements(
        &self,
        by: &Action<'_>,
        link: &RelayLink,
        passes: bool,
    ) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        tx.run("UPDATE relay_link SET passes = $1 WHERE id = $2", values![passes, link.id]).await?;
        let detail = json!({ "peer": link.peer, "passes": passes }).to_string();
        let case = link.case.as_ref().map_or("", |(_, uuid)| uuid.as_str());
        audit::write(&mut tx, by, "relay.pass", &format!("case/{case}"), &detail).await?;
        tx.commit().await
    }

    /// Keeps what a peer is told. `false`: somebody else did meanwhile, and nothing was done.
    pub async fn tell_peer(&self, by: &Action<'_>, link: &RelayLink, told: &Told) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        if !write(&mut tx, by, link, told).await? {
            return Ok(false);
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Messages that a peer has not acknowledged: of each case in order.
    pub async fn unsent(&self, peer: i64, limit: i64) -> Result<Vec<Unsent>, Error> {
        let sql = "SELECT o.link, o.sequence, o.body, o.signature FROM relay_out o JOIN relay_link l ON l.id = o.link
                   WHERE l.peer = $1 AND o.sent IS NULL ORDER BY o.link, o.sequence LIMIT $2";
        let rows = self.read(sql, values![peer, limit]).await?;
        rows.iter()
            .map(|row| {
                let (link, sequence) = (row.number(0)?, row.number(1)?);
                Ok(Unsent { link, sequence, body: row.bytes(2)?, signature: row.text(3)? })
            })
            .collect()
    }

    /// A peer has acknowledged a message: it has it on disk.
    pub async fn arrived_there(&self, now: i64, message: &Unsent) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE relay_out SET sent = $1 WHERE link = $2 AND sequence = $3";
        tx.run(sql, values![now, message.link, message.sequence]).await?;
        tx.commit().await
    }

    /// All messages of a link, as bytes: those written here and those that came, in order.
    pub async fn relay_messages(&self, link: i64) -> Result<(Vec<Vec<u8>>, Vec<Vec<u8>>), Error> {
        let out =
            self.read("SELECT body FROM relay_out WHERE link = $1 ORDER BY sequence", values![link]).await?;
        let came =
            self.read("SELECT body FROM relay_in WHERE link = $1 ORDER BY sequence", values![link]).await?;
        let bodies = |rows: Vec<Row>| rows.iter().map(|row| row.bytes(0)).collect::<Result<Vec<_>, _>>();
        Ok((bodies(out)?, bodies(came)?))
    }
}
