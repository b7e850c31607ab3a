//! Long work: what waits in the database, is done in child processes, and is stored.
//!
//! A submission is acknowledged once its job is committed ([`analyze::submit`]). A [`Runner`] leases jobs from a [`Queue`],
//! does them by a [`Work`], keeps the leases, and stores what comes of them together with the end of the job. Killed at any
//! point it loses an attempt, never a job, and never stores anything twice (docs/jobs.md).

pub mod analyze;
mod drafts;
mod editions;
mod feed;
pub mod fetch;
pub mod hooks;
pub mod isolate;
mod misp;
mod names;
mod outside;
mod page;
mod push;
mod queue;
#[cfg(feature = "nats")]
pub mod remote;
mod round;
mod rules;
mod runner;
mod schedule;
mod taxii;
mod work;

pub(crate) use names::Sentences;
pub use outside::Outside;
pub(crate) use outside::without_queries;
pub use queue::{Queue, QueueFault, TableQueue};
pub(crate) use round::{Sealed, thing as channel_thing};
pub use runner::{Runner, Settings, Wake};
pub use schedule::schedule;
pub use work::{Head, Outcome, Tell, Work, WorkFault};
