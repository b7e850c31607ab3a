//! What readers have of advisories: the newest edition that was released to an audience that they read.

use bartizan_clearinghouse::access::{CollectionId, OrganisationId};
use bartizan_stix::Tlp;

use crate::audience;
use crate::db::Store;
use crate::error::Error;
use crate::sql::{Row, Value, places, values};

/// Which advisories.
#[derive(Clone, Copy, Debug, Default)]
pub struct AdvisoryQuestion<'a> {
    /// Audiences about which the rule of access was asked (`Directory::readable`), of one collection or of several.
    pub audiences: &'a [i64],
    /// Now, microseconds since 1970: what is released from a later time on is not there.
    pub now: i64,
    /// Only those behind this number.
    pub after: i64,
    /// Only this one.
    pub uuid: Option<&'a str>,
    /// Only those of this organisation.
    pub owner: Option<OrganisationId>,
    /// Only those whose file is called so.
    pub filename: Option<&'a str>,
    /// Only those of this marking: that of the newest edition which they read.
    pub marking: Option<Tlp>,
    /// Whether to read what they say; else `body` is empty.
    pub bodies: bool,
    /// The newest edition that does not take the advisory back, whether or not a newer one does.
    pub standing: bool,
    /// At most so many.
    pub limit: i64,
}

/// An advisory as its readers have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadableAdvisory {
    /// Its number here: a place in lists, for nobody outside.
    pub id: i64,
    /// What the outside calls it by.
    pub uuid: String,
    /// Whose it is.
    pub owner: OrganisationId,
    /// What its readers know it by.
    pub tracking: String,
    /// The name of its file.
    pub filename: String,
    /// The number of the edition.
    pub edition: i64,
    /// The version that it says it has.
    pub version: i64,
    /// Its title.
    pub title: String,
    /// How far it may go.
    pub marking: Tlp,
    /// SHA-256 of what it says.
    pub digest: String,
    /// What it says, CSAF; empty if that was not asked for.
    pub body: String,
    /// What changed with it.
    pub summary: String,
    /// Since when they have this edition, microseconds since 1970.
    pub since: i64,
    /// Since when they have any edition of it, microseconds since 1970.
    pub first: i64,
    /// A collection in which they have this edition.
    pub collection: CollectionId,
    /// Whether it takes the advisory back.
    pub withdraws: bool,
    /// What lists need of it; `served` is empty for an edition of which it was never kept.
    pub shelf: AdvisoryShelf,
}

/// What a provider's lists need of an edition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AdvisoryShelf {
    /// When the advisory was first released, as the document says (RFC 3339).
    pub initially: String,
    /// When this edition was.
    pub currently: String,
    /// The version of CSAF that it is served in; `-`: it is on no shelf.
    pub served: String,
}

fn read(row: &Row) -> Result<ReadableAdvisory, Error> {
    Ok(ReadableAdvisory {
        id: row.number(0)?,
        uuid: row.text(1)?,
        owner: OrganisationId(row.number(2)?),
        tracking: row.text(3)?,
        filename: row.text(4)?,
        edition: row.number(5)?,
        version: row.number(6)?,
        title: row.text(7)?,
        marking: audience::marking(row.number(8)?),
        digest: row.text(9)?,
        body: row.text(10)?,
        summary: row.text(11)?,
        since: row.number(12)?,
        first: row.number(13)?,
        collection: CollectionId(row.number(14)?),
        withdraws: row.number(15)? != 0,
        shelf: AdvisoryShelf { initially: row.text(16)?, currently: row.text(17)?, served: row.text(18)? },
    })
}

impl Store {
    /// All advisories of which an edition is released to one of these audiences, with the newest such edition and what it says, in
    /// the order of their numbers: `after` is the number of the last that was seen, 0 at first.
    pub async fn advisories_readable(
        &self,
        audiences: &[i64],
        now: i64,
        after: i64,
        limit: i64,
    ) -> Result<Vec<ReadableAdvisory>, Error> {
        let asked =
            AdvisoryQuestion { audiences, now, after, limit, bodies: true, ..AdvisoryQuestion::default() };
        self.released_advisories(&asked).await
    }

    /// Keeps what lists need of an edition of which it was never kept.
    pub async fn shelve_advisory(
        &self,
        advisory: i64,
        edition: i64,
        shelf: &AdvisoryShelf,
    ) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE advisory_edition SET date_first = $1, date_last = $2, served = $3
                   WHERE advisory = $4 AND number = $5 AND served = ''";
        tx.run(sql, values![&shelf.initially, &shelf.currently, &shelf.served, advisory, edition]).await?;
        tx.commit().await
    }

    /// The same, of what is asked for. With a marking, pages are cut before it: a page may have fewer than the limit.
    pub async fn released_advisories(
        &self,
        asked: &AdvisoryQuestion<'_>,
    ) -> Result<Vec<ReadableAdvisory>, Error> {
        let AdvisoryQuestion {
            audiences,
            now,
            after,
            uuid,
            owner,
            filename,
            marking,
            bodies,
            standing,
            limit,
        } = *asked;
        if audiences.is_empty() {
            return Ok(Vec::new());
        }
        let live =
            format!("r.ended IS NULL AND r.begins <= $1 AND r.audience IN ({})", places(8, audiences.len()));
        let stands = if standing {
            "AND NOT EXISTS (SELECT 1 FROM advisory_edition w
                             WHERE w.advisory = r.advisory AND w.number = r.edition AND w.withdraws = 1)"
        } else {
            ""
        };
        let body = if bodies { "e.body" } else { "''" };
        // What is not asked for takes its argument all the same: a number cannot be left out.
        let one = if uuid.is_some() { "a.uuid = $4" } else { "$4 = ''" };
        let file = if filename.is_some() { "a.filename = $6" } else { "$6 = ''" };
        let sql = format!(
            "SELECT a.id, a.uuid, a.owner, a.tracking, a.filename, e.number, e.version, e.title, e.marking, e.digest, {body}, e.summary,
                    (SELECT MIN(r.begins) FROM advisory_release r
                     WHERE r.advisory = n.advisory AND r.edition = n.edition AND {live}),
                    n.first,
                    (SELECT MIN(r.collection) FROM advisory_release r
                     WHERE r.advisory = n.advisory AND r.edition = n.edition AND {live}),
                    e.withdraws, e.date_first, e.date_last, e.served
             FROM (SELECT r.advisory AS advisory, MAX(r.edition) AS edition, MIN(r.begins) AS first FROM advisory_release r
                   JOIN advisory a ON a.id = r.advisory
                   WHERE {live} AND r.advisory > $2 AND {one} AND ($5 = -1 OR a.owner = $5) AND {file} {stands}
                   GROUP BY r.advisory ORDER BY r.advisory LIMIT $3) n
             JOIN advisory a ON a.id = n.advisory
             JOIN advisory_edition e ON e.advisory = n.advisory AND e.number = n.edition
             WHERE $7 = -1 OR e.marking = $7
             ORDER BY a.id"
        );
        let mut values: Vec<Value<'_>> = vec![
            now.into(),
            after.into(),
            limit.into(),
            uuid.unwrap_or_default().into(),
            owner.map_or(-1, |o| o.0).into(),
            filename.unwrap_or_default().into(),
            marking.map_or(-1, audience::rank).into(),
        ];
        values.extend(audiences.iter().map(|number| Value::Number(*number)));
        self.read(&sql, &values).await?.iter().map(read).collect()
    }
}
