//! Tests of the library through its public interface.

mod cpe_names;
mod cyclonedx_documents;
mod inventories;
mod matching;
mod native_ranges;
mod properties;
mod purl_suite;
mod shared;
mod vers_suite;
