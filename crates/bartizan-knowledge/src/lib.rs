//! The knowledge pack: facts about techniques, actors, software, weaknesses and benign names. Reader,
//! and the encoder that is its mirror.
//!
//! The pack is made by `cargo xtask pack` from upstream files and embedded; a newer one on disk wins
//! (`bartizan knowledge update`). It holds ids, names, aliases, relations and weights we trained, never other
//! people's sentences.
//!
//! ```
//! let pack = bartizan_knowledge::Pack::built_in();
//! assert_eq!(pack.technique("T1059.001").map(|t| t.name), Some("PowerShell"));
//! ```

mod answers;
mod changes;
mod facts;
mod format;
mod pack;
mod types;
mod warnings;

pub use changes::{Change, ChangeKind, changes};
pub use facts::{Facts, Tables};
pub use pack::{Error, Pack};
pub use types::*;
