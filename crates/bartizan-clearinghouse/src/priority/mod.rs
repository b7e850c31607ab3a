//! What comes first: decision tables of SSVC, and of CISA's directive 26-04.
//!
//! A table asks a few questions with closed sets of answers. What is not known has all its answers, and the decision then is the
//! exact set of outcomes that are possible, each with the rows that give it: never a guess. It says which answers it used, from
//! where and of which date, and what would change it.
//!
//! ```
//! use bartizan_clearinghouse::priority::*;
//!
//! let day = 86_400_000_000;
//! let now = 1_780_000_000_000_000;
//! let facts = Facts { kev: Some(Kev { added: Some(now - 3 * day), catalogue: now }), ..Facts::default() };
//! let decision = decide(BuiltIn::Bod2604.table(), &facts.said(now))?;
//! // In KEV, and nothing else is known.
//! assert_eq!(decision.keys(), ["14D", "3D", "3DF"]);
//! let due = Due::of(&decision, now).expect("a date");
//! assert_eq!((due.earliest, due.forensics), (When::By(now + 3 * day), Asked::Perhaps));
//! // To learn that it cannot be automated and is not exposed would help.
//! assert!(decision.changes.iter().any(|change| change.point == TECHNICAL_IMPACT && change.possible));
//! # Ok::<(), Fault>(())
//! ```

mod decide;
mod due;
mod facts;
mod fault;
mod table;

#[cfg(test)]
mod tests;

pub use decide::{Change, Decision, Evidence, Known, Outcome, Said, decide};
pub use due::{Asked, Due, Rank, When};
pub use facts::{
    AUTOMATABLE, Cvss, EXPLOITATION, EXPOSED, Epss, Facts, KEV, Kev, NOT_LISTED_HOLDS, SAFETY_IMPACT,
    TECHNICAL_IMPACT, VALUE_DENSITY,
};
pub use fault::{Code, Fault};
pub use table::{BuiltIn, Point, Row, Table, Value, Values};
