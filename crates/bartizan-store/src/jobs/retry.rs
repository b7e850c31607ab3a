//! Jobs that were given up, tried again.

use super::JobId;
use super::queue::thing;
use crate::audit::{self, Action};
use crate::db::Store;
use crate::error::Error;
use crate::sql::values;

impl Store {
    /// Lets a job that failed wait again, with all its attempts. `false`: it has not failed. A conflict: the same is being done, or
    /// was, under another job. Who may, the caller has decided.
    pub async fn retry_job(&self, by: &Action<'_>, id: JobId) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let sql = "SELECT name, organisation, key FROM job WHERE id = $1 AND state IN ('failed', 'dead')";
        let Some(row) = tx.one(sql, values![id.0]).await? else { return Ok(false) };
        let slot = format!("{}/{}/{}", row.text(0)?, row.number(1)?, row.text(2)?);
        if tx.one("SELECT id FROM job WHERE slot = $1", values![&slot]).await?.is_some() {
            return Err(Error::conflict("the same was asked for again meanwhile; look at that job"));
        }
        let sql = "UPDATE job SET state = 'queued', slot = $1, attempts = 0, not_before = 0, lease = 0, stage = '', done = 0,
                                  total = 0, code = NULL, message = NULL, changed = $2
                   WHERE id = $3 AND state IN ('failed', 'dead')";
        let again = tx.run(sql, values![&slot, by.now, id.0]).await? > 0;
        if again {
            audit::write(&mut tx, by, "job.retry", &thing(id), "{}").await?;
        }
        tx.commit().await?;
        Ok(again)
    }
}
