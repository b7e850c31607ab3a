//! What is installed, and whether it is affected: package URLs, version ranges, CPE names, inventories and their
//! matching with advisories.
//!
//! Nothing here reads a file or a clock. The standards are ECMA-427 (package URL), the VERS specification of the same
//! project, NISTIR 7695 and 7696 (CPE 2.3), CycloneDX 1.0 to 1.7 (ECMA-424), SPDX 2.2, 2.3 and 3.0.

pub mod cpe;
mod document;
mod error;
pub mod inventory;
pub mod matching;
pub mod purl;

pub mod vers;

pub use cpe::Cpe;
pub use error::{Code, Error};
pub use inventory::Inventory;
pub use purl::{Purl, PurlParts};
pub use vers::{Comparator, Constraint, Range, Scheme};

/// Checks a CycloneDX document against the schema of its version: the version, or the first violation.
///
/// JSON is known from 1.2 to 1.7, XML from 1.0 to 1.7.
///
/// # Errors
/// [`Code::Schema`] with the violation, [`Code::Syntax`], [`Code::Entities`], [`Code::TooDeep`].
pub fn check_cyclonedx(text: &str) -> Result<&'static str, Error> {
    let text = text.trim_start_matches('\u{feff}');
    let checked = if text.trim_start().starts_with('<') {
        document::cyclonedx::check_xml(&document::xml::read(text)?)
    } else {
        let value = serde_json::from_str(text).map_err(|e| Error::new(Code::Syntax, format!("JSON: {e}")))?;
        document::cyclonedx::check_json(&value, text.len())
    };
    checked.map_err(|violation| Error::new(Code::Schema, violation))
}
