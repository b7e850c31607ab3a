//! What answers a technique, and what a countermeasure or control answers: as MITRE, D3FEND and the frameworks publish it.

use std::collections::BTreeMap;

use bartizan_knowledge::{Control, ObjectKind, Pack, Path};
use serde_json::{Value, json};

use super::name;

/// Adds `mitigations`, `countermeasures` (with paths, of the technique's own artifacts first) and `controls` (by framework).
pub(super) fn of_technique(pack: &'static Pack, value: &mut Value, id: &str) {
    let mitigations: Vec<Value> = pack
        .links_to(id)
        .filter(|l| l.kind == "mitigates")
        .filter(|l| pack.object(l.source).is_some_and(|o| o.kind == ObjectKind::Mitigation))
        .map(|l| json!({ "id": l.source, "name": name(pack, l.source) }))
        .collect();
    let mut countermeasures: Vec<(&str, Vec<&Path<'_>>)> = Vec::new();
    for path in pack.paths_to(id) {
        match countermeasures.iter_mut().find(|(known, _)| *known == path.countermeasure) {
            Some((_, paths)) => paths.push(path),
            None => countermeasures.push((path.countermeasure, vec![path])),
        }
    }
    let countermeasures: Vec<Value> = countermeasures
        .into_iter()
        .map(|(id, paths)| {
            json!({ "id": id, "name": name(pack, id), "tactic": pack.countermeasure_tactic(id),
                "inherited": paths.iter().all(|p| p.inherited),
                "paths": paths.iter().map(|p| path(pack, p)).collect::<Vec<_>>() })
        })
        .collect();
    let mut controls: BTreeMap<u8, Vec<Value>> = BTreeMap::new();
    for link in pack.controls_of(id) {
        let Some(control) = pack.controls().get(link.control as usize) else { continue };
        let row = json!({ "id": control.id, "name": control.name, "how": link.kind });
        controls.entry(control.framework).or_default().push(row);
    }
    let controls: Vec<Value> = controls
        .into_iter()
        .filter_map(|(framework, controls)| {
            let framework = pack.frameworks().get(usize::from(framework))?;
            Some(json!({ "framework": framework.id, "version": framework.version, "attack": framework.attack,
                "controls": controls }))
        })
        .collect();
    value["mitigations"] = json!(mitigations);
    value["countermeasures"] = json!(countermeasures);
    value["controls"] = json!(controls);
}

/// Adds its tactic and `answers`: the techniques it reaches, with the paths; nothing if it is no countermeasure of D3FEND.
pub(super) fn of_countermeasure(pack: &'static Pack, value: &mut Value, id: &str) {
    if !id.starts_with("D3-") {
        return;
    }
    let mut answers: BTreeMap<&str, Vec<&Path<'_>>> = BTreeMap::new();
    for path in pack.paths().iter().filter(|p| p.countermeasure == id) {
        answers.entry(path.technique).or_default().push(path);
    }
    let answers: Vec<Value> = answers
        .into_iter()
        .map(|(technique, paths)| {
            json!({ "id": technique, "name": name(pack, technique), "inherited": paths.iter().all(|p| p.inherited),
                "paths": paths.iter().map(|p| path(pack, p)).collect::<Vec<_>>() })
        })
        .collect();
    value["tactic"] = json!(pack.countermeasure_tactic(id));
    value["answers"] = json!(answers);
}

/// A control by its id, letter case and leading noughts of numbers aside (the mapping writes `AC-02` where NIST writes
/// `AC-2`); the frameworks that share the id are `also`.
pub(super) fn control(pack: &'static Pack, id: &str) -> Option<Value> {
    let wanted = plain(id);
    let controls = pack.controls().iter().enumerate();
    let mut found: Vec<Value> = controls
        .filter(|(_, c)| plain(c.id) == wanted)
        .filter_map(|(index, c)| one_control(pack, index, c))
        .collect();
    let also = found.split_off(found.len().min(1));
    let mut first = found.pop()?;
    if !also.is_empty() {
        first["also"] = json!(also);
    }
    Some(first)
}

/// In upper case, numbers without leading noughts.
fn plain(id: &str) -> String {
    let mut out = String::with_capacity(id.len());
    let mut rest = id.chars().peekable();
    while let Some(c) = rest.next() {
        let inside = out.ends_with(|c: char| c.is_ascii_digit());
        let leading = c == '0' && !inside && rest.peek().is_some_and(char::is_ascii_digit);
        if !leading {
            out.push(c.to_ascii_uppercase());
        }
    }
    out
}

fn one_control(pack: &'static Pack, index: usize, control: &Control<'static>) -> Option<Value> {
    let framework = pack.frameworks().get(usize::from(control.framework))?;
    let links = pack.control_links().iter().filter(|l| l.control as usize == index);
    let answers: Vec<Value> =
        links.map(|l| json!({ "id": l.technique, "name": name(pack, l.technique), "how": l.kind })).collect();
    Some(json!({ "id": control.id, "kind": "control", "name": control.name, "framework": framework.id,
        "version": framework.version, "answers": answers }))
}

/// One path of D3FEND, classes as the ontology names them, and in words.
fn path(pack: &Pack, path: &Path<'_>) -> Value {
    json!({ "does": path.does, "artifact": path.artifact, "answers": path.answers, "guarded": path.guarded,
        "inherited": path.inherited, "words": bartizan_response::mitigation::path_words(path, pack) })
}
