//! What is installed, and whether it is affected: package URLs, version ranges, CPE names, inventories and their
//! matching with advisories.
//!
//! Nothing here reads a file or a clock. The standards are ECMA-427 (package URL), the VERS specification of the same
//! project, NISTIR 7695 and 7696 (CPE 2.3), CycloneDX 1.0 to 1.7 (ECMA-424), SPDX 2.2, 2.3 and 3.0.

mod error;
pub mod purl;

pub mod vers;

pub use error::{Code, Error};
pub use purl::{Purl, PurlParts};
pub use vers::{Comparator, Constraint, Range, Scheme};
