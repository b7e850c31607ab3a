//! Opening and creating.

use crate::error::{Error, Kind};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Row, Sqlite, SqliteConnection, SqlitePool, Transaction};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Marks the file as ours (`file(1)`, sqlite.org/pragma.html#pragma_application_id): "Bzn" and a letter for the library.
const APPLICATION: i32 = 0x427a_6e4c;
/// Version of the schema.
const SCHEMA: i32 = 1;
/// Statements that make it.
const CREATE: &str = include_str!("schema.sql");
/// How long to wait for somebody else's writing.
const PATIENCE: Duration = Duration::from_secs(20);
/// First version without the bug that loses writes when a checkpoint races a writer.
const SAFE_SQLITE: i32 = 3_051_003;

/// A library of earlier analyses. It may be used by several threads and several programs.
#[derive(Debug)]
pub struct Library {
    pub(crate) runtime: tokio::runtime::Runtime,
    pub(crate) pool: SqlitePool,
    /// A read transaction that sees the library as it was when it began.
    frozen: Mutex<Option<Transaction<'static, Sqlite>>>,
}

impl Library {
    /// Opens a library.
    ///
    /// # Errors
    /// If there is none, or the file is something else, damaged, or of a newer program.
    pub fn open(path: &Path) -> Result<Self, Error> {
        if !path.is_file() {
            let message =
                format!("there is no library {}; `bartizan analyze --library` makes one", path.display());
            return Err(Error::new(Kind::Missing, message));
        }
        Self::connect(path, false)
    }

    /// Opens a library, or makes an empty one.
    ///
    /// # Errors
    /// As [`Library::open`], or if the file cannot be made.
    pub fn open_or_create(path: &Path) -> Result<Self, Error> {
        Self::connect(path, true)
    }

    /// From now on, [`Library::shelf`] and [`Library::previous`] see the library as it is now, whatever is added: reports of one
    /// run must not depend on which of them was done first.
    ///
    /// # Errors
    /// If the library cannot be read.
    pub fn freeze(&self) -> Result<(), Error> {
        let transaction = self.runtime.block_on(async {
            let mut transaction = self.pool.begin().await?;
            // A read transaction begins with the first read (sqlite.org/isolation.html).
            sqlx::query("SELECT COUNT(*) FROM analysis").fetch_one(&mut *transaction).await?;
            Ok::<_, Error>(transaction)
        })?;
        *self.frozen.lock().unwrap_or_else(PoisonError::into_inner) = Some(transaction);
        Ok(())
    }

    /// Reads, from the frozen state where there is one.
    pub(crate) fn look<T>(
        &self,
        work: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut frozen = self.frozen.lock().unwrap_or_else(PoisonError::into_inner);
        self.runtime.block_on(async {
            match frozen.as_mut() {
                Some(transaction) => work(transaction).await,
                None => work(&mut *self.pool.acquire().await?).await,
            }
        })
    }

    fn connect(path: &Path, create: bool) -> Result<Self, Error> {
        // SAFETY of the data, not of memory: see the workspace's pin.
        let version = libsqlite3_sys::SQLITE_VERSION_NUMBER;
        if version < SAFE_SQLITE {
            let message = format!(
                "this program was built with SQLite {version}, which can lose writes; 3.51.3 is needed"
            );
            return Err(Error::new(Kind::Storage, message));
        }
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_time()
            .build()
            .map_err(|e| Error::new(Kind::Storage, format!("cannot start: {e}")))?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(create)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(PATIENCE)
            // The file may come from somebody else.
            .pragma("trusted_schema", "OFF");
        let named = |e: sqlx::Error| {
            let error = Error::from(e);
            let message = format!("cannot open the library {}: {error}", path.display());
            Error::new(error.kind(), message)
        };
        let pool = runtime
            .block_on(
                SqlitePoolOptions::new().max_connections(4).acquire_timeout(PATIENCE).connect_with(options),
            )
            .map_err(named)?;
        let library = Self { runtime, pool, frozen: Mutex::new(None) };
        library.prepare(path, create)?;
        Ok(library)
    }

    /// Makes the tables in an empty file; refuses what is not ours.
    fn prepare(&self, path: &Path, create: bool) -> Result<(), Error> {
        let foreign = |why: &str| Error::new(Kind::Foreign, format!("{} {why}", path.display()));
        self.runtime.block_on(async {
            let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
            let application: i32 =
                sqlx::query("PRAGMA application_id").fetch_one(&mut *transaction).await?.try_get(0)?;
            let schema: i32 =
                sqlx::query("PRAGMA user_version").fetch_one(&mut *transaction).await?.try_get(0)?;
            let tables: i64 = sqlx::query("SELECT COUNT(*) FROM sqlite_schema")
                .fetch_one(&mut *transaction)
                .await?
                .try_get(0)?;
            match (application, schema) {
                (APPLICATION, SCHEMA) => Ok(()),
                (APPLICATION, newer) if newer > SCHEMA => {
                    Err(foreign("was written by a newer Bartizan; use that one"))
                }
                (0, 0) if tables == 0 && create => {
                    sqlx::raw_sql(CREATE).execute(&mut *transaction).await?;
                    let marks =
                        format!("PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {SCHEMA};");
                    sqlx::raw_sql(sqlx::AssertSqlSafe(marks)).execute(&mut *transaction).await?;
                    transaction.commit().await?;
                    // It stays so in the file, and must not be set in a file that is not ours.
                    sqlx::query("PRAGMA journal_mode = WAL").execute(&self.pool).await?;
                    Ok(())
                }
                _ => Err(foreign("is no library of analyses; name another file")),
            }
        })
    }
}

impl Drop for Library {
    /// Connections end inside the runtime they were made in.
    fn drop(&mut self) {
        let frozen = self.frozen.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.runtime.block_on(async {
            drop(frozen);
            self.pool.close().await;
        });
    }
}
