//! What can go wrong with the store.

/// Opaque; ask the predicates.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    kind: Kind,
    message: String,
    #[source]
    source: Option<sqlx::Error>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Unavailable,
    Full,
    Conflict,
    Invalid,
    Version,
    Other,
}

impl Error {
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self { kind: Kind::Invalid, message: message.into(), source: None }
    }

    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self { kind: Kind::Conflict, message: message.into(), source: None }
    }

    pub(crate) fn unavailable(message: impl Into<String>) -> Self {
        Self { kind: Kind::Unavailable, message: message.into(), source: None }
    }

    /// Something beside the database that is needed for keeping it does not work now.
    pub fn busy(message: impl Into<String>) -> Self {
        Self::unavailable(message)
    }

    pub(crate) fn version(message: impl Into<String>) -> Self {
        Self { kind: Kind::Version, message: message.into(), source: None }
    }

    /// The database cannot be reached, or did not answer in time: trying again later may help.
    pub fn is_unavailable(&self) -> bool {
        self.kind == Kind::Unavailable
    }

    /// There is no room left; nothing of the unit of work was kept.
    pub fn is_full(&self) -> bool {
        self.kind == Kind::Full
    }

    /// Something of that name is there already, or has been changed meanwhile.
    pub fn is_conflict(&self) -> bool {
        self.kind == Kind::Conflict
    }

    /// What was asked for makes no sense.
    pub fn is_invalid(&self) -> bool {
        self.kind == Kind::Invalid
    }

    /// The database is of a release that this program does not know, or its engine is too old.
    pub fn is_version(&self) -> bool {
        self.kind == Kind::Version
    }

    /// Whether the same unit of work may succeed if it is done again now (serialisation failure, busy).
    pub(crate) fn is_passing(&self) -> bool {
        let Some(sqlx::Error::Database(e)) = &self.source else {
            return false;
        };
        // SQLSTATE 40001 serialization_failure, 40P01 deadlock_detected; SQLite BUSY and BUSY_SNAPSHOT.
        matches!(e.code().as_deref(), Some("40001" | "40P01" | "5" | "517"))
    }
}

/// The plain code of an extended one of SQLite's: its lowest byte. A SQLSTATE, which always has five characters, stays.
fn plain(code: &str) -> String {
    match code.parse::<u32>() {
        Ok(number) if code.len() < 5 => (number & 0xff).to_string(),
        _ => code.to_owned(),
    }
}

impl From<sqlx::Error> for Error {
    fn from(source: sqlx::Error) -> Self {
        let (kind, what) = match &source {
            sqlx::Error::Database(e) => match e.code().as_deref().map(plain).as_deref() {
                // SQLite FULL; SQLSTATE 53100 disk_full.
                Some("13" | "53100") => (Kind::Full, "the database has no room left"),
                // character_not_in_repertoire and untranslatable_character: a NUL in a text.
                Some("22021" | "22P05") => (Kind::Invalid, "a text has a character that cannot be kept"),
                _ if e.is_unique_violation() => (Kind::Conflict, "that is there already"),
                // SQLite BUSY, READONLY, IOERR, CANTOPEN; SQLSTATE class 57 and 08: shutdown, connection.
                Some("5" | "8" | "10" | "14") => (Kind::Unavailable, "the database cannot be used now"),
                // 53300 too_many_connections, 55000 and 3D000: the database takes no connections, or is not there (now).
                Some(code)
                    if code.starts_with("57")
                        || code.starts_with("08")
                        || ["53300", "55000", "3D000"].contains(&code) =>
                {
                    (Kind::Unavailable, "the database cannot be used now")
                }
                _ => (Kind::Other, "the database refused"),
            },
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Tls(_) => (Kind::Unavailable, "the database cannot be reached"),
            _ => (Kind::Other, "the database failed"),
        };
        Self { kind, message: format!("{what}: {source}"), source: Some(source) }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn codes_of_sqlite_are_taken_by_their_kind() {
        // SQLITE_IOERR_WRITE, SQLITE_FULL, SQLITE_READONLY_DBMOVED; SQLSTATE.
        for (code, expected) in
            [("778", "10"), ("13", "13"), ("1032", "8"), ("53100", "53100"), ("57P01", "57P01")]
        {
            assert_eq!(super::plain(code), expected);
        }
    }
}
