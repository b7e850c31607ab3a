//! The optional tests of 2.0, which 2.1 calls recommended (section 6.2).

pub(crate) mod document;
pub(crate) mod extension;
pub(crate) mod helpers;
pub(crate) mod language;
pub(crate) mod products;
pub(crate) mod ranges;
pub(crate) mod ssvc;
pub(crate) mod vulnerabilities;
pub(crate) mod weaknesses;
