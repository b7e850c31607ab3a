//! What an advisory says, as far as a due list looks at it.

use bartizan_product::matching::Affected;

use crate::priority::{Cvss, Said};
use crate::set::closed_set;

/// An advisory.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// What the caller knows it by: the name in addresses.
    pub key: String,
    /// What its publisher tracks it by (`document.tracking.id`).
    pub id: String,
    /// Its version (`document.tracking.version`).
    pub version: String,
    /// Its title.
    pub title: String,
    /// Who publishes it.
    pub publisher: String,
    /// The publisher's namespace, which tells publishers apart.
    pub namespace: String,
    /// When it came out first, microseconds since 1970.
    pub published: i64,
    /// When this version came out, microseconds since 1970.
    pub released: i64,
    /// The vulnerabilities that it speaks of.
    pub holes: Vec<Hole>,
    /// What it says about products: which are meant, and what of them.
    pub(super) statements: Vec<Statement>,
    /// What of it could not be read; it counts as not said.
    pub troubles: Vec<Trouble>,
}

impl Notice {
    /// What it says about products, as the matching takes it: the products whose status is affected, with their versions.
    pub fn affected(&self) -> Vec<Affected> {
        let of = self.statements.iter().filter(|s| s.role == Role::Affected);
        of.map(|s| s.means.clone()).collect()
    }
}

/// A vulnerability of an advisory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hole {
    /// What it is called: its CVE, or another identifier, or the advisory's with its place.
    pub name: String,
    /// What tells it from every other.
    pub(super) key: String,
    /// Whether the name is one of CVE.
    pub is_cve: bool,
    /// Its title.
    pub title: String,
    /// Vectors of CVSS.
    pub cvss: Vec<Cvss>,
    /// What the publisher says of decision points of SSVC (CSAF 2.1).
    pub said: Vec<Said>,
    /// What helps.
    pub remedies: Vec<Remedy>,
    /// What is known of its use, in the publisher's words.
    pub threats: Vec<String>,
}

closed_set! {
    /// What a remediation is (CSAF 2.1, section 3.2.4.14.1).
    RemedyKind {
        /// The vendor's fix.
        VendorFix = "vendor_fix",
        /// A fix that is not asked for.
        OptionalPatch = "optional_patch",
        /// Avoids the vulnerability.
        Workaround = "workaround",
        /// Lowers the risk.
        Mitigation = "mitigation",
        /// A fix is being made.
        FixPlanned = "fix_planned",
        /// There is nothing yet.
        NoneAvailable = "none_available",
        /// There will be no fix.
        NoFixPlanned = "no_fix_planned",
    }
}

impl RemedyKind {
    /// It removes the vulnerability.
    pub fn fixes(self) -> bool {
        matches!(self, Self::VendorFix | Self::OptionalPatch)
    }

    /// It helps until the fix is there.
    pub fn bridges(self) -> bool {
        matches!(self, Self::Workaround | Self::Mitigation)
    }
}

/// A remediation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// What it is.
    pub kind: RemedyKind,
    /// What to do.
    pub details: String,
    /// Where to get it: an address with http or https, or nothing.
    pub url: Option<String>,
    /// For which products; none: for all of the advisory.
    pub(super) products: Vec<String>,
}

/// Something in an advisory that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The product it is about.
    pub product: String,
    /// What was wrong, for people.
    pub message: String,
}

/// What an advisory says of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// It has the vulnerability.
    Affected,
    /// It had it.
    Fixed,
    /// It never had it.
    NotAffected,
    /// The publisher is looking.
    Investigated,
}

/// One product in one vulnerability.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Statement {
    /// The vulnerability, by its place.
    pub hole: usize,
    /// The id of the product in the document.
    pub product: String,
    /// What is said.
    pub role: Role,
    /// Which product and versions are meant.
    pub means: Affected,
    /// What restricts it and no identifier says, such as the platform it is part of.
    pub only: Option<String>,
}
