//! Finding cases.

use bartizan_clearinghouse::access::{Admission, OrganisationId, PersonId};
use bartizan_clearinghouse::case::{Event, Name};

use super::keep::whole;
use super::{CaseEntry, CaseHead, KeptEvent, PartyEntry};
use crate::audience::marking;
use crate::db::Store;
use crate::error::Error;
use crate::sql::{Row, Value, values};

/// What the log calls a case.
pub(super) fn thing(uuid: &str) -> String {
    format!("case/{uuid}")
}

/// Which cases: those that an organisation runs, or is in and knows of.
#[derive(Clone, Debug)]
pub struct CaseQuestion<'a> {
    /// Whose.
    pub own: OrganisationId,
    /// Who asks.
    pub person: PersonId,
    /// When, microseconds since 1970: who is read in depends on it.
    pub now: i64,
    /// Those it runs.
    pub runs: bool,
    /// Those it is in.
    pub takes_part: bool,
    /// Closed or not.
    pub closed: Option<bool>,
    /// With an embargo in this state.
    pub embargo: Option<&'a str>,
    /// Of a smaller number than this.
    pub before: Option<i64>,
}

/// `$1` is the asking organisation, `$2` the person, `$3` the time.
const COLUMNS: &str = "SELECT f.id, f.uuid, f.runs, f.title, f.summary, f.marking, f.cves, f.opened, f.changed, f.events, f.report,
         f.embargo, f.embargo_until, f.closed, f.revision, COALESCE(p.asked, FALSE), COALESCE(p.content, FALSE),
         EXISTS (SELECT 1 FROM case_reader r WHERE r.case_id = f.id AND r.person = $2 AND r.starts <= $3 AND r.ends > $3)
           OR EXISTS (SELECT 1 FROM case_report c JOIN vulnerability_report v ON v.id = c.report
                      WHERE c.case_id = f.id AND c.removed IS NULL AND v.person = $2)
       FROM case_file f LEFT JOIN case_party p ON p.case_id = f.id AND p.organisation = $1";

fn read(row: &Row) -> Result<CaseEntry, Error> {
    let cves = row.text(6)?;
    Ok(CaseEntry {
        id: row.number(0)?,
        uuid: row.text(1)?,
        runs: OrganisationId(row.number(2)?),
        title: row.text(3)?,
        summary: row.text(4)?,
        marking: marking(row.number(5)?),
        cves: cves.split_whitespace().map(str::to_owned).collect(),
        opened: row.number(7)?,
        changed: row.number(8)?,
        events: row.number(9)?,
        report: row.text(10)?,
        embargo: row.text(11)?,
        embargo_until: row.number_or_none(12)?,
        closed: row.flag(13)?,
        revision: row.number(14)?,
        admission: Admission { asked: row.flag(15)?, content: row.flag(16)? },
        read_in: row.flag(17)?,
    })
}

impl Store {
    /// Cases that an organisation runs, or is in and was told of, newest first. Which of them the asker may know is the rule's matter.
    pub async fn cases(&self, asked: &CaseQuestion<'_>, limit: i64) -> Result<Vec<CaseEntry>, Error> {
        let CaseQuestion { own, person, now, runs, takes_part, closed, embargo, before } = *asked;
        let mut sql = format!(
            "{COLUMNS} WHERE f.id < $4 AND ((f.runs = $1 AND $5) OR (p.asked AND f.runs <> $1 AND $6))"
        );
        let mut given: Vec<Value<'_>> = vec![
            own.0.into(),
            person.0.into(),
            now.into(),
            before.unwrap_or(i64::MAX).into(),
            runs.into(),
            takes_part.into(),
            limit.into(),
        ];
        if let Some(closed) = closed {
            given.push(closed.into());
            sql.push_str(&format!(" AND f.closed = ${}", given.len()));
        }
        if let Some(embargo) = embargo {
            given.push(embargo.into());
            sql.push_str(&format!(" AND f.embargo = ${}", given.len()));
        }
        sql.push_str(" ORDER BY f.id DESC LIMIT $7");
        self.read(&sql, &given).await?.iter().map(read).collect()
    }

    /// A case by its name outside, as an organisation and a person of it ask for it at a time; its log is read by
    /// [`Store::case_events`].
    pub async fn case(
        &self,
        uuid: &str,
        own: OrganisationId,
        person: PersonId,
        now: i64,
    ) -> Result<Option<CaseHead>, Error> {
        let rows =
            self.read(&format!("{COLUMNS} WHERE f.uuid = $4"), values![own.0, person.0, now, uuid]).await?;
        let Some(entry) = rows.first().map(read).transpose()? else { return Ok(None) };
        let parties = self.case_parties(entry.id).await?;
        let sql = "SELECT person FROM case_reader WHERE case_id = $1 AND starts <= $2 AND ends > $2
                   UNION SELECT v.person FROM case_report c JOIN vulnerability_report v ON v.id = c.report
                   WHERE c.case_id = $1 AND c.removed IS NULL";
        let rows = self.read(sql, values![entry.id, now]).await?;
        let read_in = rows.iter().map(|row| row.number(0).map(PersonId)).collect::<Result<_, _>>()?;
        Ok(Some(CaseHead { entry, parties, read_in }))
    }

    /// The events of a case after one number up to another, in order, and how many bytes they are written in. What comes later is not
    /// of the state that somebody asked for.
    pub async fn case_events(
        &self,
        case: i64,
        after: u64,
        up_to: u64,
    ) -> Result<(Vec<KeptEvent>, usize), Error> {
        let sql = "SELECT person, body FROM case_event WHERE case_id = $1 AND number > $2 AND number <= $3 ORDER BY number";
        let mut bytes = 0;
        let mut log = Vec::new();
        for row in self.read(sql, values![case, whole(after), whole(up_to)]).await? {
            let body = row.text(1)?;
            bytes += body.len();
            let event: Event = serde_json::from_str(&body)
                .map_err(|e| Error::invalid(format!("an event of case {case} cannot be read: {e}")))?;
            log.push(KeptEvent { event, person: row.number_or_none(0)?.map(PersonId) });
        }
        Ok((log, bytes))
    }

    async fn case_parties(&self, case: i64) -> Result<Vec<PartyEntry>, Error> {
        let sql = "SELECT name, organisation, title, zone, contact, asked, content FROM case_party WHERE case_id = $1 ORDER BY name";
        let rows = self.read(sql, values![case]).await?;
        rows.iter()
            .map(|row| {
                let name: Name =
                    row.text(0)?.parse().map_err(|_| Error::invalid("a participant's name is none"))?;
                Ok(PartyEntry {
                    name,
                    organisation: row.number_or_none(1)?.map(OrganisationId),
                    title: row.text(2)?,
                    zone: row.text(3)?,
                    contact: row.text(4)?,
                    admission: Admission { asked: row.flag(5)?, content: row.flag(6)? },
                })
            })
            .collect()
    }

    /// The words of messages of a case, by the names that events have for them.
    pub async fn case_words(&self, case: i64) -> Result<std::collections::BTreeMap<String, String>, Error> {
        let rows = self.read("SELECT name, body FROM case_message WHERE case_id = $1", values![case]).await?;
        rows.iter().map(|row| Ok((row.text(0)?, row.text(1)?))).collect()
    }
}
