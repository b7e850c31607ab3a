//! A window: the time in which a model is tested, from its submission to closure.
//!
//! A [`Window`] is the fold of a log of [`Event`]s that is only ever added to, under the rules ([`Programme`]) it began with. An event
//! that the rules do not allow is refused with codes, and the state stays as it was; no log, whoever wrote it, leads anywhere else. The
//! clock is computed and never stored ([`Clock`]); what may be done at a time follows from the state at that time
//! ([`State::allows`]). Acts for which the rules want a second person stand proposed until that person agrees ([`Proposed`]).
//!
//! Who somebody is, is the caller's matter: here a person is a name. Times are microseconds since 1970 and told by the caller.
//!
//! ```text
//!                accept              T0                    end                determine            close
//! submitted ──────────────> accepted ──────> running <──> paused ──────> ended ──────────> determined ─────> closed
//!     │  └ decline ─> declined ────────────────────────────────────────────────────────────────── close ──────^
//!     └─ withdraw, until the end ─> withdrawn ─────────────────────────────────────────────────── close ──────^
//! ```

mod acts;
mod calendar;
mod clock;
mod closing;
mod event;
mod evidence;
mod fold;
mod intake;
mod people;
mod proposal;
mod standing;
mod state;
mod submission;

#[cfg(doc)]
use crate::rules::Programme;

pub use calendar::{Appointment, appointments, calendar};
pub use clock::{Clock, Pause};
pub use event::{Action, Actor, Event, Part};
pub use evidence::{Certificate, Published, Recorded};
pub use fold::{MOST_EACH, MOST_EVENTS, Window};
pub use intake::{CheckResult, Checked, look};
pub use people::Person;
pub use proposal::{MOST_PROPOSALS, Proposed};
pub use standing::Standing;
pub use state::State;
pub use submission::{Checkpoint, Contact, MOST_CHECKPOINTS, MOST_CONTACTS, Safeguards, Submission};
