//! Why a file of questions is not read.

use std::fmt;

/// Stable codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Code {
    /// The file is longer than is read, or has more questions.
    TooLong,
    /// The bytes are no UTF-8.
    NotText,
    /// The file has not the form of its format: no JSON, no header with the known columns.
    Form,
    /// A question lacks its text, its choices or its answer, or the answer is none of the choices.
    Question,
    /// There is no question in it.
    Nothing,
}

impl Code {
    /// Every code.
    pub const ALL: [Self; 5] = [Self::TooLong, Self::NotText, Self::Form, Self::Question, Self::Nothing];

    /// The code as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TooLong => "suite.too-long",
            Self::NotText => "suite.not-text",
            Self::Form => "suite.form",
            Self::Question => "suite.question",
            Self::Nothing => "suite.nothing",
        }
    }
}

/// Why, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The stable code.
    pub code: Code,
    /// The question or line, from 1; 0 for the file as a whole.
    pub at: usize,
    /// What was wrong, in words of ours.
    pub message: String,
}

impl Fault {
    pub(super) fn new(code: Code, at: usize, message: impl Into<String>) -> Self {
        Self { code, at, message: message.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.at > 0 {
            write!(f, "{}: question {}: {}", self.code.as_str(), self.at, self.message)
        } else {
            write!(f, "{}: {}", self.code.as_str(), self.message)
        }
    }
}

impl std::error::Error for Fault {}
