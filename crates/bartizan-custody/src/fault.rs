//! What is wrong with a manifest or its files.

use std::fmt;

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident = $text:literal,)*) => {
        /// Stable codes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code { $($(#[doc = $doc])* $name,)* }
        impl Code {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name),*];
            /// The code as it is written.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

codes! {
    /// The manifest is longer than is read, or has more lines.
    TooLong = "custody.too-long",
    /// A line is no entry in the one form: other keys, other order, blanks, no end of line.
    Form = "custody.form",
    /// The number of a line is not the next one.
    Number = "custody.number",
    /// A line does not hold the digest of the line before it.
    Chain = "custody.chain",
    /// The time of a line lies before that of the line before it, or is none.
    Time = "custody.time",
    /// The first line does not begin a manifest, or a later one does.
    Begin = "custody.begin",
    /// A name that no file may have, or the same name again.
    Name = "custody.name",
    /// A signature is not that of its key over its place.
    Signature = "custody.signature",
    /// A signature by a key that is not trusted.
    Key = "custody.key",
    /// Lines after the last signature: nobody vouches for them.
    Unsigned = "custody.unsigned",
    /// Lines after the line that closes the manifest.
    AfterClose = "custody.after-close",
    /// The manifest is not closed.
    Open = "custody.open",
    /// A file that the manifest names is not there.
    Missing = "custody.missing",
    /// A file that the manifest does not name.
    Extra = "custody.extra",
    /// A file is longer or shorter than its entry says.
    Length = "custody.length",
    /// A file's SHA-256 is not that of its entry.
    Digest = "custody.digest",
    /// A file cannot be read.
    Unreadable = "custody.unreadable",
}

/// One fault, where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The stable code.
    pub code: Code,
    /// The line of the manifest, from 1; 0 for what is about no line.
    pub line: usize,
    /// The file, if it is about one.
    pub file: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.as_str())?;
        if self.line > 0 {
            write!(f, ", line {}", self.line)?;
        }
        if !self.file.is_empty() {
            // Names of files that nobody vouches for are shown as text, not to a terminal.
            write!(f, ", {:?}", self.file)?;
        }
        Ok(())
    }
}
