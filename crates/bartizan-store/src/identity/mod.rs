//! Signing in, beyond passwords and tokens: second factors, keys of browsers, providers, client certificates.

mod ceremony;
mod certificate;
mod factor;
mod passkey;
mod provider;

pub use certificate::{CertificateEntry, NewCertificate};
pub use factor::Factors;
pub use passkey::{NewPasskey, Passkey};

use bartizan_clearinghouse::access::{PersonId, Scopes};

use crate::db::Store;
use crate::directory::Directory;
use crate::error::Error;

impl Store {
    /// Who has a second factor, and the client certificates.
    pub(crate) async fn load_identity(&self, new: &mut Directory) -> Result<(), Error> {
        let sql =
            "SELECT person FROM second_factor WHERE confirmed IS NOT NULL UNION SELECT person FROM passkey";
        for row in self.read(sql, &[]).await? {
            if let Some(entry) = new.people.get_mut(&PersonId(row.number(0)?)) {
                entry.second_factor = true;
            }
        }
        let sql = "SELECT id, person, label, fingerprint, scopes, created, expires, revoked
                   FROM certificate ORDER BY id";
        for row in self.read(sql, &[]).await? {
            let entry = CertificateEntry {
                id: row.number(0)?,
                person: PersonId(row.number(1)?),
                label: row.text(2)?,
                fingerprint: row.text(3)?,
                // What cannot be read gives nothing.
                scopes: Scopes::parse(&row.text(4)?).unwrap_or_default(),
                created: row.number(5)?,
                expires: row.number_or_none(6)?,
                revoked: row.number_or_none(7)?.is_some(),
            };
            new.certificates.insert(entry.fingerprint.clone(), entry);
        }
        Ok(())
    }
}
