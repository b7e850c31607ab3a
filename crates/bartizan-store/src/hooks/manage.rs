//! Making, changing and ending webhooks.

use bartizan_clearinghouse::access::{CollectionId, OrganisationId, PersonId};
use serde_json::json;

use super::tell::ask;
use super::{Event, NewWebhook, Webhook, WebhookId};
use crate::audit::{self, Action};
use crate::db::Store;
use crate::error::Error;
use crate::people;
use crate::sql::{Row, values};

/// Most webhooks of an organisation.
const MOST: i64 = 50;
/// How long a former secret is still used beside the new one, microseconds.
const OVERLAP: i64 = 24 * 3600 * 1_000_000;
/// So many attempts that failed in a row turn a webhook off.
const FAILURES: i64 = 40;

const COLUMNS: &str =
    "id, uuid, organisation, person, collection, label, url, events, secret, former, former_until,
                       failures, off, why, created";

fn read(row: &Row) -> Result<Webhook, Error> {
    let (former, former_until, off) = (row.text(9)?, row.number(10)?, row.number(12)?);
    let collection = row.number(4)?;
    Ok(Webhook {
        id: WebhookId(row.number(0)?),
        uuid: row.text(1)?,
        organisation: OrganisationId(row.number(2)?),
        person: PersonId(row.number(3)?),
        collection: (collection != 0).then_some(CollectionId(collection)),
        label: row.text(5)?,
        url: row.text(6)?,
        events: row.text(7)?.split(',').filter_map(Event::parse).collect(),
        secret: row.text(8)?,
        former: (!former.is_empty()).then_some((former, former_until)),
        failures: row.number(11)?,
        off: if off == 0 { None } else { Some((off, row.text(13)?)) },
        created: row.number(14)?,
    })
}

fn thing(uuid: &str) -> String {
    format!("webhook/{uuid}")
}

