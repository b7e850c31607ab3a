//! MITRE D3FEND: countermeasures with their tactics, and how they reach techniques, all from the ontology.

use crate::{Draft, Error, File, infer};
use bartizan_knowledge::{Label, Link, Object, ObjectKind, Path, Source};
use std::collections::BTreeMap;

/// Reads the ontology in Turtle.
pub(crate) fn read(draft: &mut Draft<'_>, file: &File) -> Result<(), Error> {
    let inference = infer(file.text()?).map_err(|e| Error::new(format!("{}: {e}", file.name)))?;
    draft.facts.objects.retain(|o| o.kind != ObjectKind::Countermeasure);
    draft.facts.links.retain(|l| !l.source.starts_with("D3-"));
    draft.facts.tactics_of.clear();
    let mut drafts = Vec::new();
    for countermeasure in inference.countermeasures.iter().filter(|c| !c.name.is_empty()) {
        let (id, name) = (draft.keep(countermeasure.id), draft.keep(countermeasure.name));
        let kind = ObjectKind::Countermeasure;
        draft.facts.objects.push(Object { id, kind, name, aliases: Vec::new(), stix_id: "" });
        let name = draft.keep(countermeasure.tactic);
        draft.facts.tactics_of.push(Label { id, name });
        if countermeasure.draft {
            drafts.push(countermeasure.id);
        }
    }
    draft.facts.artifacts = inference
        .artifacts
        .iter()
        .map(|(id, name)| Label { id: draft.keep(id), name: draft.keep(name) })
        .collect();
    draft.facts.paths = inference
        .rows
        .iter()
        .map(|row| Path {
            technique: draft.keep(row.technique),
            inherited: !row.own,
            countermeasure: draft.keep(row.countermeasure),
            does: draft.keep(row.off_relation),
            artifact: draft.keep(row.off_artifact),
            answers: draft.keep(row.def_relation),
            guarded: draft.keep(row.def_artifact),
        })
        .collect();
    let mut pairs: BTreeMap<(&str, &str), bool> = BTreeMap::new();
    for path in &draft.facts.paths {
        *pairs.entry((path.countermeasure, path.technique)).or_default() |= !path.inherited;
    }
    for ((source, target), own) in pairs {
        let kind = if own { "counters" } else { "counters-family" };
        draft.facts.links.push(Link { source, kind, target });
    }
    let marked = if drafts.is_empty() { "none marked as a draft".to_owned() } else { drafts.join(", ") };
    draft.notes.push(format!("D3FEND: {} paths; drafts: {marked}", draft.facts.paths.len()));
    let version = version(draft, file);
    let records = inference.countermeasures.len() as u32;
    draft.source(Source { name: "D3FEND", version, date: "", licence: "MIT", records });
    Ok(())
}

/// `d3fend-1.2.0-…` → `1.2.0`.
fn version<'a>(draft: &Draft<'a>, file: &File) -> &'a str {
    let rest = file.name.trim_start_matches(|c: char| !c.is_ascii_digit());
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    // Both digits of "d3fend" would be taken for a version.
    let rest = if rest.starts_with("3fend") {
        rest[1..].trim_start_matches(|c: char| !c.is_ascii_digit())
    } else {
        &rest[..end]
    };
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    draft.keep(rest[..end].trim_end_matches('.'))
}
