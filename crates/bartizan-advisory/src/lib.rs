//! Security advisories: validated and written, without I/O.
//!
//! - [`csaf::validate`]: CSAF 2.0 and 2.1 documents against the JSON schema and the tests of section 6 of the specifications
//! - [`advisory::Advisory`]: one advisory as plain data
//! - [`emit`]: the same advisory as CSAF 2.0, CSAF 2.1, CSAF VEX, OpenVEX and OSV
//! - [`read`]: an advisory from a CSAF document, and what of the document it does not say
//! - [`track`]: the part of a document that tells of its versions
//! - [`withdraw`]: a document that takes an advisory back, with the reason
//!
//! ```
//! use bartizan_advisory::csaf::{Options, Severity, validate};
//!
//! let report = validate(br#"{"document": {"csaf_version": "2.0"}}"#, &Options::default());
//! assert!(!report.is_valid());
//! assert!(report.findings.iter().any(|finding| finding.test == "schema" && finding.severity == Severity::Error));
//! ```
#![deny(missing_docs)]

pub mod advisory;
pub mod csaf;
mod cwe;
pub mod emit;
mod language;
mod licence;
mod purl;
pub mod read;
mod spelling;
mod ssvc;
pub mod track;
mod translations;
mod vector;
mod vers;
mod withdraw;

pub use withdraw::withdraw;
