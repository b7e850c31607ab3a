//! The result: plain data, no serde. Wire forms are in [`crate::exchange`].

use crate::{Confidence, Diagnostic, Document, Span};
use bartizan_stix::Tlp;

/// Everything found in one report.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// The text and its structure.
    pub document: Document,
    /// Marking of everything written: the caller's, else the report's own, else none was found and the most
    /// careful default of [`crate::exchange`] applies.
    pub marking: Option<Tlp>,
    /// When the analysis was made, seconds since 1970-01-01 UTC ([`crate::Options::now`]).
    pub now: i64,
    /// Version line of the knowledge pack in use, e.g. `ATT&CK 18.1 · 2026-11-23`.
    pub pack: String,
    /// What a language model had to say, if one was asked.
    pub assisted: Option<Assisted>,
    /// Technique mappings, best first.
    pub techniques: Vec<TechniqueMapping>,
    /// What was seen, in order of first appearance.
    pub observables: Vec<Observable>,
    /// Values that look like observables and are not (version numbers, file names that look like domains …).
    pub withheld: Vec<Withheld>,
    /// Actors, malware, tools, campaigns, vulnerabilities, organisations, places …
    pub entities: Vec<Entity>,
    /// Relations that a sentence states.
    pub relations: Vec<Relation>,
    /// Dated events and obligations, in time order.
    pub events: Vec<Event>,
    /// Candidate mitigations the text names.
    pub mitigations: Vec<Mitigation>,
    /// What the text states of fixes for the vulnerabilities that it names. Of what is not here it says nothing.
    pub fixes: Vec<FixStatement>,
    /// What could not be read, was withheld or was changed.
    pub diagnostics: Vec<Diagnostic>,
}

/// What a language model was asked about the techniques, and how much of its answers counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assisted {
    /// Name of the model, as the caller gave it.
    pub model: String,
    /// Questions that the document gave.
    pub questions: u32,
    /// … that got an answer of the wanted form.
    pub answered: u32,
    /// Sentences that the questions showed.
    pub sentences: u32,
    /// Claims in the answers that text and knowledge pack bear out.
    pub claims: u32,
    /// Claims that were discarded.
    pub discarded: u32,
    /// Techniques whose probability moved, proposed ones included.
    pub changed: u32,
}

/// Where a claim comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Evidence {
    /// The exact words.
    pub span: Span,
    /// The sentence (or table row, or code line) around them.
    pub sentence: Span,
}

/// How a claim was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Provenance {
    /// The report says so itself: an explicit id, a table of techniques, "attributed to".
    Stated,
    /// A name or alias of the thing stands in the text.
    Named,
    /// A model or rule concluded it.
    Inferred,
}

impl Provenance {
    /// `stated`, `named` or `inferred`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stated => "stated",
            Self::Named => "named",
            Self::Inferred => "inferred",
        }
    }
}

/// A claim that the report describes a technique.
#[derive(Clone, Debug, PartialEq)]
pub struct TechniqueMapping {
    /// Current id in the pack in use, e.g. `T1059.001` or `AML.T0051`.
    pub id: String,
    /// Name in the pack.
    pub name: String,
    /// `enterprise-attack`, `mobile-attack`, `ics-attack` or `atlas`.
    pub domain: String,
    /// Tactic short names, e.g. `command-and-control`, in matrix order.
    pub tactics: Vec<String>,
    /// The id the text used, where the pack has since revoked it.
    pub mapped_from: Option<String>,
    /// Calibrated at document level.
    pub confidence: Confidence,
    /// Best provenance among the evidence.
    pub provenance: Provenance,
    /// Best first.
    pub evidence: Vec<Evidence>,
    /// What decided, best first: feature or rule, and its weight.
    pub reasons: Vec<Reason>,
}

/// One feature or rule that counted, with its weight.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// What counted, e.g. `name: PowerShell` or `words: scheduled task`.
    pub text: String,
    /// Its weight in the score; positive speaks for the claim.
    pub weight: f32,
}

