//! One advisory as plain data, from which every format is written.

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

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$of])* $variant,)+ }

        impl $name {
            /// The word that CSAF has for it.
            pub fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }
        }
    };
}

words! {
    /// What a publisher is (CSAF 2.1, section 3.2.2.9.1).
    PublisherCategory {
        /// Leads the response of several parties.
        Coordinator = "coordinator",
        /// Found the vulnerability.
        Discoverer = "discoverer",
        /// Passes on what others published.
        Multiplier = "multiplier",
        /// None of these.
        Other = "other",
        /// Uses the product.
        User = "user",
        /// Makes the product.
        Vendor = "vendor",
    }
}

words! {
    /// The Traffic Light Protocol 2.0 (FIRST), in the labels of CSAF 2.1.
    Tlp {
        /// For all.
        Clear = "CLEAR",
        /// For the community.
        Green = "GREEN",
        /// For the organisation and its clients.
        Amber = "AMBER",
        /// For the organisation only.
        AmberStrict = "AMBER+STRICT",
        /// For those present only.
        Red = "RED",
    }
}

words! {
    /// How far an advisory is.
    Status {
        /// Not out yet.
        Draft = "draft",
        /// Out, changes are expected.
        Interim = "interim",
        /// Out, no changes are expected.
        Final = "final",
    }
}

words! {
    /// What a note is (CSAF 2.1, section 3.1.6).
    NoteCategory {
        /// What something is.
        Description = "description",
        /// More of it.
        Details = "details",
        /// A question and its answer.
        Faq = "faq",
        /// Anything.
        General = "general",
        /// What the law asks for.
        LegalDisclaimer = "legal_disclaimer",
        /// None of these.
        Other = "other",
        /// The short of it.
        Summary = "summary",
    }
}

words! {
    /// What is said of a product (CSAF 2.1, section 3.2.4.12).
    ProductStatus {
        /// The first affected version of a line.
        FirstAffected = "first_affected",
        /// Has the first fix.
        FirstFixed = "first_fixed",
        /// Is fixed.
        Fixed = "fixed",
        /// Is affected.
        KnownAffected = "known_affected",
        /// Is not affected.
        KnownNotAffected = "known_not_affected",
        /// The last affected version of a line.
        LastAffected = "last_affected",
        /// What the vendor recommends.
        Recommended = "recommended",
        /// Not known yet.
        UnderInvestigation = "under_investigation",
    }
}

words! {
    /// Why a product is not affected (the justifications of VEX).
    Justification {
        /// It does not have the component.
        ComponentNotPresent = "component_not_present",
        /// It has measures that prevent it.
        InlineMitigationsAlreadyExist = "inline_mitigations_already_exist",
        /// Nobody can steer the code.
        VulnerableCodeCannotBeControlledByAdversary = "vulnerable_code_cannot_be_controlled_by_adversary",
        /// The code never runs.
        VulnerableCodeNotInExecutePath = "vulnerable_code_not_in_execute_path",
        /// It does not have the code.
        VulnerableCodeNotPresent = "vulnerable_code_not_present",
    }
}

words! {
    /// What a remediation is (CSAF 2.1, section 3.2.4.14.1; 2.0 has no optional patch and no planned fix).
    RemediationCategory {
        /// A fix is being made. 2.0: `none_available`.
        FixPlanned = "fix_planned",
        /// Lowers the risk.
        Mitigation = "mitigation",
        /// There will be no fix.
        NoFixPlanned = "no_fix_planned",
        /// There is nothing yet.
        NoneAvailable = "none_available",
        /// The vendor's fix.
        VendorFix = "vendor_fix",
        /// Avoids the vulnerability.
        Workaround = "workaround",
    }
}

words! {
    /// What a threat statement is about.
    ThreatCategory {
        /// Whether it is exploited.
        ExploitStatus = "exploit_status",
        /// What it does to whom, or why nothing.
        Impact = "impact",
        /// Whom it is used against.
        TargetSet = "target_set",
    }
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
