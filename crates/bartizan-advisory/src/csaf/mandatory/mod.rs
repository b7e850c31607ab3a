//! The mandatory tests (section 6.1).

pub(crate) mod branches;
pub(crate) mod cvss;
pub(crate) mod dates;
pub(crate) mod definitions;
pub(crate) mod document;
pub(crate) mod extension;
pub(crate) mod identifiers;
pub(crate) mod metrics;
pub(crate) mod profile;
pub(crate) mod revision;
pub(crate) mod ssvc;
pub(crate) mod status;
