//! Why a table or a decision could not be had.

use std::fmt;

use crate::set::codes;

codes! {
    /// Stable codes of what is refused about decision tables, e.g. `priority.row-missing`.
    Malformed = "priority.malformed", "A line of the table has not the form of its kind.";
    TooLarge = "priority.too-large", "The table has more decision points, values or rows than a table has.";
    UnknownValue = "priority.unknown-value", "A row names a value that its decision point does not have.";
    RowTwice = "priority.row-twice", "Two rows stand for the same values.";
    RowMissing = "priority.row-missing", "No row stands for some values: the table does not decide everything.";
    NoSuchValue = "priority.no-such-value", "The decision point does not have this value, or none is given.";
}

/// Why something was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The stable code.
    pub code: Code,
    /// Where, and what was wrong.
    pub message: String,
}

impl Fault {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.message, self.code.as_str())
    }
}

impl std::error::Error for Fault {}
