//! Objects of collections: added, read in pages, taken back.

mod add;
mod embargo;
mod page;
mod remove;

pub use add::{Added, Arrival, Incoming, Outcome, Receipt, Written};
pub use embargo::Held;
pub use page::{Filter, Kept, Manifest, Page, Stored, VersionWanted};
