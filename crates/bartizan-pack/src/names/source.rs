//! Reading name sources: MISP galaxy clusters and Microsoft's list of threat actors.

use super::merge::Node;
use crate::{Draft, Error, File};
use bartizan_knowledge::NameKind;
use serde::Deserialize;
use std::collections::BTreeSet;

/// A line of a flat file of galaxy entries, or a value of a cluster file brought into that form.
#[derive(Deserialize)]
struct Record {
    cluster: String,
    value: String,
    #[serde(default)]
    uuid: String,
    #[serde(default)]
    synonyms: Vec<String>,
    external_id: Option<String>,
    country: Option<String>,
    #[serde(default)]
    similar: Vec<String>,
}

/// A cluster file as MISP publishes it.
#[derive(Deserialize)]
struct Cluster {
    #[serde(rename = "type")]
    kind: String,
    values: Vec<Value>,
}

#[derive(Deserialize)]
struct Value {
    value: String,
    #[serde(default)]
    uuid: String,
    #[serde(default)]
    meta: Meta,
    #[serde(default)]
    related: Vec<Related>,
}

#[derive(Default, Deserialize)]
struct Meta {
    #[serde(default)]
    synonyms: Vec<String>,
    external_id: Option<String>,
    country: Option<String>,
}

#[derive(Deserialize)]
struct Related {
    #[serde(rename = "dest-uuid")]
    uuid: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct MicrosoftRow {
    #[serde(rename = "Threat actor name")]
    name: String,
    #[serde(rename = "Origin/Threat", default)]
    origin: String,
    #[serde(rename = "Other names", default)]
    others: String,
}

/// Clusters we take, and what they name. Malpedia's is left out (CC BY-NC-SA), as are vendors' own listings.
fn kind(cluster: &str) -> Option<NameKind> {
    Some(match cluster {
        "threat-actor" | "mitre-intrusion-set" | "microsoft-activity-group" => NameKind::Actor,
        // MISP's "tool" are tools of attackers: mostly malware. What is a legitimate tool ATT&CK knows.
        "mitre-malware" | "ransomware" | "rat" | "botnet" | "android" | "banker" | "backdoor" | "stealer"
        | "wiper" | "exploit-kit" | "cryptominers" | "tool" => NameKind::Malware,
        "mitre-tool" => NameKind::Tool,
        "surveillance-vendor" => NameKind::Vendor,
        _ => return None,
    })
}

/// Adds the records of a file; returns how many of MISP\'s galaxy there were.
pub(super) fn read(draft: &mut Draft<'_>, file: &File, nodes: &mut Vec<Node>) -> Result<usize, Error> {
    if file.name.ends_with(".jsonl") {
        let mut records = Vec::new();
        for line in file.text()?.lines().filter(|l| !l.trim().is_empty()) {
            let record: Record =
                serde_json::from_str(line).map_err(|e| Error::new(format!("{}: {e}", file.name)))?;
            records.push(record);
        }
        return Ok(add(draft, records, nodes));
    } else if file.kind == crate::file::Kind::MicrosoftNames {
        let rows: Vec<MicrosoftRow> = file.json()?;
        super::note(draft, "Microsoft threat actor names", "CC-BY-4.0", rows.len());
        for row in rows {
            nodes.push(Node {
                kind: NameKind::Actor,
                name: clean(&row.name),
                others: row.others.split(',').map(clean).filter(|n| usable(n)).collect(),
                country: crate::places::code(&row.origin).map(str::to_owned),
                ..Node::default()
            });
        }
    } else {
        let cluster: Cluster = file.json()?;
        let records = cluster.values.into_iter().map(|v| Record {
            cluster: cluster.kind.clone(),
            value: v.value,
            uuid: v.uuid,
            synonyms: v.meta.synonyms,
            external_id: v.meta.external_id,
            country: v.meta.country,
            similar: v.related.into_iter().filter(|r| r.kind == "similar").map(|r| r.uuid).collect(),
        });
        return Ok(add(draft, records.collect(), nodes));
    }
    Ok(0)
}

fn add(draft: &Draft<'_>, records: Vec<Record>, nodes: &mut Vec<Node>) -> usize {
    let live: BTreeSet<&str> = draft.facts.objects.iter().map(|o| o.id).collect();
    let mut count = 0;
    for record in records {
        let Some(kind) = kind(&record.cluster) else { continue };
        let name = clean(&record.value);
        if !usable(&name) {
            continue;
        }
        count += 1;
        let mut others: Vec<String> =
            record.synonyms.iter().map(|s| clean(s)).filter(|s| usable(s)).collect();
        if let Some(bare) = name.strip_suffix(" Ransomware").or_else(|| name.strip_suffix(" ransomware")) {
            others.extend(Some(bare.trim().to_owned()).filter(|b| b.len() > 3 && usable(b)));
        }
        // A galaxy may be ahead of the ATT&CK in this pack: an id that it does not know would mislead.
        let id = record.external_id.filter(|id| live.contains(id.as_str()));
        nodes.push(Node {
            kind,
            name,
            others,
            id,
            uuid: Some(record.uuid).filter(|u| !u.is_empty()),
            similar: record.similar,
            country: record.country.filter(|c| c.len() == 2).map(|c| c.to_ascii_uppercase()),
        });
    }
    count
}

/// A name without the ATT&CK id that galaxy appends, and without doubled spaces.
fn clean(name: &str) -> String {
    let name = match name.rsplit_once(" - ") {
        Some((name, id)) if is_id(id) => name,
        _ => name,
    };
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_id(text: &str) -> bool {
    let mut bytes = text.bytes();
    matches!(bytes.next(), Some(b'G' | b'S' | b'C' | b'T'))
        && text.len() >= 5
        && bytes.all(|b| b.is_ascii_digit() || b == b'.')
}

/// Whether a text can serve as a name: not an id, a number, a single letter, or a note in the place of a name.
fn usable(name: &str) -> bool {
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    let lower = name.to_lowercase();
    letters > 0
        && name.chars().count() > 1
        && name.len() <= 80
        && !is_id(name)
        && !matches!(lower.as_str(), "unknown" | "unnamed" | "n/a" | "none" | "unnamed actor" | "various")
        && !lower.starts_with("cve-")
        && !lower.contains("http")
}
