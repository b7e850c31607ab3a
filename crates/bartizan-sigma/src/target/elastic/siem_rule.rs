//! Elastic Security: detection rules around a query.
//!
//! Source: Elastic Security, "Create a detection rule" of the detections API; "Import detection rules" reads a file with
//! one such rule on each line.

use serde_json::{Value as Json, json};

use crate::{
    attack::{self, Tactic, Tag, Technique},
    pipeline::Reach,
    rule::Rule,
    target::Context,
};

/// The indexes that Elastic Security asks unless told otherwise.
const INDEXES: &[&str] = &[
    "apm-*-transaction*",
    "auditbeat-*",
    "endgame-*",
    "filebeat-*",
    "logs-*",
    "packetbeat-*",
    "traces-apm*",
    "winlogbeat-*",
    "-*elastic-cloud-logs-*",
];

/// The formats of this module.
pub(super) const FORMATS: [&str; 2] = ["siem_rule", "siem_rule_ndjson"];

/// A detection rule; `kind` is its type, `language` that of the query.
pub(super) fn rule(context: &Context<'_>, kind: &str, language: &str, query: &str) -> Json {
    let rule = context.rule;
    let wide = context.reach == Reach::Wide;
    let id = match (&rule.id, context.index) {
        // Conditions of one rule are rules of their own.
        (Some(id), index) if wide && index > 0 => format!("{id}-{index}"),
        (id, _) => id.clone().unwrap_or_default(),
    };
    let (severity, risk_score) = severity(rule, wide);
    let threat = if wide { threats(rule) } else { paired(rule) };
    let mut document = json!({
        "id": rule.id.as_deref().unwrap_or_default(),
        "name": format!("SIGMA - {}", rule.title),
        "enabled": true,
        "throttle": "no_actions",
        "interval": "5m",
        "author": rule.author.iter().collect::<Vec<_>>(),
        "description": rule.description.as_deref().unwrap_or_default(),
        "rule_id": id,
        "false_positives": rule.false_positives,
        "from": "now-5m",
        "immutable": false,
        "license": "DRL",
        "output_index": "",
        "meta": { "from": "1m" },
        "max_signals": 100,
        "risk_score": risk_score,
        "risk_score_mapping": [],
        "severity": severity,
        "severity_mapping": [],
        "threat": threat,
        "tags": tags(rule),
        "to": "now",
        "references": rule.references,
        "version": 1,
        "exceptions_list": [],
        "related_integrations": [],
        "required_fields": [],
        "setup": "",
        "type": kind,
        "language": language,
        "index": INDEXES,
        "query": query,
        "filters": [],
        "actions": [],
    });
    // A query of ES|QL names its indexes itself.
    if kind == "esql"
        && let Some(members) = document.as_object_mut()
    {
        members.remove("index");
        members.remove("filters");
    }
    document
}

/// Severity and risk score. Elastic knows four severities; the reference writes the fifth as it stands.
fn severity(rule: &Rule, wide: bool) -> (&str, u8) {
    match rule.level.as_deref() {
        Some("critical") => ("critical", 99),
        Some("high") => ("high", 73),
        Some("medium") => ("medium", 47),
        Some("informational") if !wide => ("informational", 1),
        Some("informational") => ("low", 1),
        _ => ("low", 21),
    }
}

/// What `threat` does not say: tags of other name spaces, and a tag of ATT&CK that stands alone.
fn tags(rule: &Rule) -> Vec<String> {
    let alone = attack::tags(rule).count() == 1;
    let kept = rule.tags.iter().filter(|tag| alone || !tag.starts_with("attack."));
    kept.map(|tag| tag.replacen('.', "-", 1)).collect()
}

/// The reference pairs what is no technique with the techniques, in order; a pair with an unknown half is left out.
fn paired(rule: &Rule) -> Vec<Json> {
    let techniques = attack::tags(rule).filter_map(|tag| match tag {
        Tag::Technique(id) => Some(id),
        Tag::Other(_) => None,
    });
    let others = attack::tags(rule).filter_map(|tag| match tag {
        Tag::Technique(_) => None,
        Tag::Other(name) => Some(name),
    });
    let pairs = others.zip(techniques).filter_map(|(name, id)| {
        let (tactic, technique) = (attack::tactic(name)?, attack::technique(&id)?);
        Some(threat(&tactic, &titled(name), &[technique]))
    });
    pairs.collect()
}

/// A tag's name as a title, as the reference writes it.
fn titled(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut start = true;
    for c in name.replace('_', " ").chars() {
        match start {
            true => out.extend(c.to_uppercase()),
            false => out.push(c),
        }
        start = !c.is_alphanumeric();
    }
    out
}

/// Every tactic that the rule names or its techniques serve, with the techniques that serve it.
fn threats(rule: &Rule) -> Vec<Json> {
    let mut tactics: Vec<Tactic> = Vec::new();
    let mut techniques: Vec<Technique> = Vec::new();
    for tag in attack::tags(rule) {
        match tag {
            Tag::Technique(id) => techniques.extend(attack::technique(&id)),
            Tag::Other(name) => tactics.extend(attack::tactic(name)),
        }
    }
    for technique in &techniques {
        if !tactics.iter().any(|tactic| technique.serves(tactic)) {
            tactics.extend(technique.tactics().next().and_then(attack::tactic));
        }
    }
    let threat = |tactic: &Tactic| {
        let serving = techniques.iter().filter(|technique| technique.serves(tactic));
        threat(tactic, tactic.name, &serving.copied().collect::<Vec<_>>())
    };
    tactics.iter().map(threat).collect()
}

/// One tactic with techniques, sub-techniques below theirs.
fn threat(tactic: &Tactic, name: &str, techniques: &[Technique]) -> Json {
    let mut parents: Vec<(Technique, Vec<Json>)> = Vec::new();
    for technique in techniques {
        let parent = technique.parent().unwrap_or(*technique);
        let at = parents.iter().position(|(known, _)| known.id == parent.id).unwrap_or_else(|| {
            parents.push((parent, Vec::new()));
            parents.len() - 1
        });
        if technique.id != parent.id
            && let Some((_, below)) = parents.get_mut(at)
        {
            below.push(reference(technique));
        }
    }
    let listed = parents.into_iter().map(|(parent, below)| {
        let mut json = reference(&parent);
        json["subtechnique"] = below.into();
        json
    });
    json!({
        "framework": "MITRE ATT&CK",
        "tactic": {
            "id": tactic.id,
            "name": name,
            "reference": format!("https://attack.mitre.org/tactics/{}", tactic.id),
        },
        "technique": listed.collect::<Vec<_>>(),
    })
}

fn reference(technique: &Technique) -> Json {
    let path = technique.id.replace('.', "/");
    json!({
        "id": technique.id,
        "name": technique.name,
        "reference": format!("https://attack.mitre.org/techniques/{path}"),
    })
}
