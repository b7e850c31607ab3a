//! Jobs that nobody asks for again are forgotten.

use crate::db::Store;
use crate::error::Error;
use crate::hooks::SEND;
use crate::objects::RELEASE;
use crate::sql::values;

/// How long the ended jobs of the node itself are kept, microseconds: 30 days.
const KEPT: i64 = 30 * 24 * 3600 * 1_000_000;
/// Most jobs forgotten at once, so that nothing waits for it.
const AT_ONCE: i64 = 1_000;

impl Store {
    /// Forgets messages to webhooks and placements of objects that ended long ago: nobody but the node ever saw these jobs, and what
    /// was sent stands among the deliveries. Jobs that people asked for stay. How many were forgotten; call again while it is many.
    pub async fn forget_jobs(&self, now: i64) -> Result<u64, Error> {
        let mut tx = self.begin().await?;
        let sql = "DELETE FROM job WHERE id IN (
                     SELECT id FROM job WHERE name IN ($1, $2) AND state IN ('done', 'failed', 'dead') AND changed < $3
                     ORDER BY id LIMIT $4)";
        let gone = tx.run(sql, values![SEND, RELEASE, now - KEPT, AT_ONCE]).await?;
        tx.commit().await?;
        Ok(gone)
    }
}
