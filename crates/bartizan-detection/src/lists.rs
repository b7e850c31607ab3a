//! Indicators as watch lists, in the forms that platforms import.
//!
//! Sources, by the form:
//! * Splunk: "Supported types of threat intelligence in Splunk Enterprise Security"
//!   (<https://docs.splunk.com/Documentation/ES/latest/Admin/Supportedthreatinteltypes>), headers of the local lookups.
//! * Microsoft Sentinel: "Create watchlists" (<https://learn.microsoft.com/azure/sentinel/watchlists-create>), a column is
//!   named as the search key at import. For its threat intelligence upload there is the STIX bundle.
//! * Elastic: ECS "Threat fields" (<https://www.elastic.co/docs/reference/ecs/ecs-threat>).
//! * CrowdStrike: fields of the IOC management API (<https://www.falconpy.io/Service-Collections/IOC.html>).
//! * Microsoft Defender: "Indicator resource type", names of its properties as columns
//!   (<https://learn.microsoft.com/defender-endpoint/api/ti-indicator>); at most 500 in a file.
//! * Suricata: "Datasets" (<https://docs.suricata.io/en/suricata-7.0.10/rules/datasets.html>): strings in base64.
//! * Zeek: "Intelligence Framework" (<https://docs.zeek.org/en/master/frameworks/intel.html>).
//!
//! Only indicators are listed, never what a report merely mentions. Nothing asks a platform to block.

use std::collections::{BTreeMap, BTreeSet};

use bartizan::{Analysis, Observable, ObservableKind as Kind, Verdict, exchange};
use serde_json::{Value, json};

/// A file of a watch list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// Its place below the folder of lists, `splunk/local_ip_intel.csv`.
    pub path: String,
    /// What stands in it.
    pub bytes: Vec<u8>,
}

/// Microsoft Defender takes so many at a time.
const DEFENDER: usize = 500;

/// Every list that has a member, in the order of the forms.
pub fn all(analysis: &Analysis) -> Vec<List> {
    let report = Report::of(analysis);
    let mut out = plain(&report);
    out.extend(splunk(&report));
    out.extend(sentinel(&report));
    out.extend(elastic(&report));
    out.extend(crowdstrike(&report));
    out.extend(defender(&report));
    out.extend(suricata(&report));
    out.extend(zeek(&report));
    out
}

/// Indicators with what every row says of them.
struct Report<'a> {
    analysis: &'a Analysis,
    indicators: Vec<&'a Observable>,
    /// `TLP:AMBER`.
    marking: &'static str,
    name: String,
    source: Option<&'a str>,
}

impl<'a> Report<'a> {
    fn of(analysis: &'a Analysis) -> Self {
        let document = &analysis.document;
        let mut seen = BTreeSet::new();
        let indicators = analysis.observables.iter().filter(|o| o.verdict == Verdict::Indicator);
        let name = document.metadata.title.as_deref().unwrap_or(&document.name);
        Self {
            analysis,
            indicators: indicators.filter(|o| seen.insert((o.kind, o.value.as_str()))).collect(),
            marking: exchange::marking(analysis).as_str(),
            name: one_line(name, 120),
            source: document.metadata.source_url.as_deref(),
        }
    }

    fn of_kinds(&self, kinds: &[Kind]) -> Vec<&'a Observable> {
        self.indicators.iter().copied().filter(|o| kinds.contains(&o.kind)).collect()
    }

    /// What a row says of itself: the report and the marking.
    fn description(&self) -> String {
        format!("{} ({})", self.name, self.marking)
    }
}

fn list(path: impl Into<String>, rows: &[Vec<String>]) -> List {
    let mut text = String::new();
    for row in rows {
        // Platforms read a row a line, whatever RFC 4180 says of line ends in quotes.
        let cells = row.iter().map(|cell| cell.chars().filter(|c| !c.is_control()).collect::<String>());
        exchange::csv::row(&mut text, cells);
    }
    List { path: path.into(), bytes: text.into_bytes() }
}

fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

fn one_line(text: &str, most: usize) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(most).collect()
}

