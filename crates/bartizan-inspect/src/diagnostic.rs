//! What was found wrong or odd about a log, with stable codes.

use std::fmt;

macro_rules! codes {
    ($($(#[doc = $meaning:literal])+ $name:ident = $code:literal $severity:ident;)+) => {
        /// What was found.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $($(#[doc = $meaning])+ $name,)+
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The stable word for it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }

            /// How much it weighs.
            pub fn severity(self) -> Severity {
                match self {
                    $(Self::$name => Severity::$severity,)+
                }
            }
        }
    };
}

codes! {
    /// The source could not be read (a fault of the machine, not of the log).
    Io = "inspect.io" Error;
    /// Neither an archive with a log nor a JSON document with one.
    NotALog = "inspect.not-a-log" Error;
    /// A log of a later version than the ones that are known; it was read as if it were the newest of them.
    Version = "inspect.version" Warning;
    /// A member of another type than it should have; it counts as absent, and is kept in the JSON.
    Member = "inspect.member" Warning;
    /// A log without results and statistics: the run goes on, or was killed.
    Unfinished = "inspect.unfinished" Warning;
    /// No header that can be read; only samples were.
    NoHeader = "inspect.no-header" Error;
    /// The archive has no directory: it was cut off. What stands in it whole was found by walking through it.
    Truncated = "archive.truncated" Error;
    /// An entry at the end of a cut archive is not whole; it was left out.
    Cut = "archive.cut" Error;
    /// An entry whose bytes are not those of which its checksum was made, or cannot be unpacked.
    Damaged = "archive.damaged" Error;
    /// An entry that is encrypted, or packed in a way that Inspect does not use.
    Method = "archive.method" Error;
    /// An entry that a later one of the same name replaced; the later one counts, as it does for Inspect.
    Superseded = "archive.superseded" Note;
    /// An entry of a name that is not known; it was left alone.
    Foreign = "archive.foreign" Note;
    /// The directory of the archive contradicts itself or the file.
    Directory = "archive.directory" Error;
    /// Not JSON, at a byte.
    Syntax = "json.syntax" Error;
    /// JSON that ends in the middle.
    Ended = "json.ended" Error;
    /// Bytes that are not UTF-8.
    Utf8 = "json.utf-8" Error;
    /// A key that stands twice in an object; the last one counts, as it does for Python.
    Duplicate = "json.duplicate" Warning;
    /// Half of a surrogate pair in a key, which no text can hold; it was replaced.
    Surrogate = "json.surrogate" Warning;
    /// More entries or samples than the limit; the rest was left out.
    Entries = "limit.entries" Error;
    /// A document, or the whole log, of more bytes than the limit.
    Bytes = "limit.bytes" Error;
    /// A document that takes more memory than the limit.
    Memory = "limit.memory" Error;
    /// A string of more bytes than the limit.
    StringBytes = "limit.string" Error;
    /// Nested deeper than the limit.
    Depth = "limit.depth" Error;
    /// A document that grows more than the limit when it is unpacked.
    Ratio = "limit.ratio" Error;
    /// A zstd frame that needs a larger window than the limit.
    Window = "limit.window" Error;
    /// More findings than the limit; the rest was counted only.
    Diagnostics = "limit.diagnostics" Warning;
    /// A sample and epoch that the log has twice.
    Twice = "sample.twice" Warning;
    /// A sample whose identifier or epoch is not the one that its entry is named after.
    Name = "sample.name" Error;
    /// A sample that the log's own list names and that is not there.
    Missing = "sample.missing" Error;
    /// A sample that is there and that the log's own list does not name.
    Unlisted = "sample.unlisted" Warning;
    /// Fewer or more samples than the results were made of.
    Count = "sample.count" Warning;
    /// Scores in the log's own list that are not those of the sample.
    Summary = "sample.summary" Warning;
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// To be known; nothing is missing.
    Note,
    /// Odd; everything was read.
    Warning,
    /// Something was not read.
    Error,
}

impl Severity {
    /// The stable word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Something found, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// What it is.
    pub code: Code,
    /// The entry, member or sample it is about; empty for the whole log.
    pub place: String,
    /// The byte of the document at which it was seen, if there is one.
    pub at: Option<u64>,
    /// What was seen, in a sentence.
    pub seen: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code.severity().as_str(), self.code)?;
        if !self.place.is_empty() {
            write!(f, " {}", self.place)?;
        }
        if let Some(at) = self.at {
            write!(f, " at byte {at}")?;
        }
        write!(f, ": {}", self.seen)
    }
}

/// The findings of a reading, each once, up to a limit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    pub list: Vec<Diagnostic>,
    most: usize,
    dropped: u64,
}

impl Told {
    pub fn new(most: usize) -> Self {
        Self { list: Vec::new(), most: most.max(1), dropped: 0 }
    }

    pub fn add(&mut self, code: Code, place: &str, seen: impl Into<String>) {
        self.push(Diagnostic { code, place: shown(place), at: None, seen: seen.into() });
    }

    pub fn push(&mut self, mut one: Diagnostic) {
        one.seen = shown(&one.seen);
        // A sample can be read again; what is wrong about it is told once.
        if self.list.len() < self.most && self.list.contains(&one) {
            return;
        }
        if self.list.len() < self.most {
            self.list.push(one);
            return;
        }
        self.dropped += 1;
        let seen = format!("{} more findings were not kept", self.dropped);
        let rest = Diagnostic { code: Code::Diagnostics, place: String::new(), at: None, seen };
        match self.list.last_mut() {
            Some(last) if last.code == Code::Diagnostics => *last = rest,
            _ => self.list.push(rest),
        }
    }
}

/// Characters of a name or sentence that are shown.
const SHOWN: usize = 300;

/// A name out of a log, fit to be shown: without control characters, and cut.
pub(crate) fn shown(name: &str) -> String {
    let mut short: String =
        name.chars().take(SHOWN).map(|one| if one.is_control() { '\u{fffd}' } else { one }).collect();
    if short.len() < name.len() && name.chars().nth(SHOWN).is_some() {
        short.push('…');
    }
    short
}
