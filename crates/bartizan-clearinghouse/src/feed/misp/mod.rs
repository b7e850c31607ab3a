//! MISP feeds: a folder with `manifest.json`, one file for each event, and `hashes.csv`, after the MISP core format.
//!
//! An event becomes STIX objects: what is flagged for detection (`to_ids`) an indicator, what was only observed an
//! observable, galaxies the objects they name, the event itself a report. TLP tags become markings, of which the
//! strictest counts, and no attribute is marked less strictly than its event; other tags, PAP among them, stay as labels.
//! What STIX has no word for is counted as a [`Finding`](super::Finding), nothing is made up.
//!
//! ```
//! use bartizan_clearinghouse::feed::{Limits, misp};
//! let event = br#"{"Event": {"uuid": "57c4445b-c548-4654-af0b-4be3950d210f", "info": "Example", "date": "2024-01-01",
//!   "timestamp": "1704067200", "Tag": [{"name": "tlp:green"}], "Attribute": [
//!   {"type": "domain", "value": "evil.example", "to_ids": true, "uuid": "46ffb1da-25f8-4b5c-b9a5-e1ee4a1b4d9a"}]}}"#;
//! let (objects, findings) = misp::event(event, &misp::Options::default(), &Limits::default()).unwrap();
//! assert_eq!(objects[1]["pattern"], "[domain-name:value = 'evil.example']");
//! assert!(findings.is_empty());
//! ```

mod attribute;
mod convert;
mod emit;
mod galaxy;
mod hash;
mod manifest;
mod object;
mod parse;
#[cfg(test)]
pub(in crate::feed) mod tests;
mod types;
mod write;

pub use convert::event;
pub use manifest::{Listed, manifest};
pub use write::{Files, Publisher, feed};

use bartizan_stix::Tlp;

/// `created` and `modified` of things that belong to others or whose age MISP does not tell.
const UNKNOWN_TIME: &str = "1970-01-01T00:00:00.000Z";

/// How to read events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The marking of an event without a TLP tag; with none, its objects have none either.
    pub default_marking: Option<Tlp>,
}
