//! Integration tests, one binary.

mod entities;
mod exchange;
mod mapping;
mod nasty;
