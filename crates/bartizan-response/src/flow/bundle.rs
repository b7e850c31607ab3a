//! `attack-flow.json`: Attack Flow 2.0.0, an extension of STIX 2.1 by the Center for Threat-Informed Defense.

use super::{Asset, Condition, Flow, Join};
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
    let common = |kind: &str, id: &str| {
        json!({"type": kind, "spec_version": "2.1", "id": id, "created_by_ref": author.as_str(), "created": now,
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
        with(common("identity", author.as_str()), json!({"name": "Bartizan", "identity_class": "system"})),
    ];
    let ids = Ids { sha, flow, analysis };
    let starts = ids.starts();
    let name = exchange::summary(analysis).title;
    objects.push(with(
        common("attack-flow", Id::derived("attack-flow", &[sha]).as_str()),
        json!({"name": name, "scope": "other", "start_refs": starts, "extensions": extension.clone()}),
    ));
    for (i, act) in flow.acts.iter().enumerate() {
        let Some(t) = technique(act) else { continue };
        let words = act.evidence.first().map(|e| e.sentence.of(&analysis.document.text)).unwrap_or_default();
        let mut more = json!({"name": t.name, "technique_id": t.id, "description": words, "extensions": extension.clone()});
        let effects = ids.effects(i as u32);
        if !effects.is_empty() {
            more = with(more, json!({"effect_refs": effects}));
        }
        let assets: Vec<String> =
            flow.assets.iter().filter(|a| a.acts.contains(&(i as u32))).map(|a| ids.asset(a)).collect();
        if !assets.is_empty() {
            more = with(more, json!({"asset_refs": assets}));
        }
        // MITRE's object, copied with its name alone, so that the reference resolves inside the bundle.
        let known = pack.technique(&t.id).and_then(|t| Id::parse(t.stix_id));
        if let Some(known) = known.filter(|k| k.object_type() == "attack-pattern") {
            more = with(more, json!({"technique_ref": known.as_str()}));
            let pattern = json!({"type": "attack-pattern", "spec_version": "2.1", "id": known.as_str(),
                "created": "1970-01-01T00:00:00.000Z", "modified": "1970-01-01T00:00:00.000Z", "name": t.name,
                "external_references": [{"source_name": "mitre-attack", "external_id": t.id}]});
            // Two acts may be of one technique.
            if !objects.contains(&pattern) {
                objects.push(pattern);
            }
        }
        objects.push(with(common("attack-action", &ids.act(i as u32)), more));
    }
    let words = |e: &bartizan::Evidence| e.sentence.of(&analysis.document.text).to_owned();
    for asset in &flow.assets {
        let said = asset.evidence.first().map(words).unwrap_or_default();
        let more = json!({"name": asset.name, "description": said, "extensions": extension.clone()});
        objects.push(with(common("attack-asset", &ids.asset(asset)), more));
    }
    for condition in &flow.conditions {
        let said = condition.evidence.span.of(&analysis.document.text);
        let acts: Vec<String> = condition.acts.iter().map(|a| ids.act(*a).to_string()).collect();
        let more = json!({"description": said, "on_true_refs": acts, "extensions": extension.clone()});
        objects.push(with(common("attack-condition", &ids.condition(condition)), more));
    }
    for join in &flow.joins {
        let mut more = json!({"operator": join.operator.as_str(), "extensions": extension.clone()});
        let effects = ids.entries(&join.effects(&flow.edges));
        if !effects.is_empty() {
            more = with(more, json!({"effect_refs": effects}));
        }
        objects.push(with(common("attack-operator", &ids.join(join)), more));
    }
    let bundle =
        json!({"type": "bundle", "id": Id::derived("bundle", &[sha, "flow"]).as_str(), "objects": objects});
    serde_json::to_vec_pretty(&bundle).ok()
}

/// Ids of the objects, and which leads to which. An id depends on the document and on what the object says, never on its
/// place in a list.
struct Ids<'a> {
    sha: &'a str,
    flow: &'a Flow,
    analysis: &'a Analysis,
}

impl Ids<'_> {
    fn technique(&self, act: u32) -> &str {
        let act = self.flow.acts.get(act as usize);
        let technique = act.and_then(|a| self.analysis.techniques.get(a.technique as usize));
        technique.map(|t| t.id.as_str()).unwrap_or_default()
    }

    fn act(&self, act: u32) -> String {
        let technique = self.technique(act);
        // A technique may be several acts: they are counted.
        let before = (0..act).filter(|a| self.technique(*a) == technique).count();
        let count = if before > 0 { format!("{technique} {}", before + 1) } else { technique.to_owned() };
        Id::derived("attack-action", &[self.sha, "flow", &count]).to_string()
    }

    fn asset(&self, asset: &Asset) -> String {
        Id::derived("attack-asset", &[self.sha, "flow", &asset.name]).to_string()
    }

    fn condition(&self, condition: &Condition) -> String {
        let at = condition.evidence.span.start.to_string();
        Id::derived("attack-condition", &[self.sha, "flow", &at]).to_string()
    }

    fn join(&self, join: &Join) -> String {
        let at = join.evidence.span.start.to_string();
        Id::derived("attack-operator", &[self.sha, "flow", join.operator.as_str(), &at]).to_string()
    }

    /// Where a path into these acts arrives: at their conditions, or at themselves.
    fn entries(&self, acts: &[u32]) -> Vec<String> {
        let mut out = Vec::new();
        for act in acts {
            let before = self.flow.conditions.iter().filter(|c| c.acts.contains(act));
            let mut ids: Vec<String> = before.map(|c| self.condition(c)).collect();
            if ids.is_empty() {
                ids.push(self.act(*act));
            }
            out.extend(ids);
        }
        distinct(out)
    }

    /// What an act leads to: its operators, and what follows it without one.
    fn effects(&self, act: u32) -> Vec<String> {
        let joins = || self.flow.joins.iter().filter(|j| j.acts.contains(&act));
        let joined: Vec<u32> = joins().flat_map(|j| j.effects(&self.flow.edges)).collect();
        let edges = self.flow.edges.iter().filter(|e| e.before == act && !joined.contains(&e.after));
        let mut out: Vec<String> = joins().map(|j| self.join(j)).collect();
        out.extend(self.entries(&edges.map(|e| e.after).collect::<Vec<_>>()));
        distinct(out)
    }

    /// Acts and conditions that nothing leads to.
    fn starts(&self) -> Vec<String> {
        let acts = || 0..self.flow.acts.len() as u32;
        let mut led: Vec<String> = acts().flat_map(|a| self.effects(a)).collect();
        led.extend(self.flow.joins.iter().flat_map(|j| self.entries(&j.effects(&self.flow.edges))));
        let held = self.flow.conditions.iter().flat_map(|c| &c.acts);
        led.extend(held.map(|a| self.act(*a)));
        let conditions = self.flow.conditions.iter().map(|c| self.condition(c));
        distinct(acts().map(|a| self.act(a)).chain(conditions).filter(|id| !led.contains(id)).collect())
    }
}

/// Each once, in the order of first places.
fn distinct(ids: Vec<String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::with_capacity(ids.len());
    for id in ids {
        if !out.contains(&id) {
            out.push(id);
        }
    }
    out
}

/// `a` with the members of `b`.
fn with(mut a: Value, b: Value) -> Value {
    if let (Value::Object(a), Value::Object(b)) = (&mut a, b) {
        a.extend(b);
    }
    a
}
