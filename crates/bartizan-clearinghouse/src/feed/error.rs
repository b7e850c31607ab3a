//! Why a feed could not be read at all.

/// The error of the feed readers.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    too_large: bool,
    message: String,
}

impl Error {
    pub(crate) fn malformed(message: impl Into<String>) -> Self {
        Self { too_large: false, message: message.into() }
    }

    pub(crate) fn too_large(message: impl Into<String>) -> Self {
        Self { too_large: true, message: message.into() }
    }

    /// It is over a limit.
    pub fn is_too_large(&self) -> bool {
        self.too_large
    }

    /// It is no feed of the kind that was expected.
    pub fn is_malformed(&self) -> bool {
        !self.too_large
    }
}
