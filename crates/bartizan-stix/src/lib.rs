//! Thin typed STIX 2.1 emitters, deterministic identifiers and markings.
//!
//! Only what Bartizan writes has a type here; received objects stay as raw JSON. Everything serialises with a
//! fixed order of properties, so the same values give the same bytes. References are to *STIX Version 2.1*,
//! OASIS Standard, 10 June 2021.
//!
//! ```
//! use bartizan_stix::{Comparison, Pattern, Sco};
//! let name = Sco::DomainName { value: "evil.example".into() };
//! assert_eq!(name.id().unwrap().as_str(), "domain-name--69228563-c8d2-54ae-aeca-5f4134cb59aa");
//! let pattern = Pattern::observation(&[Comparison::equals("domain-name:value", "evil.example")]);
//! assert_eq!(pattern.as_str(), "[domain-name:value = 'evil.example']");
//! ```

mod bundle;
mod canonical;
pub mod csv;
mod id;
mod object;
mod pattern;
mod sco;
mod tlp;

pub use bundle::{Bundle, Item, RawObject};
pub use canonical::canonical_json;
pub use id::Id;
pub use object::{
    Body, Extension, ExternalReference, KillChainPhase, MarkingDefinition, Object, TlpExtension,
    tlp_definition,
};
pub use pattern::{Comparison, Pattern};
pub use sco::{Hashes, MarkedSco, RegistryValue, Sco, WindowsService};
pub use tlp::Tlp;
