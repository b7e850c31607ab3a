//! What goes wrong: with a document ([`Error`]) and with a conversion
//! ([`Failure`]). Both carry a stable code and name the offending value.

use std::fmt;

/// A place in a source: line and column, both from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// Line, from 1; 0 where the place is not known.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// Why a document is no rule, or no pipeline.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} [{code}] (line {}, column {})", place.line, place.column)]
pub struct Error {
    code: &'static str,
    message: String,
    place: Place,
}

impl Error {
    pub(crate) fn new(code: &'static str, place: Place, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), place }
    }

    /// The stable code, as `sigma.yaml` or `sigma.condition`.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// What is wrong and what to do, without the place.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Where it is.
    pub fn place(&self) -> Place {
        self.place
    }
}

/// Why a rule has no query for a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// The rule itself cannot be read (its condition, a modifier).
    Rule,
    /// The target's pipeline has no table or index for this log source.
    LogSource,
    /// A field has no counterpart in the target's schema.
    Field,
    /// A value cannot be what the target's field holds.
    Value,
    /// A `%placeholder%` was given no value.
    Placeholder,
    /// The target's language has no such expression.
    Expression,
}

impl Reason {
    /// The stable code, as it is printed.
    pub fn code(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::LogSource => "log-source",
            Self::Field => "field",
            Self::Value => "value",
            Self::Placeholder => "placeholder",
            Self::Expression => "expression",
        }
    }
}

/// A conversion that was refused: never a weaker query in silence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The class.
    pub reason: Reason,
    /// The offending value and what is missing.
    pub message: String,
}

impl Failure {
    /// A failure with its message.
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into() }
    }

    pub(crate) fn expression(message: impl Into<String>) -> Self {
        Self::new(Reason::Expression, message)
    }

    pub(crate) fn field(message: impl Into<String>) -> Self {
        Self::new(Reason::Field, message)
    }

    pub(crate) fn log_source(message: impl Into<String>) -> Self {
        Self::new(Reason::LogSource, message)
    }

    pub(crate) fn value(message: impl Into<String>) -> Self {
        Self::new(Reason::Value, message)
    }
}

/// Where a query asks something else than its rule, by leave of the user.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Note {
    /// The stable code, as `approximation.case`.
    pub code: &'static str,
    /// What is asked instead, and what may be found or missed by it.
    pub message: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.message, self.reason.code())
    }
}

impl std::error::Error for Failure {}
