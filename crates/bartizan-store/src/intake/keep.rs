//! Taking a report.

use serde_json::json;

use super::{Between, ReportState};
use crate::audit::{self, Action};
use crate::db::Store;
use crate::error::Error;
use crate::sql::{Tx, Value, values};

/// A report to be kept.
#[derive(Clone, Debug)]
pub struct NewVulnerabilityReport<'a> {
    /// What the outside will call it by; random.
    pub uuid: &'a str,
    /// What its sender will ask by; random.
    pub receipt: &'a str,
    /// Digest of what is said. The same of the same sender to the same desk is kept once.
    pub digest: &'a str,
    /// From whom to whom.
    pub between: Between,
    /// The report, JSON, without the content of files.
    pub body: &'a str,
    /// What stands in lists.
    pub title: &'a str,
    /// The same.
    pub product: &'a str,
    /// Its files.
    pub files: &'a [NewFile<'a>],
}

/// A file of it.
#[derive(Clone, Debug)]
pub struct NewFile<'a> {
    /// Its name.
    pub filename: &'a str,
    /// Media type.
    pub content_type: &'a str,
    /// What it is: `patch`, …
    pub kind: &'a str,
    /// A line about it.
    pub description: &'a str,
    /// Its size in bytes.
    pub size: i64,
    /// SHA-256 of its bytes.
    pub digest: &'a str,
    /// Its bytes, sealed by the node.
    pub sealed: &'a str,
}

/// What became of taking it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// What it is called by: as before, if it was there.
    pub uuid: String,
    /// What its sender asks by: as before, if it was there.
    pub receipt: String,
    /// Whether it is new.
    pub fresh: bool,
}

/// Keeps a report, as a part of something more: its number, and what became of it.
pub(crate) async fn take(
    tx: &mut Tx,
    by: &Action<'_>,
    new: &NewVulnerabilityReport<'_>,
) -> Result<(i64, Taken), Error> {
    let NewVulnerabilityReport { uuid, receipt, digest, between, body, title, product, files } = *new;
    let key = format!("{}/{}/{digest}", between.desk.0, between.sender.0);
    let id = tx.next("vulnerability_report").await?;
    let sql = "INSERT INTO vulnerability_report (id, uuid, receipt, key, desk, organisation, person, body, title, product, state,
                                                 changed, outcome, received)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '', $12) ON CONFLICT (key) DO NOTHING";
    let state = ReportState::Queued.as_str();
    let Between { desk, sender, person } = between;
    let row =
        values![id, uuid, receipt, &key, desk.0, sender.0, person.0, body, title, product, state, by.now];
    if tx.run(sql, row).await? == 0 {
        let known = tx
            .one("SELECT id, uuid, receipt FROM vulnerability_report WHERE key = $1", values![&key])
            .await?;
        let known = known.ok_or_else(|| Error::unavailable("the same report is just being kept"))?;
        let taken = Taken { uuid: known.text(1)?, receipt: known.text(2)?, fresh: false };
        return Ok((known.number(0)?, taken));
    }
    let rows: Vec<Vec<Value<'_>>> = (0..)
        .zip(files)
        .map(|(position, file)| {
            let position: i64 = position;
            values![
                id,
                position,
                file.filename,
                file.content_type,
                file.kind,
                file.description,
                file.size,
                file.digest,
                file.sealed
            ]
            .to_vec()
        })
        .collect();
    let columns =
        ["report", "position", "filename", "content_type", "kind", "description", "size", "digest", "sealed"];
    tx.fill("vulnerability_file", &columns, &rows).await?;
    let detail = json!({ "desk": desk.0, "files": files.len() }).to_string();
    audit::write(tx, by, "vulnerability.report", &super::find::thing(uuid), &detail).await?;
    Ok((id, Taken { uuid: uuid.to_owned(), receipt: receipt.to_owned(), fresh: true }))
}

impl Store {
    /// Keeps a report with its files and an entry in the log, in one transaction: when this returns, it is on disk.
    pub async fn take_report(
        &self,
        by: &Action<'_>,
        new: &NewVulnerabilityReport<'_>,
    ) -> Result<Taken, Error> {
        let mut tx = self.begin().await?;
        let (_, taken) = take(&mut tx, by, new).await?;
        if taken.fresh {
            tx.commit().await?;
        }
        // The number that was taken for one that was there goes back with the transaction.
        Ok(taken)
    }

    /// Says how far a report is, and what came of it. `false`: it is not there, or is so already.
    pub async fn move_report(
        &self,
        by: &Action<'_>,
        uuid: &str,
        state: ReportState,
        outcome: &str,
    ) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE vulnerability_report SET state = $1, outcome = $2, changed = $3
                   WHERE uuid = $4 AND (state <> $1 OR outcome <> $2)";
        if tx.run(sql, values![state.as_str(), outcome, by.now, uuid]).await? == 0 {
            return Ok(false);
        }
        let detail = json!({ "state": state.as_str(), "outcome": outcome }).to_string();
        audit::write(&mut tx, by, "vulnerability.move", &super::find::thing(uuid), &detail).await?;
        tx.commit().await?;
        Ok(true)
    }
}
