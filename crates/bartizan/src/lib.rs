//! From a report to an intelligence package.
//!
//! A report moves one way: [`document`] → [`observable`] → [`mapping`] → [`entity`] → [`exchange`].
//! Each stage takes values and returns values; no stage reaches back, and nothing here reads a file, a clock,
//! a random number, the network or a database. [`Analysis`] is plain data with public fields.
//!
//! ```
//! use bartizan::{Analyzer, Input, Options};
//! use bartizan_knowledge::Pack;
//!
//! let analyzer = Analyzer::new(Pack::built_in());
//! let input = Input::new("note.txt", b"The loader contacts evil[.]top over HTTPS.");
//! let analysis = analyzer.analyze(&input, &Options::default())?;
//! assert_eq!(analysis.observables[0].value, "evil.top");
//! # Ok::<(), bartizan::Error>(())
//! ```

mod analysis;
mod analyzer;
mod confidence;
mod diagnostic;
mod error;
mod months;
mod options;
mod span;

pub mod document;
pub mod entity;
pub mod exchange;
pub mod learning;
pub mod mapping;
pub mod observable;

pub use analysis::*;
pub use analyzer::Analyzer;
pub use confidence::Confidence;
pub use diagnostic::{Code, Diagnostic, Severity};
pub use document::{Block, BlockKind, Document, Format, Link, Metadata, Reading, Region, Sentence};
pub use error::Error;
pub use months::MONTHS;
pub use options::{Input, Limits, OperatingPoint, Options, Stop};
pub use span::Span;
