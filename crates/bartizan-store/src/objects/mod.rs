//! Objects of collections: added, read in pages, taken back.

mod add;
mod page;
mod remove;

pub(crate) use add::add;
pub use add::{Added, Arrival, Incoming, Outcome, Receipt, Written};
pub use page::{Filter, Manifest, Page, Stored, VersionWanted};
