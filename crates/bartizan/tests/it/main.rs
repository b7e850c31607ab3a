//! Integration tests, one binary.

mod documents;
mod exchange;
mod hostile;
mod nasty;
