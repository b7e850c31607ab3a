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
    /// All of them, in the order of their tactics in a pack.
    pub const ALL: [Self; 4] = [Self::Enterprise, Self::Mobile, Self::Ics, Self::Atlas];

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

impl ObjectKind {
    /// Lower-case name for output; malware and tools are both `software`, as ATT&CK numbers them together.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Malware | Self::Tool => "software",
            Self::Campaign => "campaign",
            Self::Mitigation => "mitigation",
            Self::Countermeasure => "countermeasure",
        }
    }
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

impl NameKind {
    /// Lower-case name for output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Actor => "actor",
            Self::Malware => "malware",
            Self::Tool => "tool",
            Self::Campaign => "campaign",
            Self::Vendor => "vendor",
            Self::Sector => "sector",
            Self::Country => "country",
        }
    }
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
    /// `uses`, `mitigates`, `attributed-to` (ATT&CK and ATLAS); `counters` (D3FEND, through an artifact of the
    /// technique itself), `counters-family` (D3FEND, through an artifact of its parent or a sub-technique: weaker);
    /// `corresponds-to` (ATLAS to ATT&CK).
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
    /// Records of this source that the pack holds.
    pub records: u32,
}

/// What being on a warning list says about a value. MISP's lists mean very different things: a resolver or a
/// popular site is harmless, a dynamic-DNS suffix or a link shortener is where attackers live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum WarningClass {
    /// The value itself is well known and harmless: popular sites, test and empty files, certificate services.
    Benign,
    /// Addresses of large providers and networks: the address says nothing, either way.
    Infrastructure,
    /// Legitimate services that anybody may use, and that attackers use: shorteners, dynamic DNS, hosting,
    /// throw-away mail. Never a reason to drop a value.
    Abusable,
    /// Never routable or never registrable, by standard: private, documentation, multicast, special-use names.
    Reserved,
    /// Security vendors' own sites and analysis services: in a report these are references.
    Vendor,
    /// Sinkholes of researchers: once malicious, now watched.
    Sinkhole,
}

impl WarningClass {
    /// Lower-case name for output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Benign => "benign",
            Self::Infrastructure => "infrastructure",
            Self::Abusable => "abusable",
            Self::Reserved => "reserved",
            Self::Vendor => "vendor",
            Self::Sinkhole => "sinkhole",
        }
    }
}

/// A warning list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WarningList<'a> {
    /// Short stable name, e.g. `tranco10k`: MISP's folder name.
    pub name: &'a str,
    /// MISP's title.
    pub title: &'a str,
    /// What membership means.
    pub class: WarningClass,
    /// Whether a listed host name speaks for the names below it too.
    pub covers_subdomains: bool,
    /// Values on the list.
    pub values: u32,
}

/// A hit of [`crate::Pack::domain_matches`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DomainMatch<'p, 'h> {
    /// The list.
    pub list: &'p WarningList<'static>,
    /// The listed name: the host itself or a parent domain of it.
    pub domain: &'h str,
}

/// What an id that is no longer live has become.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fate<'a> {
    /// The old id.
    pub id: &'a str,
    /// The live id that replaces it, chains followed; `None` if withdrawn.
    pub successor: Option<&'a str>,
}

/// An id with a name and nothing else: CWE, CAPEC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label<'a> {
    /// `CWE-79`.
    pub id: &'a str,
    /// Its name.
    pub name: &'a str,
}

/// How a D3FEND countermeasure reaches a technique: technique → artifact, which is or belongs to ← artifact ←
/// countermeasure. Computed from the ontology by D3FEND's own inference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path<'a> {
    /// ATT&CK id, `T1003.001`.
    pub technique: &'a str,
    /// Through an artifact of the technique itself (`false`) or only of its parent or a sub-technique (`true`: weaker).
    pub inherited: bool,
    /// D3FEND id, `D3-SPP`.
    pub countermeasure: &'a str,
    /// What the technique does to its artifact: `accesses`.
    pub does: &'a str,
    /// Class of the technique's artifact: `AuthenticationService`.
    pub artifact: &'a str,
    /// What the countermeasure does to its artifact: `analyzes`.
    pub answers: &'a str,
    /// Class of the countermeasure's artifact, the same or above the technique's.
    pub guarded: &'a str,
}

/// A framework of controls.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Framework<'a> {
    /// `nist_800_53`, as the publisher of the mapping names it.
    pub id: &'a str,
    /// `rev5`.
    pub version: &'a str,
    /// Version of ATT&CK the mapping was made for.
    pub attack: &'a str,
}

/// A control, or a capability of a cloud platform.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Control<'a> {
    /// Position of its framework in [`crate::Pack::frameworks`].
    pub framework: u8,
    /// `AC-2`, `azure_policy`.
    pub id: &'a str,
    /// `Account Management`.
    pub name: &'a str,
}

/// That a control answers a technique.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ControlLink<'a> {
    /// ATT&CK id.
    pub technique: &'a str,
    /// Position of the control in [`crate::Pack::controls`].
    pub control: u32,
    /// How: `mitigates`; for cloud platforms category and score, `protect, significant`.
    pub kind: &'a str,
}
