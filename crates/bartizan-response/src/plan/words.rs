//! Small forms that the written plans share.

use std::fmt::Write;

use bartizan::exchange::stix;
use bartizan::{Analysis, NodeRef};
use serde::Serialize;

use super::{Item, Step};

/// One line without control characters, at most 400 characters.
pub(crate) fn line(text: &str) -> String {
    clipped(text, 400)
}

/// One line of at most so many characters.
pub(crate) fn clipped(text: &str, most: usize) -> String {
    // Marks that turn the direction of writing could make one value look like another.
    let hidden = |c: char| matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}');
    let plain: String =
        text.chars().filter(|c| !hidden(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let joined = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    if joined.chars().count() <= most {
        return joined;
    }
    joined.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// Title of the report.
pub(crate) fn title(analysis: &Analysis) -> String {
    clipped(analysis.document.metadata.title.as_deref().unwrap_or(&analysis.document.name), 160)
}

/// Pretty JSON with a final line end.
pub(crate) fn json(value: &impl Serialize) -> Vec<u8> {
    let mut out = serde_json::to_vec_pretty(value).unwrap_or_default();
    out.push(b'\n');
    out
}

/// `A, B, C and 4 more`.
pub(crate) fn some(items: &[Item], most: usize) -> String {
    let shown: Vec<&str> = items.iter().take(most).map(|item| item.shown.as_str()).collect();
    let rest = items.len().saturating_sub(shown.len());
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

/// What is done, with the values: for forms that have one field for it.
pub(crate) fn whole(step: &Step) -> String {
    let mut out = step.action.clone();
    if !step.items.is_empty() {
        let _ = write!(out, " {}: {}.", step.label, some(&step.items, 8));
    }
    if !step.rules.is_empty() {
        let titles: Vec<&str> = step.rules.iter().take(8).map(|rule| rule.title.as_str()).collect();
        let rest = step.rules.len() - titles.len();
        let more = if rest > 0 { format!("; and {rest} more") } else { String::new() };
        let _ = write!(out, " Rules: {}{more}.", titles.join("; "));
    }
    if !step.log_sources.is_empty() {
        let _ = write!(out, " Log sources: {}.", step.log_sources.join(", "));
    }
    out
}

/// Why: the techniques, else the values, else the basis.
pub(crate) fn why(step: &Step, analysis: &Analysis) -> String {
    let mut parts: Vec<String> = Vec::new();
    let of = |i: &usize| analysis.techniques.get(*i);
    let named: Vec<String> = step
        .techniques
        .iter()
        .filter_map(of)
        .take(4)
        .map(|t| format!("{} {} ({})", t.id, t.name, t.confidence.word()))
        .collect();
    if !named.is_empty() {
        let rest = step.techniques.len().saturating_sub(4);
        let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        parts.push(format!("the report describes {}{more}", named.join(", ")));
    }
    if !step.items.is_empty() {
        let n = step.items.len();
        parts.push(format!("it names {n} {}", if n == 1 { "value to act on" } else { "values to act on" }));
    }
    if !step.rules.is_empty() {
        parts.push(format!("{} of its rules look for it", step.rules.len()));
    }
    if !step.basis.is_empty() {
        parts.push(step.basis.clone());
    }
    if parts.is_empty() {
        parts.push("the words quoted".to_owned());
    }
    parts.join("; ")
}

/// Ids elsewhere: source and id, in order.
pub(crate) fn references(step: &Step) -> Vec<(String, String)> {
    let counters = step.counters.iter().map(|c| ("d3fend".to_owned(), c.id.clone()));
    let react = step.react.iter().map(|r| ("atc-react".to_owned(), r.id.to_owned()));
    let csf = step.csf.iter().map(|id| ("nist-csf-2.0".to_owned(), id.clone()));
    counters.chain(react).chain(csf).collect()
}

/// Where an id of a source is explained.
pub(crate) fn url(source: &str, id: &str) -> Option<String> {
    match source {
        "mitre-attack" if id.starts_with("AML.") => Some(format!("https://atlas.mitre.org/techniques/{id}")),
        "mitre-attack" => Some(format!("https://attack.mitre.org/techniques/{}", id.replace('.', "/"))),
        _ => None,
    }
}

/// The step for a STIX bundle.
pub(crate) fn action(step: &Step) -> stix::Action {
    let observables = step.items.iter().filter_map(|item| match item.node {
        NodeRef::Observable(i) => Some(i as usize),
        _ => None,
    });
    stix::Action {
        key: step.id.clone(),
        name: step.title.clone(),
        description: format!("{} Done when: {}", whole(step), step.done),
        references: references(step),
        techniques: step.techniques.clone(),
        observables: observables.collect(),
        evidence: step.evidence.clone(),
    }
}
