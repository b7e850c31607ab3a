//! Earlier analyses in one SQLite file: kept, found again, compared with.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use bartizan_library::Library;
//! let library = Library::open("reports.db".as_ref())?;
//! for entry in library.list(20)? {
//!     println!("{} {}", entry.head.number, entry.head.title);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A library holds every analysis byte for byte, its claims in an index, and the words of the report for full-text search.
//! Editions of one report share a line; only the newest of a line is compared with. What may be shown in a report of some
//! marking is decided in one place, `access`.

mod access;
mod add;
mod error;
mod find;
mod open;
mod read;
mod rows;
mod timeline;

pub use add::{Added, Outcome};
pub use error::Error;
pub use find::Hit;
pub use open::Library;
pub use read::{Entry, Kept, Previous};
pub use timeline::Moment;
