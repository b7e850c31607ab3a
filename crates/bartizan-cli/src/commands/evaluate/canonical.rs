//! One form for each value, so that labels and findings can be compared: that of `score_iocs.py`.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use bartizan::observable::refang;

const HIVES: [(&str, &str); 5] = [
    ("hklm", "hkey_local_machine"),
    ("hkcu", "hkey_current_user"),
    ("hkcr", "hkey_classes_root"),
    ("hku", "hkey_users"),
    ("hkcc", "hkey_current_config"),
];

/// Kind and canonical value.
pub fn canonical(kind: &str, value: &str) -> (String, String) {
    let value = refang(value);
    let value = value.trim().trim_matches(['\u{200b}', '\u{feff}']);
    let lower = value.to_lowercase();
    let value = match kind {
        "md5" | "imphash" | "sha1" | "sha224" | "sha256" | "authentihash" | "sha384" | "sha512" => lower,
        "cve" => cve(value),
        "ipv4" => {
            let host = value.split(':').next().unwrap_or(value);
            v4(host).map_or(host.to_owned(), |ip| ip.to_string())
        }
        "ipv6" => {
            let bare = lower.trim_matches(['[', ']']).split('%').next().unwrap_or(&lower).to_owned();
            bare.parse::<Ipv6Addr>().map_or(bare, |ip| ip.to_string())
        }
        "cidr" => network(value).unwrap_or_else(|| value.to_owned()),
        "domain" => without_scheme(&lower).trim_end_matches(['.', '/']).trim_start_matches('.').to_owned(),
        "email" => lower.trim_end_matches('.').to_owned(),
        "url" => url(&lower),
        "registry" => registry(&lower),
        "filepath" | "filename" => squashed(&lower.trim_matches(['"', '\'', '`']).replace("\\\\", "\\")),
        "asn" => {
            let digits: String =
                lower.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
            if digits.is_empty() { value.to_owned() } else { format!("AS{digits}") }
        }
        "attack_id" => value.to_uppercase(),
        "mac" => lower.replace('-', ":"),
        _ => value.to_owned(),
    };
    (kind.to_owned(), value)
}

/// What follows from labelled values and is neither right nor wrong: the host of a URL, the domain of an address …
pub fn derived(known: &BTreeSet<(String, String)>) -> BTreeSet<(String, String)> {
    let mut out = BTreeSet::new();
    let mut add = |kind: &str, value: &str| {
        out.insert((kind.to_owned(), value.to_owned()));
    };
    for (kind, value) in known {
        match kind.as_str() {
            "url" => {
                let host = value.split(['/', '?', '#']).next().unwrap_or(value);
                let host = host.rsplit('@').next().unwrap_or(host);
                let port = |p: &str| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit());
                let host = host.rsplit_once(':').filter(|(_, p)| port(p)).map_or(host, |(host, _)| host);
                add("domain", host);
                add("ipv4", host);
                add("url", value.split('#').next().unwrap_or(value).trim_end_matches('/'));
            }
            "email" => add("domain", value.rsplit('@').next().unwrap_or(value)),
            "domain" | "ipv4" => add("url", value),
            "imphash" | "md5" => {
                add("md5", value);
                add("imphash", value);
            }
            _ => {}
        }
    }
    out
}

/// Four numbers, leading zeros allowed.
fn v4(text: &str) -> Option<Ipv4Addr> {
    let parts: Vec<u8> = text.split('.').map(|p| p.parse().ok()).collect::<Option<_>>()?;
    Some(Ipv4Addr::from(<[u8; 4]>::try_from(parts).ok()?))
}

fn network(text: &str) -> Option<String> {
    let (ip, length) = text.split_once('/')?;
    let length: u32 = length.parse().ok()?;
    match ip.parse().ok()? {
        IpAddr::V4(ip) if length <= 32 => {
            let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
            Some(format!("{}/{length}", Ipv4Addr::from(u32::from(ip) & mask)))
        }
        IpAddr::V6(ip) if length <= 128 => {
            let mask = u128::MAX.checked_shl(128 - length).unwrap_or(0);
            Some(format!("{}/{length}", Ipv6Addr::from(u128::from(ip) & mask)))
        }
        _ => None,
    }
}

fn cve(value: &str) -> String {
    let upper = value.to_uppercase();
    let rest = upper.find("CVE").and_then(|at| upper.get(at + 3..)).unwrap_or("");
    let mut numbers = rest.split(|c: char| !c.is_ascii_digit()).filter(|n| !n.is_empty());
    match (numbers.next(), numbers.next()) {
        (Some(year), Some(number)) => format!("CVE-{year}-{number}"),
        _ => upper,
    }
}

fn without_scheme(text: &str) -> &str {
    match text.split_once("://") {
        Some((scheme, rest))
            if scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'*' | b'_')) =>
        {
            rest
        }
        _ => text,
    }
}

fn url(lower: &str) -> String {
    let text =
        lower.trim_end_matches(['.', ',', ';', ')', '>', '\'', '"', '|', '`', '*']).replace("&amp;", "&");
    let text = without_scheme(&text);
    let end = text.find(['/', '?', '#']).unwrap_or(text.len());
    let (host, path) = text.split_at_checked(end).unwrap_or((text, ""));
    let host = host.strip_suffix(":80").or_else(|| host.strip_suffix(":443")).unwrap_or(host);
    format!("{host}{path}").trim_end_matches('/').to_owned()
}

fn registry(lower: &str) -> String {
    let text = lower.trim_matches(['"', '\'']).replace("\\\\", "\\").replace('/', "\\");
    let text = squashed(text.trim_end_matches('\\'));
    let (hive, rest) = text.split_once('\\').unwrap_or((&text, ""));
    let hive = HIVES.iter().find(|(short, _)| *short == hive).map_or(hive, |(_, long)| long);
    if rest.is_empty() { hive.to_owned() } else { format!("{hive}\\{rest}") }
}

/// Runs of white space as one blank.
fn squashed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let c = if c.is_whitespace() { ' ' } else { c };
        if !(c == ' ' && out.ends_with(' ')) {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pairs from the head of `score_iocs.py`: what must be one.
    #[test]
    fn forms_of_a_value_agree() {
        for (kind, a, b) in [
            ("url", "hxxp://evil[.]com:80/A/", "http://evil.com/a"),
            ("domain", "Evil[.]Com.", "evil.com"),
            ("ipv4", "192.0.2.7:443", "192.000.2.7"),
            ("cidr", "192.0.2.77/24", "192.0.2.0/24"),
            ("ipv6", "[2001:DB8:0:0::1]", "2001:db8::1"),
            ("cve", "CVE–2024–3400", "cve-2024-3400"),
            ("registry", "HKLM\\Software\\\\Run\\", "hkey_local_machine/software/run"),
            ("asn", "ASN 64500", "AS64500"),
            ("filepath", "\"C:\\\\Temp\\a.EXE\"", "c:\\temp\\a.exe"),
        ] {
            assert_eq!(canonical(kind, a), canonical(kind, b), "{kind} {a}");
        }
    }
}
