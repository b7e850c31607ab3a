//! Narrowing reports, and counting what they could be narrowed to.

use bartizan_clearinghouse::pap::Pap;

use super::ReportFilter;
use super::find::Question;
use crate::audience;
use crate::db::Store;
use crate::error::Error;
use crate::names::name_key;
use crate::sql::{Value, places};

/// Most values of one facet that count.
const MOST: usize = 20;

/// A way to narrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Facet {
    /// What kind of text it is.
    Kind,
    /// How far it may go: `TLP:GREEN`.
    Marking,
    /// What may be done with it: `PAP:AMBER`.
    Pap,
    /// Who published it.
    Publisher,
    /// The month it was published in: `2026-03`.
    Month,
    /// The language of its text.
    Language,
    /// How far its review is: `open`, `begun`, `done`.
    Reviewed,
    /// An actor that it names; the values of this and the next ones are keys of names.
    Actor,
    /// A malware family.
    Malware,
    /// A technique.
    Technique,
    /// A sector.
    Sector,
    /// A country.
    Country,
}

impl Facet {
    /// All of them, in the order they are shown.
    pub const ALL: [Facet; 12] = [
        Self::Reviewed,
        Self::Marking,
        Self::Pap,
        Self::Kind,
        Self::Actor,
        Self::Malware,
        Self::Technique,
        Self::Sector,
        Self::Country,
        Self::Publisher,
        Self::Month,
        Self::Language,
    ];

    /// Its name in an address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::Marking => "marking",
            Self::Pap => "pap",
            Self::Publisher => "publisher",
            Self::Month => "month",
            Self::Language => "language",
            Self::Reviewed => "reviewed",
            Self::Actor => "actor",
            Self::Malware => "malware",
            Self::Technique => "technique",
            Self::Sector => "sector",
            Self::Country => "country",
        }
    }

    /// From its name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|facet| facet.as_str() == name)
    }

    /// What of a report it is; none for those that are names.
    fn column(self) -> Option<&'static str> {
        Some(match self {
            Self::Kind => "r.kind",
            Self::Publisher => "r.publisher",
            Self::Language => "r.language",
            Self::Month => "SUBSTR(r.published, 1, 7)",
            Self::Reviewed => {
                "CASE WHEN r.reviewed >= r.claims THEN 'done' WHEN r.reviewed = 0 THEN 'open' ELSE 'begun' END"
            }
            _ => return None,
        })
    }
}

/// A value that reports have, and how many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetCount {
    /// What narrows to it.
    pub value: String,
    /// As people read it.
    pub shown: String,
    /// Reports.
    pub reports: i64,
}

/// A PAP label as it is written.
fn labelled(text: &str) -> Option<Pap> {
    Pap::ALL.into_iter().find(|pap| pap.as_str() == text)
}

/// The conditions of the facets but one.
pub(super) fn narrow<'a>(question: &mut Question<'a>, filter: &ReportFilter<'a>, but: Option<Facet>) {
    for facet in Facet::ALL.into_iter().filter(|facet| Some(*facet) != but) {
        let wanted = filter.facets.iter().filter(|(of, _)| *of == facet).take(MOST);
        let wanted: Vec<&'a str> = wanted.map(|(_, value)| value.as_str()).collect();
        if wanted.is_empty() {
            continue;
        }
        let at = question.values.len() + 1;
        let some = places(at, wanted.len());
        match (facet, facet.column()) {
            (_, Some(column)) => {
                question.values.extend(wanted.into_iter().map(Value::Text));
                question.sql += &format!(" AND {column} IN ({some})");
            }
            (Facet::Marking, _) => {
                let ranks =
                    wanted.iter().map(|text| bartizan_stix::Tlp::parse(text).map_or(-1, audience::rank));
                question.values.extend(ranks.map(Value::Number));
                question.sql +=
                    &format!(" AND r.audience IN (SELECT a.id FROM audience a WHERE a.marking IN ({some}))");
            }
            (Facet::Pap, _) => {
                let ranks =
                    wanted.iter().map(|text| labelled(text).map_or(-1, |pap| audience::pap_rank(Some(pap))));
                question.values.extend(ranks.map(Value::Number));
                question.sql += &format!(" AND r.pap IN ({some})");
            }
            (facet, None) => {
                question.values.extend(wanted.into_iter().map(Value::Text));
                question.sql += &format!(
                    " AND EXISTS (SELECT 1 FROM report_name n
                                  WHERE n.report = r.id AND n.kind = '{}' AND n.value IN ({some}))",
                    facet.as_str()
                );
            }
        }
    }
}

