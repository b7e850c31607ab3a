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
        let opened = Self::connect(path, false, false);
        match opened {
            // A folder that cannot be written: nobody else writes there either.
            Err(e) if e.is_storage() => Self::connect(path, false, true).map_err(|_| e),
            opened => opened,
        }
    }

    /// Opens a library, or makes an empty one.
    ///
    /// # Errors
    /// As [`Library::open`], or if the file cannot be made.
    pub fn open_or_create(path: &Path) -> Result<Self, Error> {
        Self::connect(path, true, false)
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

    fn connect(path: &Path, create: bool, still: bool) -> Result<Self, Error> {
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
            // An absolute path is never taken for a URI or for `:memory:`.
            .filename(std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
            .create_if_missing(create)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(PATIENCE)
            // The file may come from somebody else.
            .pragma("trusted_schema", "OFF")
            .pragma("secure_delete", "ON")
            .read_only(still)
            .immutable(still);
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
        library.prepare(path, create, still)?;
        Ok(library)
    }

    /// Makes the tables in an empty file; refuses what is not ours.
    fn prepare(&self, path: &Path, create: bool, still: bool) -> Result<(), Error> {
        let foreign = |why: &str| Error::new(Kind::Foreign, format!("{} {why}", path.display()));
        let marks = self.runtime.block_on(async { marks(&mut *self.pool.acquire().await?).await })?;
        match marks {
            Marks { application: APPLICATION, schema: SCHEMA, foreign: 0, .. } => {}
            Marks { application: APPLICATION, schema, .. } if schema > SCHEMA => {
                return Err(foreign("was written by a newer Bartizan; use that one"));
            }
            Marks { application: 0, schema: 0, objects: 0, .. } if create => self.create()?,
            _ => return Err(foreign("is no library of analyses; name another file")),
        }
        if still {
            return Ok(());
        }
        // It stays so in the file; a copy made by `VACUUM INTO` has lost it. Never set in a file that is not ours.
        self.runtime.block_on(async {
            sqlx::query("PRAGMA journal_mode = WAL").execute(&self.pool).await?;
            Ok(())
        })
    }

    fn create(&self) -> Result<(), Error> {
        self.write(async |connection| {
            // Another program may have been quicker.
            if marks(connection).await?.objects == 0 {
                sqlx::raw_sql(CREATE).execute(&mut *connection).await?;
                let marks = format!("PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {SCHEMA};");
                sqlx::raw_sql(sqlx::AssertSqlSafe(marks)).execute(connection).await?;
            }
            Ok(())
        })
    }

    /// Does work that writes: all of it or nothing. A connection on which something failed is not used again, since SQLite may
    /// have ended the transaction by itself.
    pub(crate) fn write<T>(
        &self,
        work: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.runtime.block_on(async {
            let mut connection = self.pool.acquire().await?;
            sqlx::query("BEGIN IMMEDIATE").execute(&mut *connection).await?;
            let done = match work(&mut connection).await {
                Ok(value) => {
                    sqlx::query("COMMIT").execute(&mut *connection).await.map(|_| value).map_err(Error::from)
                }
                Err(e) => Err(e),
            };
            if done.is_err() {
                // What was not committed goes with the connection; that it cannot be closed well changes nothing.
                let _ = connection.close().await;
            }
            done
        })
    }
}

/// By what a file is known.
struct Marks {
    application: i32,
    schema: i32,
    /// Tables, indexes and the like.
    objects: i64,
    /// Views and triggers: ours has none.
    foreign: i64,
}

async fn marks(connection: &mut SqliteConnection) -> Result<Marks, Error> {
    let one = async |connection: &mut SqliteConnection, sql: &'static str| -> Result<i64, Error> {
        Ok(sqlx::query(sql).fetch_one(connection).await?.try_get::<i64, _>(0)?)
    };
    let small = |n: i64| i32::try_from(n).unwrap_or(-1);
    Ok(Marks {
        application: small(one(connection, "PRAGMA application_id").await?),
        schema: small(one(connection, "PRAGMA user_version").await?),
        objects: one(connection, "SELECT COUNT(*) FROM sqlite_schema").await?,
        foreign: one(connection, "SELECT COUNT(*) FROM sqlite_schema WHERE type IN ('view', 'trigger')")
            .await?,
    })
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
