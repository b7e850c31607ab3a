//! Everything of an assessment, from outside.

mod epss;
mod flow;
mod genre;
mod history;
mod lint;
mod plan;
mod policy;
mod risk;
mod risk_properties;
mod severity;
mod source;
mod wire;