/// Something seen in the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Observable {
    /// What kind of thing.
    pub kind: ObservableKind,
    /// Canonical, refanged value.
    pub value: String,
    /// Whether the text presents it as malicious.
    pub verdict: Verdict,
    /// Why, as stable code and words, e.g. `defanged`, `in an indicator list`, `publisher's own site`.
    pub verdict_reason: String,
    /// That the verdict is right.
    pub confidence: Confidence,
    /// Every place it stands, in order. Never empty.
    pub evidence: Vec<Evidence>,
    /// Whether an author defanged it at least once.
    pub defanged: bool,
    /// Context worth keeping: `port`, `file-name` beside a hash, `language` of code, `checksum`.
    pub attributes: Vec<(String, String)>,
    /// Warning lists it stands on, e.g. `tranco-10k`; tags, never silent drops.
    pub warnings: Vec<String>,
}

/// Indicator, mere observable, or reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// The text presents it as malicious: a detection pattern follows from it.
    Indicator,
    /// It was seen, nothing says it is malicious.
    Observable,
    /// A citation, the publisher's own site, a link.
    Reference,
}

impl Verdict {
    /// `indicator`, `observable` or `reference`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Indicator => "indicator",
            Self::Observable => "observable",
            Self::Reference => "reference",
        }
    }
}

/// A value that was looked at and not taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Withheld {
    /// What it looked like.
    pub kind: ObservableKind,
    /// As written.
    pub value: String,
    /// Why it was not taken, e.g. `file name, not a domain`.
    pub reason: String,
    /// Where.
    pub span: Span,
}

