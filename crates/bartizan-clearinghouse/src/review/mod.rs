//! The review of an analysis: what people decided about its claims, and what follows.
//!
//! A review is a log of [`Decision`]s that is only ever added to: taking one back is a decision too. [`Review::fold`] gives
//! the state of the log, [`reviewed`] the corrected `analysis.json`, [`labels`] what the model can learn from it. Everything
//! is a value; the clock, who decides, and what techniques exist are told by the caller.
//!
//! A claim is named by what it says and where ([`ClaimKey`]), not by its number, so that a decision still means the same
//! after the report was analysed anew. Places count Unicode code points, as `analysis.json` does.
//!
//! ```
//! use bartizan_clearinghouse::review::*;
//! # use std::collections::BTreeMap;
//! let analysis = serde_json::json!({
//!     "document": {
//!         "sha256": "", "text": "It dumped LSASS memory.",
//!         "blocks": [{ "start": 0, "end": 23, "page": null }],
//!         "sentences": [{ "start": 0, "end": 23, "block": 0 }],
//!     },
//!     "techniques": [], "observables": [], "withheld": [], "entities": [], "relations": [], "events": [], "mitigations": [],
//! });
//! let source = Source::read(analysis)?;
//! let technique = Technique {
//!     id: "T1003.001".into(),
//!     name: "LSASS Memory".into(),
//!     domain: "enterprise-attack".into(),
//!     tactics: vec!["credential-access".into()],
//! };
//! let names = Listed { techniques: BTreeMap::from([("T1003.001".to_owned(), technique)]), ..Listed::default() };
//! let action = Action::AddTechnique {
//!     technique: "T1003.001".into(),
//!     at: Place { start: 3, end: 22 },
//!     quote: "dumped LSASS memory".into(),
//! };
//! check(&source, &Review::default(), &names, &action)?;
//! let decision = Decision { order: 1, by: "p7".parse()?, at: 1_780_000_000_000_000, action };
//! let review = Review::fold(&source, &[decision], &names);
//! assert_eq!(reviewed(&source, &review, &names)["techniques"][0]["id"], "T1003.001");
//! assert_eq!(labels(&source, &review, "r1")["sentences"][0]["techniques"][0], "T1003.001");
//! # Ok::<(), Refusal>(())
//! ```

mod carry;
mod check;
mod decision;
mod fault;
mod fold;
mod key;
mod labels;
mod source;
mod vocabulary;
mod write;

#[cfg(test)]
mod tests;

pub use carry::{Carried, carry};
pub use check::check;
pub use decision::{Action, Decision, Reviewer, Verdict};
pub use fault::{Code, Refusal};
pub use fold::{Addition, Conflict, Decided, LeftOut, Origin, Progress, Review, Standing, Status};
pub use key::{ClaimKey, Kind, Place};
pub use labels::{labels, value_labels};
pub use source::Source;
pub use vocabulary::{Listed, Technique, Vocabulary};
pub use write::reviewed;
