//! Names of weaknesses (CWE) and attack patterns (CAPEC).

use crate::{Draft, Error, File};
use bartizan_knowledge::{Label, Source};
use quick_xml::events::Event;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::Read;

/// The catalogue in XML: weaknesses and categories, which reports cite as `CWE-…` too. Views are left out.
pub(crate) fn read_cwe(draft: &mut Draft<'_>, file: &File) -> Result<(), Error> {
    let mut reader = quick_xml::Reader::from_str(file.text()?);
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let (mut version, mut date) = (String::new(), String::new());
    let fail = |e: String| Error::new(format!("{}: {e}", file.name));
    loop {
        match reader.read_event().map_err(|e| fail(e.to_string()))? {
            Event::Start(tag) | Event::Empty(tag) => {
                let attribute = |name: &str| -> String {
                    let found = tag.try_get_attribute(name).ok().flatten();
                    let raw = found.map(|a| a.value.into_owned()).unwrap_or_default();
                    quick_xml::escape::unescape(&raw).map(|t| t.into_owned()).unwrap_or(raw)
                };
                match tag.name().as_ref() {
                    "Weakness_Catalog" => (version, date) = (attribute("Version"), attribute("Date")),
                    "Weakness" | "Category" => {
                        found.insert(format!("CWE-{}", attribute("ID")), attribute("Name"));
                    }
                    _ => {}
                }
            }
            Event::Text(text) => draft.words.count(&text),
            Event::Eof => break,
            _ => {}
        }
    }
    draft.facts.cwe =
        found.iter().map(|(id, name)| Label { id: draft.keep(id), name: draft.keep(name) }).collect();
    let (version, date) = (draft.keep(&version), draft.keep(&date));
    let records = found.len() as u32;
    draft.source(Source { name: "CWE", version, date, licence: "CWE Terms of Use", records });
    Ok(())
}

#[derive(Deserialize)]
struct Bundle {
    objects: Vec<Pattern>,
}

#[derive(Deserialize)]
struct Pattern {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    modified: String,
    #[serde(default)]
    x_capec_version: String,
    #[serde(default)]
    external_references: Vec<Reference>,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(default)]
    source_name: String,
    #[serde(default)]
    external_id: String,
}

/// CAPEC as one STIX bundle, or as a tar of one bundle for each object.
pub(crate) fn read_capec(draft: &mut Draft<'_>, file: &File) -> Result<(), Error> {
    let fail = |e: String| Error::new(format!("{}: {e}", file.name));
    let mut bundles: Vec<Bundle> = Vec::new();
    if file.name.ends_with(".tar") {
        let mut archive = tar::Archive::new(file.bytes.as_slice());
        for entry in archive.entries().map_err(|e| fail(e.to_string()))? {
            let mut entry = entry.map_err(|e| fail(e.to_string()))?;
            let path = entry.path().map(|p| p.to_string_lossy().into_owned()).unwrap_or_default();
            if path.contains("attack-pattern") && path.ends_with(".json") {
                let mut text = String::new();
                entry.read_to_string(&mut text).map_err(|e| fail(e.to_string()))?;
                bundles.push(serde_json::from_str(&text).map_err(|e| fail(format!("{path}: {e}")))?);
            }
        }
    } else {
        bundles.push(file.json()?);
    }
    let mut found: BTreeMap<&str, &str> = BTreeMap::new();
    let (mut version, mut date) = ("", "");
    for pattern in bundles.iter().flat_map(|b| &b.objects).filter(|o| o.kind == "attack-pattern") {
        draft.words.count(&pattern.description);
        version = version.max(&pattern.x_capec_version);
        date = date.max(pattern.modified.get(..10).unwrap_or_default());
        if let Some(own) = pattern.external_references.iter().find(|r| r.source_name == "capec") {
            found.insert(&own.external_id, &pattern.name);
        }
    }
    draft.facts.capec =
        found.iter().map(|(id, name)| Label { id: draft.keep(id), name: draft.keep(name) }).collect();
    let (version, date) = (draft.keep(version), draft.keep(date));
    draft.source(Source {
        name: "CAPEC",
        version,
        date,
        licence: "CAPEC Terms of Use",
        records: found.len() as u32,
    });
    Ok(())
}
