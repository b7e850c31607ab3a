//! Finding reports.

use bartizan_clearinghouse::access::{OrganisationId, PersonId};

use bartizan_stix::Tlp;

use super::{Between, ReportState};
use crate::audience::marking;
use crate::db::Store;
use crate::error::Error;
use crate::sql::{Row, Value, values};

/// What the log calls a report.
pub(super) fn thing(uuid: &str) -> String {
    format!("vulnerability-report/{uuid}")
}

/// A report as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VulnerabilityReport {
    /// Its number here: a place in lists, for nobody outside.
    pub id: i64,
    /// What the outside calls it by.
    pub uuid: String,
    /// What its sender asks by.
    pub receipt: String,
    /// From whom to whom.
    pub between: Between,
    /// JSON, without the content of files.
    pub body: String,
    /// What stands in lists.
    pub title: String,
    /// The same.
    pub product: String,
    /// How far it is.
    pub state: ReportState,
    /// Since when, microseconds since 1970.
    pub changed: i64,
    /// What came of it, in words; empty before.
    pub outcome: String,
    /// When it was handed in, microseconds since 1970.
    pub received: i64,
    /// The case that it is in.
    pub case: Option<CaseOfReport>,
}

/// The case of a report, as far as it decides who reads the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseOfReport {
    /// What the outside calls it by.
    pub uuid: String,
    /// Who coordinates it.
    pub runs: OrganisationId,
    /// How far it goes.
    pub marking: Tlp,
    /// Until when an embargo binds, if one does.
    pub embargo_until: Option<i64>,
    /// Whether the asker is read in now, or handed in a report of it.
    pub read_in: bool,
}

/// Who asks, and when: who is read in depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looker {
    /// Who.
    pub person: PersonId,
    /// Microseconds since 1970.
    pub now: i64,
}

impl Looker {
    /// The node itself, which is nobody's reader.
    pub const NODE: Self = Self { person: PersonId(0), now: 0 };
}

/// A file of a report, without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VulnerabilityFile {
    /// Its place in the report, from 0.
    pub position: i64,
    /// Its name.
    pub filename: String,
    /// Media type.
    pub content_type: String,
    /// What it is.
    pub kind: String,
    /// A line about it.
    pub description: String,
    /// Its size in bytes.
    pub size: i64,
    /// SHA-256 of its bytes.
    pub digest: String,
}

/// Which reports: those of a desk, those of a sender, or both.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReportQuestion {
    /// Handed in to this organisation's desk.
    pub desk: Option<OrganisationId>,
    /// Or sent by this organisation.
    pub sender: Option<OrganisationId>,
    /// In this state.
    pub state: Option<ReportState>,
    /// Of a smaller number than this.
    pub before: Option<i64>,
}

/// `$1` is the person who asks, `$2` the time.
const COLUMNS: &str = "SELECT v.id, v.uuid, v.receipt, v.desk, v.organisation, v.person, v.body, v.title, v.product, v.state, v.changed,
         v.outcome, v.received, f.uuid, f.runs, f.marking, f.embargo_until,
         EXISTS (SELECT 1 FROM case_reader r WHERE r.case_id = f.id AND r.person = $1 AND r.starts <= $2 AND r.ends > $2)
           OR EXISTS (SELECT 1 FROM case_report o JOIN vulnerability_report w ON w.id = o.report
                      WHERE o.case_id = f.id AND o.removed IS NULL AND w.person = $1)
       FROM vulnerability_report v LEFT JOIN case_report c ON c.report = v.id AND c.removed IS NULL
       LEFT JOIN case_file f ON f.id = c.case_id";

fn case_of(row: &Row) -> Result<Option<CaseOfReport>, Error> {
    let Some(runs) = row.number_or_none(14)? else { return Ok(None) };
    Ok(Some(CaseOfReport {
        uuid: row.text(13)?,
        runs: OrganisationId(runs),
        marking: marking(row.number(15)?),
        embargo_until: row.number_or_none(16)?,
        read_in: row.flag(17)?,
    }))
}

fn read(row: &Row) -> Result<VulnerabilityReport, Error> {
    Ok(VulnerabilityReport {
        id: row.number(0)?,
        uuid: row.text(1)?,
        receipt: row.text(2)?,
        between: Between {
            desk: OrganisationId(row.number(3)?),
            sender: OrganisationId(row.number(4)?),
            person: PersonId(row.number(5)?),
        },
        body: row.text(6)?,
        title: row.text(7)?,
        product: row.text(8)?,
        state: ReportState::parse(&row.text(9)?).unwrap_or(ReportState::Queued),
        changed: row.number(10)?,
        outcome: row.text(11)?,
        received: row.number(12)?,
        case: case_of(row)?,
    })
}

impl Store {
    /// A report by its name outside.
    pub async fn vulnerability_report(
        &self,
        uuid: &str,
        by: Looker,
    ) -> Result<Option<VulnerabilityReport>, Error> {
        let rows =
            self.read(&format!("{COLUMNS} WHERE v.uuid = $3"), values![by.person.0, by.now, uuid]).await?;
        rows.first().map(read).transpose()
    }

    /// A report by what its sender asks by.
    pub async fn by_receipt(&self, receipt: &str) -> Result<Option<VulnerabilityReport>, Error> {
        let Looker { person, now } = Looker::NODE;
        let rows =
            self.read(&format!("{COLUMNS} WHERE v.receipt = $3"), values![person.0, now, receipt]).await?;
        rows.first().map(read).transpose()
    }

    /// Reports, newest first. Which of them the asker may know is the rule's matter.
    pub async fn vulnerability_reports(
        &self,
        asked: &ReportQuestion,
        by: Looker,
        limit: i64,
    ) -> Result<Vec<VulnerabilityReport>, Error> {
        let mut sql = format!("{COLUMNS} WHERE v.id < $3 AND (v.desk = $4 OR v.organisation = $5)");
        let whole = |id: Option<OrganisationId>| id.map_or(-1, |id| id.0);
        let mut given: Vec<Value<'_>> = vec![
            by.person.0.into(),
            by.now.into(),
            asked.before.unwrap_or(i64::MAX).into(),
            whole(asked.desk).into(),
            whole(asked.sender).into(),
            limit.into(),
        ];
        if let Some(state) = asked.state {
            sql.push_str(" AND v.state = $7");
            given.push(state.as_str().into());
        }
        sql.push_str(" ORDER BY v.id DESC LIMIT $6");
        self.read(&sql, &given).await?.iter().map(read).collect()
    }

    /// The files of a report, in order.
    pub async fn vulnerability_files(&self, report: i64) -> Result<Vec<VulnerabilityFile>, Error> {
        let sql =
            "SELECT position, filename, content_type, kind, description, size, digest FROM vulnerability_file
                   WHERE report = $1 ORDER BY position";
        let rows = self.read(sql, values![report]).await?;
        rows.iter()
            .map(|row| {
                Ok(VulnerabilityFile {
                    position: row.number(0)?,
                    filename: row.text(1)?,
                    content_type: row.text(2)?,
                    kind: row.text(3)?,
                    description: row.text(4)?,
                    size: row.number(5)?,
                    digest: row.text(6)?,
                })
            })
            .collect()
    }

    /// The sealed content of a file.
    pub async fn vulnerability_content(&self, report: i64, position: i64) -> Result<Option<String>, Error> {
        let sql = "SELECT sealed FROM vulnerability_file WHERE report = $1 AND position = $2";
        let rows = self.read(sql, values![report, position]).await?;
        rows.first().map(|row| row.text(0)).transpose()
    }
}
