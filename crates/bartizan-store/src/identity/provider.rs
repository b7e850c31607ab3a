//! Who somebody is to an OpenID provider.

use bartizan_clearinghouse::access::PersonId;
use serde_json::json;

use crate::audit::Action;
use crate::db::Store;
use crate::error::Error;
use crate::sql::values;

impl Store {
    /// The person whom a provider calls so.
    pub async fn known_to(&self, issuer: &str, subject: &str) -> Result<Option<PersonId>, Error> {
        let sql = "SELECT person FROM provider_identity WHERE issuer = $1 AND subject = $2";
        let rows = self.read(sql, values![issuer, subject]).await?;
        rows.first().map(|row| Ok(PersonId(row.number(0)?))).transpose()
    }

    /// What providers call a person: issuer and subject.
    pub async fn identities(&self, person: PersonId) -> Result<Vec<(String, String)>, Error> {
        let sql = "SELECT issuer, subject FROM provider_identity WHERE person = $1 ORDER BY issuer, subject";
        let rows = self.read(sql, values![person.0]).await?;
        rows.iter().map(|row| Ok((row.text(0)?, row.text(1)?))).collect()
    }

    /// Binds what a provider calls somebody to a person. Whoever is bound already stays so: that is a conflict.
    pub async fn bind_identity(
        &self,
        by: &Action<'_>,
        person: PersonId,
        issuer: &str,
        subject: &str,
    ) -> Result<(), Error> {
        if subject.is_empty() || subject.len() > 255 || issuer.is_empty() || issuer.len() > 2000 {
            return Err(Error::invalid("a subject has 1 to 255 bytes, an issuer 1 to 2000"));
        }
        let mut tx = self.begin().await?;
        let sql = "INSERT INTO provider_identity (issuer, subject, person, created) VALUES ($1, $2, $3, $4)";
        tx.run(sql, values![issuer, subject, person.0, by.now]).await?;
        let detail = json!({ "issuer": issuer, "subject": subject }).to_string();
        self.changed(tx, by, "identity.bind", &format!("person/{}", person.0), &detail).await
    }

    /// Takes a binding away; false if there was none.
    pub async fn unbind_identity(
        &self,
        by: &Action<'_>,
        person: PersonId,
        issuer: &str,
        subject: &str,
    ) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let sql = "DELETE FROM provider_identity WHERE issuer = $1 AND subject = $2 AND person = $3";
        if tx.run(sql, values![issuer, subject, person.0]).await? == 0 {
            return Ok(false);
        }
        // Whoever got in by it is out.
        tx.run("DELETE FROM session WHERE person = $1", values![person.0]).await?;
        let detail = json!({ "issuer": issuer, "subject": subject }).to_string();
        self.changed(tx, by, "identity.unbind", &format!("person/{}", person.0), &detail).await?;
        Ok(true)
    }
}
