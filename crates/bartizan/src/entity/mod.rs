//! Names, relations, events and mitigations. See [`Recognizer`].

use crate::observable::Extraction;
use crate::{Document, Entity, Event, Mitigation, Options, Relation, TechniqueMapping};
use bartizan_knowledge::Pack;

/// What recognition gives.
#[derive(Clone, Debug, Default)]
pub struct Claims {
    /// Things named.
    pub entities: Vec<Entity>,
    /// Relations stated.
    pub relations: Vec<Relation>,
    /// Dated events and obligations, in time order.
    pub events: Vec<Event>,
    /// Candidate mitigations.
    pub mitigations: Vec<Mitigation>,
}

/// Name index and rules; build once, use for many documents.
#[derive(Debug)]
pub struct Recognizer {}

impl Recognizer {
    /// Prepares the name index.
    pub fn new(_pack: &'static Pack) -> Self {
        Self {}
    }

    /// Reads one document.
    pub fn recognize(
        &self,
        _document: &Document,
        _extraction: &Extraction,
        _techniques: &[TechniqueMapping],
        _options: &Options,
    ) -> Claims {
        Claims::default()
    }
}
