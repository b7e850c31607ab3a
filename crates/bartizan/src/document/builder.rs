//! Assembling the canonical text, so that blocks, links and readings always lie in it.

use super::{Block, BlockKind, Document, Link, Reading, Region};
use crate::{Code, Diagnostic, Span};

/// Builds a [`Document`] block by block.
#[derive(Debug)]
pub struct Builder {
    document: Document,
    limit: usize,
    full: bool,
    tables: u16,
}

impl Default for Builder {
    fn default() -> Self {
        Self::with_limit(usize::MAX)
    }
}

impl Builder {
    /// An empty document of unlimited length.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty document that takes at most `bytes` of text; what comes after is left out and said so.
    pub fn with_limit(bytes: usize) -> Self {
        Self { document: Document::default(), limit: bytes, full: false, tables: 0 }
    }

    /// Bytes of text so far, to check against a limit.
    pub fn len(&self) -> usize {
        self.document.text.len()
    }

    /// The text so far.
    pub fn text(&self) -> &str {
        &self.document.text
    }

    /// Whether no text was added yet.
    pub fn is_empty(&self) -> bool {
        self.document.text.is_empty()
    }

    /// Whether the limit was reached, so that a reader may stop early.
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// Appends one block and a separator; returns where it lies, or nothing if `text` is blank or the limit was
    /// reached. The characters are taken as they are: readers pass them through `canonical::clean` first.
    pub fn block(&mut self, kind: BlockKind, region: Region, page: Option<u32>, text: &str) -> Option<Span> {
        if text.trim().is_empty() || self.full {
            return None;
        }
        if self.document.text.len() + 1 + text.len() > self.limit {
            self.full = true;
            let message = format!(
                "the text is longer than {} bytes; the rest was left out; raise --max-text-bytes or split the input",
                self.limit
            );
            self.document.diagnostics.push(Diagnostic::new(Code::TextTooLong, message));
            return None;
        }
        if !self.document.text.is_empty() {
            self.document.text.push('\n');
        }
        let start = self.document.text.len();
        self.document.text.push_str(text);
        let span = Span::new(start, self.document.text.len());
        self.document.blocks.push(Block { kind, span, page, region });
        Some(span)
    }

    /// Records a link target.
    pub fn link(&mut self, target: impl Into<String>, span: Option<Span>) {
        self.document.links.push(Link { target: target.into(), span });
    }

    /// Records links by their words, which stand in this order in the text added since offset `from`.
    pub fn place(&mut self, from: usize, links: Vec<(String, String)>) {
        let mut cursor = from;
        // A search that fails looks through the whole text; a few failures say that the words were changed.
        let mut missed = 0;
        for (words, target) in links {
            let words = words.replace('\n', " ");
            let words = words.trim();
            let body = self.document.text.get(cursor..).unwrap_or("");
            let found = (!words.is_empty() && missed < 32).then(|| body.find(words)).flatten();
            missed += usize::from(found.is_none() && !words.is_empty());
            let span = found.map(|at| {
                let start = cursor + at;
                cursor = start + words.len();
                Span::new(start, cursor)
            });
            self.link(target, span);
        }
    }

    /// Number of the next table, for readers that take several parts.
    pub fn next_table(&self) -> u16 {
        self.tables
    }

    /// Sets the number of the next table.
    pub fn set_next_table(&mut self, number: u16) {
        self.tables = number;
    }

    /// Records a joined reading of `span`.
    pub fn reading(&mut self, span: Span, text: impl Into<String>) {
        self.document.readings.push(Reading { span, text: text.into() });
    }

    /// The document being built, for metadata and diagnostics.
    pub fn document_mut(&mut self) -> &mut Document {
        &mut self.document
    }

    /// The finished document, still without sentences.
    pub fn finish(self) -> Document {
        self.document
    }
}
