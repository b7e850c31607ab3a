//! A query as a YARA-L rule.

use crate::rule::Rule;

/// As the reference tools write it: nothing is escaped, and a name may hold what no name may.
pub(super) fn reference(rule: &Rule, kinds: &str, body: &str) -> String {
    let name = rule.title.to_lowercase().replace(' ', "_");
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let meta = [
        ("id", text(&rule.id)),
        ("title", rule.title.clone()),
        ("description", text(&rule.description)),
        ("author", text(&rule.author)),
        ("reference", rule.references.join(", ")),
        ("date", text(&rule.date).replace('/', "-")),
        ("tags", rule.tags.join(", ")),
        ("severity", text(&rule.level)),
        ("falsepositives", false_positives(rule)),
    ];
    let meta: String = meta.iter().map(|(key, value)| format!("    {key} = \"{value}\"\n")).collect();
    let kinds = if kinds.is_empty() { String::new() } else { format!("    {kinds}\n") };
    format!(
        "\nrule {name} {{\n  meta:\n{meta}\n  events:\n{kinds}    {body}\n\n  conditions:\n    $event1\n}}\n    "
    )
}

fn false_positives(rule: &Rule) -> String {
    match rule.false_positives.as_slice() {
        [] => "Unknown".to_owned(),
        some => some.join(", "),
    }
}

pub(super) fn rule(rule: &Rule, _index: usize, kinds: &str, body: &str) -> String {
    reference(rule, kinds, body)
}
