//! A STIX object in MISP's words: the way back of `types` and `galaxy`.

use super::hash::Algorithm;
use crate::feed::StixObject;
use crate::feed::pattern::{Equality, equalities};
use serde_json::Value;

/// What MISP says for an object.
pub(super) enum Said {
    /// Types and values of attributes.
    Attributes(Vec<(String, String)>),
    /// A tag of the event.
    Tag(String),
    /// It describes other objects and stands in their words.
    Aside,
    /// MISP has no word for it.
    Nothing,
}

fn one(kind: &str, value: &str) -> Said {
    Said::Attributes(vec![(kind.to_owned(), value.to_owned())])
}

/// What MISP says for `object`.
pub(super) fn said(object: &StixObject) -> Said {
    let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
    let name = text("name");
    match text("type") {
        "indicator" => indicator(text("pattern_type"), text("pattern")),
        "identity" | "marking-definition" | "extension-definition" => Said::Aside,
        "attack-pattern" => galaxy(object, "mitre-attack-pattern", 'T'),
        "course-of-action" => galaxy(object, "mitre-course-of-action", 'M'),
        "malware" => galaxy(object, "mitre-malware", 'S'),
        "tool" => galaxy(object, "mitre-tool", 'S'),
        "intrusion-set" => match galaxy(object, "mitre-intrusion-set", 'G') {
            Said::Nothing => one("threat-actor", name),
            tag => tag,
        },
        "threat-actor" => one("threat-actor", name),
        "campaign" => one("campaign-name", name),
        "vulnerability" => one("vulnerability", name),
        "note" => one("text", text("content")),
        "domain-name" => one("domain", text("value")),
        "ipv4-addr" | "ipv6-addr" => one("ip-dst", text("value")),
        "url" => one("url", text("value")),
        "email-addr" => one("email", text("value")),
        "mac-addr" => one("mac-address", text("value")),
        "mutex" => one("mutex", name),
        "windows-registry-key" => one("regkey", text("key")),
        "autonomous-system" => match object.get("number").and_then(Value::as_u64) {
            Some(number) => one("AS", &number.to_string()),
            None => Said::Nothing,
        },
        "file" => file(object, name, "", "filename|"),
        "x509-certificate" => file(object, "", "x509-fingerprint-", ""),
        _ => Said::Nothing,
    }
}

/// MITRE's names are written `Name - T1059`; other names have no galaxy that we know of.
fn galaxy(object: &StixObject, kind: &str, letter: char) -> Said {
    let references = object.get("external_references").and_then(Value::as_array).into_iter().flatten();
    let id = references
        .filter(|r| r.get("source_name").and_then(Value::as_str).is_some_and(|s| s.starts_with("mitre-")))
        .find_map(|r| r.get("external_id")?.as_str())
        .filter(|id| id.starts_with(letter));
    match (id, object.get("name").and_then(Value::as_str)) {
        // A quotation mark would end the tag.
        (Some(id), Some(name)) if !name.contains('"') => {
            Said::Tag(format!("misp-galaxy:{kind}=\"{name} - {id}\""))
        }
        _ => Said::Nothing,
    }
}

fn file(object: &StixObject, name: &str, prefix: &str, joined: &str) -> Said {
    let hashes = object.get("hashes").and_then(Value::as_object).into_iter().flatten();
    let mut found: Vec<(String, String)> = hashes
        .filter_map(|(k, v)| Some((Algorithm::named(k)?.misp, v.as_str()?)))
        .map(|(kind, value)| match name {
            "" => (format!("{prefix}{kind}"), value.to_owned()),
            name => (format!("{joined}{kind}"), format!("{name}|{value}")),
        })
        .collect();
    if found.is_empty() && !name.is_empty() {
        found.push(("filename".to_owned(), name.to_owned()));
    }
    if found.is_empty() { Said::Nothing } else { Said::Attributes(found) }
}

fn indicator(language: &str, pattern: &str) -> Said {
    match language {
        "yara" | "sigma" | "snort" | "suricata" => one(language, pattern),
        "stix" => match equalities(pattern).and_then(|e| simple(&e)) {
            Some((kind, value)) => one(&kind, &value),
            None => one("stix2-pattern", pattern),
        },
        _ => Said::Nothing,
    }
}

