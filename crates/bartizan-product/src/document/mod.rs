//! Trees of JSON and XML, and what the schemas of CycloneDX ask of them.

pub(crate) mod cyclonedx;
pub(crate) mod json;
mod lexical;
pub(crate) mod xml;
mod xsd;
mod xsd_load;
