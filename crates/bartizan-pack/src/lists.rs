//! IANA's top-level domains and MISP's warning lists.

use crate::{Draft, Error, File};
use bartizan_knowledge::{Source, Tables, WarningClass, WarningList};
use serde::Deserialize;
use std::net::IpAddr;

/// First line: `# Version 2024010100, Last Updated …`.
pub(crate) fn read_tlds(draft: &mut Draft<'_>, file: &File) -> Result<(), Error> {
    let text = file.text()?;
    draft.facts.tlds.clear();
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        draft.facts.tlds.push(draft.keep(&line.to_ascii_lowercase()));
    }
    let digits =
        text.lines().next().unwrap_or_default().split(|c: char| !c.is_ascii_digit()).find(|d| d.len() >= 8);
    let version = digits.unwrap_or_default();
    let date = match (version.get(..4), version.get(4..6), version.get(6..8)) {
        (Some(y), Some(m), Some(d)) => format!("{y}-{m}-{d}"),
        _ => String::new(),
    };
    let (version, date) = (draft.keep(version), draft.keep(&date));
    let records = draft.facts.tlds.len() as u32;
    draft.source(Source { name: "IANA top-level domains", version, date, licence: "public facts", records });
    Ok(())
}

/// The lists we take, by MISP's folder name, and what membership means. A list not named here is left out: what it
/// says about a value has to be decided by a person.
const CLASSES: &[(&str, WarningClass)] = &[
    ("akamai", WarningClass::Infrastructure),
    ("automated-malware-analysis", WarningClass::Vendor),
    ("captive-portals", WarningClass::Benign),
    ("cisco_top5k", WarningClass::Benign),
    ("common-contact-emails", WarningClass::Benign),
    ("common-ioc-false-positive", WarningClass::Benign),
    ("crl-hostname", WarningClass::Benign),
    ("disposable-email", WarningClass::Abusable),
    ("dynamic-dns", WarningClass::Abusable),
    ("eicar.com", WarningClass::Benign),
    ("empty-hashes", WarningClass::Benign),
    ("fastly", WarningClass::Infrastructure),
    ("github", WarningClass::Infrastructure),
    ("google", WarningClass::Benign),
    ("ipv6-linklocal", WarningClass::Reserved),
    ("link-in-bio", WarningClass::Abusable),
    ("lots-project", WarningClass::Abusable),
    ("microsoft", WarningClass::Benign),
    ("microsoft-office365", WarningClass::Benign),
    ("moz-top500", WarningClass::Benign),
    ("multicast", WarningClass::Reserved),
    ("parking-domain", WarningClass::Infrastructure),
    ("public-dns-v4", WarningClass::Infrastructure),
    ("rfc1918", WarningClass::Reserved),
    ("rfc3849", WarningClass::Reserved),
    ("rfc5735", WarningClass::Reserved),
    ("rfc6598", WarningClass::Reserved),
    ("rfc6761", WarningClass::Reserved),
    ("security-provider-blogpost", WarningClass::Vendor),
    ("sinkholes", WarningClass::Sinkhole),
    ("ti-falsepositives", WarningClass::Benign),
    ("tranco10k", WarningClass::Benign),
    ("university_domains", WarningClass::Benign),
    ("url-shortener", WarningClass::Abusable),
    // Malware asks them for its victim's address: harmless sites, but seldom a citation.
    ("whats-my-ip", WarningClass::Abusable),
    ("wikimedia", WarningClass::Infrastructure),
];

#[derive(Deserialize)]
struct List {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    version: u64,
    list: Vec<String>,
}

