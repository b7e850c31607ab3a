//! Second factors: codes by time, and recovery codes.

use bartizan_clearinghouse::access::PersonId;

use crate::audit::{self, Action};
use crate::db::Store;
use crate::error::Error;
use crate::sql::{Tx, values};

/// What a person has set up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Factors {
    /// The secret that codes by time are made of, and whether a code was shown: until then it counts for nothing.
    pub codes: Option<(Vec<u8>, bool)>,
    /// How many keys of browsers there are.
    pub passkeys: u32,
    /// How many recovery codes are left.
    pub recovery: u32,
}

impl Factors {
    /// Whether codes by time are asked for.
    pub fn has_codes(&self) -> bool {
        self.codes.as_ref().is_some_and(|(_, confirmed)| *confirmed)
    }

    /// Whether the password alone is not enough.
    pub fn set_up(&self) -> bool {
        self.has_codes() || self.passkeys > 0
    }
}

impl Store {
    /// What a person has set up.
    pub async fn factors(&self, person: PersonId) -> Result<Factors, Error> {
        let sql = "SELECT secret, confirmed FROM second_factor WHERE person = $1";
        let rows = self.read(sql, values![person.0]).await?;
        let read = |row: &crate::sql::Row| Ok::<_, Error>((row.bytes(0)?, row.number_or_none(1)?.is_some()));
        let codes = rows.first().map(read).transpose()?;
        let count = async |sql: &str| {
            let rows = self.read(sql, values![person.0]).await?;
            let count = rows.first().map_or(Ok(0), |row| row.number(0))?;
            Ok::<_, Error>(u32::try_from(count).unwrap_or(u32::MAX))
        };
        let passkeys = count("SELECT COUNT(*) FROM passkey WHERE person = $1").await?;
        let recovery = count("SELECT COUNT(*) FROM recovery_code WHERE person = $1 AND used IS NULL").await?;
        Ok(Factors { codes, passkeys, recovery })
    }

    /// Begins setting up codes by time: keeps a secret that counts once a code was shown. What was confirmed stays as it is.
    pub async fn begin_codes(&self, by: &Action<'_>, person: PersonId, secret: &[u8]) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        tx.run("DELETE FROM second_factor WHERE person = $1 AND confirmed IS NULL", values![person.0])
            .await?;
        let sql = "INSERT INTO second_factor (person, secret, created, step) VALUES ($1, $2, $3, 0)
                   ON CONFLICT (person) DO NOTHING";
        tx.run(sql, values![person.0, secret, by.now]).await?;
        tx.commit().await
    }

    /// Ends setting up: a code of this step was shown. The recovery codes become these; false if there was nothing to confirm.
    pub async fn confirm_codes(
        &self,
        by: &Action<'_>,
        person: PersonId,
        step: i64,
        recovery: &[String],
    ) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let sql =
            "UPDATE second_factor SET confirmed = $1, step = $2 WHERE person = $3 AND confirmed IS NULL";
        if tx.run(sql, values![by.now, step, person.0]).await? == 0 {
            return Ok(false);
        }
        replace(&mut tx, person, recovery).await?;
        self.changed(tx, by, "second-factor.on", &format!("person/{}", person.0), "{}").await?;
        Ok(true)
    }

    /// Takes the code of a step: true for exactly one of those who show it, and never for a step that is no later than the last.
    pub async fn take_step(&self, person: PersonId, step: i64) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE second_factor SET step = $1
                   WHERE person = $2 AND confirmed IS NOT NULL AND step < $1";
        let taken = tx.run(sql, values![step, person.0]).await? == 1;
        tx.commit().await?;
        Ok(taken)
    }

    /// Uses a recovery code up: true for exactly one of those who show it.
    pub async fn take_recovery(
        &self,
        by: &Action<'_>,
        person: PersonId,
        digest: &str,
    ) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE recovery_code SET used = $1 WHERE person = $2 AND digest = $3 AND used IS NULL";
        let taken = tx.run(sql, values![by.now, person.0, digest]).await? == 1;
        if taken {
            audit::write(&mut tx, by, "recovery-code.use", &format!("person/{}", person.0), "{}").await?;
        }
        tx.commit().await?;
        Ok(taken)
    }

    /// Replaces the recovery codes; those before are of no more use.
    pub async fn set_recovery(
        &self,
        by: &Action<'_>,
        person: PersonId,
        digests: &[String],
    ) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        replace(&mut tx, person, digests).await?;
        audit::write(&mut tx, by, "recovery-code.renew", &format!("person/{}", person.0), "{}").await?;
        tx.commit().await
    }

    /// Takes codes by time away; recovery codes too, if no key of a browser is left that they stand in for.
    pub async fn end_codes(&self, by: &Action<'_>, person: PersonId) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        tx.run("DELETE FROM second_factor WHERE person = $1", values![person.0]).await?;
        let sql = "DELETE FROM recovery_code
                   WHERE person = $1 AND NOT EXISTS (SELECT 1 FROM passkey WHERE passkey.person = $1)";
        tx.run(sql, values![person.0]).await?;
        self.changed(tx, by, "second-factor.off", &format!("person/{}", person.0), "{}").await
    }

    /// Takes every second factor of a person away, and ends their sessions.
    pub async fn reset_factors(&self, by: &Action<'_>, person: PersonId) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        for sql in [
            "DELETE FROM second_factor WHERE person = $1",
            "DELETE FROM recovery_code WHERE person = $1",
            "DELETE FROM passkey WHERE person = $1",
            "DELETE FROM ceremony WHERE person = $1",
            "DELETE FROM session WHERE person = $1",
        ] {
            tx.run(sql, values![person.0]).await?;
        }
        self.changed(tx, by, "second-factor.reset", &format!("person/{}", person.0), "{}").await
    }
}

pub(super) async fn replace(tx: &mut Tx, person: PersonId, digests: &[String]) -> Result<(), Error> {
    tx.run("DELETE FROM recovery_code WHERE person = $1", values![person.0]).await?;
    for digest in digests {
        let sql = "INSERT INTO recovery_code (person, digest) VALUES ($1, $2)";
        tx.run(sql, values![person.0, digest]).await?;
    }
    Ok(())
}
