//! What a Panther rule says about itself.

use serde_json::{Value, json};

use crate::{error::Failure, rule::Rule};

/// The tactics of ATT&CK (Enterprise, version 18).
static TACTICS: &[(&str, &str)] = &[
    ("reconnaissance", "TA0043"),
    ("resource-development", "TA0042"),
    ("initial-access", "TA0001"),
    ("execution", "TA0002"),
    ("persistence", "TA0003"),
    ("privilege-escalation", "TA0004"),
    ("defense-evasion", "TA0005"),
    ("credential-access", "TA0006"),
    ("discovery", "TA0007"),
    ("lateral-movement", "TA0008"),
    ("collection", "TA0009"),
    ("command-and-control", "TA0011"),
    ("exfiltration", "TA0010"),
    ("impact", "TA0040"),
];

/// The document of a rule with its detection.
///
/// # Errors
/// A tactic that Panther does not know, no log type.
pub(super) fn document(rule: &Rule, log_type: Option<&str>, detection: Value) -> Result<Value, Failure> {
    let Some(log_type) = log_type else {
        return Err(Failure::log_source("Panther needs a log type: use the pipeline `panther`"));
    };
    let names = rule.tags.iter().map(|tag| tag.split_once('.').map_or(tag.as_str(), |(_, name)| name));
    let mut tags = vec!["Sigma"];
    tags.extend(names);
    let mut document = json!({
        "AnalysisType": "rule",
        "DisplayName": rule.title,
        "Description": description(rule),
        "Tags": tags,
        "Enabled": true,
        "Detection": detection,
        "LogTypes": [log_type],
        "Severity": severity(rule.level.as_deref()),
        "Reports": { "MITRE ATT&CK": techniques(&rule.tags)? },
    });
    if let (Some(reference), Some(document)) = (rule.references.first(), document.as_object_mut()) {
        document.insert("Reference".to_owned(), json!(reference));
    }
    Ok(document)
}

fn description(rule: &Rule) -> String {
    let mut out = rule.description.clone().unwrap_or_default();
    if let Some(status) = &rule.status {
        out.push_str(&format!("\n\nStatus: {status}"));
    }
    if let Some(author) = &rule.author {
        out.push_str(&format!("\n\nAuthor: {author}"));
    }
    if !rule.false_positives.is_empty() {
        out.push_str(&format!("\nFalse Positives: {}", rule.false_positives.join(", ")));
    }
    out
}

fn severity(level: Option<&str>) -> &'static str {
    match level {
        Some("informational") => "Info",
        Some("low") => "Low",
        Some("high") => "High",
        Some("critical") => "Critical",
        _ => "Medium",
    }
}

/// Every tactic with every technique.
fn techniques(tags: &[String]) -> Result<Vec<String>, Failure> {
    let (mut tactics, mut techniques) = (Vec::new(), Vec::new());
    for name in tags.iter().filter_map(|tag| tag.strip_prefix("attack.")) {
        let number = name.strip_prefix('t').unwrap_or_default();
        if number.starts_with(|c: char| c.is_ascii_digit()) {
            techniques.push(name.to_uppercase());
        } else if let Some((_, id)) = TACTICS.iter().find(|(tactic, _)| *tactic == name) {
            tactics.push(*id);
        } else {
            return Err(Failure::value(format!("Panther knows no ATT&CK tactic `{name}`")));
        }
    }
    let pairs = tactics.iter().flat_map(|tactic| techniques.iter().map(move |t| format!("{tactic}:{t}")));
    Ok(pairs.collect())
}
