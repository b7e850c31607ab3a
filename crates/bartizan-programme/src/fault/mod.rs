//! What is wrong, or stands against something: stable codes, places, what to do.

mod code;

use std::fmt;

pub use code::{Code, Kind};

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The stable code.
    pub code: Code,
    /// Line and column in a file, from 1; `None` for what is in no file.
    pub place: Option<(usize, usize)>,
    /// What was wrong, in words of ours.
    pub message: String,
}

impl Fault {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, place: None, message: message.into() }
    }
}

impl From<Code> for Fault {
    fn from(code: Code) -> Self {
        Self::new(code, code.meaning())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((line, column)) = self.place {
            write!(f, "line {line}, column {column}: ")?;
        }
        write!(f, "{} ({}) [{}]", self.message, self.code.advice(), self.code.as_str())
    }
}

/// Why something is refused: everything that stands against it, at least one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<[Fault]>);

impl Error {
    /// All of these; there is at least one.
    pub(crate) fn all(faults: Vec<Fault>) -> Self {
        debug_assert!(!faults.is_empty());
        Self(faults.into())
    }

    /// A code, with the value that it is about, cut and made harmless.
    pub(crate) fn of(code: Code, value: &str) -> Self {
        let cut: String = value.chars().take(80).collect();
        let more = if cut.len() < value.len() { "…" } else { "" };
        let message = format!("{}: `{}{more}`", code.meaning(), cut.escape_debug());
        Self(Box::new([Fault::new(code, message)]))
    }

    /// Everything that stands against it, the most important first.
    pub fn faults(&self) -> &[Fault] {
        &self.0
    }

    /// The code that is told first.
    pub fn code(&self) -> Code {
        self.0.first().map_or(Code::RulesValue, |fault| fault.code)
    }

    /// Whether a code is among them.
    pub fn has(&self, code: Code) -> bool {
        self.0.iter().any(|fault| fault.code == code)
    }

    /// Whether something has not the form that it must have.
    pub fn is_malformed(&self) -> bool {
        self.code().kind() == Kind::Malformed
    }

    /// Whether who asks may not.
    pub fn is_forbidden(&self) -> bool {
        self.code().kind() == Kind::Forbidden
    }

    /// Whether it does not fit what is there.
    pub fn is_conflict(&self) -> bool {
        self.code().kind() == Kind::Conflict
    }

    /// Whether something that is named is not there.
    pub fn is_unknown(&self) -> bool {
        self.code().kind() == Kind::Unknown
    }

    /// Whether something that is needed is missing.
    pub fn is_missing(&self) -> bool {
        self.code().kind() == Kind::Missing
    }

    /// Whether a budget or a limit is used up.
    pub fn is_spent(&self) -> bool {
        self.code().kind() == Kind::Spent
    }
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Self(Box::new([code.into()]))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, fault) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// Refuses with a code unless something holds.
pub(crate) fn need(holds: bool, code: Code) -> Result<(), Error> {
    if holds { Ok(()) } else { Err(code.into()) }
}
