//! Thin typed STIX 2.1 emitters, deterministic identifiers and markings.
//!
//! Received objects stay as raw JSON; only what Bartizan writes has a type here.

mod tlp;

pub use tlp::Tlp;
