//! Everything of an assessment, from outside.

mod flow;
mod genre;
mod history;
mod lint;
mod plan;
mod policy;
mod risk;
mod severity;
mod wire;
