//! Integration tests, one binary.

mod exchange;
mod nasty;
mod observables;
