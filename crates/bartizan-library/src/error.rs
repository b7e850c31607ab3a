//! The one error type of this crate.

/// Why a library could not be used.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// There is no such file.
    Missing,
    /// The file is something else, damaged, or of a newer program.
    Foreign,
    /// Somebody else is writing.
    Busy,
    /// It cannot be written: rights, disk.
    Storage,
    /// What was to be stored is no analysis.
    Input,
}

impl Error {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether there is no such file.
    pub fn is_missing(&self) -> bool {
        self.kind == Kind::Missing
    }

    /// Whether the file is no library, damaged, or of a newer program.
    pub fn is_foreign(&self) -> bool {
        self.kind == Kind::Foreign
    }

    /// Whether somebody else was writing for too long.
    pub fn is_busy(&self) -> bool {
        self.kind == Kind::Busy
    }

    /// Whether it cannot be read or written: rights, disk.
    pub fn is_storage(&self) -> bool {
        self.kind == Kind::Storage
    }

    /// Whether what was to be stored is no analysis.
    pub fn is_input(&self) -> bool {
        self.kind == Kind::Input
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        // Primary result codes of SQLite (sqlite.org/rescode.html): the low byte of an extended code.
        let code = error.as_database_error().and_then(|e| e.code()).and_then(|c| c.parse::<i64>().ok());
        let kind = match code.map(|c| c & 0xff) {
            Some(5 | 6) => Kind::Busy,
            Some(11 | 26) => Kind::Foreign,
            _ if matches!(error, sqlx::Error::PoolTimedOut) => Kind::Busy,
            _ => Kind::Storage,
        };
        Self { kind, message: error.to_string() }
    }
}
