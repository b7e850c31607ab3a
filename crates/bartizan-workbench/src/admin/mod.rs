//! Administration: people, organisations, sharing groups.

mod groups;
mod organisations;
mod people;

pub use groups::{Group, Groups};
pub use organisations::{Organisation, Organisations};
pub use people::{Invitation, People, PersonLine};
