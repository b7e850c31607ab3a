//! Writes an [`Advisory`](crate::advisory::Advisory) in the formats that others read. The same advisory gives the same bytes.

mod csaf;
mod openvex;
mod osv;
mod sorted;

pub use csaf::{Profile, csaf, draft};
pub use openvex::openvex;
pub use osv::osv;

use crate::csaf::Finding;

/// A file to publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name, without a folder.
    pub name: String,
    /// Its content: JSON in UTF-8, keys sorted, a line feed at the end.
    pub bytes: Vec<u8>,
}

/// Why an advisory was not written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It has no revision, so it has no version and no date.
    #[error("advisory.no_revision: {0} has no revision: add the first")]
    NoRevision(String),
    /// Nothing in it belongs in this format.
    #[error("advisory.empty: {0} has nothing that {1} can say")]
    Empty(String, &'static str),
    /// A vector is none of CVSS 3.1 or 4.0.
    #[error("advisory.vector: {0} is no vector of CVSS 3.1 or 4.0")]
    Vector(String),
    /// What was written would not be valid: the findings of the schema and the mandatory tests.
    #[error("advisory.invalid: {} would not be a valid CSAF document: {}", .0, .1.first().map_or("", |finding| finding.message.as_str()))]
    Invalid(String, Vec<Finding>),
}

/// The bytes of a document: JSON in UTF-8, keys sorted, indented by two blanks, a line feed at the end.
pub fn bytes(value: &serde_json::Value) -> Vec<u8> {
    let mut bytes = sorted::bytes(value);
    bytes.push(b'\n');
    bytes
}

fn file(name: String, value: &serde_json::Value) -> File {
    File { name, bytes: bytes(value) }
}
