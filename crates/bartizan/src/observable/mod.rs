//! What was seen: addresses, hashes, paths, names, ids. See [`Extractor`].

use crate::{Document, Observable, Options, Withheld};
use bartizan_knowledge::Pack;

/// What extraction gives.
#[derive(Clone, Debug, Default)]
pub struct Extraction {
    /// In order of first appearance.
    pub observables: Vec<Observable>,
    /// Looked at and not taken.
    pub withheld: Vec<Withheld>,
}

/// Compiled patterns and lists; build once, use for many documents.
#[derive(Debug)]
pub struct Extractor {}

impl Extractor {
    /// Compiles the patterns.
    pub fn new(_pack: &'static Pack) -> Self {
        Self {}
    }

    /// Finds everything in one document.
    pub fn extract(&self, _document: &Document, _options: &Options) -> Extraction {
        Extraction::default()
    }
}
