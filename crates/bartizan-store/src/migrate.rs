//! Bringing a database to this release's form. Migrations only add; they are never edited (their checksums are kept).

use std::borrow::Cow;

use sqlx::SqlStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

use crate::db::{Pools, Store};
use crate::error::Error;

/// (number, name, the text for both engines).
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "start", include_str!("../migrations/0001_start.sql")),
    (2, "jobs", include_str!("../migrations/0002_jobs.sql")),
];

fn migrator() -> Migrator {
    let migrations = MIGRATIONS.iter().map(|(number, name, text)| {
        let sql = SqlStr::from_static(text);
        Migration::new(*number, Cow::Borrowed(*name), MigrationType::Simple, sql, false)
    });
    Migrator::with_migrations(migrations.collect())
}

impl Store {
    pub(crate) async fn migrate(&self) -> Result<(), Error> {
        let done = match &self.pools {
            Pools::Sqlite { write, .. } => migrator().run(write).await,
            Pools::Postgres(pool) => migrator().run(pool).await,
        };
        done.map_err(|e| match e {
            sqlx::migrate::MigrateError::Execute(e) => Error::from(e),
            sqlx::migrate::MigrateError::VersionMissing(number) => Error::version(format!(
                "the database has form {number}, which this release does not know: use the release that made it, or a newer one"
            )),
            other => Error::version(format!("the database cannot be brought to this release's form: {other}")),
        })
    }

    /// The newest form this release knows.
    pub fn newest_form() -> i64 {
        MIGRATIONS.last().map_or(0, |(number, _, _)| *number)
    }
}
