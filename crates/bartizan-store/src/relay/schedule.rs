//! Which peer is to be reached.

use crate::audit::Action;
use crate::db::Store;
use crate::error::Error;
use crate::jobs::{self, NewJob, backoff};
use crate::sql::values;
use bartizan_clearinghouse::access::OrganisationId;

/// What could not go, since its participant may not have it or its marking does not allow it, is looked at again after this.
const AGAIN: i64 = 3_600_000_000;
/// How far ahead a due time may lie: beyond, it is of a clock that has been put right since.
const SLACK: i64 = 2 * 3_600_000_000;

impl Store {
    /// Asks for a round with each peer for which there is something to do; how many. However long a peer is away, it is asked for
    /// again, at most an hour apart.
    pub async fn begin_relays(&self, by: &Action<'_>) -> Result<usize, Error> {
        let sql = format!(
            "SELECT p.id, p.uuid, p.runs, p.round FROM relay_peer p
             WHERE NOT p.paused AND (p.due <= $1 OR p.due > $1 + {SLACK})
               AND NOT EXISTS (SELECT 1 FROM job j WHERE j.id = p.job AND j.state IN ('queued', 'running'))
               AND EXISTS (SELECT 1 FROM relay_link l LEFT JOIN case_file f ON f.id = l.case_id
                           WHERE l.peer = p.id AND (
                             EXISTS (SELECT 1 FROM relay_out o WHERE o.link = l.id AND o.sent IS NULL)
                             OR f.events > l.looked
                             OR ((f.events > l.told_terms OR f.events > l.told) AND p.reached <= $1 - {AGAIN})
                             OR (l.out_sequence = 0 AND l.report IS NOT NULL)
                             OR (l.taken < l.in_sequence AND (l.case_id IS NOT NULL OR l.report IS NULL))
                             OR (l.case_id IS NULL AND l.report IN (SELECT c.report FROM case_report c WHERE c.removed IS NULL))))
             ORDER BY p.due, p.id LIMIT 50"
        );
        let mut begun = 0;
        for row in self.read(&sql, values![by.now]).await? {
            let (id, uuid, runs, round) = (row.number(0)?, row.text(1)?, row.number(2)?, row.number(3)? + 1);
            let mut tx = self.begin().await?;
            let sql = "UPDATE relay_peer SET round = $1 WHERE id = $2 AND round = $3";
            if tx.run(sql, values![round, id, round - 1]).await? == 0 {
                continue;
            }
            let arguments = serde_json::json!({ "peer": id }).to_string();
            let new = NewJob {
                name: "relay",
                arguments: &arguments,
                key: &format!("{uuid}:{round}"),
                organisation: OrganisationId(runs),
                person: None,
                audience: None,
                content: None,
                most_attempts: 1,
            };
            let job = jobs::enqueue(&mut tx, by, &new).await?.id;
            tx.run("UPDATE relay_peer SET job = $1 WHERE id = $2", values![job.0, id]).await?;
            tx.commit().await?;
            begun += 1;
        }
        Ok(begun)
    }

    /// A round with a peer has ended; with a fault, the next one waits the longer the more there were.
    pub async fn end_relay(
        &self,
        now: i64,
        peer: i64,
        fault: Option<&str>,
        random: u64,
    ) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        match fault {
            None => {
                let sql =
                    "UPDATE relay_peer SET due = $1, failures = 0, note = '', reached = $1 WHERE id = $2";
                tx.run(sql, values![now, peer]).await?;
            }
            Some(note) => {
                let row = tx.one("SELECT failures FROM relay_peer WHERE id = $1", values![peer]).await?;
                let failures = row.map(|row| row.number(0)).transpose()?.unwrap_or_default() + 1;
                let due = now.saturating_add(backoff(failures, random));
                let note: String = note.chars().take(500).collect();
                let sql = "UPDATE relay_peer SET due = $1, failures = $2, note = $3 WHERE id = $4";
                tx.run(sql, values![due, failures, &note, peer]).await?;
            }
        }
        tx.commit().await
    }
}
