//! Publishers: organisations that publish advisories, as their documents name them.

use bartizan_clearinghouse::access::OrganisationId;
use serde_json::json;

use crate::audit::Action;
use crate::db::Store;
use crate::error::Error;
use crate::people;
use crate::sql::values;

/// A publisher, as the directory has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublisherEntry {
    /// Whose it is.
    pub organisation: OrganisationId,
    /// What stands in addresses.
    pub alias: String,
    /// Its name.
    pub name: String,
    /// Its part, a word of CSAF's (`coordinator`, `vendor`, …).
    pub category: String,
    /// A URL under its control.
    pub namespace: String,
    /// How to reach it; may be empty.
    pub contact: String,
    /// By what authority it publishes; may be empty.
    pub authority: String,
    /// When it began, microseconds since 1970.
    pub created: i64,
}

/// A publisher to be kept.
#[derive(Clone, Copy, Debug)]
pub struct NewPublisher<'a> {
    /// Whose it is.
    pub organisation: OrganisationId,
    /// What stands in addresses: lower-case letters, digits and dashes.
    pub alias: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its part.
    pub category: &'a str,
    /// A URL under its control.
    pub namespace: &'a str,
    /// How to reach it.
    pub contact: &'a str,
    /// By what authority.
    pub authority: &'a str,
}

impl Store {
    /// Lets an organisation publish under this name; again changes what documents say from then on. The alias stays: what was
    /// published has it in its addresses. A conflict: another has that alias.
    pub async fn set_publisher(&self, by: &Action<'_>, new: &NewPublisher<'_>) -> Result<(), Error> {
        let NewPublisher { organisation, alias, name, category, namespace, contact, authority } = *new;
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if alias.is_empty() || alias.len() > 40 || !alias.chars().all(fits) {
            return Err(Error::invalid("an alias has up to 40 lower-case letters, digits and dashes"));
        }
        let name = people::title(name)?;
        for text in [category, namespace, contact, authority] {
            if text.chars().count() > 500 || text.contains('\0') {
                return Err(Error::invalid("what is told of a publisher has at most 500 characters a field"));
            }
        }
        let mut tx = self.begin().await?;
        let sql = "SELECT 1 AS one FROM publisher WHERE alias = $1 AND organisation <> $2";
        if tx.one(sql, values![alias, organisation.0]).await?.is_some() {
            return Err(Error::conflict("another publisher has this alias"));
        }
        let sql = "INSERT INTO publisher (organisation, alias, name, category, namespace, contact, authority, created)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                   ON CONFLICT (organisation) DO UPDATE SET name = $3, category = $4, namespace = $5, contact = $6, authority = $7";
        let row = values![organisation.0, alias, name, category, namespace, contact, authority, by.now];
        tx.run(sql, row).await?;
        let detail = json!({ "alias": alias, "name": name, "namespace": namespace }).to_string();
        self.changed(tx, by, "publisher.set", &format!("organisation/{}", organisation.0), &detail).await
    }
}