impl Store {
    /// The values of a facet among the reports of a filter, most reports first; what is chosen of the facet itself does not count.
    pub async fn facet(
        &self,
        readable: &[i64],
        filter: &ReportFilter<'_>,
        facet: Facet,
        limit: usize,
    ) -> Result<Vec<FacetCount>, Error> {
        if readable.is_empty() {
            return Ok(Vec::new());
        }
        let filter = ReportFilter { before: None, ..filter.clone() };
        let question = self.question(readable, &filter, Some(facet));
        let from = match (facet, facet.column()) {
            (_, Some(column)) => {
                format!("SELECT {column}, {column}, COUNT(*) FROM report r WHERE {}", question.sql)
            }
            (Facet::Marking, _) => {
                // The rank is a number; its words are made below.
                let sql = format!(
                    "SELECT a.marking, COUNT(*) FROM report r JOIN audience a ON a.id = r.audience WHERE {}
                     GROUP BY a.marking ORDER BY a.marking",
                    question.sql
                );
                let rows = self.read(&sql, &question.values()).await?;
                let count = |row: &crate::sql::Row| {
                    let value = audience::marking(row.number(0)?).as_str().to_owned();
                    Ok(FacetCount { shown: value.clone(), value, reports: row.number(1)? })
                };
                return rows.iter().map(count).collect();
            }
            (Facet::Pap, _) => {
                let counted = self.paps(&question).await?;
                let count = |(pap, reports): (Pap, i64)| FacetCount {
                    value: pap.as_str().to_owned(),
                    shown: pap.as_str().to_owned(),
                    reports,
                };
                return Ok(counted.into_iter().map(count).collect());
            }
            (facet, None) => format!(
                "SELECT n.value, MIN(n.shown), COUNT(*) FROM report r JOIN report_name n ON n.report = r.id
                 WHERE {} AND n.kind = '{}'",
                question.sql,
                facet.as_str()
            ),
        };
        let by = facet.column().unwrap_or("n.value");
        let sql = format!("{from} GROUP BY {by} ORDER BY COUNT(*) DESC, {by} LIMIT {}", limit.min(100));
        let rows = self.read(&sql, &question.values()).await?;
        let count = |row: &crate::sql::Row| {
            Ok(FacetCount { value: row.text(0)?, shown: row.text(1)?, reports: row.number(2)? })
        };
        rows.iter().map(count).filter(|c| c.as_ref().map_or(true, |c| !c.value.is_empty())).collect()
    }

    /// How many reports of a filter there are, behind one if it is given.
    pub async fn count_reports(
        &self,
        readable: &[i64],
        filter: &ReportFilter<'_>,
        behind: Option<super::ReportId>,
    ) -> Result<i64, Error> {
        if readable.is_empty() {
            return Ok(0);
        }
        let filter = ReportFilter { before: None, ..filter.clone() };
        let mut question = self.question(readable, &filter, None);
        if let Some(behind) = behind {
            question.values.push(Value::Number(behind.0));
            question.sql += &format!(" AND r.id > ${}", question.values.len());
        }
        let sql = format!("SELECT COUNT(*) FROM report r WHERE {}", question.sql);
        let rows = self.read(&sql, &question.values()).await?;
        rows.first().map_or(Ok(0), |row| row.number(0))
    }
}

/// The key of a name as a facet keeps it: as [`name_key`] makes it.
pub fn facet_key(facet: Facet, value: &str) -> String {
    match facet.column() {
        Some(_) => value.to_owned(),
        None if matches!(facet, Facet::Marking | Facet::Pap) => value.to_owned(),
        None => name_key(facet.as_str(), value),
    }
}
