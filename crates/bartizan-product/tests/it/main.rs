//! Tests of the library through its public interface.

mod purl_suite;
mod shared;
mod vers_suite;
