//! MITRE ATLAS: `dist/ATLAS.yaml`.

use crate::{Draft, Error, File};
use bartizan_knowledge::{Domain, Link, Object, ObjectKind, Source, Tactic, Technique};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Atlas {
    version: String,
    matrices: Vec<Matrix>,
}

#[derive(Deserialize)]
struct Matrix {
    #[serde(default)]
    tactics: Vec<Item>,
    #[serde(default)]
    techniques: Vec<Item>,
    #[serde(default)]
    mitigations: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    id: String,
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    tactics: Vec<String>,
    #[serde(default)]
    platforms: Vec<String>,
    #[serde(rename = "subtechnique-of")]
    parent: Option<String>,
    #[serde(rename = "ATT&CK-reference")]
    attack: Option<Reference>,
    #[serde(default)]
    techniques: Vec<Reference>,
    #[serde(default)]
    modified_date: serde_yaml_ng::Value,
}

#[derive(Deserialize)]
struct Reference {
    id: String,
}

pub(crate) fn read(draft: &mut Draft<'_>, file: &File) -> Result<(), Error> {
    let atlas: Atlas =
        serde_yaml_ng::from_slice(&file.bytes).map_err(|e| Error::new(format!("{}: {e}", file.name)))?;
    draft.facts.tactics.retain(|t| t.domain != Domain::Atlas);
    draft.facts.techniques.retain(|t| t.domain != Domain::Atlas);
    draft.facts.objects.retain(|o| !o.id.starts_with("AML."));
    draft.facts.links.retain(|l| !l.source.starts_with("AML.") && !l.target.starts_with("AML."));
    let (mut count, mut date) = (0, String::new());
    for matrix in &atlas.matrices {
        let mut short: Vec<(&str, &str)> = Vec::new();
        for tactic in &matrix.tactics {
            let name = draft.keep(&tactic.name);
            let short_name = draft.keep(&slug(&tactic.name));
            short.push((&tactic.id, short_name));
            let id = draft.keep(&tactic.id);
            draft.facts.tactics.push(Tactic { id, name, short_name, domain: Domain::Atlas, stix_id: "" });
        }
        let by_id: BTreeMap<&str, &Item> = matrix.techniques.iter().map(|t| (t.id.as_str(), t)).collect();
        for technique in &matrix.techniques {
            let parent = technique.parent.as_deref().and_then(|p| by_id.get(p));
            // A sub-technique lists no tactics: it has its parent's.
            let own = if technique.tactics.is_empty() {
                parent.map(|p| &p.tactics)
            } else {
                Some(&technique.tactics)
            };
            let tactics = short
                .iter()
                .filter(|(id, _)| own.is_some_and(|o| o.iter().any(|t| t == id)))
                .map(|(_, s)| *s);
            let item = Technique {
                id: draft.keep(&technique.id),
                name: draft.keep(&technique.name),
                domain: Domain::Atlas,
                tactics: tactics.map(|t| draft.keep(t)).collect(),
                platforms: technique.platforms.iter().map(|p| draft.keep(p)).collect(),
                parent: parent.map(|p| draft.keep(&p.id)),
                stix_id: "",
            };
            if let Some(attack) = &technique.attack {
                draft.facts.links.push(Link {
                    source: item.id,
                    kind: "corresponds-to",
                    target: draft.keep(&attack.id),
                });
            }
            draft.facts.techniques.push(item);
            count += 1;
        }
        for mitigation in &matrix.mitigations {
            let (id, name) = (draft.keep(&mitigation.id), draft.keep(&mitigation.name));
            let kind = ObjectKind::Mitigation;
            draft.facts.objects.push(Object { id, kind, name, aliases: Vec::new(), stix_id: "" });
            for technique in &mitigation.techniques {
                draft.facts.links.push(Link {
                    source: id,
                    kind: "mitigates",
                    target: draft.keep(&technique.id),
                });
            }
        }
        for item in matrix.tactics.iter().chain(&matrix.techniques).chain(&matrix.mitigations) {
            draft.words.count(&item.description);
            if let serde_yaml_ng::Value::String(day) = &item.modified_date {
                date = date.max(day.clone());
            }
        }
    }
    let (version, date) = (draft.keep(&atlas.version), draft.keep(&date));
    draft.source(Source { name: "ATLAS", version, date, licence: "Apache-2.0", records: count });
    Ok(())
}

/// `AI Model Access` → `ai-model-access`, as ATT&CK names its phases.
fn slug(name: &str) -> String {
    let words: Vec<String> = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|w| !w.is_empty() && *w != "&")
        .map(str::to_ascii_lowercase)
        .collect();
    words.join("-")
}
