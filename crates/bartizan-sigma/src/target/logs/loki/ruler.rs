//! A rule file of Loki's ruler.
//!
//! Source: Grafana Loki documentation, "Alerting and recording rules": groups of rules as Prometheus has them, with a
//! metric query for `expr`. Labels and annotations are templates there.

use crate::rule::Rule;

/// How far back each evaluation looks, and how often the group is evaluated.
const WINDOW: &str = "1m";

/// A group with one rule that looks for events.
pub(super) fn document(rule: &Rule, index: usize, query: &str) -> String {
    alert(rule, index, &format!("sum(count_over_time({query} [{WINDOW}])) > 0"))
}

/// A group with one rule that fires where the metric query gives anything.
pub(super) fn alert(rule: &Rule, index: usize, query: &str) -> String {
    let name = rule.id.as_deref().unwrap_or(&rule.title);
    let name = if index == 0 { name.to_owned() } else { format!("{name}-{index}") };
    let mut out = format!(
        "groups:\n- name: {}\n  interval: {WINDOW}\n  rules:\n  - alert: {}\n    expr: {}\n",
        scalar(&name),
        scalar(&rule.title),
        scalar(query),
    );
    if let Some(level) = &rule.level {
        out.push_str(&format!("    labels:\n      severity: {}\n", scalar(&untemplated(level))));
    }
    out.push_str(&format!("    annotations:\n      summary: {}\n", scalar(&untemplated(&rule.title))));
    if let Some(description) = &rule.description {
        out.push_str(&format!("      description: {}\n", scalar(&untemplated(description))));
    }
    out
}

/// A text that a template gives back as it is.
fn untemplated(text: &str) -> String {
    text.replace("{{", "{{ \"{{\" }}")
}

/// A scalar of YAML between double quotes.
fn scalar(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            // What YAML takes for a line break, a mark of byte order, or does not print.
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
