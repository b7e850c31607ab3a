//! What an attribute says in STIX, by its type.

use super::hash::Algorithm;
use bartizan_stix::{Comparison, Hashes, RegistryValue, Sco};
use std::net::IpAddr;
use url::Url;

/// One comparison of a pattern and the path it is about.
pub(super) struct Part {
    pub(super) path: &'static str,
    pub(super) comparison: Comparison,
}

impl Part {
    fn text(path: &'static str, value: &str) -> Self {
        Self { path, comparison: Comparison::equals(path, value) }
    }

    fn number(path: &'static str, value: u64) -> Self {
        Self { path, comparison: Comparison::equals_number(path, value) }
    }
}

/// What an attribute says.
pub(super) enum Meaning {
    /// Something that can be seen: how to detect it, and the observables where STIX has them for it.
    Observable(Vec<Part>, Vec<Sco>),
    /// A rule in a pattern language.
    Rule(&'static str),
    /// A published weakness.
    Vulnerability,
    /// A name of a campaign.
    Campaign,
    /// A name of an actor.
    Actor,
    /// A page that tells of the event.
    Reference,
    /// Words.
    Note,
    /// The value is none of its type.
    Wrong,
    /// STIX has no word for the type.
    Unknown,
}

/// Registry hives, which STIX writes in full (section 6.17).
const HIVES: [(&str, &str); 5] = [
    ("HKLM", "HKEY_LOCAL_MACHINE"),
    ("HKCU", "HKEY_CURRENT_USER"),
    ("HKCR", "HKEY_CLASSES_ROOT"),
    ("HKU", "HKEY_USERS"),
    ("HKCC", "HKEY_CURRENT_CONFIG"),
];

/// What an attribute of this type and value says. The object paths are those of misp-stix where they are valid STIX.
pub(super) fn meaning(kind: &str, value: &str) -> Meaning {
    let value = value.trim();
    if value.is_empty() {
        return Meaning::Wrong;
    }
    let known = match kind {
        "yara" | "sigma" | "snort" | "suricata" => {
            return Meaning::Rule(match kind {
                "yara" => "yara",
                "sigma" => "sigma",
                "snort" => "snort",
                _ => "suricata",
            });
        }
        "stix2-pattern" => return Meaning::Rule("stix"),
        "vulnerability" => return Meaning::Vulnerability,
        "campaign-name" => return Meaning::Campaign,
        "threat-actor" => return Meaning::Actor,
        "link" => return Meaning::Reference,
        "text" | "comment" => return Meaning::Note,
        "ip-src" | "ip-dst" => address(kind, value, None),
        "ip-src|port" | "ip-dst|port" => value.rsplit_once('|').and_then(|(ip, port)| {
            address(kind.strip_suffix("|port").unwrap_or(kind), ip, Some(port_number(port)?))
        }),
        "hostname|port" => value.rsplit_once('|').and_then(|(name, port)| host_port(name, port)),
        "domain|ip" => value.split_once('|').and_then(|(name, ip)| resolved(name, ip)),
        "domain" | "hostname" | "onion-address" => domain(value),
        "port" => port_number(value).map(|n| seen(Part::number("network-traffic:dst_port", n.into()), None)),
        "url" | "uri" => Some(seen(Part::text("url:value", value), uri(value))),
        "regkey" => Some(registry(value, None)),
        "regkey|value" => value.split_once('|').map(|(key, data)| registry(key, Some(data))),
        "AS" => number(value),
        "mutex" => Some(seen(Part::text("mutex:name", value), Some(Sco::Mutex { name: value.into() }))),
        "mac-address" => mac(value),
        "size-in-bytes" => value.parse().ok().map(|n| seen(Part::number("file:size", n), None)),
        "user-agent" => {
            const PATH: &str = "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'";
            Some(seen(Part::text(PATH, value), None))
        }
        "github-username" => Some(Meaning::Observable(
            vec![
                Part::text("user-account:account_type", "github"),
                Part::text("user-account:account_login", value),
            ],
            // Not in account-type-ov, which an observable should keep to.
            Vec::new(),
        )),
        _ if kind.starts_with("email") => email(kind, value),
        _ => file(kind, value).or_else(|| certificate(kind, value)),
    };
    match known {
        Some(Meaning::Unknown) => Meaning::Unknown,
        Some(found) => found,
        None if is_known(kind) => Meaning::Wrong,
        None => Meaning::Unknown,
    }
}

/// Types that have a meaning, so that none means a wrong value.
fn is_known(kind: &str) -> bool {
    let hash = kind.rsplit_once('|').map_or(kind, |(_, h)| h);
    let certificate = kind.strip_prefix("x509-fingerprint-").unwrap_or(kind);
    const OTHERS: [&str; 16] = [
        "ip-src",
        "ip-dst",
        "ip-src|port",
        "ip-dst|port",
        "hostname|port",
        "domain|ip",
        "domain",
        "hostname",
        "onion-address",
        "port",
        "regkey|value",
        "AS",
        "mac-address",
        "size-in-bytes",
        "malware-sample",
        "email",
    ];
    OTHERS.contains(&kind)
        || matches!(kind, "email-src" | "email-dst")
        || Algorithm::of(hash).is_some()
        || Algorithm::of(certificate).is_some()
}

fn seen(part: Part, sco: Option<Sco>) -> Meaning {
    Meaning::Observable(vec![part], sco.into_iter().collect())
}

/// An address or block; the direction stands in the pattern, an observable has none.
fn address(kind: &str, value: &str, port: Option<u16>) -> Option<Meaning> {
    let (text, block) = match value.split_once('/') {
        Some((text, bits)) => (text, Some(bits.parse::<u8>().ok()?)),
        None => (value, None),
    };
    let ip: IpAddr = text.parse().ok()?;
    let (family, most) = if ip.is_ipv4() { ("ipv4-addr", 32) } else { ("ipv6-addr", 128) };
    let source = kind == "ip-src";
    let pick = |src, dst| if source { src } else { dst };
    let path = pick("network-traffic:src_ref.value", "network-traffic:dst_ref.value");
    let value = match block {
        Some(bits) if bits <= most => format!("{ip}/{bits}"),
        Some(_) => return None,
        None => ip.to_string(),
    };
    let comparison =
        if block.is_some() { Comparison::is_subset(path, &value) } else { Comparison::equals(path, &value) };
    let mut parts = vec![
        Part::text(pick("network-traffic:src_ref.type", "network-traffic:dst_ref.type"), family),
        Part { path, comparison },
    ];
    if let Some(port) = port {
        parts.push(Part::number(pick("network-traffic:src_port", "network-traffic:dst_port"), port.into()));
    }
    let sco = if ip.is_ipv4() { Sco::Ipv4Addr { value } } else { Sco::Ipv6Addr { value } };
    // A port has no place in an address; traffic would need a protocol that nobody stated.
    let scos = if port.is_some() { Vec::new() } else { vec![sco] };
    Some(Meaning::Observable(parts, scos))
}

fn port_number(text: &str) -> Option<u16> {
    text.trim().parse().ok()
}

/// A name that DNS could hold: what is clearly something else is refused, what is odd is not.
fn name(value: &str) -> Option<String> {
    let name = value.trim().trim_end_matches('.').to_lowercase();
    let odd = |c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '/' | ':' | '|' | '@' | '\'' | '"' | '\\')
    };
    (!name.is_empty() && name.len() <= 253 && !name.contains(odd)).then_some(name)
}

