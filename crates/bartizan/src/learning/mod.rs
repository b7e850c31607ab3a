//! Learning from analysts: labelled sentences in, figures ([`measure`]) and a model of one's own ([`local`]) out.
//!
//! Labels come as JSON Lines, one report a line ([`labels`]). [`judge`](judge()) lays them beside what the mapper
//! says; nothing here reads a file, and every random choice follows from a seed.

pub mod cross;
mod ids;
mod judge;
pub mod labels;
pub mod local;
pub mod measure;
mod random;
pub mod solver;
mod split_mix;

pub use ids::{Credit, IdCounts};
pub use judge::{Judged, Level, judge, scores};
pub use labels::{LabelledDocument, LabelledSentence};
pub use split_mix::SplitMix64;

use sha2::{Digest, Sha256};

/// SHA-256, for recipes.
pub fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
