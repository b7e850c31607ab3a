//! Rows of the table.

use bartizan_clearinghouse::access::{OrganisationId, PersonId};

use super::{Job, JobId, JobProgress, JobState};
use crate::error::Error;
use crate::sql::Row;

/// The columns that [`read`] reads.
pub(super) const COLUMNS: &str =
    "id, name, arguments, key, organisation, person, audience, state, attempts, most_attempts,
    not_before, lease, worker, stage, done, total, result, code, message, created, changed, uuid";

/// From [`COLUMNS`].
pub(super) fn read(row: &Row) -> Result<Job, Error> {
    let some = |number: i64| (number != 0).then_some(number);
    let state = row.text(7)?;
    Ok(Job {
        id: JobId(row.number(0)?),
        name: row.text(1)?,
        arguments: row.text(2)?,
        key: row.text(3)?,
        organisation: OrganisationId(row.number(4)?),
        person: some(row.number(5)?).map(PersonId),
        audience: some(row.number(6)?),
        state: JobState::parse(&state).ok_or_else(|| Error::invalid(format!("a job is {state:?}")))?,
        attempts: row.number(8)?,
        most_attempts: row.number(9)?,
        not_before: row.number(10)?,
        lease: row.number(11)?,
        worker: row.text(12)?,
        progress: JobProgress { stage: row.text(13)?, done: row.number(14)?, of: row.number(15)? },
        result: row.text_or_none(16)?,
        code: row.text_or_none(17)?,
        message: row.text_or_none(18)?,
        created: row.number(19)?,
        changed: row.number(20)?,
        uuid: row.text_or_none(21)?.unwrap_or_default(),
    })
}
