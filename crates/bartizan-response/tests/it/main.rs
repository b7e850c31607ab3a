//! Everything of an assessment, from outside.

mod lint;
mod plan;
mod wire;
