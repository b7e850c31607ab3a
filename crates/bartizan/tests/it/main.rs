//! Integration tests, one binary.

mod documents;
mod exchange;
mod mapping;
mod hostile;
mod nasty;
mod observables;
