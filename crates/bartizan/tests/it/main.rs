//! Integration tests, one binary.

mod documents;
mod entities;
mod exchange;
mod hostile;
mod mapping;
mod nasty;
mod observables;
