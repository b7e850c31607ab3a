//! Techniques with evidence: stated, named, inferred. See [`Mapper`].

use crate::observable::Extraction;
use crate::{Diagnostic, Document, Options, TechniqueMapping};
use bartizan_knowledge::Pack;

/// Lexicon and model; build once, use for many documents.
#[derive(Debug)]
pub struct Mapper {}

impl Mapper {
    /// Prepares lexicon and model.
    pub fn new(_pack: &'static Pack) -> Self {
        Self {}
    }

    /// Maps one document to techniques, best first.
    pub fn map(
        &self,
        _document: &Document,
        _extraction: &Extraction,
        _options: &Options,
        _diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<TechniqueMapping> {
        Vec::new()
    }
}
