//! Which format an input has: by content first, then by name, then by the declared media type.

use super::{Builder, Format};
use crate::{Error, Input};

/// The format of `input`.
///
/// # Errors
/// If it is a format that Bartizan does not read.
pub(super) fn sniff(input: &Input, builder: &mut Builder) -> Result<Format, Error> {
    let _ = builder;
    let head = input.bytes.get(..1024).unwrap_or(&input.bytes);
    Ok(if memchr::memmem::find(head, b"%PDF-").is_some() { Format::Pdf } else { Format::Text })
}
