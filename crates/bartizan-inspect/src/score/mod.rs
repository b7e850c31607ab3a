//! Scores: of a sample, over its epochs, over a log; recomputed and compared with what the log has.
//!
//! The rules are those of Inspect (`inspect_ai/scorer` and `inspect_ai/_eval/task/results.py`, package 0.3.285, MIT). A metric that
//! draws at random or that somebody wrote for a task cannot be recomputed; it is named as such.

mod agreement;
mod book;
mod compare;
mod glob;
mod metric;
mod recompute;
mod reduce;
mod spread;
mod tables;
mod value;

pub use book::{Book, Row};
pub use compare::{Checked, CheckedReduction, Comparison, TOLERANCE, Verdict};
pub use recompute::{Computed, ComputedScore, recompute};
pub use reduce::Reducer;
pub use value::{Scalar, Value, close};
