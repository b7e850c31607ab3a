//! What is wrong with the source of an edition.

use std::fmt;

/// Stable codes of faults of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Code {
    /// The source is longer than is read, or has more marks.
    TooLong,
    /// It does not begin with a front matter between two lines `---`, or a line of it is not `name: value`.
    FrontMatter,
    /// The front matter does not say who may read what is not marked.
    Unmarked,
    /// A mark `[[` is not closed in its line or cell.
    Unclosed,
    /// A label is not of small letters, digits and `-`, or is missing.
    Label,
    /// A mark says nothing.
    Empty,
    /// Marks stand in each other deeper than eight.
    Nesting,
    /// A fence `:::` is closed that was not opened, or is not closed.
    Fence,
    /// What lower editions say instead has a mark of its own.
    Substitute,
}

impl Code {
    /// Every code.
    pub const ALL: [Self; 9] = [
        Self::TooLong,
        Self::FrontMatter,
        Self::Unmarked,
        Self::Unclosed,
        Self::Label,
        Self::Empty,
        Self::Nesting,
        Self::Fence,
        Self::Substitute,
    ];

    /// The code as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TooLong => "edition.too-long",
            Self::FrontMatter => "edition.front-matter",
            Self::Unmarked => "edition.unmarked",
            Self::Unclosed => "edition.unclosed",
            Self::Label => "edition.label",
            Self::Empty => "edition.empty",
            Self::Nesting => "edition.nesting",
            Self::Fence => "edition.fence",
            Self::Substitute => "edition.substitute",
        }
    }

    /// What to do about it.
    pub fn advice(self) -> &'static str {
        match self {
            Self::TooLong => "split the report; a source has at most 2 MiB and 20,000 marks",
            Self::FrontMatter => "begin with a line `---`, lines `name: value`, and a line `---`",
            Self::Unmarked => "say in the front matter `unmarked: LABEL`, the label of what no mark covers",
            Self::Unclosed => {
                "close the mark with `]]` in the same line and cell, or write `\\[[` for the characters"
            }
            Self::Label => "write `[[label: text]]` with a label of small letters, digits and `-`",
            Self::Empty => "write what the mark seals between `:` and `]]`",
            Self::Nesting => "put at most eight marks in each other",
            Self::Fence => "open blocks with `::: label` and close them with `:::`",
            Self::Substitute => "write plain text after `=>`",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One fault, where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The stable code.
    pub code: Code,
    /// The line in the source, from 1.
    pub line: usize,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}: {}", self.line, self.code, self.code.advice())
    }
}

/// All faults of a source, at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
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

impl std::error::Error for Faults {}