/// The attribute that says what these comparisons say together.
fn simple(all: &[Equality]) -> Option<(String, String)> {
    let paths: Vec<(&str, &str)> = all.iter().map(|e| (e.path.as_str(), e.value.as_str())).collect();
    let two = |kind: &str, a: &str, b: &str| {
        // The first bar separates.
        (!a.contains('|')).then(|| (kind.to_owned(), format!("{a}|{b}")))
    };
    match *paths.as_slice() {
        [(path, value)] => {
            let kind = match path {
                "file:name" => "filename",
                "file:size" => "size-in-bytes",
                "domain-name:value" => "domain",
                "ipv4-addr:value" | "ipv6-addr:value" => "ip-dst",
                "url:value" => "url",
                "email-addr:value" => "email",
                "email-message:from_ref.value" => "email-src",
                "email-message:to_refs[*].value" => "email-dst",
                "email-message:subject" => "email-subject",
                "email-message:body" => "email-body",
                "email-message:message_id" => "email-message-id",
                "email-message:additional_header_fields.reply_to" => "email-reply-to",
                "email-message:additional_header_fields.x_mailer" => "email-x-mailer",
                "email-message:body_multipart[*].body_raw_ref.name" => "email-attachment",
                "mutex:name" => "mutex",
                "mac-addr:value" => "mac-address",
                "windows-registry-key:key" => "regkey",
                "autonomous-system:number" => "AS",
                "network-traffic:dst_port" => "port",
                "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'" => "user-agent",
                "x509-certificate:hashes.MD5" => "x509-fingerprint-md5",
                "x509-certificate:hashes.'SHA-1'" => "x509-fingerprint-sha1",
                "x509-certificate:hashes.'SHA-256'" => "x509-fingerprint-sha256",
                _ => Algorithm::at(path)?.misp,
            };
            Some((kind.to_owned(), value.to_owned()))
        }
        [
            ("network-traffic:src_ref.type", "ipv4-addr" | "ipv6-addr"),
            ("network-traffic:src_ref.value", ip),
        ] => Some(("ip-src".to_owned(), ip.to_owned())),
        [
            ("network-traffic:dst_ref.type", "ipv4-addr" | "ipv6-addr"),
            ("network-traffic:dst_ref.value", ip),
        ] => Some(("ip-dst".to_owned(), ip.to_owned())),
        [
            ("network-traffic:src_ref.type", "ipv4-addr" | "ipv6-addr"),
            ("network-traffic:src_ref.value", ip),
            ("network-traffic:src_port", port),
        ] => two("ip-src|port", ip, port),
        [
            ("network-traffic:dst_ref.type", family),
            ("network-traffic:dst_ref.value", host),
            ("network-traffic:dst_port", port),
        ] => two(if family == "domain-name" { "hostname|port" } else { "ip-dst|port" }, host, port),
        [("domain-name:value", name), ("domain-name:resolves_to_refs[*].value", ip)] => {
            two("domain|ip", name, ip)
        }
        [("windows-registry-key:key", key), ("windows-registry-key:values[*].data", data)] => {
            two("regkey|value", key, data)
        }
        [("file:name", name), (path, value)] => {
            two(&format!("filename|{}", Algorithm::at(path)?.misp), name, value)
        }
        _ => None,
    }
}

/// The category that MISP takes for a type when nobody says.
pub(super) fn category(kind: &str) -> &'static str {
    match kind {
        "vulnerability" | "link" => "External analysis",
        "threat-actor" | "campaign-name" => "Attribution",
        "text" | "size-in-bytes" => "Other",
        "regkey" | "regkey|value" => "Persistence mechanism",
        "mutex" => "Artifacts dropped",
        "yara" | "sigma" | "stix2-pattern" => "Payload installation",
        "filename" | "email" | "email-src" | "email-subject" | "email-body" | "email-message-id"
        | "email-attachment" | "email-x-mailer" | "email-reply-to" => "Payload delivery",
        _ if Algorithm::of(kind.rsplit_once('|').map_or(kind, |(_, hash)| hash)).is_some() => {
            "Payload delivery"
        }
        _ => "Network activity",
    }
}
