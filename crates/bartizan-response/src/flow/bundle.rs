//! `attack-flow.json`: Attack Flow 2.0.0, an extension of STIX 2.1 by the Center for Threat-Informed Defense.

use super::Flow;
use bartizan::{Analysis, exchange};
use bartizan_knowledge::Pack;
use bartizan_stix::{Id, tlp_definition};
use serde_json::{Value, json};

/// The extension definition that the schema requires of each of its objects.
const DEFINITION: &str = "extension-definition--fb9c968a-745b-4ade-9b25-c324172197f4";
/// Who made that definition, and when.
const MAKER: &str = "identity--d673f8cb-c168-42da-8ed4-0cb26725f86c";
const MADE: &str = "2022-08-02T19:34:35.143Z";

/// The bundle as bytes; none where there is no flow.
pub(super) fn write(flow: &Flow, analysis: &Analysis, pack: &Pack) -> Option<Vec<u8>> {
    if flow.acts.is_empty() {
        return None;
    }
    let sha = analysis.document.sha256.as_str();
    let now = exchange::timestamp(analysis.now);
    let tlp = exchange::marking(analysis);
    let author = Id::derived("identity", &["Bartizan"]);
    let technique = |act: &super::Act| analysis.techniques.get(act.technique as usize);
    let id = |i: usize| {
        let key = flow.acts.get(i).and_then(technique).map(|t| t.id.as_str()).unwrap_or_default();
        Id::derived("attack-action", &[sha, "flow", key])
    };
    let common = |kind: &str, id: &Id| {
        json!({"type": kind, "spec_version": "2.1", "id": id.as_str(), "created_by_ref": author.as_str(), "created": now,
            "modified": now, "object_marking_refs": [tlp.marking_id().as_str()]})
    };
    let extension = json!({DEFINITION: {"extension_type": "new-sdo"}});
    let mut objects = vec![
        json!({"type": "extension-definition", "id": DEFINITION, "spec_version": "2.1", "name": "Attack Flow",
            "description": "Extends STIX 2.1 with features to create Attack Flows.", "created": MADE, "modified": MADE,
            "created_by_ref": MAKER, "version": "2.0.0", "extension_types": ["new-sdo"],
            "schema": "https://center-for-threat-informed-defense.github.io/attack-flow/stix/attack-flow-schema-2.0.0.json"}),
        json!({"type": "identity", "spec_version": "2.1", "id": MAKER, "created_by_ref": MAKER, "created": MADE,
            "modified": MADE, "name": "MITRE Center for Threat-Informed Defense", "identity_class": "organization"}),
        serde_json::to_value(tlp_definition(tlp)).ok()?,
        with(common("identity", &author), json!({"name": "Bartizan", "identity_class": "system"})),
    ];
    let starts: Vec<String> = (0..flow.acts.len())
        .filter(|i| !flow.edges.iter().any(|e| e.after as usize == *i))
        .map(|i| id(i).to_string())
        .collect();
    let name = exchange::summary(analysis).title;
    objects.push(with(
        common("attack-flow", &Id::derived("attack-flow", &[sha])),
        json!({"name": name, "scope": "other", "start_refs": starts, "extensions": extension.clone()}),
    ));
    for (i, act) in flow.acts.iter().enumerate() {
        let Some(t) = technique(act) else { continue };
        let words = act.evidence.first().map(|e| e.sentence.of(&analysis.document.text)).unwrap_or_default();
        let mut more = json!({"name": t.name, "technique_id": t.id, "description": words, "extensions": extension.clone()});
        let effects: Vec<String> = flow
            .edges
            .iter()
            .filter(|e| e.before as usize == i)
            .map(|e| id(e.after as usize).to_string())
            .collect();
        if !effects.is_empty() {
            more = with(more, json!({"effect_refs": effects}));
        }
        // MITRE's object, copied with its name alone, so that the reference resolves inside the bundle.
        let known = pack.technique(&t.id).and_then(|t| Id::parse(t.stix_id));
        if let Some(known) = known.filter(|k| k.object_type() == "attack-pattern") {
            more = with(more, json!({"technique_ref": known.as_str()}));
            objects.push(json!({"type": "attack-pattern", "spec_version": "2.1", "id": known.as_str(),
                "created": "1970-01-01T00:00:00.000Z", "modified": "1970-01-01T00:00:00.000Z", "name": t.name,
                "external_references": [{"source_name": "mitre-attack", "external_id": t.id}]}));
        }
        objects.push(with(common("attack-action", &id(i)), more));
    }
    let bundle =
        json!({"type": "bundle", "id": Id::derived("bundle", &[sha, "flow"]).as_str(), "objects": objects});
    serde_json::to_vec_pretty(&bundle).ok()
}

/// `a` with the members of `b`.
fn with(mut a: Value, b: Value) -> Value {
    if let (Value::Object(a), Value::Object(b)) = (&mut a, b) {
        a.extend(b);
    }
    a
}
