//! The one error of the crate, with a stable code.

use std::fmt;

/// What was wrong, as a stable word: for programs, for tests and for the table in the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Code {
    /// A package URL that does not follow ECMA-427.
    Purl,
    /// A package URL that does not follow the rules of its type.
    PurlType,
    /// A version range that does not follow the VERS specification.
    Vers,
    /// A range in the notation of an ecosystem that cannot be read.
    NativeRange,
    /// A CPE name that does not follow NISTIR 7695.
    Cpe,
    /// A document longer than is read.
    TooLarge,
    /// A document nested deeper than is read, or with more elements than are read.
    TooDeep,
    /// Text that is not JSON, XML, or UTF-8.
    Syntax,
    /// XML with a document type, which may define entities.
    Entities,
    /// A document whose format is not known.
    Format,
    /// A document that breaks the schema of its format.
    Schema,
    /// A component without name, package URL or CPE.
    Nameless,
    /// A component without version.
    Versionless,
    /// A table without a header that names a product, package URL or CPE.
    Header,
    /// A cell whose value is not understood; the row is kept.
    Cell,
    /// A row with more cells than the header.
    Row,
    /// More components, assets or diagnostics than are kept.
    TooMany,
}

impl Code {
    /// Every code, in the order of their words.
    pub const ALL: [Code; 17] = [
        Code::Cell,
        Code::Cpe,
        Code::Entities,
        Code::Format,
        Code::Header,
        Code::Nameless,
        Code::NativeRange,
        Code::Purl,
        Code::PurlType,
        Code::Row,
        Code::Schema,
        Code::Syntax,
        Code::TooDeep,
        Code::TooLarge,
        Code::TooMany,
        Code::Vers,
        Code::Versionless,
    ];

    /// The stable word.
    pub fn as_str(self) -> &'static str {
        match self {
            Code::Purl => "purl",
            Code::PurlType => "purl-type",
            Code::Vers => "vers",
            Code::NativeRange => "native-range",
            Code::Cpe => "cpe",
            Code::TooLarge => "too-large",
            Code::TooDeep => "too-deep",
            Code::Syntax => "syntax",
            Code::Entities => "entities",
            Code::Format => "format",
            Code::Schema => "schema",
            Code::Nameless => "nameless",
            Code::Versionless => "versionless",
            Code::Header => "header",
            Code::Cell => "cell",
            Code::Row => "row",
            Code::TooMany => "too-many",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Longest piece of a hostile value that a message repeats, in characters.
const QUOTED: usize = 80;

/// Why something could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Error {
    code: Code,
    message: String,
}

impl Error {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Error { code, message: message.into() }
    }

    /// An error about `value`, which is repeated, shortened.
    pub(crate) fn about(code: Code, what: &str, value: &str) -> Self {
        Error { code, message: format!("{what}: {}", quoted(value)) }
    }

    /// The stable code.
    pub fn code(&self) -> Code {
        self.code
    }

    /// What was wrong, for people.
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// `value` in quotation marks, shortened, without control characters.
pub(crate) fn quoted(value: &str) -> String {
    let mut text: String = value.chars().take(QUOTED).flat_map(char::escape_debug).collect();
    if value.chars().nth(QUOTED).is_some() {
        text.push('…');
    }
    format!("\"{text}\"")
}
