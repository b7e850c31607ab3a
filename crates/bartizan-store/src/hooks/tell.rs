//! Asking for messages.

use bartizan_clearinghouse::access::{CollectionId, OrganisationId};
use serde_json::{Value as Json, json};

use super::Event;
use crate::audit::Action;
use crate::error::Error;
use crate::jobs::{self, JobId, NewJob};
use crate::reports::Report;
use crate::sql::{Tx, values};

/// The name of the job that sends a message.
pub(crate) const SEND: &str = "webhook";
/// How often a message is tried: with the queue's backoff, over some three hours.
const ATTEMPTS: i64 = 14;

/// Something that webhooks may be told of.
pub(crate) enum Happening<'a> {
    /// Objects were added to a collection, from the first place to the last.
    Added { collection: CollectionId, span: (i64, i64) },
    /// They are those of a report.
    Published { collection: CollectionId, span: (i64, i64) },
    /// They became readable to more.
    Released { collection: CollectionId, span: (i64, i64) },
    /// A report's claim was decided about.
    Decided { report: &'a Report, number: i64 },
    /// A job came to its end.
    Ended { job: JobId },
    /// An organisation's scan is to stop.
    Stopped { scanner: OrganisationId, intent: &'a str },
    /// An edition of an advisory is in a collection from a time on.
    Advised { event: Event, collection: CollectionId, advisory: &'a str, edition: i64, begins: i64 },
}

/// Asks for a message to each webhook that is to be told, within the unit of work of what happened.
pub(crate) async fn tell(tx: &mut Tx, by: &Action<'_>, what: &Happening<'_>) -> Result<(), Error> {
    let (event, collection, told) = match what {
        Happening::Added { collection, span } => {
            (Event::ObjectsAdded, Some(*collection), placed(*collection, *span))
        }
        Happening::Published { collection, span } => {
            (Event::ReportPublished, Some(*collection), placed(*collection, *span))
        }
        Happening::Released { collection, span } => {
            (Event::EmbargoEnded, Some(*collection), placed(*collection, *span))
        }
        Happening::Decided { report, number } => {
            (Event::ReportDecided, None, json!({ "report": report.uuid, "number": number }))
        }
        Happening::Ended { job } => (Event::JobEnded, None, json!({ "job": job.0 })),
        Happening::Stopped { intent, .. } => (Event::ScanStopped, None, json!({ "intent": intent })),
        Happening::Advised { event, collection, advisory, edition, begins } => (
            *event,
            Some(*collection),
            json!({ "collection": collection.0, "advisory": advisory, "from": begins, "edition": edition }),
        ),
    };
    let at = match what {
        Happening::Advised { begins, .. } => *begins,
        _ => by.now,
    };
    let sql =
        "SELECT id, organisation, events FROM webhook WHERE off = 0 AND (collection = 0 OR collection = $1)";
    let rows = tx.all(sql, values![collection.map_or(0, |c| c.0)]).await?;
    if rows.is_empty() {
        return Ok(());
    }
    let of = match what {
        Happening::Decided { report, .. } => Some(report.organisation),
        Happening::Stopped { scanner, .. } => Some(*scanner),
        Happening::Ended { job } => match ended(tx, *job).await? {
            Some(organisation) => Some(organisation),
            None => return Ok(()),
        },
        _ => None,
    };
    for row in &rows {
        let (id, organisation, events) = (row.number(0)?, OrganisationId(row.number(1)?), row.text(2)?);
        let wanted = events.split(',').any(|name| name == event.as_str());
        if !wanted || of.is_some_and(|of| of != organisation) {
            continue;
        }
        ask(tx, by, id, organisation, event, (&told, at)).await?;
    }
    Ok(())
}

fn placed(collection: CollectionId, span: (i64, i64)) -> Json {
    json!({ "collection": collection.0, "from": span.0, "to": span.1 })
}

/// Whose job it is; none if it is one of the server's own, of which nobody is told.
async fn ended(tx: &mut Tx, job: JobId) -> Result<Option<OrganisationId>, Error> {
    let sql = "SELECT organisation, audience FROM job WHERE id = $1";
    let Some(row) = tx.one(sql, values![job.0]).await? else { return Ok(None) };
    Ok((row.number(1)? != 0).then_some(OrganisationId(row.number(0)?)))
}

/// Asks for one message, from a time on.
pub(super) async fn ask(
    tx: &mut Tx,
    by: &Action<'_>,
    webhook: i64,
    organisation: OrganisationId,
    event: Event,
    (told, not_before): (&Json, i64),
) -> Result<(), Error> {
    let number = |name: &str| told[name].as_i64().unwrap_or(0);
    let named = ["report", "intent", "advisory"].into_iter().find_map(|name| told[name].as_str());
    let report = named.unwrap_or_default();
    let at = if event == Event::Test { by.now } else { 0 };
    let key = format!(
        "{webhook}-{}-{}{}{report}-{}-{}-{at}",
        event.as_str(),
        number("collection"),
        number("job"),
        number("from"),
        number("to").max(number("number")).max(number("edition")),
    );
    let arguments =
        json!({ "webhook": webhook, "event": event.as_str(), "at": not_before, "about": told }).to_string();
    let new = NewJob {
        name: SEND,
        arguments: &arguments,
        key: &key,
        organisation,
        person: None,
        audience: None,
        content: None,
        most_attempts: ATTEMPTS,
    };
    if not_before > by.now {
        return jobs::enqueue_at(tx, by, &new, not_before).await.map(drop);
    }
    jobs::enqueue(tx, by, &new).await.map(drop)
}
