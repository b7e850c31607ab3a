//! PDF.

use super::Builder;
use crate::{Code, Error, Input, Options};

/// Reads a PDF into `builder`.
pub(super) fn read(input: &Input, _options: &Options, _builder: &mut Builder) -> Result<(), Error> {
    Err(Error::new(Code::UnknownFormat, format!("{} is a PDF; this build cannot read it", input.name)))
}
