//! Integration tests, one binary.

mod exchange;
mod mapping;
mod nasty;