impl Store {
    /// Makes a webhook. Its address is the caller's to check.
    pub async fn add_webhook(&self, by: &Action<'_>, new: &NewWebhook<'_>) -> Result<WebhookId, Error> {
        let label = people::title(new.label)?;
        if new.events.is_empty() {
            return Err(Error::invalid("a webhook is told of one event or more"));
        }
        let events: Vec<&str> = new.events.iter().map(|e| e.as_str()).collect();
        let mut tx = self.begin().await?;
        let id = tx.next("webhook").await?;
        let sql = "SELECT COUNT(*) FROM webhook WHERE organisation = $1";
        let there = tx.one(sql, values![new.organisation.0]).await?.map_or(Ok(0), |row| row.number(0))?;
        if there >= MOST {
            return Err(Error::invalid(format!("an organisation has at most {MOST} webhooks")));
        }
        let sql = "INSERT INTO webhook (id, uuid, organisation, person, collection, label, url, events, secret, former,
                                        former_until, failures, off, why, created)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', 0, 0, 0, '', $10)";
        let (collection, events) = (new.collection.map_or(0, |c| c.0), events.join(","));
        let NewWebhook { uuid, organisation, person, url, secret, .. } = *new;
        let row =
            values![id, uuid, organisation.0, person.0, collection, label, url, &events, secret, by.now];
        tx.run(sql, row).await?;
        // Addresses of webhooks often hold what lets in: who reads the log gets the host.
        let host = url.split('/').take(3).collect::<Vec<_>>().join("/");
        let detail = json!({ "host": host, "events": events, "collection": collection }).to_string();
        audit::write(&mut tx, by, "webhook.create", &thing(uuid), &detail).await?;
        tx.commit().await?;
        Ok(WebhookId(id))
    }

    /// The webhooks of an organisation, oldest first.
    pub async fn webhooks(&self, organisation: OrganisationId) -> Result<Vec<Webhook>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM webhook WHERE organisation = $1 ORDER BY id");
        self.read(&sql, values![organisation.0]).await?.iter().map(read).collect()
    }

    /// One webhook, whoever asks.
    pub async fn webhook(&self, uuid: &str) -> Result<Option<Webhook>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM webhook WHERE uuid = $1");
        self.read(&sql, values![uuid]).await?.first().map(read).transpose()
    }

    /// One webhook by its number.
    pub async fn webhook_of(&self, id: WebhookId) -> Result<Option<Webhook>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM webhook WHERE id = $1");
        self.read(&sql, values![id.0]).await?.first().map(read).transpose()
    }

    /// Ends a webhook; what it was sent is forgotten with it.
    pub async fn remove_webhook(&self, by: &Action<'_>, hook: &Webhook) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        tx.run("DELETE FROM delivery WHERE webhook = $1", values![hook.id.0]).await?;
        tx.run("DELETE FROM webhook WHERE id = $1", values![hook.id.0]).await?;
        audit::write(&mut tx, by, "webhook.remove", &thing(&hook.uuid), "{}").await?;
        tx.commit().await
    }

    /// Gives a webhook another secret; the former one is used beside it for a day.
    pub async fn rotate_webhook(&self, by: &Action<'_>, hook: &Webhook, secret: &str) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE webhook SET former = secret, former_until = $1, secret = $2 WHERE id = $3";
        tx.run(sql, values![by.now + OVERLAP, secret, hook.id.0]).await?;
        audit::write(&mut tx, by, "webhook.rotate", &thing(&hook.uuid), "{}").await?;
        tx.commit().await
    }

    /// Turns a webhook on again; failures are counted anew.
    pub async fn enable_webhook(&self, by: &Action<'_>, hook: &Webhook) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE webhook SET off = 0, why = '', failures = 0 WHERE id = $1";
        tx.run(sql, values![hook.id.0]).await?;
        audit::write(&mut tx, by, "webhook.enable", &thing(&hook.uuid), "{}").await?;
        tx.commit().await
    }

    /// Turns a webhook off, for a reason that its organisation reads.
    pub async fn disable_webhook(&self, by: &Action<'_>, hook: &Webhook, why: &str) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        off(&mut tx, by, hook, why).await?;
        tx.commit().await
    }

    /// Asks for a message that says nothing.
    pub async fn test_webhook(&self, by: &Action<'_>, hook: &Webhook) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        ask(&mut tx, by, hook.id.0, hook.organisation, Event::Test, (&json!({}), by.now)).await?;
        tx.commit().await
    }
}

/// Turns it off, if it is on.
pub(super) async fn off(
    tx: &mut crate::sql::Tx,
    by: &Action<'_>,
    hook: &Webhook,
    why: &str,
) -> Result<(), Error> {
    let sql = "UPDATE webhook SET off = $1, why = $2 WHERE id = $3 AND off = 0";
    if tx.run(sql, values![by.now, why, hook.id.0]).await? > 0 {
        let detail = json!({ "why": why }).to_string();
        audit::write(tx, by, "webhook.disable", &thing(&hook.uuid), &detail).await?;
    }
    Ok(())
}

/// Counts an attempt; one too many that failed turns the webhook off.
pub(super) async fn count(
    tx: &mut crate::sql::Tx,
    by: &Action<'_>,
    hook: &Webhook,
    arrived: bool,
) -> Result<(), Error> {
    if arrived {
        let sql = "UPDATE webhook SET failures = 0 WHERE id = $1 AND failures > 0";
        return tx.run(sql, values![hook.id.0]).await.map(drop);
    }
    let sql = "UPDATE webhook SET failures = failures + 1 WHERE id = $1 RETURNING failures";
    let failures = tx.one(sql, values![hook.id.0]).await?.map_or(Ok(0), |row| row.number(0))?;
    if failures >= FAILURES {
        off(tx, by, hook, &format!("{failures} attempts in a row failed")).await?;
    }
    Ok(())
}
