//! Observables as a table (RFC 4180) and as a plain list.

use super::text::{defang, quote};
use crate::{Analysis, Verdict};
pub use bartizan_stix::csv::row;
use std::collections::BTreeSet;

/// Column names of [`observables`], in order. New columns are only ever added at the end.
pub const COLUMNS: [&str; 15] = [
    "id",
    "type",
    "value",
    "defanged",
    "indicator",
    "verdict",
    "reason",
    "confidence",
    "confidence_word",
    "mentions",
    "page",
    "quote",
    "sentence",
    "attributes",
    "warnings",
];

/// All observables, one a row, with a header row, CRLF line ends and quoting as RFC 4180 says.
///
/// A cell that a spreadsheet would read as a formula (first character `=`, `+`, `-`, `@`, tab or carriage
/// return, also their full-width forms) gets a `'` in front, as OWASP recommends against CSV injection; take it
/// off to get the value back, or read `analysis.json`, where values are as they are.
pub fn observables(analysis: &Analysis) -> String {
    let mut out = String::new();
    row(&mut out, COLUMNS);
    for (i, o) in analysis.observables.iter().enumerate() {
        let first = o.evidence.first();
        let pairs: Vec<String> = o.attributes.iter().map(|(k, v)| format!("{k}={v}")).collect();
        row(
            &mut out,
            [
                format!("o{}", i + 1),
                o.kind.as_str().to_owned(),
                o.value.clone(),
                defang(o.kind, &o.value),
                (o.verdict == Verdict::Indicator).to_string(),
                o.verdict.as_str().to_owned(),
                o.verdict_reason.clone(),
                format!("{:.2}", o.confidence.get()),
                o.confidence.word().to_owned(),
                o.evidence.len().to_string(),
                first
                    .and_then(|e| analysis.document.page_of(e.span))
                    .map(|p| p.to_string())
                    .unwrap_or_default(),
                first.map(|e| quote(analysis, e).to_owned()).unwrap_or_default(),
                first.map(|e| e.sentence.of(&analysis.document.text).to_owned()).unwrap_or_default(),
                pairs.join("; "),
                o.warnings.join("; "),
            ],
        );
    }
    out
}

/// Values of the indicators, one a line, each once, in order of first appearance, not defanged. Values with
/// line breaks (rules, some command lines) are left out.
pub fn list(analysis: &Analysis) -> String {
    let mut seen = BTreeSet::new();
    let mut out = String::new();
    for o in analysis.observables.iter().filter(|o| o.verdict == Verdict::Indicator) {
        if !o.value.contains(['\n', '\r']) && seen.insert(o.value.as_str()) {
            out += &o.value;
            out.push('\n');
        }
    }
    out
}
