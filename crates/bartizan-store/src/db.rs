//! Opening, and what an engine does its own way.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Connection, PgPool};

use crate::directory::Directory;
use crate::error::Error;
use crate::sql::{Row, Tx, Value, bound};

/// The oldest SQLite without the WAL-reset bug, as `sqlite3_libversion_number` counts.
const SQLITE: i32 = 3_051_003;
/// The oldest PostgreSQL that the tests run on, as `server_version_num` counts.
const POSTGRES: i64 = 150_000;
/// How long a request waits for a connection or a lock.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long PostgreSQL works on one statement, milliseconds.
const STATEMENT: &str = "60000";
/// A unit of work that another one stood in the way of is done again this often.
pub(crate) const TRIES: u32 = 8;

/// Which database it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// One file beside the program.
    Sqlite,
    /// PostgreSQL, or what speaks its protocol.
    Postgres,
}

#[derive(Clone)]
pub(crate) enum Pools {
    /// One writer, since SQLite has one; readers beside it, since WAL lets them.
    Sqlite {
        write: SqlitePool,
        read: SqlitePool,
    },
    Postgres(PgPool),
}

/// The server's database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(crate) pools: Pools,
    pub(crate) directory: Arc<RwLock<Arc<Directory>>>,
    /// How often objects were added by this process.
    pub(crate) additions: Arc<AtomicU64>,
    /// SQLite's file, as it was when it was opened.
    file: Option<Arc<Opened>>,
}

/// A file by its path, and which one it is.
struct Opened {
    path: PathBuf,
    which: Option<(u64, u64)>,
}

impl Opened {
    fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), which: which(path) }
    }

    /// Fails if another file, or none, is where it was: whoever writes into one that was deleted keeps nothing.
    fn there(&self) -> Result<(), Error> {
        if which(&self.path) == self.which {
            return Ok(());
        }
        let text =
            "is not the file that was opened: it was moved, deleted or replaced; restart with the right one";
        Err(Error::unavailable(format!("{} {text}", self.path.display())))
    }
}

/// The device and number of a file.
#[cfg(unix)]
fn which(path: &Path) -> Option<(u64, u64)> {
    let found = std::fs::metadata(path).ok()?;
    Some((std::os::unix::fs::MetadataExt::dev(&found), std::os::unix::fs::MetadataExt::ino(&found)))
}

/// Elsewhere an open file cannot be deleted.
#[cfg(not(unix))]
fn which(_: &Path) -> Option<(u64, u64)> {
    None
}

impl Store {
    /// Opens a file, makes it if it is not there, and brings it to this release's form.
    pub async fn sqlite(path: &Path) -> Result<Self, Error> {
        let own = libsqlite3_sys::SQLITE_VERSION_NUMBER;
        if own < SQLITE {
            return Err(Error::version(format!("SQLite {own} loses committed writes; {SQLITE} is needed")));
        }
        make_private(path)?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A 202 is an acknowledgement: it has to outlive a power cut, not only the process.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(PATIENCE)
            .pragma("cache_size", "-16000")
            // A file that somebody cuts while it is mapped would end the process, and what is mapped counts as its memory.
            .pragma("mmap_size", "0")
            .pragma("temp_store", "memory");
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(PATIENCE)
            // When there is no room left SQLite ends a transaction by itself, behind the driver's back: such a connection is of no
            // more use.
            .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
            // Whoever adds a million objects goes all over the indexes.
            .connect_with(options.clone().pragma("cache_size", "-64000"))
            .await?;
        let read = SqlitePoolOptions::new()
            .max_connections(4)
            .acquire_timeout(PATIENCE)
            .connect_lazy_with(options.read_only(true).row_buffer_size(512));
        Self::ready(Pools::Sqlite { write, read }, Some(Arc::new(Opened::new(path)))).await
    }

