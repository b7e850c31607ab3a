//! Domain objects for entities, and the words and vocabularies around them.

use super::Extension;
use crate::exchange::text;
use crate::{Entity, EntityKind, Observable, ObservableKind, TechniqueMapping};
use bartizan_knowledge::{ObjectKind, Pack};
use bartizan_stix::{Body, ExternalReference, Id, KillChainPhase, Object};

/// The object for an entity.
pub(super) struct Named {
    /// MITRE's identifier, where the pack has one.
    pub foreign: Option<Id>,
    pub body: Body,
    pub references: Vec<ExternalReference>,
}

/// The identity that makes the objects.
pub(super) fn author() -> Body {
    Body::Identity {
        name: "Bartizan".into(),
        description: Some("Software that draws claims with evidence from threat reports.".into()),
        roles: Vec::new(),
        identity_class: "system",
        sectors: Vec::new(),
    }
}

/// A well-formed identifier of a type.
pub(super) fn foreign_id(stix_id: &str, object_type: &str) -> Option<Id> {
    Id::parse(stix_id).filter(|id| id.object_type() == object_type)
}

/// The object for an entity, where STIX 2.1 has one.
pub(super) fn entity(entity: &Entity, pack: &Pack) -> Option<Named> {
    let name = text::one_line(&entity.name, 1000);
    if name.is_empty() {
        return None;
    }
    let known = entity.knowledge_id.as_deref().and_then(|id| pack.object(id));
    let mut references = Vec::new();
    if let Some(id) = entity.knowledge_id.as_deref().filter(|_| known.is_some()) {
        references.push(reference(source_of(id), id));
    }
    // ATT&CK decides what is malware and what a tool; MITRE's identifier says so by its type.
    let kind = match (known.map(|k| k.kind), entity.kind) {
        (Some(ObjectKind::Group), _) => EntityKind::Actor,
        (Some(ObjectKind::Malware), _) => EntityKind::Malware,
        (Some(ObjectKind::Tool), _) => EntityKind::Tool,
        (Some(ObjectKind::Campaign), _) => EntityKind::Campaign,
        (_, kind) => kind,
    };
    let aliases: Vec<String> = entity
        .aliases
        .iter()
        .map(|a| text::one_line(a, 1000))
        .filter(|a| !a.is_empty() && *a != name)
        .collect();
    let identity = |class| Body::Identity {
        name: name.clone(),
        description: None,
        roles: entity.role.iter().filter(|r| !r.trim().is_empty()).cloned().collect(),
        identity_class: class,
        sectors: Vec::new(),
    };
    let body = match kind {
        EntityKind::Actor => Body::IntrusionSet { name, aliases },
        EntityKind::Malware => Body::Malware { name, is_family: true, aliases },
        EntityKind::Tool => Body::Tool { name, aliases },
        EntityKind::Campaign => Body::Campaign { name, aliases },
        EntityKind::Vulnerability => {
            let id = entity.knowledge_id.as_deref().unwrap_or(&name);
            references = vulnerability_reference(id).into_iter().collect();
            Body::Vulnerability { name: if references.is_empty() { name } else { id.to_ascii_uppercase() } }
        }
        EntityKind::Country => location(name, entity.knowledge_id.as_deref())?,
        EntityKind::Sector => {
            let sectors = sector(&name).into_iter().collect();
            Body::Identity { name, description: None, roles: Vec::new(), identity_class: "class", sectors }
        }
        EntityKind::Organization => identity("organization"),
        EntityKind::Group => identity("group"),
        EntityKind::Person => identity("individual"),
        EntityKind::Weakness | EntityKind::Policy | EntityKind::Product => return None,
    };
    let foreign = known.and_then(|k| foreign_id(k.stix_id, body.object_type()));
    Some(Named { foreign, body, references })
}

/// The reference for a CVE or GHSA id, if it is well-formed.
pub(super) fn vulnerability_reference(id: &str) -> Option<ExternalReference> {
    let upper = id.to_ascii_uppercase();
    if let Some(rest) = upper.strip_prefix("CVE-") {
        let (year, number) = rest.split_once('-')?;
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        let fits = year.len() == 4
            && digits(year)
            && digits(number)
            && (number.len() == 4 || (number.len() > 4 && !number.starts_with('0')));
        return fits.then(|| reference("cve", &upper));
    }
    upper.starts_with("GHSA-").then(|| reference("ghsa", id))
}

fn location(name: String, code: Option<&str>) -> Option<Body> {
    let country = code.map(str::to_ascii_uppercase).filter(|c| is_country(c));
    let slug = slug(&name);
    let region = REGIONS.iter().copied().find(|r| *r == slug).filter(|_| country.is_none());
    (country.is_some() || region.is_some()).then_some(Body::Location { name, region, country })
}

fn slug(name: &str) -> String {
    name.to_ascii_lowercase().replace([' ', '_'], "-")
}

fn sector(name: &str) -> Option<&'static str> {
    let slug = slug(name);
    SECTORS.iter().copied().find(|s| *s == slug).or(match slug.as_str() {
        "finance" | "financial" | "banking" | "banks" => Some("financial-services"),
        "health" | "medical" | "hospitals" => Some("healthcare"),
        "telecom" | "telecoms" | "telecommunication" => Some("telecommunications"),
        "defence" | "military" => Some("defense"),
        "transport" | "logistics" => Some("transportation"),
        "agricultural" => Some("agriculture"),
        "pharma" | "pharmaceutical" => Some("pharmaceuticals"),
        "hospitality" => Some("hospitality-leisure"),
        _ => None,
    })
}

