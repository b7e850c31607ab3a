//! Reading a report: bytes in, one canonical text with structure out.
//!
//! [`read`] sniffs the format by content, calls the reader for it and finishes what all share: sentences and
//! metadata. Readers build the text with [`Builder`], so that blocks always lie in it.

mod builder;
mod canonical;
#[cfg(test)]
mod checks;
mod docx;
mod encoding;
mod html;
mod mail;
mod markdown;
mod metadata;
mod pdf;
mod sentence;
mod sniff;
mod text;

pub use builder::Builder;

use crate::{Code, Diagnostic, Error, Input, Options, Span};
use bartizan_stix::Tlp;
use sha2::{Digest, Sha256};

/// A report as text with structure.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// SHA-256 of the input bytes, lower-case hex: the identity of the report.
    pub sha256: String,
    /// The input's name.
    pub name: String,
    /// Detected format.
    pub format: Format,
    /// The canonical text: NFC, `\n` line ends, blocks separated by `\n`. Defanging is kept as written.
    pub text: String,
    /// In text order, not overlapping; together they cover all text but separators.
    pub blocks: Vec<Block>,
    /// In text order, each inside one block.
    pub sentences: Vec<Sentence>,
    /// Link targets (HTML `href`, PDF `/URI`, DOCX relationships), apart from the text.
    pub links: Vec<Link>,
    /// Other possible readings of places where a line or cell broke a token.
    pub readings: Vec<Reading>,
    /// About the report.
    pub metadata: Metadata,
    /// Pages of a PDF.
    pub pages: Option<u32>,
    /// What the reader found wrong.
    pub diagnostics: Vec<Diagnostic>,
}

impl Document {
    /// The sentence that contains `span`, else the block, else `span` itself.
    pub fn sentence_of(&self, span: Span) -> Span {
        let at = self.sentences.partition_point(|s| s.span.end <= span.start);
        if let Some(s) = self.sentences.get(at)
            && s.span.start <= span.start
        {
            // A value that runs past its sentence (a command line, a rule) is shown whole.
            return Span { start: s.span.start, end: s.span.end.max(span.end) };
        }
        self.block_of(span).map_or(span, |b| b.span)
    }

    /// The block that contains the start of `span`.
    pub fn block_of(&self, span: Span) -> Option<&Block> {
        let at = self.blocks.partition_point(|b| b.span.end <= span.start);
        self.blocks.get(at).filter(|b| b.span.start <= span.start)
    }

    /// The page on which `span` starts, from 1; none for formats without pages.
    pub fn page_of(&self, span: Span) -> Option<u32> {
        self.block_of(span).and_then(|b| b.page)
    }
}

/// The format that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Format {
    /// Plain text.
    #[default]
    Text,
    /// Markdown.
    Markdown,
    /// HTML.
    Html,
    /// PDF.
    Pdf,
    /// Office Open XML word-processing document.
    Docx,
    /// E-mail message.
    Email,
}

impl Format {
    /// `text`, `markdown`, `html`, `pdf`, `docx` or `email`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Pdf => "pdf",
            Self::Docx => "docx",
            Self::Email => "email",
        }
    }
}

/// A piece of the text with one role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Role.
    pub kind: BlockKind,
    /// Where in the text; not empty.
    pub span: Span,
    /// Page, from 1, for PDF.
    pub page: Option<u32>,
    /// Main text or not.
    pub region: Region,
}

/// Role of a [`Block`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BlockKind {
    /// Heading of a level from 1.
    Heading(u8),
    /// Paragraph.
    Paragraph,
    /// One item of a list, nested that deep (from 1).
    ListItem(u8),
    /// One cell of a table: table number in the document, row and column, all from 0.
    TableCell {
        /// Table number.
        table: u16,
        /// Row.
        row: u32,
        /// Column.
        column: u16,
        /// Whether it is a header cell.
        header: bool,
    },
    /// Preformatted text or code; keeps its line breaks.
    Code,
    /// Caption of a figure or table.
    Caption,
    /// Block quote.
    Quote,
}