/// Reads the lists together; they replace all that the base pack had.
pub(crate) fn read_warnings(draft: &mut Draft<'_>, files: &[&File]) -> Result<(), Error> {
    if files.is_empty() {
        return Ok(());
    }
    draft.facts.lists.clear();
    draft.facts.mailboxes.clear();
    let (mut domains, mut ranges, mut hashes): (Vec<(String, u8)>, Vec<_>, Vec<_>) = Default::default();
    let (mut records, mut newest) = (0, 0);
    for file in files {
        let Some(&(name, class)) =
            CLASSES.iter().find(|(name, _)| *name == file.stem() || *name == file.name)
        else {
            draft.notes.push(format!("left aside: warning list {} (no class for it)", file.stem()));
            continue;
        };
        let list: List = file.json()?;
        let position = draft.facts.lists.len() as u8;
        // MISP matches lists of kind `hostname` with parent domains; a leading dot asks for the same.
        let dotted = list.list.first().is_some_and(|v| v.starts_with('.'));
        let covers_subdomains =
            matches!(list.kind.as_str(), "hostname" | "substring") || dotted || name == "rfc6761";
        let mut skipped = 0;
        for value in &list.list {
            let value = value.trim().to_ascii_lowercase();
            if let Some(range) = range(&value) {
                ranges.push((range.0, range.1, position));
            } else if let Some(hash) = hash(&value) {
                hashes.push((hash, position));
            } else if let Some(host) = host(&value) {
                domains.push((host.to_owned(), position));
            } else if let Some(boxes) = mailboxes(&value) {
                draft.facts.mailboxes.extend(boxes.map(|b| (draft.keep(b), position)).collect::<Vec<_>>());
            } else {
                skipped += 1;
            }
        }
        if skipped > 0 {
            draft.notes.push(format!("warning list {name}: {skipped} values are of no kind we look up"));
        }
        records += list.list.len() as u32;
        if (20_000_000..21_000_000).contains(&list.version) {
            newest = newest.max(list.version);
        }
        let (title, values) = (draft.keep(&list.name), (list.list.len() - skipped) as u32);
        draft.facts.lists.push(WarningList { name, title, class, covers_subdomains, values });
    }
    let domains: Vec<(&str, u8)> = domains.iter().map(|(d, l)| (d.as_str(), *l)).collect();
    draft.facts.tables = Tables::encode(&domains, &ranges, &hashes).map_err(|e| Error::new(e.to_string()))?;
    let newest = newest.to_string();
    let date = format!(
        "{}-{}-{}",
        newest.get(..4).unwrap_or_default(),
        newest.get(4..6).unwrap_or_default(),
        newest.get(6..).unwrap_or_default()
    );
    let (version, date) = (draft.keep(&newest), draft.keep(&date));
    draft.source(Source { name: "MISP warning lists", version, date, licence: "CC0-1.0", records });
    Ok(())
}

/// An address or a block of them, both ends included.
fn range(value: &str) -> Option<(IpAddr, IpAddr)> {
    let (ip, bits) = match value.split_once('/') {
        Some((ip, bits)) => (ip.parse::<IpAddr>().ok()?, Some(bits.parse::<u32>().ok()?)),
        None => (value.parse::<IpAddr>().ok()?, None),
    };
    match ip {
        IpAddr::V4(ip) => {
            let host = 32u32.checked_sub(bits.unwrap_or(32))?;
            let mask = u32::MAX.checked_shl(host).unwrap_or(0);
            let first = u32::from(ip) & mask;
            Some((IpAddr::V4(first.into()), IpAddr::V4((first | !mask).into())))
        }
        IpAddr::V6(ip) => {
            let host = 128u32.checked_sub(bits.unwrap_or(128))?;
            let mask = u128::MAX.checked_shl(host).unwrap_or(0);
            let first = u128::from(ip) & mask;
            Some((IpAddr::V6(first.into()), IpAddr::V6((first | !mask).into())))
        }
    }
}

fn hash(value: &str) -> Option<Vec<u8>> {
    if !matches!(value.len(), 32 | 40 | 56 | 64 | 96 | 128) || !value.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let pairs = value.as_bytes().chunks_exact(2);
    pairs.map(|p| u8::from_str_radix(std::str::from_utf8(p).ok()?, 16).ok()).collect()
}

/// A host name in lower case without a leading dot or wildcard.
fn host(value: &str) -> Option<&str> {
    let host = value.strip_prefix("*.").unwrap_or(value).trim_matches('.');
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_');
    (host.bytes().all(fits)
        && (1..=253).contains(&host.len())
        && host.bytes().any(|b| b.is_ascii_lowercase()))
    .then_some(host)
}

/// `/^(security|noc|soc|abuse)\@.*\..*$/i` → its words.
fn mailboxes(value: &str) -> Option<impl Iterator<Item = &str>> {
    let words = value.strip_prefix("/^(")?.split_once(")\\@")?.0;
    Some(words.split('|').filter(|w| w.bytes().all(|b| b.is_ascii_lowercase())))
}
