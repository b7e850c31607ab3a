//! Whose live targets are: ranges that owners have registered and the coordinator has verified.

use std::collections::BTreeSet;
use std::fmt;

use super::address::{Network, host};
use super::fault::{Code, Fault};
use super::target::Target;
use crate::access::OrganisationId;

/// A range of an owner.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ground {
    /// Addresses.
    Network(Network),
    /// One host.
    Host(String),
    /// All hosts below a domain, and the domain.
    Domain(String),
}

impl Ground {
    /// Reads `192.0.2.0/24`, `www.example.org` or `*.example.org`.
    ///
    /// # Errors
    /// [`Code::Ground`], [`Code::TooWide`].
    pub fn read(text: &str) -> Result<Self, Fault> {
        let text = text.trim();
        if let Some(network) = Network::parse(text) {
            return if network.too_wide() {
                Err(Fault::of(Code::TooWide, "range"))
            } else {
                Ok(Self::Network(network))
            };
        }
        let found = match text.strip_prefix("*.") {
            Some(domain) => host(domain).map(Self::Domain),
            None => host(text).map(Self::Host),
        };
        found.ok_or_else(|| Fault::of(Code::Ground, "range"))
    }

    /// Whether all of a target lies in it.
    pub fn holds(&self, target: &Target) -> bool {
        match (self, target) {
            (Self::Network(range), Target::Network(network)) => range.holds(network),
            (Self::Host(one), Target::Host(name)) => one == name,
            (Self::Domain(domain), Target::Host(name)) => {
                name == domain || name.strip_suffix(domain.as_str()).is_some_and(|head| head.ends_with('.'))
            }
            _ => false,
        }
    }
}

impl fmt::Display for Ground {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(network) => network.fmt(f),
            Self::Host(name) => f.write_str(name),
            Self::Domain(name) => write!(f, "*.{name}"),
        }
    }
}

/// A verified range and whose it is.
pub type Owned = (OrganisationId, Ground);

/// Who is to be asked: the owners of verified ranges in which targets lie.
pub fn owners(targets: &[Target], ranges: &[Owned]) -> BTreeSet<OrganisationId> {
    let held = |ground: &Ground| targets.iter().any(|target| ground.holds(target));
    ranges.iter().filter(|(_, ground)| held(ground)).map(|(owner, _)| *owner).collect()
}

/// Whether those who approved own everything that is alive: each target lies in a verified range of one of them.
pub fn authorised(targets: &[Target], ranges: &[Owned], approved: &BTreeSet<OrganisationId>) -> bool {
    let by = |target: &Target| {
        ranges.iter().any(|(owner, ground)| approved.contains(owner) && ground.holds(target))
    };
    targets.iter().filter(|t| t.live()).all(by)
}

/// Of an intent's targets, those in ranges of an owner: what the owner is shown of it.
pub fn on<'t>(targets: &'t [Target], ranges: &[Owned], owner: OrganisationId) -> Vec<&'t Target> {
    let own = |target: &&Target| ranges.iter().any(|(of, ground)| *of == owner && ground.holds(target));
    targets.iter().filter(own).collect()
}
