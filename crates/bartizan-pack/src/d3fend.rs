//! MITRE D3FEND: names from the ontology, countermeasures for techniques from the inferred mappings.

use crate::{Draft, Error, File};
use bartizan_knowledge::{Link, Object, ObjectKind, Source};
use std::collections::BTreeMap;

/// Ids and labels of the ontology in Turtle. We need two properties of each subject, so a scan by lines does: a
/// subject starts in the first column, `rdfs:label` and `:d3fend-id` (or `d3f:d3fend-id`) stand on lines of their own.
pub(crate) fn read_ontology(draft: &mut Draft<'_>, file: &File) -> Result<(), Error> {
    draft.facts.objects.retain(|o| o.kind != ObjectKind::Countermeasure);
    let mut count = 0;
    let (mut label, mut id, mut in_string) = (None, None, false);
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for line in file.text()?.lines() {
        let opens = line.matches("\"\"\"").count() % 2 == 1;
        if in_string {
            in_string = !opens;
            continue;
        }
        if !line.starts_with([' ', '\t']) && !line.is_empty() {
            if let (Some(label), Some(id)) = (label.take(), id.take()) {
                found.insert(id, label);
            }
            (label, id) = (None, None);
        }
        let line_text = line.trim_start();
        if let Some(rest) = line_text.strip_prefix("rdfs:label ") {
            label = label.or_else(|| quoted(rest));
        } else if let Some((_, rest)) = line_text.split_once(":d3fend-id ") {
            id = id.or_else(|| quoted(rest));
        }
        in_string = opens;
    }
    if let (Some(label), Some(id)) = (label, id) {
        found.insert(id, label);
    }
    for (id, name) in found.iter().filter(|(id, _)| id.starts_with("D3-")) {
        let (id, name) = (draft.keep(id), draft.keep(name));
        draft.facts.objects.push(Object {
            id,
            kind: ObjectKind::Countermeasure,
            name,
            aliases: Vec::new(),
            stix_id: "",
        });
        count += 1;
    }
    let version = version(draft, file);
    draft.source(Source { name: "D3FEND", version, date: "", licence: "MIT", records: count });
    Ok(())
}

fn quoted(text: &str) -> Option<String> {
    text.trim_start().strip_prefix('"')?.split('"').next().map(str::to_owned).filter(|t| !t.is_empty())
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

/// Rows of technique and countermeasure. The column `own` is ours: 1 where the artifact that joins them belongs to
/// the technique itself, 0 where it comes from its parent or a sub-technique. Without it all rows count as own.
pub(crate) fn read_mappings(draft: &mut Draft<'_>, file: &File) -> Result<(), Error> {
    draft.facts.links.retain(|l| !l.source.starts_with("D3-"));
    let mut lines = file.text()?.lines();
    let header: Vec<&str> =
        lines.next().unwrap_or_default().split(',').map(|c| c.trim_matches('"')).collect();
    let column = |name: &str| header.iter().position(|c| *c == name);
    let missing = || Error::new(format!("{}: no column for the technique or the countermeasure", file.name));
    let technique = column("off_tech_id").ok_or_else(missing)?;
    let countermeasure = column("def_tech_id").ok_or_else(missing)?;
    let own = column("own");
    let mut pairs: BTreeMap<(&str, &str), bool> = BTreeMap::new();
    for line in lines {
        // Ids and class names hold neither commas nor quotes inside.
        let cells: Vec<&str> = line.split(',').map(|c| c.trim_matches('"')).collect();
        let (Some(target), Some(source)) = (cells.get(technique), cells.get(countermeasure)) else {
            continue;
        };
        if !source.starts_with("D3-") || !target.starts_with('T') {
            continue;
        }
        let own = own.is_none_or(|own| cells.get(own) == Some(&"1"));
        *pairs.entry((source, target)).or_default() |= own;
    }
    for ((source, target), own) in pairs {
        let kind = if own { "counters" } else { "counters-family" };
        draft.facts.links.push(Link { source: draft.keep(source), kind, target: draft.keep(target) });
    }
    Ok(())
}
