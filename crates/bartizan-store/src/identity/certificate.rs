//! Client certificates bound to people.

use bartizan_clearinghouse::access::{PersonId, Scopes};
use serde_json::json;

use crate::audit::Action;
use crate::db::Store;
use crate::error::Error;
use crate::people::title;
use crate::sql::values;

/// A certificate to be bound.
#[derive(Clone, Debug)]
pub struct NewCertificate<'a> {
    /// Whose it is.
    pub person: PersonId,
    /// What its owner calls it.
    pub label: &'a str,
    /// SHA-256 of its DER form, 64 hexadecimal digits in lower case.
    pub fingerprint: &'a str,
    /// What it may be used for.
    pub scopes: Scopes,
    /// From when on the binding is of no use, microseconds; the certificate's own end counts besides.
    pub expires: Option<i64>,
}

/// A certificate that is bound.
#[derive(Clone, Debug)]
pub struct CertificateEntry {
    /// Its number.
    pub id: i64,
    /// Whose it is.
    pub person: PersonId,
    /// What its owner calls it.
    pub label: String,
    /// SHA-256 of its DER form, 64 hexadecimal digits in lower case.
    pub fingerprint: String,
    /// What it may be used for.
    pub scopes: Scopes,
    /// When it was bound, microseconds.
    pub created: i64,
    /// From when on the binding is of no use, microseconds.
    pub expires: Option<i64>,
    /// Whether the binding was revoked.
    pub revoked: bool,
}

impl Store {
    /// Binds a certificate. One certificate is one person's: while a binding holds, another one is a conflict.
    pub async fn add_certificate(&self, by: &Action<'_>, new: &NewCertificate<'_>) -> Result<i64, Error> {
        let label = title(new.label)?;
        let digits = new.fingerprint.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if new.fingerprint.len() != 64 || !digits {
            return Err(Error::invalid(
                "a fingerprint is the SHA-256 of a certificate: 64 hexadecimal digits",
            ));
        }
        let mut tx = self.begin().await?;
        // Holds the kind's row: two at once are one after the other.
        let id = tx.next("certificate").await?;
        let sql = "SELECT COUNT(*) FROM certificate WHERE fingerprint = $1 AND revoked IS NULL";
        let held = tx.one(sql, values![new.fingerprint]).await?;
        if held.map_or(Ok(0), |row| row.number(0))? > 0 {
            return Err(Error::conflict("this certificate is bound already; revoke that binding first"));
        }
        let scopes = new.scopes.text();
        let sql = "INSERT INTO certificate (id, person, label, fingerprint, scopes, created, expires)
                   VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let row = values![id, new.person.0, label, new.fingerprint, &scopes, by.now, new.expires];
        tx.run(sql, row).await?;
        let detail = json!({
            "person": new.person.0, "fingerprint": new.fingerprint, "scopes": scopes, "expires": new.expires,
        });
        let thing = format!("certificate/{id}");
        self.changed(tx, by, "certificate.bind", &thing, &detail.to_string()).await?;
        Ok(id)
    }

    /// Ends a binding.
    pub async fn revoke_certificate(&self, by: &Action<'_>, id: i64) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE certificate SET revoked = $1 WHERE id = $2 AND revoked IS NULL";
        if tx.run(sql, values![by.now, id]).await? == 0 {
            return Ok(false);
        }
        self.changed(tx, by, "certificate.revoke", &format!("certificate/{id}"), "{}").await?;
        Ok(true)
    }
}
