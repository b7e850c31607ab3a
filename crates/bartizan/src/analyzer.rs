//! The walk of one report through all stages.

use crate::entity::Recognizer;
use crate::mapping::Mapper;
use crate::observable::Extractor;
use crate::{Analysis, Code, Error, Input, Options, document};
use bartizan_knowledge::Pack;

/// Everything compiled once for a pack; shared between threads and documents.
#[derive(Debug)]
pub struct Analyzer {
    extractor: Extractor,
    mapper: Mapper,
    recognizer: Recognizer,
}

impl Analyzer {
    /// Prepares patterns, names and model. Costs a few milliseconds; keep it.
    pub fn new(pack: &'static Pack) -> Self {
        Self::with_mapper(pack, Mapper::new(pack))
    }

    /// The same with a mapper of one's own, e.g. one that knows an analyst's model ([`Mapper::with_model`]). What
    /// it knows is told in [`Analysis::pack`].
    pub fn with_mapper(pack: &'static Pack, mapper: Mapper) -> Self {
        Self { extractor: Extractor::new(pack), mapper, recognizer: Recognizer::new(pack) }
    }

    /// Analyses one report.
    ///
    /// # Errors
    /// If the report could not be read at all or the analysis was stopped. What was merely wrong in it is in
    /// [`Analysis::diagnostics`].
    pub fn analyze(&self, input: &Input, options: &Options) -> Result<Analysis, Error> {
        let mut document = document::read(input, options)?;
        let mut diagnostics = std::mem::take(&mut document.diagnostics);
        let extraction = self.extractor.extract(&document, options);
        self.check(options)?;
        let techniques = self.mapper.map(&document, &extraction, options, &mut diagnostics);
        self.check(options)?;
        let claims = self.recognizer.recognize(&document, &extraction, &techniques, options);
        self.check(options)?;
        let marking = options.marking.or(document.metadata.marking.map(|(tlp, _)| tlp));
        Ok(Analysis {
            document,
            marking,
            now: options.now,
            pack: self.mapper.version_line(),
            techniques,
            observables: extraction.observables,
            withheld: extraction.withheld,
            entities: claims.entities,
            relations: claims.relations,
            events: claims.events,
            mitigations: claims.mitigations,
            diagnostics,
        })
    }

    fn check(&self, options: &Options) -> Result<(), Error> {
        if options.stop.is_stopped() {
            return Err(Error::new(
                Code::Stopped,
                "stopped before the analysis was complete; raise --timeout or split the input",
            ));
        }
        Ok(())
    }
}
