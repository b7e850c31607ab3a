//! What the pack holds. All text is borrowed from the pack's bytes.

use serde::{Deserialize, Serialize};

/// Matrix a technique belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Domain {
    /// `enterprise-attack`
    Enterprise,
    /// `mobile-attack`
    Mobile,
    /// `ics-attack`
    Ics,
    /// `atlas`
    Atlas,
}

impl Domain {
    /// The name MITRE uses, e.g. `enterprise-attack`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enterprise => "enterprise-attack",
            Self::Mobile => "mobile-attack",
            Self::Ics => "ics-attack",
            Self::Atlas => "atlas",
        }
    }
}

/// A tactic, in matrix order within its domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tactic<'a> {
    /// `TA0011`.
    pub id: &'a str,
    /// `Command and Control`.
    pub name: &'a str,
    /// `command-and-control`.
    pub short_name: &'a str,
    /// Matrix.
    pub domain: Domain,
    /// MITRE's STIX id.
    pub stix_id: &'a str,
}

/// A live technique or sub-technique.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Technique<'a> {
    /// `T1059.001`.
    pub id: &'a str,
    /// `PowerShell`.
    pub name: &'a str,
    /// Matrix.
    pub domain: Domain,
    /// Tactic short names, in matrix order.
    #[serde(borrow)]
    pub tactics: Vec<&'a str>,
    /// `Windows`, `Linux` …
    #[serde(borrow)]
    pub platforms: Vec<&'a str>,
    /// Parent technique of a sub-technique.
    pub parent: Option<&'a str>,
    /// MITRE's STIX id; empty for ATLAS.
    pub stix_id: &'a str,
}

/// What an id has become in this pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution<'a> {
    /// It is live.
    Current,
    /// Revoked; this live id replaces it.
    Replaced(&'a str),
    /// Withdrawn without a successor.
    Deprecated,
    /// Never heard of.
    Unknown,
}

/// Kind of a knowledge [`Object`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ObjectKind {
    /// `G0016`
    Group,
    /// `S0002`, malware
    Malware,
    /// `S0002`, tool
    Tool,
    /// `C0024`
    Campaign,
    /// `M1017`, `AML.M0001`
    Mitigation,
    /// D3FEND countermeasure, `D3-PSA`
    Countermeasure,
}

/// A live ATT&CK group, software, campaign or mitigation, ATLAS mitigation or D3FEND countermeasure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object<'a> {
    /// Upstream id.
    pub id: &'a str,
    /// Kind.
    pub kind: ObjectKind,
    /// Name.
    pub name: &'a str,
    /// Other names upstream gives.
    #[serde(borrow)]
    pub aliases: Vec<&'a str>,
    /// MITRE's STIX id; empty where there is none.
    pub stix_id: &'a str,
}

/// What kind of thing a [`Name`] names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum NameKind {
    /// Threat actor.
    Actor,
    /// Malware.
    Malware,
    /// Tool.
    Tool,
    /// Campaign.
    Campaign,
    /// Vendor of surveillance technology.
    Vendor,
    /// Sector.
    Sector,
    /// Country.
    Country,
}

/// One thing with all its names, merged over sources.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry<'a> {
    /// Kind.
    pub kind: NameKind,
    /// Preferred name (ATT&CK's where it has one).
    pub name: &'a str,
    /// ATT&CK id where it has one; ISO 3166 code for a country.
    pub id: Option<&'a str>,
    /// Country of origin as sources suspect it, ISO 3166 alpha-2.
    pub country: Option<&'a str>,
}

/// One spelling of an [`Entry`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name<'a> {
    /// As the source writes it.
    pub text: &'a str,
    /// Index into [`crate::Pack::entries`].
    pub entry: u32,
    /// An ordinary word or three characters or fewer: needs context.
    pub ambiguous: bool,
}

/// A row of CISA's catalogue of known exploited vulnerabilities.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kev<'a> {
    /// `CVE-2024-3400`.
    pub cve: &'a str,
    /// Vendor.
    pub vendor: &'a str,
    /// Product.
    pub product: &'a str,
    /// `YYYY-MM-DD`.
    pub added: &'a str,
    /// Known use in ransomware campaigns.
    pub ransomware: bool,
}

/// A relation between two ids of ATT&CK, ATLAS or D3FEND.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link<'a> {
    /// From, e.g. `G0016`.
    pub source: &'a str,
    /// `uses`, `mitigates`, `attributed-to`, `counters`.
    pub kind: &'a str,
    /// To, e.g. `T1059.001`.
    pub target: &'a str,
}

/// Where facts come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source<'a> {
    /// `ATT&CK Enterprise`.
    pub name: &'a str,
    /// `18.1`.
    pub version: &'a str,
    /// Date of the upstream state, `YYYY-MM-DD`.
    pub date: &'a str,
    /// Licence or terms.
    pub licence: &'a str,
}
