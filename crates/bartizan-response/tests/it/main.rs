//! Everything of an assessment, from outside.

mod genre;
mod lint;
mod plan;
mod severity;
mod wire;
