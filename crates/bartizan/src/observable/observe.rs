//! From bytes to observables in one call, for callers that want nothing else of a report.

use super::{Extraction, Extractor};
use crate::{Document, Error, Format, Input, Options, document};

impl Extractor {
    /// Reads one report, as `format` if one is given, and finds everything in it. A text without a word gives an
    /// empty extraction where the format is given: whoever names it has many texts, and some are empty.
    ///
    /// # Errors
    /// If the report could not be read at all or the analysis was stopped.
    pub fn observe(
        &self,
        input: &Input,
        format: Option<Format>,
        options: &Options,
    ) -> Result<(Document, Extraction), Error> {
        let document = match document::read_as(input, format, options) {
            Err(error) if format.is_some() && error.code() == crate::Code::Empty => Document::default(),
            other => other?,
        };
        let extraction = self.extract(&document, options);
        if options.stop.is_stopped() {
            return Err(Error::new(
                crate::Code::Stopped,
                format!("stopped while reading {}; raise --timeout or split the input", input.name),
            ));
        }
        Ok((document, extraction))
    }
}
