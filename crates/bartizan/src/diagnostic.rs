//! Findings about the input: what could not be read, what was withheld, what was changed.

use crate::Span;

/// How much a reader should care.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Something may be missing or wrong.
    Warning,
    /// A part of the input was not read.
    Error,
}

impl Severity {
    /// `note`, `warning` or `error`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable code.
    pub code: Code,
    /// Severity; by default the code's own.
    pub severity: Severity,
    /// One sentence that names the offending value and, where there is one, the remedy.
    pub message: String,
    /// Where in the text, if anywhere.
    pub span: Option<Span>,
}

impl Diagnostic {
    /// A finding with the code's own severity and no place.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, severity: code.severity(), message: message.into(), span: None }
    }

    /// The same, at a place.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal, $severity:ident;)+) => {
        /// Every stable code of errors and diagnostics. `docs/diagnostics.md` lists them; a test fails if one
        /// has no case.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[doc = $doc])+ $name,)+ }

        impl Code {
            /// All codes, in order.
            pub const ALL: &'static [Code] = &[$(Code::$name),+];
            /// The stable text, e.g. `pdf.image-only`.
            pub fn as_str(self) -> &'static str { match self { $(Code::$name => $text),+ } }
            /// What the code means, one line.
            pub fn summary(self) -> &'static str { match self { $(Code::$name => concat!($($doc),+)),+ } }
            /// Usual severity.
            pub fn severity(self) -> Severity { match self { $(Code::$name => Severity::$severity),+ } }
        }
    };
}

// Each stage owns the lines that start with its name. Keep a stage's lines together.
codes! {
    /// The run was stopped from outside, usually by the time limit.
    Stopped = "stopped", Error;
    /// The input is larger than the limit.
    InputTooLarge = "limit.input-bytes", Error;
    /// The text drawn from the input is longer than the limit; the rest was left out.
    TextTooLong = "limit.text-bytes", Error;
    /// More pages than the limit; the rest was left out.
    TooManyPages = "limit.pages", Error;
    /// Nested deeper than the limit; what lies deeper was left out.
    TooDeep = "limit.depth", Error;
    /// A compressed part expands beyond the limit; it was not read.
    ExpandsTooFar = "limit.expanded-bytes", Error;
    /// The format is not one Bartizan reads.
    UnknownFormat = "input.unknown-format", Error;
    /// The input holds no text.
    Empty = "input.empty", Error;
    /// The file is damaged; what could be read was kept.
    Damaged = "input.damaged", Error;
    /// The name and the content disagree about the format; the content was followed.
    FormatMismatch = "input.format-mismatch", Note;
    /// Bytes that fit no encoding were replaced.
    BadEncoding = "input.bad-encoding", Warning;
    /// The PDF is protected by a password or encrypted in a way that cannot be read.
    PdfEncrypted = "pdf.encrypted", Error;
    /// The PDF holds images of text but no text; it needs OCR.
    PdfImageOnly = "pdf.image-only", Error;
    /// Some pages are images without text; they were not read.
    PdfImagePages = "pdf.image-pages", Warning;
    /// Characters of the PDF have no meaning in their fonts; they were not read.
    PdfUnmapped = "pdf.unmapped-characters", Warning;
    /// An attachment of an e-mail was not read; the message names it with its hash.
    Attachment = "mail.attachment", Note;
    /// An e-mail of more parts than the limit; the rest was left out.
    MailParts = "mail.parts", Error;
    /// A page is too large to tell its main text from its furniture; all of it was read.
    MainTextUnknown = "html.main-text-unknown", Warning;
    /// A technique id in the text was revoked; its successor in the pack in use was taken.
    RevokedId = "mapping.revoked-id", Note;
    /// A technique id in the text was withdrawn without a successor; it is not mapped.
    DeprecatedId = "mapping.deprecated-id", Warning;
    /// The text is in a language that the technique model is not trained on; only stated and named techniques are given.
    UntrainedLanguage = "mapping.untrained-language", Warning;
    /// A technique id in the text is not in the pack in use; it is not mapped.
    UnknownId = "mapping.unknown-id", Warning;
    /// The language model gave no answer that can be used; the report, or a part of it, was mapped without it.
    AssistUnanswered = "assist.unanswered", Warning;
    /// Claims of the language model that the text or the knowledge pack does not bear out were discarded.
    AssistDiscarded = "assist.discarded", Note;
    /// Sentences that are too long or too many were not shown to the language model.
    AssistLeftOut = "assist.left-out", Note;
    /// The file is no `analysis.json`: no JSON, or a member is missing or of another type.
    AnalysisMalformed = "analysis.malformed", Error;
    /// The `analysis.json` is of a major version that this program does not read.
    AnalysisVersion = "analysis.version", Error;
    /// The `analysis.json` contradicts itself: offsets outside of its text, quotations that do not stand there, claims that do not exist.
    AnalysisInconsistent = "analysis.inconsistent", Error;
}
