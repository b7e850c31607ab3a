//! A report beside earlier ones: what it shares with them, and what is new in a later edition.
//!
//! A [`Record`] is read from an `analysis.json`, whoever keeps it; [`links`] compares one with a [`Shelf`] of a library,
//! [`Changes`] compares two editions. Nothing here reads a library: that is the caller's.

mod changes;
mod links;
pub mod markdown;
mod record;
pub mod wire;

pub use changes::{Changed, Changes, Edition, Fact, Part, changes, compare};
pub use links::{Earlier, Head, Link, Shared, Shelf, Strength, links};
pub use record::{Claim, Event, Place, Record, Unreadable};
