//! The rules of model testing, without I/O: a voluntary programme in which a developer gives vetted testers a model before its release.
//!
//! - [`rules`]: a programme as configuration, and the ready example
//! - [`window`]: submission, people, clock, acts of two people; the fold of an append-only log
//! - [`agreement`]: what is signed, by whom, from when until when
//! - [`grant`]: access, the one decision about a call, budgets
//! - [`plan`], [`run`], [`suite`], [`anomaly`]: what is tested, and whether that can be trusted
//! - [`finding`], [`determination`], [`edition`]: what comes of it, and who reads what
//!
//! Everything is refused by an [`Error`] with stable [`Code`]s. Times are microseconds since 1970 and arguments.
//!
//! ```
//! use std::sync::Arc;
//! use bartizan_programme::rules::{Programme, THIRTY_DAY};
//! use bartizan_programme::window::*;
//!
//! let programme = Arc::new(Programme::parse(THIRTY_DAY.as_bytes())?);
//! let part = |person: &str, organisation: &str, role: &str| {
//!     Ok::<_, bartizan_programme::Error>(Part { person: person.parse()?, organisation: organisation.parse()?, role: role.parse()? })
//! };
//! let submit = Action::Submit {
//!     rules: programme.digest.clone(),
//!     developer: "lab".parse()?,
//!     runs: "institute".parse()?,
//!     submission: Submission {
//!         model: "Falcon".parse()?, checkpoints: [].into(), release: None, contacts: vec![], words: None,
//!     },
//!     parts: vec![part("lin", "lab", "developer-liaison")?, part("mo", "institute", "programme-manager")?],
//! };
//! let by = Actor { person: "lin".parse()?, role: "developer-liaison".parse()? };
//! let first = Event { number: 1, at: 1_790_000_000_000_000, by: by.clone(), action: submit };
//! let mut window = Window::open(&programme, &first)?;
//! assert_eq!(window.state(first.at), State::Submitted);
//! // The developer does not accept its own submission.
//! let accept = Action::Accept { begins: first.at, words: "please".parse()? };
//! let error = window.apply(&Event { number: 2, at: first.at, by, action: accept }).unwrap_err();
//! assert_eq!(error.code().as_str(), "window.not-allowed");
//! # Ok::<(), bartizan_programme::Error>(())
//! ```

pub mod agreement;
pub mod anomaly;
pub mod determination;
pub mod edition;
mod fault;
pub mod finding;
pub mod grant;
mod network;
pub mod plan;
pub mod rules;
pub mod run;
mod set;
pub mod suite;
mod table;
pub mod time;
pub mod window;
mod word;

pub use fault::{Code, Error, Fault, Kind};
pub use network::Network;
pub use word::{Digest, Id, Line, Name, Words};
