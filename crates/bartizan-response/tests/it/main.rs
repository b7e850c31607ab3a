//! Everything of an assessment, from outside.

mod genre;
mod severity;
mod wire;
