//! Single fields.

use bartizan_product::{Cpe, Purl, PurlParts};
use url::Url;

use super::Code;
use super::fields::Found;

/// Prefixes of identifiers besides CVE and GHSA, which have forms of their own.
const PREFIXES: [&str; 4] = ["OSV-", "GO-", "RUSTSEC-", "PYSEC-"];

/// An `http` or `https` address with a host.
pub(super) fn address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// An identifier that others gave.
pub(super) fn upstream(text: &str) -> bool {
    let digits = |text: &str, least: usize| text.len() >= least && text.bytes().all(|b| b.is_ascii_digit());
    if let Some(rest) = text.strip_prefix("CVE-") {
        return rest
            .split_once('-')
            .is_some_and(|(year, number)| digits(year, 4) && year.len() == 4 && digits(number, 4));
    }
    if let Some(rest) = text.strip_prefix("GHSA-") {
        let parts: Vec<&str> = rest.split('-').collect();
        return parts.len() == 3
            && parts.iter().all(|p| p.len() == 4 && p.bytes().all(|b| b.is_ascii_alphanumeric()));
    }
    PREFIXES.iter().any(|prefix| {
        text.strip_prefix(prefix).is_some_and(|rest| {
            !rest.is_empty()
                && rest.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'))
        })
    })
}

/// Whether it is a commit: 7 to 64 hexadecimal digits.
pub(super) fn commit(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Whether it looks like the address of a mailbox: enough to refuse what no mail can be sent to.
pub(super) fn mailbox(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let host = domain.split('.').all(|label| {
        !label.is_empty() && label.len() < 64 && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    });
    let plain =
        |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | ',' | ';' | '"' | '@');
    !local.is_empty() && local.chars().all(plain) && host && domain.contains('.')
}

/// Whether it is a day: `2026-12-31`.
pub(super) fn day(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

/// The package without its version, and its version.
pub(super) fn package(text: &str, found: &mut Found) -> Option<(Purl, Option<String>)> {
    match Purl::parse_lenient(text) {
        Ok(purl) => {
            let version = purl.version().map(str::to_owned);
            let whole = |text: Option<&str>| text.map(str::to_owned);
            let parts = PurlParts {
                kind: purl.kind().to_owned(),
                namespace: whole(purl.namespace()),
                name: purl.name().to_owned(),
                version: None,
                qualifiers: purl.qualifiers().clone(),
                subpath: whole(purl.subpath()),
            };
            Some((Purl::build(parts).ok()?, version))
        }
        Err(e) => {
            found.add(Code::InvalidPurl, "purl", e.to_string());
            None
        }
    }
}

/// A CPE 2.3 name in its canonical form.
pub(super) fn product(text: &str, found: &mut Found) -> Option<String> {
    match Cpe::parse(text) {
        Ok(cpe) => Some(cpe.to_string()),
        Err(e) => {
            found.add(Code::InvalidCpe, "cpe", e.to_string());
            None
        }
    }
}

/// The package URL type of an ecosystem as OSV names it; none for those that have none.
pub(super) fn kind_of(ecosystem: &str) -> Option<&'static str> {
    // OSV schema, "Defined ecosystems"; what stands behind a colon is a release of it.
    let name = ecosystem.split(':').next().unwrap_or_default().to_ascii_lowercase();
    Some(match &*name {
        "npm" => "npm",
        "pypi" => "pypi",
        "go" => "golang",
        "maven" => "maven",
        "crates.io" | "cargo" => "cargo",
        "rubygems" => "gem",
        "nuget" => "nuget",
        "packagist" => "composer",
        "hex" => "hex",
        "pub" => "pub",
        "hackage" => "hackage",
        "cran" => "cran",
        "swifturl" => "swift",
        "conancenter" => "conan",
        "debian" | "ubuntu" => "deb",
        "alpine" | "wolfi" | "chainguard" => "apk",
        "red hat" | "rocky linux" | "almalinux" | "suse" | "opensuse" => "rpm",
        "bitnami" => "bitnami",
        _ => return None,
    })
}