/// Which part of the report a block belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Region {
    /// The main text.
    Main,
    /// Kept from outside the main text: tables, lists and code that a readability algorithm dropped.
    Appendix,
    /// Page headers and footers, navigation, related articles: no claims are taken from it.
    Furniture,
    /// Bibliography, references, "see also".
    References,
}

/// A sentence, or a table cell or code line standing for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sentence {
    /// Where.
    pub span: Span,
    /// Index into [`Document::blocks`].
    pub block: u32,
}

/// A link target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Absolute target as given.
    pub target: String,
    /// The words that carry the link, where known.
    pub span: Option<Span>,
}

/// Another reading of a place: what stands there if the line break inside is taken out.
///
/// `text` replaces `span` (which runs from the start of the token before the break to the end of the token
/// after it). Both readings are kept: extractors try the joined one and keep it when it gives a valid, longer value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// What is replaced in the canonical text.
    pub span: Span,
    /// The joined reading.
    pub text: String,
}

/// About the report, as far as it says so itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Title.
    pub title: Option<String>,
    /// Publisher or site name.
    pub publisher: Option<String>,
    /// Authors, in order.
    pub authors: Vec<String>,
    /// Publication day, `YYYY-MM-DD`.
    pub published: Option<String>,
    /// Day of last change, `YYYY-MM-DD`.
    pub modified: Option<String>,
    /// Canonical URL.
    pub source_url: Option<String>,
    /// ISO 639-1 language, e.g. `en`.
    pub language: Option<String>,
    /// TLP marking found in the text, and where.
    pub marking: Option<(Tlp, Option<Span>)>,
}

/// Reads one report.
///
/// # Errors
/// If the input is over a limit, of a format Bartizan does not read, or holds no text at all.
pub fn read(input: &Input, options: &Options) -> Result<Document, Error> {
    read_as(input, None, options)
}

/// Reads one report as `format`, whatever its content looks like; with none, as its content says.
///
/// # Errors
/// As [`read`].
pub fn read_as(input: &Input, format: Option<Format>, options: &Options) -> Result<Document, Error> {
    if input.bytes.len() > options.limits.input_bytes {
        return Err(Error::new(
            crate::Code::InputTooLarge,
            format!(
                "{} has {} bytes, more than the {} allowed; raise --max-bytes or split it",
                input.name,
                input.bytes.len(),
                options.limits.input_bytes
            ),
        ));
    }
    let mut builder = Builder::with_limit(options.limits.text_bytes);
    let format = match format {
        Some(format) => format,
        None => sniff::sniff(input, &mut builder)?,
    };
    match format {
        Format::Pdf => pdf::read(input, options, &mut builder)?,
        Format::Docx => docx::read(input, options, &mut builder)?,
        Format::Html => html::read(input, options, &mut builder)?,
        Format::Markdown => markdown::read(input, options, &mut builder)?,
        Format::Email => mail::read(input, options, &mut builder)?,
        Format::Text => text::read(input, options, &mut builder)?,
    }
    if options.stop.is_stopped() {
        return Err(Error::new(
            Code::Stopped,
            format!("stopped while reading {}; raise --timeout or split the input", input.name),
        ));
    }
    let mut document = builder.finish();
    if document.blocks.is_empty() {
        // What the reader found wrong says more than "no text".
        return Err(match document.diagnostics.iter().max_by_key(|d| d.severity) {
            Some(d) => Error::new(d.code, format!("{}: {}", input.name, d.message)),
            None => Error::new(Code::Empty, format!("{} holds no text", input.name)),
        });
    }
    let digits = Sha256::digest(&input.bytes).into_iter().flat_map(|b| [b >> 4, b & 15]);
    document.sha256 = digits.filter_map(|d| char::from_digit(u32::from(d), 16)).collect();
    document.name = input.name.clone();
    document.format = format;
    metadata::finish(&mut document, &input.name, input.source_url.as_deref());
    document.sentences = sentence::split(&document.text, &document.blocks);
    Ok(document)
}
