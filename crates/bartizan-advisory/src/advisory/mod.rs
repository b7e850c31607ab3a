//! One advisory as plain data, from which every format is written.

mod words;

pub use words::{
    Justification, NoteCategory, ProductStatus, PublisherCategory, RemediationCategory, Status,
    ThreatCategory, Tlp,
};

/// An advisory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advisory {
    /// The id its publisher tracks it by; the file name comes from it ([`crate::csaf::file_name`]).
    pub id: String,
    /// Its title, without the id.
    pub title: String,
    /// The language of its texts, a tag of BCP 47 (`en`).
    pub language: String,
    /// Who publishes it.
    pub publisher: Publisher,
    /// With whom it may be shared.
    pub tlp: Tlp,
    /// More on sharing, in words.
    pub sharing: Option<String>,
    /// The SPDX licence expression of the advisory's text.
    pub licence: Option<String>,
    /// Whether it is out.
    pub status: Status,
    /// What was changed when, oldest first; the newest is its version. At least one.
    pub revisions: Vec<Revision>,
    /// The address of the folder it is published in, `https://…/`, for the reference to itself.
    pub published_in: Option<String>,
    /// Texts on the whole.
    pub notes: Vec<Note>,
    /// Where more is told.
    pub references: Vec<Reference>,
    /// Who is thanked, as they asked to be named.
    pub acknowledgements: Vec<Acknowledgement>,
    /// The products that it speaks of.
    pub products: Vec<Product>,
    /// The vulnerabilities.
    pub vulnerabilities: Vec<Vulnerability>,
    /// Why it was withdrawn; none: it stands.
    pub withdrawn: Option<String>,
}

/// Who publishes an advisory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publisher {
    /// Its part in the matter.
    pub category: PublisherCategory,
    /// Its name.
    pub name: String,
    /// A URL under its control.
    pub namespace: String,
    /// How to reach it.
    pub contact: Option<String>,
    /// By what authority it publishes.
    pub authority: Option<String>,
}

/// A revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// 1 for the first release, one more for each later one; 0 for a draft.
    pub number: u64,
    /// When, as RFC 3339 writes it, in UTC.
    pub date: String,
    /// What changed.
    pub summary: String,
}

/// A text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What it is.
    pub category: NoteCategory,
    /// Its title.
    pub title: String,
    /// The text; GitHub-flavoured Markdown is allowed.
    pub text: String,
}

/// Where more is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// What is there.
    pub summary: String,
    /// The address.
    pub url: String,
}

/// A thank. Every text stands in the formats exactly as it is here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Acknowledgement {
    /// People.
    pub names: Vec<String>,
    /// Where they work.
    pub organization: Option<String>,
    /// What for.
    pub summary: Option<String>,
    /// Where to find them.
    pub urls: Vec<String>,
}

/// A product in one version or a range of versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// The id that the rest of the advisory knows it by (`CSAFPID-0001`).
    pub id: String,
    /// Who makes it.
    pub vendor: String,
    /// Its name.
    pub name: String,
    /// Which versions.
    pub versions: Versions,
    /// Its package URL.
    pub purl: Option<String>,
    /// Its CPE, 2.3 or 2.2.
    pub cpe: Option<String>,
}

/// Versions of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Versions {
    /// One.
    One(String),
    /// A range in canonical VERS (`vers:npm/>=1.0.0|<1.2.3`).
    Range(String),
}

impl Versions {
    /// As written.
    pub fn text(&self) -> &str {
        match self {
            Versions::One(text) | Versions::Range(text) => text,
        }
    }
}

/// A vulnerability.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vulnerability {
    /// Its CVE.
    pub cve: Option<String>,
    /// Other names: the system and the name in it.
    pub ids: Vec<(String, String)>,
    /// Its title.
    pub title: String,
    /// What it is.
    pub description: String,
    /// Weaknesses of CWE (`CWE-79`); their names are looked up.
    pub weaknesses: Vec<String>,
    /// Its scores.
    pub scores: Vec<Score>,
    /// What is said of which product.
    pub statuses: Vec<Statement>,
    /// What helps.
    pub remediations: Vec<Remediation>,
    /// What is known of its use.
    pub threats: Vec<Threat>,
    /// More texts.
    pub notes: Vec<Note>,
    /// Where more is told.
    pub references: Vec<Reference>,
    /// Who is thanked for it.
    pub acknowledgements: Vec<Acknowledgement>,
    /// When it was found (RFC 3339).
    pub discovered: Option<String>,
    /// When it was or will be told to all (RFC 3339).
    pub disclosed: Option<String>,
}

/// A score of some products.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    /// A vector of CVSS 3.1 or 4.0.
    pub vector: String,
    /// The ids of the products.
    pub products: Vec<String>,
}

/// What is said of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The product's id.
    pub product: String,
    /// What.
    pub status: ProductStatus,
    /// Why it is not affected.
    pub justification: Option<Justification>,
    /// The same in words.
    pub impact: Option<String>,
}

/// What helps some products.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remediation {
    /// What it is.
    pub category: RemediationCategory,
    /// What to do.
    pub details: String,
    /// Where to get it.
    pub url: Option<String>,
    /// Since when (RFC 3339).
    pub date: Option<String>,
    /// The ids of the products.
    pub products: Vec<String>,
}

/// What is known of the use of a vulnerability.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Threat {
    /// What it is about.
    pub category: ThreatCategory,
    /// What is known.
    pub details: String,
    /// Since when (RFC 3339).
    pub date: Option<String>,
    /// The ids of the products; none for all.
    pub products: Vec<String>,
}
