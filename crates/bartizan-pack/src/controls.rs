//! Controls of frameworks: the mappings of MITRE's Center for Threat-Informed Defense (Mappings Explorer), one JSON
//! file for each framework, or all of them in one tar.

use crate::{Draft, Error, File};
use bartizan_knowledge::{Control, ControlLink, Framework, Source};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

/// Frameworks whose entries are measures. The others of the same publisher say something else: which vulnerabilities
/// lead to a technique (`kev`), how incidents are coded (`veris`), what one vendor's processors do (`intel-vpro`).
const MEASURES: &[&str] = &["nist_800_53", "cri_profile", "csa_ccm", "azure", "aws", "gcp", "m365"];

#[derive(Deserialize)]
struct Mapping {
    metadata: Metadata,
    mapping_objects: Vec<Row>,
}

#[derive(Deserialize)]
struct Metadata {
    mapping_framework: String,
    mapping_framework_version: String,
    attack_version: String,
    last_update: Option<String>,
    #[serde(default)]
    capability_groups: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Row {
    capability_id: Option<String>,
    capability_group: Option<String>,
    capability_description: Option<String>,
    mapping_type: Option<String>,
    attack_object_id: Option<String>,
    status: Option<String>,
    score_category: Option<String>,
    score_value: Option<String>,
}

/// One framework while it is put together: controls with names; technique, control, kind.
#[derive(Default)]
struct Part<'a> {
    version: &'a str,
    attack: &'a str,
    controls: BTreeMap<&'a str, &'a str>,
    links: BTreeSet<(&'a str, &'a str, &'a str)>,
}

/// Reads mappings; each replaces what an older pack knew of its framework.
pub(crate) fn read(draft: &mut Draft<'_>, files: &[&File]) -> Result<(), Error> {
    let mut mappings: Vec<Mapping> = Vec::new();
    for file in files {
        let fail = |e: String| Error::new(format!("{}: {e}", file.name));
        if !file.name.ends_with(".tar") {
            mappings.push(file.json()?);
            continue;
        }
        let mut archive = tar::Archive::new(file.bytes.as_slice());
        for entry in archive.entries().map_err(|e| fail(e.to_string()))? {
            let mut entry = entry.map_err(|e| fail(e.to_string()))?;
            let path = entry.path().map(|p| p.to_string_lossy().into_owned()).unwrap_or_default();
            if path.ends_with(".json") && !path.contains("schema") {
                let mut text = String::new();
                entry.read_to_string(&mut text).map_err(|e| fail(e.to_string()))?;
                mappings.push(serde_json::from_str(&text).map_err(|e| fail(format!("{path}: {e}")))?);
            }
        }
    }
    mappings.retain(|m| MEASURES.contains(&m.metadata.mapping_framework.as_str()));
    if mappings.is_empty() {
        return Ok(());
    }
    // The newest last, so that of two mappings of one framework it is the one that stays.
    mappings.sort_by_key(|m| day(m.metadata.last_update.as_deref().unwrap_or_default()));
    let mut parts = known(draft);
    let mut date = String::new();
    for mapping in &mappings {
        let (id, part) = part(draft, mapping);
        if id == "cri_profile" {
            parts.insert("nist_csf", through_profile(draft, mapping, &part));
        }
        parts.insert(id, part);
        date = date.max(day(mapping.metadata.last_update.as_deref().unwrap_or_default()));
    }
    let records = parts.values().map(|p| p.links.len() as u32).sum();
    for (id, part) in &parts {
        let (controls, links) = (part.controls.len(), part.links.len());
        draft.notes.push(format!("{id} {}: {controls} controls, {links} relations", part.version));
    }
    flatten(draft, &parts);
    let date = draft.keep(&date);
    draft.source(Source { name: "Mappings Explorer", version: date, date, licence: "Apache-2.0", records });
    Ok(())
}

/// What the pack knew before.
fn known<'a>(draft: &Draft<'a>) -> BTreeMap<&'a str, Part<'a>> {
    let facts = &draft.facts;
    let mut parts: BTreeMap<&str, Part<'a>> = BTreeMap::new();
    let framework = |control: &Control<'a>| facts.frameworks.get(usize::from(control.framework));
    for control in &facts.controls {
        let Some(framework) = framework(control) else { continue };
        let part = parts.entry(framework.id).or_default();
        (part.version, part.attack) = (framework.version, framework.attack);
        part.controls.insert(control.id, control.name);
    }
    for link in &facts.control_links {
        let Some(control) = facts.controls.get(link.control as usize) else { continue };
        let Some(framework) = framework(control) else { continue };
        parts.entry(framework.id).or_default().links.insert((link.technique, control.id, link.kind));
    }
    parts
}