macro_rules! kinds {
    ($(#[$meta:meta])* $enum:ident { $($(#[doc = $doc:literal])+ $name:ident = $text:literal;)+ }) => {
        $(#[$meta])*
        pub enum $enum { $($(#[doc = $doc])+ $name,)+ }
        impl $enum {
            /// All kinds, in order.
            pub const ALL: &'static [$enum] = &[$($enum::$name),+];
            /// The wire name.
            pub fn as_str(self) -> &'static str { match self { $($enum::$name => $text),+ } }
            /// From the wire name.
            pub fn parse(text: &str) -> Option<Self> { match text { $($text => Some($enum::$name),)+ _ => None } }
        }
    };
}

kinds! {
    /// Kinds of observables. The wire names are those of `analysis.json` and `observables.csv`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    ObservableKind {
        /// IPv4 address; attribute `port`.
        Ipv4 = "ipv4";
        /// IPv6 address; attribute `port`.
        Ipv6 = "ipv6";
        /// Address block.
        Cidr = "cidr";
        /// Registrable or deeper domain name, lower case, IDNA ASCII form.
        Domain = "domain";
        /// Absolute URL.
        Url = "url";
        /// E-mail address.
        Email = "email";
        /// MD5, lower-case hex, like all hashes.
        Md5 = "md5";
        /// SHA-1.
        Sha1 = "sha1";
        /// SHA-224.
        Sha224 = "sha224";
        /// SHA-256.
        Sha256 = "sha256";
        /// SHA-384.
        Sha384 = "sha384";
        /// SHA-512.
        Sha512 = "sha512";
        /// ssdeep fuzzy hash.
        Ssdeep = "ssdeep";
        /// PE import hash.
        Imphash = "imphash";
        /// Authenticode hash.
        Authentihash = "authentihash";
        /// TLSH fuzzy hash.
        Tlsh = "tlsh";
        /// JA3 or JA3S TLS fingerprint.
        Ja3 = "ja3";
        /// JA4 family fingerprint.
        Ja4 = "ja4";
        /// File name with extension.
        FileName = "filename";
        /// Windows or Unix path.
        FilePath = "filepath";
        /// Registry key; attribute `value` for a value's name.
        Registry = "registry";
        /// Mutex or other named synchronisation object.
        Mutex = "mutex";
        /// Named pipe.
        Pipe = "pipe";
        /// Windows or systemd service name.
        Service = "service";
        /// Scheduled task or cron entry name.
        Task = "task";
        /// HTTP user agent.
        UserAgent = "user_agent";
        /// Whole command line.
        CommandLine = "command_line";
        /// CVE id.
        Cve = "cve";
        /// CWE id.
        Cwe = "cwe";
        /// CPE 2.3 or URI name.
        Cpe = "cpe";
        /// GitHub security advisory id.
        Ghsa = "ghsa";
        /// ATT&CK id (technique, tactic, group, software, mitigation, campaign).
        AttackId = "attack_id";
        /// ATLAS id.
        AtlasId = "atlas_id";
        /// CAPEC id.
        Capec = "capec";
        /// D3FEND id.
        D3fend = "d3fend";
        /// Autonomous system number, `AS64500`.
        Asn = "asn";
        /// MAC address.
        Mac = "mac";
        /// Bitcoin address, checksum verified.
        Btc = "btc";
        /// Ethereum address, checksum verified where mixed case.
        Eth = "eth";
        /// Monero address, checksum verified.
        Xmr = "xmr";
        /// Address on another chain; attribute `chain`.
        Wallet = "wallet";
        /// Onion service v3 (checksum verified) or v2.
        Onion = "onion";
        /// Telegram handle or channel.
        Telegram = "telegram";
        /// Handle on another network; attribute `network`.
        Handle = "handle";
        /// npm package.
        Npm = "npm";
        /// PyPI package.
        Pypi = "pypi";
        /// Android application id, e.g. `com.example.app`.
        AndroidPackage = "android_package";
        /// Id of an advertising or analytics account, e.g. `UA-12345678-1`.
        TrackingId = "tracking_id";
        /// YARA rule text; attribute `name`.
        YaraRule = "yara_rule";
        /// Sigma rule text; attribute `title`.
        SigmaRule = "sigma_rule";
        /// GUID, CLSID or UUID.
        Guid = "guid";
        /// X.509 certificate serial number.
        CertSerial = "cert_serial";
        /// X.509 certificate thumbprint; attribute `algorithm`.
        CertThumbprint = "cert_thumbprint";
        /// Amazon resource name.
        Arn = "arn";
    }
}

/// A thing the text names.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    /// What kind of thing.
    pub kind: EntityKind,
    /// Preferred name: the pack's, else as written.
    pub name: String,
    /// Id in the pack, e.g. `G0016`, `S0002`, `M1017`, `CVE-2024-3400`, ISO country code.
    pub knowledge_id: Option<String>,
    /// Other names used **in this text**.
    pub aliases: Vec<String>,
    /// Part it plays: `victim`, `vendor`, `publisher`, `agency`, `affected`, `origin`, `target`.
    pub role: Option<String>,
    /// That the entity is meant and of this kind.
    pub confidence: Confidence,
    /// How it was reached.
    pub provenance: Provenance,
    /// Every place, in order. Never empty.
    pub evidence: Vec<Evidence>,
    /// Further facts for readers, e.g. `kev: 2024-04-12`.
    pub attributes: Vec<(String, String)>,
}

kinds! {
    /// Kinds of entities.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    EntityKind {
        /// Threat actor or intrusion set.
        Actor = "actor";
        /// Malware family.
        Malware = "malware";
        /// Legitimate or dual-use tool.
        Tool = "tool";
        /// Campaign or operation.
        Campaign = "campaign";
        /// Vulnerability.
        Vulnerability = "vulnerability";
        /// Weakness (CWE).
        Weakness = "weakness";
        /// Country or region.
        Country = "country";
        /// Sector of the economy.
        Sector = "sector";
        /// Company, agency or other body; see its role.
        Organization = "organization";
        /// A group of people or bodies that a text says is affected, e.g. "AI developers".
        Group = "group";
        /// Law, order, policy or standard.
        Policy = "policy";
        /// Software or hardware product.
        Product = "product";
        /// Person named by the text.
        Person = "person";
    }
}

/// Something in the analysis, by kind and index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NodeRef {
    /// Index into [`Analysis::entities`].
    Entity(u32),
    /// Index into [`Analysis::observables`].
    Observable(u32),
    /// Index into [`Analysis::techniques`].
    Technique(u32),
    /// Index into [`Analysis::mitigations`].
    Mitigation(u32),
}

/// A relation that a sentence states or entails.
#[derive(Clone, Debug, PartialEq)]
pub struct Relation {
    /// From.
    pub source: NodeRef,
    /// To.
    pub target: NodeRef,
    /// What holds between them.
    pub kind: RelationKind,
    /// That it holds.
    pub confidence: Confidence,
    /// How it was reached.
    pub provenance: Provenance,
    /// Where. Never empty.
    pub evidence: Vec<Evidence>,
}

kinds! {
    /// Kinds of relations, named as in STIX 2.1 appendix B where it has them.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    RelationKind {
        /// Actor, campaign or malware uses technique, malware or tool.
        Uses = "uses";
        /// Actor, campaign or malware targets organisation, sector, country, product or vulnerability.
        Targets = "targets";
        /// Malware or actor exploits a vulnerability.
        Exploits = "exploits";
        /// Campaign or malware is attributed to actor.
        AttributedTo = "attributed-to";
        /// Malware or actor communicates with an address.
        CommunicatesWith = "communicates-with";
        /// Malware downloads or drops a file or malware.
        Drops = "drops";
        /// Actor originates from a country.
        OriginatesFrom = "originates-from";
        /// Two names are said to be the same.
        AliasOf = "alias-of";
        /// A file, by hash and name, belongs to a malware.
        SampleOf = "sample-of";
        /// Domain resolves to address.
        ResolvesTo = "resolves-to";
        /// Mitigation answers technique.
        Mitigates = "mitigates";
        /// Said to be connected, nothing more precise.
        RelatedTo = "related-to";
    }
}

