//! The one error type of this crate.

use crate::Code;

/// Why an analysis could not be attempted. What was merely wrong in the input is a
/// [`crate::Diagnostic`] instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    code: Code,
    message: String,
}

impl Error {
    /// An error with a stable code and a message that names the offending value and what to do.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// The stable code.
    pub fn code(&self) -> Code {
        self.code
    }

    /// Whether a limit of [`crate::Limits`] was reached.
    pub fn is_limit(&self) -> bool {
        self.code.as_str().starts_with("limit.")
    }

    /// Whether the input was stopped from outside ([`crate::Stop`]).
    pub fn is_stopped(&self) -> bool {
        self.code == Code::Stopped
    }
}
