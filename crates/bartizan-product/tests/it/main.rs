//! Tests of the library through its public interface.

mod cyclonedx_documents;
mod purl_suite;
mod shared;
mod vers_suite;