    /// Connects to `postgres://…` and brings the database to this release's form.
    pub async fn postgres(url: &str) -> Result<Self, Error> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|e| Error::invalid(format!("the database's address is not understood: {e}")))?
            .application_name("bartizan")
            // No question is worth more; a client that is gone does not end one.
            .options([("statement_timeout", STATEMENT)]);
        let pool = PgPoolOptions::new().max_connections(12).acquire_timeout(PATIENCE);
        let port = options.get_port();
        let pool = pool.after_connect(move |connection, _| {
            Box::pin(async move {
                // Not being able to is told nowhere: it is slower, and nothing else.
                let _ = crate::nodelay::at_once(port);
                // Every statement of ours is short. Compiling one costs a second, starting helpers for one 40 ms, and before there are
                // statistics its costs look high enough. Engines that do not know a setting do neither.
                for setting in ["SET jit = off", "SET max_parallel_workers_per_gather = 0"] {
                    let _ = sqlx::query(setting).execute(&mut *connection).await;
                }
                Ok(())
            })
        });
        let pool = pool.connect_with(options).await?;
        Self::ready(Pools::Postgres(pool), None).await
    }

    /// From `--database`: a `postgres://` address, or a path.
    pub async fn open(database: &str) -> Result<Self, Error> {
        if database.starts_with("postgres://") || database.starts_with("postgresql://") {
            return Self::postgres(database).await;
        }
        let path = database.strip_prefix("sqlite:").unwrap_or(database);
        Self::sqlite(Path::new(path)).await
    }

    async fn ready(pools: Pools, file: Option<Arc<Opened>>) -> Result<Self, Error> {
        let store = Self { pools, directory: Arc::default(), additions: Arc::default(), file };
        if let Pools::Postgres(pool) = &store.pools {
            let row = sqlx::query("SHOW server_version_num").fetch_one(pool).await?;
            let found: i64 = Row::Postgres(row).text(0)?.parse().unwrap_or(0);
            if found < POSTGRES {
                return Err(Error::version(format!("PostgreSQL {found} is older than {POSTGRES}")));
            }
        }
        store.migrate().await?;
        store.reload().await?;
        Ok(store)
    }

    /// Which database it is.
    pub fn engine(&self) -> Engine {
        match self.pools {
            Pools::Sqlite { .. } => Engine::Sqlite,
            Pools::Postgres(_) => Engine::Postgres,
        }
    }

    /// Begins a unit of work that writes.
    pub(crate) async fn begin(&self) -> Result<Tx, Error> {
        Ok(match &self.pools {
            // IMMEDIATE: a transaction that first reads and then writes could otherwise fail in its middle.
            Pools::Sqlite { write, .. } => Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Pools::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Rows of one statement that only reads.
    pub(crate) async fn read(&self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, Error> {
        Ok(match &self.pools {
            Pools::Sqlite { read, .. } => {
                bound!(sql, values).fetch_all(read).await?.into_iter().map(Row::Sqlite).collect()
            }
            Pools::Postgres(pool) => {
                bound!(sql, values).fetch_all(pool).await?.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// Whether the database answers, can be written to, and is still the one that was opened.
    pub async fn ping(&self) -> Result<(), Error> {
        self.file.as_ref().map_or(Ok(()), |file| file.there())?;
        let mut tx = self.begin().await?;
        tx.run("UPDATE counter SET last = last WHERE name = 'directory'", &[]).await?;
        tx.commit().await
    }

    /// How many bytes the database takes.
    pub async fn size(&self) -> Result<i64, Error> {
        let sql = match self.engine() {
            Engine::Sqlite => "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
            Engine::Postgres => "SELECT pg_database_size(current_database())",
        };
        self.read(sql, &[]).await?.first().map_or(Ok(0), |row| row.number(0))
    }

    /// Makes an SQLite file one that nobody has open: its log goes into it. Fails if somebody has, and if it is no database of ours:
    /// nothing is made or changed but where the log is.
    pub async fn fold_log(path: &Path) -> Result<(), Error> {
        let options = SqliteConnectOptions::new().filename(path).busy_timeout(Duration::from_secs(1));
        let mut connection = sqlx::SqliteConnection::connect_with(&options).await?;
        // Leaving WAL takes the whole file, which no other connection may have.
        let mode = sqlx::query("PRAGMA journal_mode = DELETE").fetch_one(&mut connection).await;
        let mode = mode.and_then(|row| sqlx::Row::try_get::<String, _>(&row, 0));
        if !matches!(mode.as_deref(), Ok("delete")) {
            return Err(Error::conflict(format!("{} is in use: stop the server first", path.display())));
        }
        let sql = "SELECT (SELECT COUNT(*) FROM _sqlx_migrations), (SELECT COUNT(*) FROM audit)";
        let row = sqlx::query(sql).fetch_one(&mut connection).await;
        let entries = row.and_then(|row| sqlx::Row::try_get::<i64, _>(&row, 1)).unwrap_or(0);
        connection.close().await?;
        if entries == 0 {
            return Err(Error::invalid(format!("{} is no copy of a node that was used", path.display())));
        }
        Ok(())
    }

    /// Closes the connections; SQLite's log goes into its file.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }

    /// Writes a consistent copy of an SQLite database while it is in use.
    pub async fn backup(&self, to: &Path) -> Result<(), Error> {
        let Pools::Sqlite { write, .. } = &self.pools else {
            return Err(Error::invalid("PostgreSQL is backed up by its own pg_dump or base backups"));
        };
        let name = to.to_str().ok_or_else(|| Error::invalid("the path is not Unicode"))?;
        // Into an empty file that is ours alone.
        make_private(to)?;
        sqlx::query("VACUUM INTO $1").bind(name.to_owned()).execute(write).await?;
        Ok(())
    }

    /// Asks an SQLite file whether it is whole.
    pub async fn check(&self) -> Result<String, Error> {
        if self.engine() == Engine::Postgres {
            return Ok("ok".to_owned());
        }
        let rows = self.read("PRAGMA integrity_check(5)", &[]).await?;
        let lines: Vec<String> = rows.iter().map(|row| row.text(0)).collect::<Result<_, _>>()?;
        Ok(lines.join("; "))
    }
}

/// A new database is for its owner alone: it holds what is marked, and what passwords are compared with.
fn make_private(path: &Path) -> Result<(), Error> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(e) => Err(sqlx::Error::Io(e).into()),
    }
}
