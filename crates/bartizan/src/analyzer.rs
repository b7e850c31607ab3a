//! The walk of one report through all stages.

use crate::entity::Recognizer;
use crate::mapping::Mapper;
use crate::mapping::second::{self, Opinions, Question};
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
        self.analyze_with(input, options, None)
    }

    /// What to ask a language model about a report before [`Self::analyze_with`]; `model` is its name.
    ///
    /// # Errors
    /// As [`Self::analyze`].
    pub fn questions(&self, input: &Input, options: &Options, model: &str) -> Result<Vec<Question>, Error> {
        let document = document::read(input, options)?;
        self.check(options)?;
        let questions = self.mapper.questions(&document, options, model);
        self.check(options)?;
        Ok(questions)
    }

    /// [`Self::analyze`] with a second opinion on the techniques. It changes their probabilities and evidence, within
    /// bounds, and so which are claimed; relations and events lose what refers to a technique that no longer is.
    /// Nothing else depends on it.
    ///
    /// # Errors
    /// As [`Self::analyze`]. Missing and unusable answers are diagnostics.
    pub fn analyze_with(
        &self,
        input: &Input,
        options: &Options,
        opinions: Option<&Opinions>,
    ) -> Result<Analysis, Error> {
        let mut document = document::read(input, options)?;
        let mut diagnostics = std::mem::take(&mut document.diagnostics);
        let extraction = self.extractor.extract(&document, options);
        self.check(options)?;
        let mut techniques = self.mapper.map(&document, &extraction, options, &mut diagnostics);
        self.check(options)?;
        let mut claims = self.recognizer.recognize(&document, &extraction, &techniques, options);
        self.check(options)?;
        let mut assisted = None;
        if let Some(opinions) = opinions {
            let after = self.mapper.second(&document, options, opinions, &mut diagnostics);
            self.check(options)?;
            second::relink(&mut claims, &techniques, &after.techniques);
            (techniques, assisted) = (after.techniques, Some(after.assisted));
        }
        let marking = options.marking.or(document.metadata.marking.map(|(tlp, _)| tlp));
        Ok(Analysis {
            document,
            marking,
            now: options.now,
            pack: self.mapper.version_line(),
            assisted,
            techniques,
            observables: extraction.observables,
            withheld: extraction.withheld,
            entities: claims.entities,
            relations: claims.relations,
            events: claims.events,
            mitigations: claims.mitigations,
            fixes: claims.fixes,
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
