//! Feeds of other people's making, and ours for them: news ([`syndication`]), MISP feeds ([`misp`]), tables
//! ([`table`]). Bytes and STIX objects in, STIX objects and bytes out; fetching is the caller's work.
//!
//! A feed is as hostile as a report: every reader takes [`Limits`], nothing is expanded, and what could not be taken
//! over is a counted [`Finding`] with a stable [`Code`], never a guess.

mod error;
mod finding;
pub mod misp;
mod pattern;
pub mod syndication;
pub mod table;
#[cfg(test)]
mod tests;

pub use error::Error;
pub use finding::{Code, Finding};

/// A STIX object, property by property.
pub type StixObject = serde_json::Map<String, serde_json::Value>;

/// What a feed may cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest file, in bytes.
    pub bytes: usize,
    /// Most entries of a feed; most attributes, objects, references and tags of an event.
    pub entries: usize,
    /// Deepest nesting of elements.
    pub depth: usize,
    /// Longest text of one entry, in bytes.
    pub text: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 64 << 20, entries: 100_000, depth: 128, text: 4 << 20 }
    }
}

impl Limits {
    fn check(&self, bytes: &[u8], what: &str) -> Result<(), Error> {
        if bytes.len() > self.bytes {
            let message = format!("{what} has {} bytes, more than the {} allowed", bytes.len(), self.bytes);
            return Err(Error::too_large(message));
        }
        Ok(())
    }
}

/// RFC 3339 in UTC with milliseconds, as STIX writes it.
fn stix_time(time: jiff::Timestamp) -> String {
    format!("{time:.3}")
}