/// A dated happening or duty.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Happening or obligation.
    pub kind: EventKind,
    /// When.
    pub when: When,
    /// The words of the text that say what, shortened to one clause.
    pub summary: String,
    /// That date and event belong together.
    pub confidence: Confidence,
    /// Where. Never empty.
    pub evidence: Vec<Evidence>,
    /// Entities, observables and techniques named in the same sentence.
    pub involves: Vec<NodeRef>,
}

/// What an [`Event`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// It happened or was seen.
    Occurred,
    /// The report or an advisory was published.
    Published,
    /// Something must or may be done by or within a time: "a 30-day window".
    Obligation,
}

impl EventKind {
    /// `occurred`, `published` or `obligation`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Occurred => "occurred",
            Self::Published => "published",
            Self::Obligation => "obligation",
        }
    }
}

/// A point or stretch of time as a text gives it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct When {
    /// First possible day, `YYYY-MM-DD`; none for a bare duration.
    pub earliest: Option<String>,
    /// Last possible day, `YYYY-MM-DD`.
    pub latest: Option<String>,
    /// A length, in days, for windows and deadlines.
    pub days: Option<u32>,
    /// As written, e.g. `early June 2026`.
    pub text: String,
}

/// A mitigation the text names or clearly describes.
#[derive(Clone, Debug, PartialEq)]
pub struct Mitigation {
    /// ATT&CK, ATLAS or D3FEND id.
    pub id: String,
    /// Its name in the pack.
    pub name: String,
    /// That the text recommends or describes it.
    pub confidence: Confidence,
    /// How it was reached.
    pub provenance: Provenance,
    /// Where. Never empty.
    pub evidence: Vec<Evidence>,
}

/// What a text states of a fix for a vulnerability.
#[derive(Clone, Debug, PartialEq)]
pub struct FixStatement {
    /// Which: a place in [`Analysis::entities`].
    pub about: u32,
    /// What.
    pub state: FixState,
    /// The version that has the fix, as written, if one is named.
    pub version: Option<String>,
    /// That the text states this.
    pub confidence: Confidence,
    /// Where, in order. Never empty.
    pub evidence: Vec<Evidence>,
}

kinds! {
    /// What is stated of a fix.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    FixState {
        /// It is fixed in a version.
        Fixed = "fixed";
        /// There is a patch, or it was patched.
        Available = "available";
        /// There is none: not yet, not any more, or never.
        None = "none";
    }
}

impl Analysis {
    /// The statement about a vulnerability that counts: that there is a fix, if that is stated anywhere, since what was unpatched when a
    /// story begins may be patched where it ends; the surest of them. `None`: nothing is stated.
    pub fn fix_of(&self, entity: u32) -> Option<&FixStatement> {
        let rank = |s: &&FixStatement| (s.state != FixState::None, s.version.is_some(), s.confidence.get());
        let of_it = self.fixes.iter().filter(|s| s.about == entity);
        of_it.max_by(|a, b| rank(a).partial_cmp(&rank(b)).unwrap_or(std::cmp::Ordering::Equal))
    }

    /// The vulnerabilities that the text says have no fix, with the statement.
    pub fn unfixed(&self) -> Vec<(&Entity, &FixStatement)> {
        let each = |(i, entity)| {
            let statement = self.fix_of(u32::try_from(i).ok()?).filter(|s| s.state == FixState::None)?;
            Some((entity, statement))
        };
        let all = self.entities.iter().enumerate().filter(|(_, e)| e.kind == EntityKind::Vulnerability);
        all.filter_map(each).collect()
    }
}