fn part<'a>(draft: &Draft<'a>, mapping: &Mapping) -> (&'a str, Part<'a>) {
    let metadata = &mapping.metadata;
    let mut part = Part {
        version: draft.keep(&metadata.mapping_framework_version),
        attack: draft.keep(&metadata.attack_version),
        ..Part::default()
    };
    for row in &mapping.mapping_objects {
        let (Some(control), Some(technique)) = (&row.capability_id, &row.attack_object_id) else { continue };
        let kind = row.mapping_type.as_deref().unwrap_or_default();
        let mapped = row.status.as_deref() != Some("non_mappable") && kind != "non_mappable";
        if control.is_empty() || !technique.starts_with('T') || !mapped {
            continue;
        }
        let kind = match (&row.score_category, &row.score_value) {
            (Some(category), Some(value)) => format!("{category}, {value}"),
            _ => kind.to_owned(),
        };
        let id = draft.keep(control);
        let name = row.capability_description.as_deref().unwrap_or(control);
        part.controls.insert(id, draft.keep(name));
        part.links.insert((draft.keep(technique), id, draft.keep(&kind)));
    }
    (draft.keep(&metadata.mapping_framework), part)
}

/// NIST CSF 2.0 subcategories. The CRI Profile numbers its statements under them (`PR.AA-01.02` belongs to `PR.AA-01`)
/// and adds a function of its own, `EX`. CSF itself publishes no mapping to ATT&CK, so the kind says where it is from.
fn through_profile<'a>(draft: &Draft<'a>, mapping: &Mapping, profile: &Part<'a>) -> Part<'a> {
    let mut part = Part { version: "2.0", attack: profile.attack, ..Part::default() };
    let groups: BTreeMap<&str, &str> = mapping
        .mapping_objects
        .iter()
        .filter_map(|row| Some((row.capability_id.as_deref()?, row.capability_group.as_deref()?)))
        .collect();
    for (technique, control, _) in &profile.links {
        let Some(id) = subcategory(control) else { continue };
        let group = groups.get(control).and_then(|g| mapping.metadata.capability_groups.get(*g));
        part.controls.insert(id, draft.keep(group.map_or(id, String::as_str)));
        part.links.insert((technique, id, "through CRI Profile"));
    }
    part
}

/// `PR.AA-01.02` → `PR.AA-01`.
fn subcategory(statement: &str) -> Option<&str> {
    let (category, number) = statement.split_once('-')?;
    let digits = number.bytes().take_while(u8::is_ascii_digit).count();
    (digits > 0 && !category.starts_with("EX")).then(|| &statement[..category.len() + 1 + digits])
}

fn flatten<'a>(draft: &mut Draft<'a>, parts: &BTreeMap<&'a str, Part<'a>>) {
    let facts = &mut draft.facts;
    (facts.frameworks, facts.controls, facts.control_links) = (Vec::new(), Vec::new(), Vec::new());
    for (id, part) in parts {
        let framework = facts.frameworks.len() as u8;
        facts.frameworks.push(Framework { id, version: part.version, attack: part.attack });
        let mut places: BTreeMap<&str, u32> = BTreeMap::new();
        for (id, name) in &part.controls {
            places.insert(id, facts.controls.len() as u32);
            facts.controls.push(Control { framework, id, name });
        }
        for (technique, control, kind) in &part.links {
            if let Some(&control) = places.get(control) {
                facts.control_links.push(ControlLink { technique, control, kind });
            }
        }
    }
}

/// `07/28/2025` → `2025-07-28`; anything else is no day.
fn day(text: &str) -> String {
    let parts: Vec<&str> = text.split('/').collect();
    match parts.as_slice() {
        [month, day, year] if year.len() == 4 => format!("{year}-{month:0>2}-{day:0>2}"),
        _ => String::new(),
    }
}