fn domain(value: &str) -> Option<Meaning> {
    let value = name(value)?;
    Some(seen(Part::text("domain-name:value", &value), Some(Sco::DomainName { value })))
}

fn host_port(host: &str, port: &str) -> Option<Meaning> {
    let (host, port) = (name(host)?, port_number(port)?);
    Some(Meaning::Observable(
        vec![
            Part::text("network-traffic:dst_ref.type", "domain-name"),
            Part::text("network-traffic:dst_ref.value", &host),
            Part::number("network-traffic:dst_port", port.into()),
        ],
        Vec::new(),
    ))
}

fn resolved(domain: &str, ip: &str) -> Option<Meaning> {
    let (value, ip) = (name(domain)?, ip.trim().parse::<IpAddr>().ok()?);
    let parts = vec![
        Part::text("domain-name:value", &value),
        Part::text("domain-name:resolves_to_refs[*].value", &ip.to_string()),
    ];
    let address = ip.to_string();
    let address =
        if ip.is_ipv4() { Sco::Ipv4Addr { value: address } } else { Sco::Ipv6Addr { value: address } };
    Some(Meaning::Observable(parts, vec![Sco::DomainName { value }, address]))
}

fn uri(value: &str) -> Option<Sco> {
    let ascii = value.bytes().all(|b| b.is_ascii_graphic());
    (ascii && Url::parse(value).is_ok()).then(|| Sco::Url { value: value.to_owned() })
}

