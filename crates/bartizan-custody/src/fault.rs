//! What is wrong with a manifest or its files.

use std::fmt;

macro_rules! codes {
    ($($name:ident = $text:literal, $meaning:literal, $advice:literal;)*) => {
        /// Stable codes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code { $(#[doc = $meaning] $name,)* }
        impl Code {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name),*];
            /// The code as it is written.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
            /// What it means.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning,)* }
            }
            /// What to do about it.
            pub fn advice(self) -> &'static str {
                match self { $(Self::$name => $advice,)* }
            }
        }
    };
}

codes! {
    TooLong = "custody.too-long", "the manifest is longer than is read (256 MiB), or has more than a million lines", "split the evidence into several manifests";
    Form = "custody.form", "a line is no entry in the one form: other keys, other order, blanks, no end of line", "get the manifest again from who signed it";
    Number = "custody.number", "the number of a line is not the next one", "a line was dropped, added or moved: get the manifest again";
    Chain = "custody.chain", "a line does not hold the digest of the line before it", "the line before was altered, dropped or moved: get the manifest again";
    Time = "custody.time", "the time of a line is none, or lies before that of the line before it", "ask who signed it how that came about";
    Begin = "custody.begin", "the first line does not begin a manifest, or a later one does", "get the manifest again";
    Name = "custody.name", "a name that no file may have, or the same name again", "do not open that file; ask who signed it";
    Signature = "custody.signature", "a signature is not that of its key over its place", "something before it was altered, or the signature was: get the manifest again";
    Key = "custody.key", "a signature, good or not, by a key that was not given", "if you trust that key, give it with --key; get it by another way than this folder";
    Unsigned = "custody.unsigned", "lines after the last signature: nobody vouches for them", "get the closed manifest";
    AfterClose = "custody.after-close", "lines after the line that closes the manifest", "somebody added to it: get the manifest again";
    Open = "custody.open", "the manifest is not closed", "it may still be written, or its end is missing: get the closed one";
    Missing = "custody.missing", "a file that the manifest names is not there", "get the file";
    Extra = "custody.extra", "a file, or a link, that the manifest does not name", "it is no evidence: put it elsewhere, or ask where it comes from";
    Length = "custody.length", "a file is longer or shorter than its entry says", "it was altered or cut: get it again";
    Digest = "custody.digest", "the SHA-256 of a file is not that of its entry", "it was altered: get it again";
    Unreadable = "custody.unreadable", "a file, or the list of files, cannot be read", "look at the rights and the disk, and check again";
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
        write!(f, ": {}; {}", self.code.meaning(), self.code.advice())
    }
}