/// One file for each kind: the value, how sure, the marking, the report.
fn plain(report: &Report<'_>) -> Vec<List> {
    let mut kinds: BTreeMap<&str, Vec<Vec<String>>> = BTreeMap::new();
    for o in &report.indicators {
        let rows = kinds
            .entry(o.kind.as_str())
            .or_insert_with(|| vec![row(["value", "confidence", "marking", "report"])]);
        let sure = format!("{:.2}", o.confidence.get());
        rows.push(row([&o.value, &sure, report.marking, &report.name]));
    }
    kinds.into_iter().map(|(kind, rows)| list(format!("plain/{kind}.csv"), &rows)).collect()
}

/// A weight of Splunk, 1 to 100.
fn weight(o: &Observable) -> String {
    format!("{:.0}", (o.confidence.get() * 100.0).clamp(1.0, 100.0))
}

fn splunk(report: &Report<'_>) -> Vec<List> {
    type Row = fn(&Observable, String) -> Vec<String>;
    const HASHES: &[Kind] = &[Kind::Md5, Kind::Sha1, Kind::Sha256, Kind::Sha512, Kind::FileName];
    let forms: [(&str, &[Kind], Vec<String>, Row); 7] = [
        ("ip", &[Kind::Ipv4, Kind::Ipv6, Kind::Cidr], row(["description", "ip", "weight"]), |o, d| {
            row([&d, &o.value, &weight(o)])
        }),
        ("domain", &[Kind::Domain, Kind::Onion], row(["description", "domain", "weight"]), |o, d| {
            row([&d, &o.value, &weight(o)])
        }),
        ("file", HASHES, row(["description", "file_hash", "file_name", "weight"]), |o, d| match o.kind {
            Kind::FileName => row([&d, "", &o.value, &weight(o)]),
            _ => row([&d, &o.value, attribute(o, "file-name"), &weight(o)]),
        }),
        (
            "http",
            &[Kind::Url, Kind::UserAgent],
            row(["description", "http_referrer", "http_user_agent", "url", "weight"]),
            |o, d| match o.kind {
                Kind::Url => row([&d, "", "", &o.value, &weight(o)]),
                _ => row([&d, "", &o.value, "", &weight(o)]),
            },
        ),
        ("email", &[Kind::Email], row(["description", "src_user", "subject", "weight"]), |o, d| {
            row([&d, &o.value, "", &weight(o)])
        }),
        (
            "registry",
            &[Kind::Registry],
            row(["description", "registry_path", "registry_value_name", "registry_value_text", "weight"]),
            |o, d| row([&d, &o.value, attribute(o, "value"), "", &weight(o)]),
        ),
        (
            "service",
            &[Kind::Service],
            row(["description", "service", "service_file_hash", "service_dll_file_hash", "weight"]),
            |o, d| row([&d, &o.value, "", "", &weight(o)]),
        ),
    ];
    let mut out = Vec::new();
    for (name, kinds, head, make) in forms {
        let members = report.of_kinds(kinds);
        if members.is_empty() {
            continue;
        }
        let mut rows = vec![head];
        rows.extend(members.into_iter().map(|o| make(o, report.description())));
        out.push(list(format!("splunk/local_{name}_intel.csv"), &rows));
    }
    out
}

fn attribute<'o>(o: &'o Observable, name: &str) -> &'o str {
    o.attributes.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
}

fn sentinel(report: &Report<'_>) -> Option<List> {
    let mut rows = vec![row(["SearchKey", "IndicatorType", "Confidence", "Marking", "Report", "Source"])];
    rows.extend(report.indicators.iter().map(|o| {
        let sure = format!("{:.0}", o.confidence.get() * 100.0);
        row([
            &o.value,
            o.kind.as_str(),
            &sure,
            report.marking,
            &report.name,
            report.source.unwrap_or_default(),
        ])
    }));
    (rows.len() > 1).then(|| list("sentinel/watchlist.csv", &rows))
}

