//! Sigma rules: parse, lint, convert for every SIEM and EDR, run over events.
//!
//! No network, clock, randomness or database access happens here.

mod convert;
mod error;
pub mod eval;
pub mod events;
mod expr;
pub mod fields;
pub mod lint;
pub mod pipeline;
pub mod rule;
pub mod target;
pub mod yaml;

pub use convert::{Conversion, convert, finalize, prepare};
pub use error::{Error, Failure, Note, Place, Reason};
pub use expr::{Expr, Match, build};
