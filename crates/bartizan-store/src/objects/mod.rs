//! Objects of collections: added, read in pages, taken back.

mod add;
mod count;
mod embargo;
mod page;
mod remove;
mod search;
mod words;

pub(crate) use add::add;
pub use add::{Added, Arrival, Incoming, Outcome, Receipt, Written};
pub use count::COUNTED;
pub use embargo::Held;
pub(crate) use embargo::RELEASE;
pub use page::{Filter, Kept, Manifest, Page, Stored, VersionWanted};
pub use search::{Hit, ObjectQuestion};
