//! Logs of Inspect (`.eval`, `.json`): read without loss, scores recomputed, thresholds decided with their uncertainty.
//!
//! - [`LogFile`]: a log from `Read + Seek`: its header at once, its samples one at a time, within [`Limits`]
//! - [`Log`], [`Sample`]: plain data; everything else is in their [`Json`]
//! - [`score`]: scores recomputed from samples, and compared with what the log has
//! - [`statistics`]: intervals, decisions about a threshold, comparisons
//!
//! Whatever is wrong with a log is a [`Diagnostic`] with a stable [`Code`].
#![deny(missing_docs)]

mod archive;
mod diagnostic;
mod error;
mod file;
mod json;
mod limits;
pub mod log;
pub mod sample;
pub mod score;
pub mod statistics;

pub use diagnostic::{Code, Diagnostic, Severity};
pub use error::Error;
pub use file::{Form, Key, LogFile};
pub use json::{Json, Number, Odd};
pub use limits::Limits;
pub use log::Log;
pub use sample::Sample;
