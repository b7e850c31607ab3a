//! Everything of an assessment, from outside.

mod wire;
