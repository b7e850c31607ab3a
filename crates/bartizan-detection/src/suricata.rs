//! Suricata 7 rules for the network indicators of a report.
//!
//! Source: Suricata's user guide 7.0, "Rules Format", "Payload Keywords" (characters that a content must escape), "DNS",
//! "SSL/TLS", "HTTP" and "JA3" keywords (<https://docs.suricata.io/en/suricata-7.0.10/rules/>). The signature ids are in
//! the range that is left to local use, 1000000 to 1999999, and follow from the content, so that they stay the same.

use std::{collections::BTreeSet, fmt::Write};

use bartizan::{Analysis, Observable, ObservableKind as Kind, Verdict, exchange};
use uuid::Uuid;

/// First of the ids left to local use.
const FIRST: u32 = 1_000_000;
/// How many there are.
const RANGE: u32 = 1_000_000;
/// Most addresses in one rule.
const MOST: usize = 100;

/// The rules of an analysis, one a line; `None` if it has no indicator for them.
pub fn rules(analysis: &Analysis) -> Option<Vec<u8>> {
    let document = &analysis.document;
    let name = document.metadata.title.as_deref().unwrap_or(&document.name);
    let mut book = Book {
        name: message(name, 80),
        reference: document.metadata.source_url.as_deref().and_then(reference),
        marking: exchange::marking(analysis)
            .as_str()
            .trim_start_matches("TLP:")
            .to_lowercase()
            .replace('+', "_"),
        taken: BTreeSet::new(),
        lines: Vec::new(),
    };
    let indicators: Vec<&Observable> =
        analysis.observables.iter().filter(|o| o.verdict == Verdict::Indicator).collect();
    for o in &indicators {
        book.observable(o);
    }
    book.addresses(&indicators);
    if book.lines.is_empty() {
        return None;
    }
    let head = format!("# {} ({})\n", book.name, exchange::marking(analysis).as_str());
    Some((head + &book.lines.join("\n") + "\n").into_bytes())
}

struct Book {
    name: String,
    reference: Option<String>,
    marking: String,
    taken: BTreeSet<u32>,
    lines: Vec<String>,
}

impl Book {
    fn observable(&mut self, o: &Observable) {
        match o.kind {
            Kind::Domain | Kind::Onion => {
                let Some(value) = content(&o.value) else { return };
                let ends = format!("content:\"{value}\"; nocase; endswith;");
                // The name itself and names below it, and no other that ends so.
                let own = format!("{ends} pcre:\"/(?:^|\\.){}$/i\";", pcre(&o.value));
                let out = "$HOME_NET any -> any any";
                self.add("dns", out, "DNS query for reported domain", &o.value, &format!("dns.query; {own}"));
                self.add(
                    "tls",
                    out,
                    "TLS connection to reported domain",
                    &o.value,
                    &format!("tls.sni; {own}"),
                );
                let host = format!("flow:established,to_server; http.host; {}", own.replace(" nocase;", ""));
                self.add("http", out, "HTTP request to reported domain", &o.value, &host);
            }
            Kind::Url => {
                let rest = o.value.split_once("://").map_or(o.value.as_str(), |(_, rest)| rest);
                let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
                let host = host.rsplit('@').next().unwrap_or_default();
                let host = host.split(':').next().unwrap_or_default().to_lowercase();
                let path = path.split('#').next().unwrap_or_default();
                let (Some(host), Some(uri)) = (content(&host), content(path)) else { return };
                if path.len() < 2 {
                    return;
                }
                let asks = format!(
                    "flow:established,to_server; http.host; content:\"{host}\"; bsize:{}; http.uri.raw; content:\"{uri}\"; startswith;",
                    bytes(&host)
                );
                self.add(
                    "http",
                    "$HOME_NET any -> any any",
                    "HTTP request for reported URL",
                    &o.value,
                    &asks,
                );
            }
            Kind::UserAgent => {
                let Some(value) = content(&o.value) else { return };
                let asks = format!(
                    "flow:established,to_server; http.user_agent; content:\"{value}\"; bsize:{};",
                    o.value.len()
                );
                let out = "$HOME_NET any -> any any";
                self.add("http", out, "HTTP request with reported user agent", &o.value, &asks);
            }
            Kind::Ja3 if o.value.len() == 32 && o.value.bytes().all(|b| b.is_ascii_hexdigit()) => {
                let asks = format!("ja3.hash; content:\"{}\";", o.value);
                let out = "$HOME_NET any -> any any";
                self.add("tls", out, "TLS connection with reported JA3 fingerprint", &o.value, &asks);
            }
            _ => {}
        }
    }