/// The reference to a thing by its id in a source. No URL: a URL without a hash of its content tempts
/// consumers to fetch what may have changed.
pub(super) fn reference(source: &str, id: &str) -> ExternalReference {
    ExternalReference {
        source_name: source.into(),
        external_id: Some(id.into()),
        ..ExternalReference::default()
    }
}

/// Which body gave an id, by its form.
pub(super) fn source_of(id: &str) -> &'static str {
    if id.starts_with("AML.") {
        "mitre-atlas"
    } else if id.starts_with("D3-") {
        "mitre-d3fend"
    } else {
        "mitre-attack"
    }
}

/// Tactics as kill chain phases, under the names MITRE's own bundles use.
pub(super) fn phases(technique: &TechniqueMapping) -> Vec<KillChainPhase> {
    let kill_chain_name = match technique.domain.as_str() {
        "mobile-attack" => "mitre-mobile-attack",
        "ics-attack" => "mitre-ics-attack",
        "atlas" => "mitre-atlas",
        _ => "mitre-attack",
    };
    let phase = |t: &String| KillChainPhase { kill_chain_name, phase_name: slug(t) };
    technique.tactics.iter().filter(|t| t.bytes().any(|b| b.is_ascii_alphabetic())).map(phase).collect()
}

/// Of `report-type-ov`: what the report is about, by what the bundle holds.
pub(super) fn report_types(objects: &[Object<Extension>]) -> Vec<&'static str> {
    let has = |t: &str| objects.iter().any(|o| o.object_type() == t);
    let mut out = Vec::new();
    if ["intrusion-set", "campaign", "malware", "attack-pattern", "indicator"].iter().any(|t| has(t)) {
        out.push("threat-report");
    }
    for t in ["attack-pattern", "campaign", "indicator", "intrusion-set", "malware", "tool", "vulnerability"]
    {
        if has(t) {
            out.push(t);
        }
    }
    out
}

/// Name of an indicator: what it is, and its value in defanged form.
pub(super) fn indicator(observable: &Observable) -> String {
    let attribute =
        |name: &str| observable.attributes.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
    let value = match observable.kind {
        ObservableKind::YaraRule => attribute("name").unwrap_or_default(),
        ObservableKind::SigmaRule => attribute("title").unwrap_or_default(),
        kind => text::defang(kind, &observable.value),
    };
    text::one_line(&format!("{} {value}", kind(observable.kind)), 200)
}

/// A kind in words.
pub(super) fn kind(kind: ObservableKind) -> &'static str {
    use ObservableKind as K;
    match kind {
        K::Ipv4 => "IPv4 address",
        K::Ipv6 => "IPv6 address",
        K::Cidr => "address block",
        K::Domain => "domain name",
        K::Url => "URL",
        K::Email => "e-mail address",
        K::Md5 => "file with MD5",
        K::Sha1 => "file with SHA-1",
        K::Sha256 => "file with SHA-256",
        K::Sha512 => "file with SHA-512",
        K::Ssdeep => "file with ssdeep hash",
        K::Imphash => "file with import hash",
        K::Authentihash => "file with Authenticode hash",
        K::Tlsh => "file with TLSH hash",
        K::FileName => "file name",
        K::FilePath => "file path",
        K::Registry => "registry key",
        K::Mutex => "mutex",
        K::Service => "service",
        K::UserAgent => "user agent",
        K::CommandLine => "command line",
        K::Asn => "autonomous system",
        K::Mac => "MAC address",
        K::Onion => "onion service",
        K::Telegram => "Telegram account",
        K::Handle => "account",
        K::Npm => "npm package",
        K::Pypi => "PyPI package",
        K::YaraRule => "YARA rule",
        K::SigmaRule => "Sigma rule",
        K::CertSerial => "certificate with serial number",
        K::CertThumbprint => "certificate with thumbprint",
        other => other.as_str(),
    }
}

/// Whether a code is assigned in ISO 3166-1 alpha-2.
fn is_country(code: &str) -> bool {
    code.len() == 2 && COUNTRIES.split(' ').any(|c| c == code)
}

/// ISO 3166-1 alpha-2, officially assigned codes.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR \
    BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET \
    FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ \
    IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML \
    MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS \
    PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL \
    TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// `industry-sector-ov` (STIX 2.1 section 10.9).
const SECTORS: [&str; 34] = [
    "agriculture",
    "aerospace",
    "automotive",
    "chemical",
    "commercial",
    "communications",
    "construction",
    "defense",
    "education",
    "energy",
    "entertainment",
    "financial-services",
    "government",
    "emergency-services",
    "government-local",
    "government-national",
    "government-public-services",
    "government-regional",
    "healthcare",
    "hospitality-leisure",
    "infrastructure",
    "dams",
    "nuclear",
    "water",
    "insurance",
    "manufacturing",
    "mining",
    "non-profit",
    "pharmaceuticals",
    "retail",
    "technology",
    "telecommunications",
    "transportation",
    "utilities",
];

/// `region-ov` (STIX 2.1 section 10.20).
const REGIONS: [&str; 29] = [
    "africa",
    "eastern-africa",
    "middle-africa",
    "northern-africa",
    "southern-africa",
    "western-africa",
    "americas",
    "latin-america-caribbean",
    "south-america",
    "caribbean",
    "central-america",
    "northern-america",
    "asia",
    "central-asia",
    "eastern-asia",
    "southern-asia",
    "south-eastern-asia",
    "western-asia",
    "europe",
    "eastern-europe",
    "northern-europe",
    "southern-europe",
    "western-europe",
    "oceania",
    "australia-new-zealand",
    "melanesia",
    "micronesia",
    "polynesia",
    "antarctica",
];
