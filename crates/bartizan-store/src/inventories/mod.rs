//! Inventories of operators, what they decided about their due lists, and the facts that those need.
//!
//! What is private is kept sealed by the node: here it is text of which nothing is known. Every statement names the organisation.

mod facts;
mod find;
mod keep;
mod log;
mod notes;

pub use facts::{FactArrival, FactFile, FactKind, NewFactFile};
pub use find::{InventoryDocument, InventoryEntry};
pub use keep::{NewInventory, NewInventoryDocument};
pub use notes::{DueNote, NewDueNote, NoteKind};

/// Editions of an inventory that are kept.
pub(super) const EDITIONS: i64 = 3;

/// What the log calls an inventory.
fn thing(uuid: &str) -> String {
    format!("inventory/{uuid}")
}
