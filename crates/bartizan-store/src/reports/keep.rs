//! Keeping a report, in the transaction that ends its job.

use bartizan_clearinghouse::access::{Audience, OrganisationId, PersonId};

use serde_json::json;

use super::{NewReport, editions};
use crate::audience;
use crate::audit::{self, Action};
use crate::error::Error;
use crate::names;
use crate::sql::{Tx, values};
use crate::words;

/// Longest text of a column.
const LONGEST: usize = 500;

pub(super) fn cut(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(LONGEST).collect()
}

/// Keeps the report of a job.
pub(crate) async fn keep(tx: &mut Tx, by: &Action<'_>, job: i64, new: &NewReport<'_>) -> Result<(), Error> {
    let row = tx.one("SELECT organisation, person FROM job WHERE id = $1", values![job]).await?;
    let row = row.ok_or_else(|| Error::invalid(format!("there is no job {job}")))?;
    let (organisation, person) = (row.number(0)?, row.number(1)?);
    let audience = Audience {
        author: (person != 0).then_some(PersonId(person)),
        ..Audience::new(OrganisationId(organisation), new.marking)
    };
    let audience = audience::number(tx, &audience).await?;
    let id = tx.next("report").await?;
    let sql = "INSERT INTO report (id, uuid, audience, organisation, person, job, title, publisher, published, kind, source,
                                   contents, claims, decisions, reviewed, created, language, pap)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";
    let [title, publisher, published, kind, source, language] =
        [new.title, new.publisher, new.published, new.kind, new.source, new.language].map(cut);
    let carried = new.former.map_or(0, |f| i64::try_from(f.carried.len()).unwrap_or_default());
    let values = values![
        id,
        new.uuid,
        audience,
        organisation,
        person,
        job,
        &title,
        &publisher,
        &published,
        &kind,
        &source,
        new.contents,
        new.claims,
        carried,
        new.former.map_or(0, |f| f.reviewed),
        by.now,
        &language,
        audience::pap_rank(bartizan_clearinghouse::pap::of_text(new.words))
    ];
    tx.run(sql, values).await?;
    words::keep(tx, id, &format!("{title} {publisher} {}", new.words)).await?;
    names::keep(tx, id, new.names).await?;
    names::keep_rules(tx, id, new.rules).await?;
    if let Some(former) = new.former {
        editions::keep(tx, id, former).await?;
    }
    let detail =
        if new.former.is_some() { json!({ "edition": true, "carried": carried }) } else { json!({}) };
    audit::write(tx, by, "report.create", &format!("report/{}", new.uuid), &detail.to_string()).await
}
