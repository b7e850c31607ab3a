//! Bringing a database to this release's form. Migrations only add; they are never edited (their checksums are kept).

use std::borrow::Cow;

use sqlx::SqlStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

use crate::db::{Engine, Pools, Store};
use crate::error::Error;

/// (number, name, the text).
const MIGRATIONS: &[(i64, &str, Text)] = &[
    (1, "start", Text::Both(include_str!("../migrations/0001_start.sql"))),
    (2, "jobs", Text::Both(include_str!("../migrations/0002_jobs.sql"))),
    (3, "reports", Text::Both(include_str!("../migrations/0003_reports.sql"))),
    (
        4,
        "words",
        Text::Own {
            sqlite: include_str!("../migrations/0004_words_sqlite.sql"),
            postgres: include_str!("../migrations/0004_words_postgres.sql"),
        },
    ),
    (5, "idempotency", Text::Both(include_str!("../migrations/0005_idempotency.sql"))),
    (6, "names", Text::Both(include_str!("../migrations/0006_names.sql"))),
    (7, "identity", Text::Both(include_str!("../migrations/0007_identity.sql"))),
    (8, "sharing", Text::Both(include_str!("../migrations/0008_sharing.sql"))),
    (
        9,
        "sources",
        Text::Own {
            sqlite: concat!(
                include_str!("../migrations/0009_sources.sql"),
                include_str!("../migrations/0009_names_sqlite.sql")
            ),
            postgres: concat!(
                include_str!("../migrations/0009_sources.sql"),
                include_str!("../migrations/0009_names_postgres.sql")
            ),
        },
    ),
    (11, "workbench", Text::Both(include_str!("../migrations/0011_workbench.sql"))),
    (12, "found", Text::Both(include_str!("../migrations/0012_found.sql"))),
    (
        13,
        "object_words",
        Text::Own {
            sqlite: include_str!("../migrations/0013_object_words_sqlite.sql"),
            postgres: include_str!("../migrations/0013_object_words_postgres.sql"),
        },
    ),
    (14, "intake", Text::Both(include_str!("../migrations/0014_intake.sql"))),
    (15, "cases", Text::Both(include_str!("../migrations/0015_cases.sql"))),
    (16, "advisories", Text::Both(include_str!("../migrations/0016_advisories.sql"))),
    (17, "inventories", Text::Both(include_str!("../migrations/0017_inventories.sql"))),
    (18, "scans", Text::Both(include_str!("../migrations/0018_scans.sql"))),
    (19, "relay", Text::Both(include_str!("../migrations/0019_relay.sql"))),
    (20, "lists", Text::Both(include_str!("../migrations/0020_lists.sql"))),
    (21, "projects", Text::Both(include_str!("../migrations/0021_projects.sql"))),
    (22, "revisions", Text::Both(include_str!("../migrations/0022_revisions.sql"))),
    (30, "programmes", Text::Both(include_str!("../migrations/0030_programmes.sql"))),
];

/// What a migration says to an engine.
enum Text {
    /// The same to both.
    Both(&'static str),
    /// To each its own.
    Own { sqlite: &'static str, postgres: &'static str },
}

fn migrator(engine: Engine) -> Migrator {
    let migrations = MIGRATIONS.iter().map(|(number, name, text)| {
        let sql = match (text, engine) {
            (Text::Both(text), _) => text,
            (Text::Own { sqlite, .. }, Engine::Sqlite) => sqlite,
            (Text::Own { postgres, .. }, Engine::Postgres) => postgres,
        };
        let sql = SqlStr::from_static(sql);
        Migration::new(*number, Cow::Borrowed(*name), MigrationType::Simple, sql, false)
    });
    Migrator::with_migrations(migrations.collect())
}

impl Store {
    pub(crate) async fn migrate(&self) -> Result<(), Error> {
        let done = match &self.pools {
            Pools::Sqlite { write, .. } => migrator(Engine::Sqlite).run(write).await,
            Pools::Postgres(pool) => migrator(Engine::Postgres).run(pool).await,
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
