//! Integration tests, one binary.

#![allow(clippy::unwrap_used, reason = "a test that cannot set up its case should fail loudly")]

mod assist;
mod documents;
mod entities;
mod exchange;
mod fixes;
mod fuzzed;
mod hostile;
mod mapping;
mod nasty;
mod observables;
mod read;
mod repeated;
