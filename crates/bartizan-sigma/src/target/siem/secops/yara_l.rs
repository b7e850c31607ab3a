//! A query as a YARA-L rule.
//!
//! Source: Google SecOps, "YARA-L 2.0 language syntax": the sections `meta`, `events` and `condition`, names of
//! letters, digits and `_`; detection rules published by Google (`chronicle/detection-rules`) for usual keys of `meta`.

use super::wide::quoted;
use crate::rule::Rule;

/// As the reference tools write it: nothing is escaped, and a name may hold what no name may.
pub(super) fn reference(rule: &Rule, kinds: &str, body: &str) -> String {
    let name = rule.title.to_lowercase().replace(' ', "_");
    let meta: String = meta(rule).iter().map(|(key, value)| format!("    {key} = \"{value}\"\n")).collect();
    let kinds = if kinds.is_empty() { String::new() } else { format!("    {kinds}\n") };
    format!(
        "\nrule {name} {{\n  meta:\n{meta}\n  events:\n{kinds}    {body}\n\n  conditions:\n    $event1\n}}\n    "
    )
}

/// A rule that the platform takes.
pub(super) fn rule(rule: &Rule, index: usize, kinds: &str, body: &str) -> String {
    let mut name = name(&rule.title);
    if rule.conditions.len() > 1 {
        name.push_str(&format!("_{}", index + 1));
    }
    let kinds = if kinds.is_empty() { String::new() } else { format!("    ({kinds})\n") };
    laid_out(
        &name,
        rule,
        &[("events", format!("{kinds}    {body}\n")), ("condition", "    $event1\n".to_owned())],
    )
}

/// A rule about several events: its sections behind `meta`, each of whole lines.
pub(super) fn correlation(rule: &Rule, sections: &[(&str, String)]) -> String {
    laid_out(&name(&rule.title), rule, sections)
}

fn laid_out(name: &str, rule: &Rule, sections: &[(&str, String)]) -> String {
    let meta = meta(rule);
    let meta = meta.iter().filter(|(_, value)| !value.is_empty());
    let meta: String =
        meta.map(|(key, value)| format!("    {key} = {}\n", quoted(value.trim_end()))).collect();
    let sections: String = sections.iter().map(|(name, lines)| format!("\n  {name}:\n{lines}")).collect();
    format!("rule {name} {{\n  meta:\n{meta}{sections}}}\n")
}

fn meta(rule: &Rule) -> [(&'static str, String); 9] {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let false_positives = match rule.false_positives.as_slice() {
        [] => "Unknown".to_owned(),
        some => some.join(", "),
    };
    [
        ("id", text(&rule.id)),
        ("title", rule.title.clone()),
        ("description", text(&rule.description)),
        ("author", text(&rule.author)),
        ("reference", rule.references.join(", ")),
        ("date", text(&rule.date).replace('/', "-")),
        ("tags", rule.tags.join(", ")),
        ("severity", text(&rule.level)),
        ("falsepositives", false_positives),
    ]
}

/// Words of the language, which name no rule.
const RESERVED: &[&str] = &[
    "all",
    "and",
    "any",
    "cidr",
    "condition",
    "else",
    "events",
    "false",
    "if",
    "import",
    "in",
    "is",
    "match",
    "meta",
    "nocase",
    "not",
    "null",
    "options",
    "or",
    "outcome",
    "over",
    "private",
    "regex",
    "rule",
    "then",
    "true",
];

/// A title as a name: runs of other characters become one `_`.
fn name(title: &str) -> String {
    let mut out = String::with_capacity(title.len());
    for c in title.chars() {
        match c.to_ascii_lowercase() {
            c if c.is_ascii_alphanumeric() => out.push(c),
            _ if out.ends_with('_') => {}
            _ => out.push('_'),
        }
    }
    let out = out.trim_matches('_');
    let reserved = RESERVED.contains(&out);
    match out.starts_with(|c: char| c.is_ascii_digit()) || out.is_empty() || reserved {
        true => format!("rule_{out}"),
        false => out.to_owned(),
    }
}
