//! What scores tell: intervals, decisions about a threshold, comparisons.
//!
//! A sample is what is drawn; its epochs are repetitions, which hang together. So the values of a sample over its epochs become their
//! mean first, and the number of samples says how much is known.

mod compare;
mod decide;
mod interval;
mod measured;
mod quantile;

pub use compare::{Baseline, Difference, Direction, against, paired};
pub use decide::{Decided, Decision, decide};
pub use interval::{Interval, Method, interval};
pub use measured::{Failed, Measured, MeasuredSample};
pub use quantile::{mean, normal_quantile, t_quantile};

pub(crate) use interval::wilson_bounds;
