//! Which components of an inventory an advisory means, and whether their versions are affected.
//!
//! The answer is never a guess: what cannot be decided is [`Verdict::Unknown`], with the reason.

mod answer;
mod ecosystem;
mod evaluate;
mod events;
mod index;

use crate::cpe::CpeRange;
use crate::purl::Purl;
use crate::vers::{Range, Scheme};

pub use answer::{Answer, Reason, ReasonCode, Verdict};
pub use ecosystem::{ecosystem_purl_type, ecosystem_scheme};
pub use events::Event;
pub use index::{Index, Match};

/// What an advisory says about one product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Affected {
    /// The identifier of the advisory.
    pub advisory: String,
    /// The product.
    pub product: Product,
    /// Its affected versions: those of any entry. Without an entry the advisory does not say, and nothing is decided.
    pub versions: Vec<Versions>,
}

/// How an advisory names a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Product {
    /// By package URL; its own version, if it has one, is an affected version.
    Purl(Purl),
    /// By CPE name, with bounds.
    Cpe(Box<CpeRange>),
    /// By words only; nothing more than "perhaps" comes of that.
    Name {
        /// Who makes it.
        vendor: Option<String>,
        /// What it is called.
        product: String,
    },
}

/// Affected versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Versions {
    /// Every version.
    All,
    /// A VERS range.
    Range(Range),
    /// OSV's events; `None` for events that have no order, such as commits.
    Events(Option<Scheme>, Vec<Event>),
    /// OSV's and CSAF's lists of versions, compared as the ecosystem compares them, if it is known.
    Listed(Option<Scheme>, Vec<String>),
}
