//! A case: what is done about one vulnerability by several parties, before and after the public knows.
//!
//! The protocol is Vultron, of the CERT Coordination Center: four machines that say which step may follow which
//! ([`ReportState`], [`EmbargoState`], [`ConsentState`], [`CaseState`]) and rules for where they meet. A [`Case`] is the fold of a
//! log of [`Event`]s that is only ever added to. An event that would lead where the protocol does not go is refused with a
//! [`Code`], and the state stays as it was; no log, whoever wrote it, leads anywhere else.
//!
//! Who may ask is the server's matter: here `by` is a participant, and the rules say what a participant may say. Time, names and
//! digests are told by the caller.
//!
//! ```
//! use bartizan_clearinghouse::case::*;
//! use std::collections::BTreeSet;
//!
//! let name = |text: &str| text.parse::<Name>();
//! let open = Action::Open { roles: BTreeSet::new(), products: BTreeSet::new(), tooling: Tooling::PublicAi };
//! let first = Event { number: 1, at: 1_780_000_000_000_000, by: name("cert")?, action: open };
//! let mut case = Case::open(&first)?;
//! let propose = Action::Propose { proposal: name("e1")?, until: first.at + 7 * DAY, reason: None };
//! let second = Event { number: 2, at: first.at, by: name("cert")?, action: propose };
//! // Public AI tooling has seen the report: there is nothing to keep.
//! assert_eq!(case.apply(&second).map_err(|refusal| refusal.code), Err(Code::NoEmbargoAvailable));
//! # Ok::<(), Refusal>(())
//! ```

mod attempt;
mod breaks;
mod consent;
mod embargo;
mod event;
mod fault;
mod fold;
mod name;
mod participant;
mod readin;
mod report;
mod space;
mod statement;
mod status;
mod terms;
mod view;

#[cfg(test)]
mod tests;

pub use attempt::{Attempt, Tried, Verified};
pub use breaks::{Course, Duty, Exposure, Incident, Origin, Plan, plan};
pub use consent::{ConsentState, ConsentStep};
pub use embargo::{EmbargoState, EmbargoStep};
pub use event::{Action, Event, FixStep, Happening, Role, Tooling};
pub use fault::{Code, Refusal};
pub use fold::{
    Came, Case, MOST_ATTEMPTS, MOST_EVENTS, MOST_EVIDENCE, MOST_MERGED, MOST_MESSAGES, MOST_PARTICIPANTS,
    MOST_PEOPLE, MOST_PRODUCTS, MOST_SAID, MOST_TERMS, MOST_THREADS, Merged, Message, Thread,
};
pub use name::{Name, Words};
pub use participant::{Consent, Participant};
pub use readin::{
    Candidate, Contribution, EMERGENCY, Finding, Gate, Grant, Ground, Judged, LONGEST_READ_IN, Prerequisites,
};
pub use report::{ReportState, ReportStep};
pub use space::{Part, ParticipantState, Reduced};
pub use statement::{Justification, Stand, Statement};
pub use status::{CaseEvent, CaseState, FixState, World};
pub use terms::{ANSWER_AT_LEAST, ANSWER_WITHIN, DAY, End, ExitReason, HOUR, LONG, Limit, Source, Terms};