    /// Lists of addresses, few rules for many.
    fn addresses(&mut self, indicators: &[&Observable]) {
        let of_kind = |o: &&&Observable| matches!(o.kind, Kind::Ipv4 | Kind::Ipv6 | Kind::Cidr);
        let mut all: Vec<&str> =
            indicators.iter().filter(of_kind).map(|o| o.value.as_str()).filter(|v| is_address(v)).collect();
        all.sort_unstable();
        all.dedup();
        for chunk in all.chunks(MOST) {
            let group = format!("$HOME_NET any -> [{}] any", chunk.join(","));
            let about = format!("{} addresses", chunk.len());
            self.add("ip", &group, "Traffic to reported address", &about, "");
        }
    }

    fn add(&mut self, protocol: &str, ends: &str, what: &str, value: &str, asks: &str) {
        let content = format!("{protocol} {ends} {asks}");
        let number = Uuid::new_v5(&Uuid::NAMESPACE_OID, content.as_bytes()).as_u128() % u128::from(RANGE);
        let mut sid = u32::try_from(number).unwrap_or(0);
        // Two that fall on one number: the next that is free.
        while !self.taken.insert(sid) {
            sid = (sid + 1) % RANGE;
        }
        let sid = FIRST + sid;
        let mut line = format!(
            "alert {protocol} {ends} (msg:\"BARTIZAN {what} {} - {}\"; ",
            message(value, 60),
            self.name
        );
        if !asks.is_empty() {
            let _ = write!(line, "{asks} ");
        }
        if let Some(reference) = &self.reference {
            let _ = write!(line, "reference:url,{reference}; ");
        }
        let _ = write!(
            line,
            "classtype:trojan-activity; metadata:created_by bartizan, tlp {}; sid:{sid}; rev:1;)",
            self.marking
        );
        self.lines.push(line);
    }
}

/// A content pattern: what the manual says must be escaped stands as hexadecimal, so does all that is not printable
/// ASCII. `None` for nothing or for what is too long.
fn content(text: &str) -> Option<String> {
    if text.is_empty() || text.len() > 240 {
        return None;
    }
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b';' | b'"' | b'\\' | b'|' | b':' => {
                let _ = write!(out, "|{byte:02X}|");
            }
            0x20..=0x7e => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "|{byte:02X}|");
            }
        }
    }
    Some(out.replace("||", " "))
}

/// How many bytes a content pattern of [`content`] is.
fn bytes(content: &str) -> usize {
    let parts = content.split('|').enumerate();
    parts.map(|(n, part)| if n % 2 == 0 { part.len() } else { part.split(' ').count() }).sum()
}

/// For a regular expression inside quotes: all but letters, digits and dashes as hexadecimal.
fn pcre(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'.' => out.push_str("\\."),
            b if b.is_ascii_alphanumeric() || b == b'-' => out.push(char::from(b)),
            b => {
                let _ = write!(out, "\\x{b:02x}");
            }
        }
    }
    out
}

/// Text for `msg`: nothing in it ends the option or opens a link.
fn message(text: &str, most: usize) -> String {
    let plain = text.chars().map(|c| match c {
        ';' | '"' | '\\' | '|' => ' ',
        c if c.is_ascii_graphic() || c == ' ' => c,
        _ => ' ',
    });
    let text: String = plain.collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.replace("://", "[:]//").chars().take(most).collect()
}

/// An address for `reference`, without its scheme as the manual has it.
fn reference(url: &str) -> Option<String> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let safe = |b: u8| b.is_ascii_alphanumeric() || b"-._~/?#@!$&*+=%".contains(&b);
    (rest.len() <= 300 && rest.bytes().all(safe)).then(|| rest.to_owned())
}

fn is_address(value: &str) -> bool {
    let (address, length) = value.split_once('/').unwrap_or((value, "0"));
    address.parse::<std::net::IpAddr>().is_ok() && length.parse::<u8>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_content_or_a_message() {
        assert_eq!(content("a\";sid:1;\\|").as_deref(), Some("a|22 3B|sid|3A|1|3B 5C 7C|"));
        assert_eq!(bytes("a|22 3B|sid|3A|1|3B 5C 7C|"), 11);
        assert_eq!(message("x\"; sid:1; \u{202e}y", 60), "x sid:1 y");
        assert_eq!(pcre("a.b-c/"), "a\\.b-c\\x2f");
    }
}
