//! Sigma rules: parse, lint, convert for every SIEM and EDR, run over events.
//!
//! No network, clock, randomness or database access happens here.

mod attack;
mod collection;
mod convert;
mod error;
pub mod eval;
pub mod events;
mod expr;
pub mod fields;
mod guard;
pub mod lint;
pub mod pipeline;
pub mod rule;
pub mod target;
pub mod yaml;

pub use collection::{Collection, Member, Problem};
pub use convert::{Conversion, convert, finalize, prepare, settle, settles};
pub use error::{Error, Failure, Note, Place, Reason};
pub use expr::{Expr, Match, build};
pub use target::correlate::convert_correlation;
