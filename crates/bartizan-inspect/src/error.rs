//! Why a log could not be read at all.

use std::io;

use crate::diagnostic::Code;

/// A log that could not be read at all: it is none, or its source failed.
#[derive(Debug, thiserror::Error)]
#[error("{code}: {what}")]
pub struct Error {
    code: Code,
    what: String,
    #[source]
    source: Option<io::Error>,
}

impl Error {
    pub(crate) fn new(code: Code, what: impl Into<String>) -> Self {
        Self { code, what: what.into(), source: None }
    }

    /// What went wrong: [`Code::Io`] or [`Code::NotALog`].
    pub fn code(&self) -> Code {
        self.code
    }

    /// Whether the source failed, so that trying again may help.
    pub fn is_io(&self) -> bool {
        self.code == Code::Io
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self { code: Code::Io, what: "the source could not be read".into(), source: Some(error) }
    }
}