/// A document for each indicator that ECS has fields for.
fn elastic(report: &Report<'_>) -> Option<List> {
    let mut text = String::new();
    for o in &report.indicators {
        let Some(Value::Object(own)) = ecs(o) else { continue };
        let mut indicator = json!({
            "confidence": match o.confidence.get() { c if c >= 0.8 => "High", c if c >= 0.5 => "Medium", _ => "Low" },
            "marking": { "tlp": report.marking.trim_start_matches("TLP:") },
            "description": report.description(),
            "provider": "bartizan",
        });
        if let Some(fields) = indicator.as_object_mut() {
            fields.extend(own);
            if let Some(source) = report.source {
                fields.insert("reference".to_owned(), json!(source));
            }
        }
        let document = json!({
            "@timestamp": timestamp(report.analysis.now),
            "event": { "kind": "enrichment", "category": ["threat"], "type": ["indicator"] },
            "threat": { "indicator": indicator },
        });
        text.push_str(&document.to_string());
        text.push('\n');
    }
    (!text.is_empty())
        .then(|| List { path: "elastic/indicators.ndjson".to_owned(), bytes: text.into_bytes() })
}

fn ecs(o: &Observable) -> Option<Value> {
    let value = &o.value;
    Some(match o.kind {
        Kind::Ipv4 => json!({ "type": "ipv4-addr", "ip": value }),
        Kind::Ipv6 => json!({ "type": "ipv6-addr", "ip": value }),
        Kind::Domain | Kind::Onion => json!({ "type": "domain-name", "url": { "domain": value } }),
        Kind::Url => json!({ "type": "url", "url": { "original": value, "full": value } }),
        Kind::Email => json!({ "type": "email-addr", "email": { "address": value } }),
        Kind::FileName => json!({ "type": "file", "file": { "name": value } }),
        Kind::FilePath => json!({ "type": "file", "file": { "path": value } }),
        Kind::Imphash => json!({ "type": "file", "file": { "pe": { "imphash": value } } }),
        Kind::Registry => json!({ "type": "windows-registry-key", "registry": { "path": value } }),
        Kind::Md5 | Kind::Sha1 | Kind::Sha256 | Kind::Sha384 | Kind::Sha512 | Kind::Ssdeep | Kind::Tlsh => {
            json!({ "type": "file", "file": { "hash": { o.kind.as_str(): value } } })
        }
        _ => return None,
    })
}

/// Seconds since 1970 as RFC 3339 in UTC (days to date by Howard Hinnant's `civil_from_days`).
fn timestamp(now: i64) -> String {
    let (days, second) = (now.div_euclid(86_400), now.rem_euclid(86_400));
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

fn crowdstrike(report: &Report<'_>) -> Option<List> {
    let head = [
        "type",
        "value",
        "action",
        "severity",
        "platforms",
        "description",
        "source",
        "tags",
        "applied_globally",
    ];
    let mut rows = vec![row(head)];
    for o in &report.indicators {
        let kind = match o.kind {
            Kind::Md5 => "md5",
            Kind::Sha256 => "sha256",
            Kind::Domain => "domain",
            Kind::Ipv4 => "ipv4",
            Kind::Ipv6 => "ipv6",
            _ => continue,
        };
        let platforms = "windows;mac;linux";
        let source = report.source.unwrap_or(&report.name);
        let description = report.description();
        rows.push(row([
            kind,
            &o.value,
            "detect",
            "medium",
            platforms,
            &description,
            source,
            report.marking,
            "false",
        ]));
    }
    (rows.len() > 1).then(|| list("crowdstrike/iocs.csv", &rows))
}

fn defender(report: &Report<'_>) -> Vec<List> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    for o in &report.indicators {
        let kind = match o.kind {
            Kind::Md5 => "FileMd5",
            Kind::Sha1 => "FileSha1",
            Kind::Sha256 => "FileSha256",
            Kind::Ipv4 | Kind::Ipv6 => "IpAddress",
            Kind::Domain => "DomainName",
            Kind::Url => "Url",
            Kind::CertThumbprint => "CertificateThumbprint",
            _ => continue,
        };
        let title = one_line(&format!("Reported {}", o.kind.as_str()), 100);
        let description = report.description();
        rows.push(row([kind, &o.value, "", "Audit", "Medium", &title, &description, "", "", "", "", "true"]));
    }
    let head = [
        "indicatorType",
        "indicatorValue",
        "expirationTime",
        "action",
        "severity",
        "title",
        "description",
        "recommendedActions",
        "rbacGroups",
        "category",
        "mitreTechniques",
        "generateAlert",
    ];
    let files = rows.chunks(DEFENDER).enumerate().map(|(number, chunk)| {
        let mut rows = vec![row(head)];
        rows.extend(chunk.iter().cloned());
        list(format!("defender/indicators-{}.csv", number + 1), &rows)
    });
    files.collect()
}

