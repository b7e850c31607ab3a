//! Jobs looked at.

use std::collections::BTreeMap;

use bartizan_clearinghouse::access::{OrganisationId, PersonId};

use super::row::{COLUMNS, read};
use super::{Job, JobId, JobState};
use crate::db::Store;
use crate::error::Error;
use crate::sql::{Value, places, values};

/// Most jobs of a page, and one that tells whether there are more.
const PAGE: i64 = 501;

/// Which jobs.
#[derive(Clone, Debug, Default)]
pub struct JobFilter<'a> {
    /// Of this organisation.
    pub organisation: Option<OrganisationId>,
    /// That this person asked for.
    pub person: Option<PersonId>,
    /// In this state.
    pub state: Option<JobState>,
    /// That these audiences may see; none: whoever asks is the server itself.
    pub readable: Option<&'a [i64]>,
    /// Older than this one: the last of the page before.
    pub before: Option<JobId>,
}

impl Store {
    /// Jobs, newest first, so many at most.
    pub async fn jobs(&self, filter: &JobFilter<'_>, limit: i64) -> Result<Vec<Job>, Error> {
        let JobFilter { organisation, person, state, readable, before } = filter;
        let mut values = vec![Value::from(before.map_or(i64::MAX, |id| id.0))];
        let mut sql = format!("SELECT {COLUMNS} FROM job WHERE id < $1");
        let state = state.map(JobState::as_str);
        let wanted = [
            organisation.map(|o| ("organisation", Value::from(o.0))),
            person.map(|p| ("person", Value::from(p.0))),
            state.map(|s| ("state", Value::from(s))),
        ];
        for (column, value) in wanted.into_iter().flatten() {
            values.push(value);
            sql += &format!(" AND {column} = ${}", values.len());
        }
        if let Some(audiences) = readable {
            if audiences.is_empty() {
                return Ok(Vec::new());
            }
            sql += &format!(" AND audience IN ({})", places(values.len() + 1, audiences.len()));
            values.extend(audiences.iter().map(|&a| Value::from(a)));
        }
        values.push(Value::from(limit.clamp(0, PAGE)));
        sql += &format!(" ORDER BY id DESC LIMIT ${}", values.len());
        self.read(&sql, &values).await?.iter().map(read).collect()
    }

    /// One job.
    pub async fn job(&self, id: JobId) -> Result<Option<Job>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM job WHERE id = $1");
        self.read(&sql, values![id.0]).await?.first().map(read).transpose()
    }

    /// One job, by what the outside calls it.
    pub async fn job_called(&self, uuid: &str) -> Result<Option<Job>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM job WHERE uuid = $1");
        self.read(&sql, values![uuid]).await?.first().map(read).transpose()
    }

    /// How many jobs are in each state: for the health page.
    pub async fn job_counts(&self) -> Result<BTreeMap<JobState, i64>, Error> {
        let rows = self.read("SELECT state, COUNT(*) FROM job GROUP BY state", &[]).await?;
        let mut counts = BTreeMap::new();
        for row in &rows {
            if let Some(state) = JobState::parse(&row.text(0)?) {
                counts.insert(state, row.number(1)?);
            }
        }
        Ok(counts)
    }
}