fn registry(key: &str, data: Option<&str>) -> Meaning {
    let (hive, rest) = key.split_once('\\').unwrap_or((key, ""));
    let full = HIVES.iter().find(|(short, _)| short.eq_ignore_ascii_case(hive));
    let key = full.map_or_else(|| key.to_owned(), |(_, full)| format!("{full}\\{rest}"));
    let mut parts = vec![Part::text("windows-registry-key:key", &key)];
    if let Some(data) = data {
        parts.push(Part::text("windows-registry-key:values[*].data", data));
    }
    // The observable's emitter knows names of values, not their data.
    let scos = if data.is_some() {
        Vec::new()
    } else {
        vec![Sco::WindowsRegistryKey { key, values: Vec::<RegistryValue>::new() }]
    };
    Meaning::Observable(parts, scos)
}

fn number(value: &str) -> Option<Meaning> {
    let digits = value.trim_start_matches(['A', 'a', 'S', 's']).trim();
    let number: u32 = digits.parse().ok()?;
    let part = Part::number("autonomous-system:number", number.into());
    Some(seen(part, Some(Sco::AutonomousSystem { number })))
}

fn mac(value: &str) -> Option<Meaning> {
    let hex: String = value.chars().filter(|c| !matches!(c, ':' | '-' | '.')).collect();
    if hex.len() != 12 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let hex = hex.to_ascii_lowercase();
    let pairs: Vec<&str> = (0..12).step_by(2).filter_map(|i| hex.get(i..i + 2)).collect();
    let value = pairs.join(":");
    Some(seen(Part::text("mac-addr:value", &value), Some(Sco::MacAddr { value })))
}

fn email(kind: &str, value: &str) -> Option<Meaning> {
    let is_address = value.contains('@') && !value.contains(char::is_whitespace);
    let address = || Sco::EmailAddr { value: value.to_owned() };
    let path = match kind {
        "email" if is_address => return Some(seen(Part::text("email-addr:value", value), Some(address()))),
        "email-src" if is_address => {
            return Some(seen(Part::text("email-message:from_ref.value", value), Some(address())));
        }
        "email-dst" if is_address => {
            return Some(seen(Part::text("email-message:to_refs[*].value", value), Some(address())));
        }
        "email" | "email-src" | "email-dst" => return None,
        "email-subject" => "email-message:subject",
        "email-body" => "email-message:body",
        "email-attachment" => "email-message:body_multipart[*].body_raw_ref.name",
        "email-message-id" => "email-message:message_id",
        "email-reply-to" => "email-message:additional_header_fields.reply_to",
        "email-x-mailer" => "email-message:additional_header_fields.x_mailer",
        _ => return Some(Meaning::Unknown),
    };
    Some(seen(Part::text(path, value), None))
}

fn file(kind: &str, value: &str) -> Option<Meaning> {
    let whole = |hash: Option<(&'static Algorithm, String)>, name: Option<&str>| {
        let mut parts = Vec::new();
        let mut hashes = Hashes::new();
        let mut all_known = true;
        if let Some(name) = name {
            parts.push(Part::text("file:name", name));
        }
        if let Some((algorithm, value)) = hash {
            parts.push(Part::text(algorithm.path, &value));
            all_known = algorithm.known;
            // TLSH writes its version before the 70 digits that STIX's schema wants.
            let bare = value.strip_prefix("T1").filter(|rest| algorithm.stix == "TLSH" && rest.len() == 70);
            hashes.insert(algorithm.stix, bare.map(str::to_owned).unwrap_or(value));
        }
        let sco = Sco::File { hashes, name: name.map(str::to_owned), parent_directory_ref: None };
        Meaning::Observable(parts, if all_known { vec![sco] } else { Vec::new() })
    };
    if matches!(kind, "filename" | "attachment") {
        return Some(whole(None, Some(value)));
    }
    if let Some(algorithm) = Algorithm::of(kind) {
        return Some(whole(Some((algorithm, algorithm.check(value)?)), None));
    }
    let hash = if kind == "malware-sample" { "md5" } else { kind.strip_prefix("filename|")? };
    let algorithm = Algorithm::of(hash)?;
    let (name, value) = value.rsplit_once('|')?;
    Some(whole(Some((algorithm, algorithm.check(value)?)), Some(name)))
}

fn certificate(kind: &str, value: &str) -> Option<Meaning> {
    let algorithm = Algorithm::of(kind.strip_prefix("x509-fingerprint-")?)?;
    let value = algorithm.check(value)?;
    let path = match algorithm.stix {
        "MD5" => "x509-certificate:hashes.MD5",
        "SHA-1" => "x509-certificate:hashes.'SHA-1'",
        "SHA-256" => "x509-certificate:hashes.'SHA-256'",
        _ => return None,
    };
    let part = Part::text(path, &value);
    let hashes = Hashes::from([(algorithm.stix, value)]);
    Some(seen(part, Some(Sco::X509Certificate { hashes, serial_number: None })))
}
