//! Versions: their order in each scheme, VERS ranges, and ranges in the notation of an ecosystem.

mod algebra;
mod native;
mod range;
mod scheme;
mod text;

pub use range::{Comparator, Constraint, Range};
pub use scheme::Scheme;