fn suricata(report: &Report<'_>) -> Vec<List> {
    let forms: [(&str, &[Kind], bool); 7] = [
        ("domains", &[Kind::Domain, Kind::Onion], true),
        ("user-agents", &[Kind::UserAgent], true),
        ("ja3", &[Kind::Ja3], true),
        ("md5", &[Kind::Md5], false),
        ("sha256", &[Kind::Sha256], false),
        ("ipv4", &[Kind::Ipv4], false),
        ("ipv6", &[Kind::Ipv6], false),
    ];
    let mut out = Vec::new();
    for (name, kinds, string) in forms {
        let mut lines: Vec<String> = report
            .of_kinds(kinds)
            .into_iter()
            .map(|o| if string { base64(o.value.as_bytes()) } else { o.value.clone() })
            .collect();
        lines.sort();
        lines.dedup();
        if !lines.is_empty() {
            let bytes = (lines.join("\n") + "\n").into_bytes();
            out.push(List { path: format!("suricata/{name}.lst"), bytes });
        }
    }
    out
}

/// RFC 4648, with padding.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let bits = (0..3).fold(0_u32, |bits, i| bits << 8 | u32::from(chunk.get(i).copied().unwrap_or(0)));
        for digit in 0..4 {
            let at = (bits >> (18 - 6 * digit) & 63) as usize;
            out.push(if digit <= chunk.len() { char::from(DIGITS[at]) } else { '=' });
        }
    }
    out
}

fn zeek(report: &Report<'_>) -> Option<List> {
    let mut text = String::from("#fields\tindicator\tindicator_type\tmeta.source\tmeta.desc\tmeta.url\n");
    let mut any = false;
    for o in &report.indicators {
        let (kind, value) = match o.kind {
            Kind::Ipv4 | Kind::Ipv6 => ("ADDR", o.value.as_str()),
            Kind::Cidr => ("SUBNET", o.value.as_str()),
            // Zeek compares addresses of the web without their scheme.
            Kind::Url => ("URL", o.value.split_once("://").map_or(o.value.as_str(), |(_, rest)| rest)),
            Kind::UserAgent => ("SOFTWARE", o.value.as_str()),
            Kind::Email => ("EMAIL", o.value.as_str()),
            Kind::Domain | Kind::Onion => ("DOMAIN", o.value.as_str()),
            Kind::Md5 | Kind::Sha1 | Kind::Sha256 => ("FILE_HASH", o.value.as_str()),
            Kind::FileName => ("FILE_NAME", o.value.as_str()),
            Kind::CertThumbprint => ("CERT_HASH", o.value.as_str()),
            _ => continue,
        };
        any = true;
        let cells = [
            value,
            &format!("Intel::{kind}"),
            "bartizan",
            &report.description(),
            report.source.unwrap_or("-"),
        ]
        .map(|cell| one_line(cell, 2000));
        text.push_str(&cells.join("\t"));
        text.push('\n');
    }
    any.then(|| List { path: "zeek/intel.dat".to_owned(), bytes: text.into_bytes() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_in_base64() {
        for (plain, encoded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")]
        {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
    }

    #[test]
    fn seconds_as_a_date() {
        assert_eq!(timestamp(0), "1970-01-01T00:00:00Z");
        assert_eq!(timestamp(951_827_696), "2000-02-29T12:34:56Z");
    }

    #[test]
    fn a_formula_is_no_formula() {
        let made = list("x", &[row(["=1+1", "a,b", "say \"x\"", "two\r\nlines"])]);
        assert_eq!(made.bytes, b"\"'=1+1\",\"a,b\",\"say \"\"x\"\"\",twolines\r\n");
    }
}
