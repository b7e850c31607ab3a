//! Reports about the same vulnerability.
//!
//! Two reports are one only if the root cause *and* the fix are the same. Four things speak for that, the strongest first: an
//! identifier or fixing commit that both name; the same crash; the same weakness, file and symbol; and what their texts speak of.
//! The first three may merge without a person where nothing contradicts; the last is only ever a proposal to one. Lines and titles
//! are not compared: they differ from run to run of the same tool.
//!
//! Words of a translation have nothing in common with the original. What survives are names of code, paths and numbers, and these
//! are what texts are compared by first.
//!
//! ```
//! use bartizan_clearinghouse::duplicate::*;
//!
//! let report = |id: &str, title: &str, path: &str, line| Report {
//!     id: id.into(),
//!     product: "pkg:generic/box@1.2".into(),
//!     cwe: Some(787),
//!     path: Some(path.into()),
//!     symbol: Some("box_open".into()),
//!     line: Some(line),
//!     title: title.into(),
//!     ..Report::default()
//! };
//! let all = [report("r1", "Overflow in box_open", "src/io/open.c", 120), report("r2", "Speicherfehler", "./src/io/open.c", 131)];
//! let prepared: Vec<Prepared> = all.iter().map(Prepared::of).collect();
//! let found = candidates(&prepared);
//! assert_eq!((found[0].tier, found[0].automatic), (Tier::Place, true));
//! ```

mod compare;
mod find;
mod merge;
mod normal;
mod report;
mod terms;
mod trace;

#[cfg(test)]
mod tests;

pub use compare::{Candidate, Prepared, Tier};
pub use find::{automatic_groups, candidates};
pub use merge::{Grounds, MOST_REPORTS, Merge, MergeCode, Merges, Told};
pub use normal::Product;
pub use report::{Credit, Report};
pub use terms::Terms;
pub use trace::{DISTANCE, Frame, MOST_FRAMES, MOST_TRACES, Trace, cluster};
