//! Observables as a table (RFC 4180) and as a plain list.

use super::text::{defang, quote};
use crate::{Analysis, Verdict};
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

/// Longest cell in characters: what spreadsheets hold (32,767), and whole in `analysis.json`.
const CELL: usize = 32_000;

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

/// Adds a row as [`observables`] writes it: quoted as RFC 4180 says, no cell a formula, control characters left out.
pub fn row<C: AsRef<str>>(out: &mut String, cells: impl IntoIterator<Item = C>) {
    for (i, cell) in cells.into_iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        field(out, cell.as_ref());
    }
    out.push_str("\r\n");
}

fn field(out: &mut String, cell: &str) {
    // Control characters have no place in a table; a NUL ends the cell in some readers.
    let clean: String =
        cell.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')).take(CELL).collect();
    let formula = clean.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let quoted = clean.contains([',', '"', '\n', '\r', '\'', ';', '\t']) || formula || clean.trim() != clean;
    if quoted {
        out.push('"');
    }
    if formula {
        out.push('\'');
    }
    for c in clean.chars() {
        if c == '"' {
            out.push('"');
        }
        out.push(c);
    }
    if quoted {
        out.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> String {
        let mut out = String::new();
        field(&mut out, text);
        out
    }

    #[test]
    fn cells_are_quoted_as_rfc_4180_says() {
        assert_eq!(cell("plain"), "plain");
        assert_eq!(cell("a,b"), "\"a,b\"");
        assert_eq!(cell("say \"x\""), "\"say \"\"x\"\"\"");
        assert_eq!(cell("two\r\nlines"), "\"two\r\nlines\"");
        assert_eq!(cell("a\u{0}b\u{1b}c"), "abc");
    }

    #[test]
    fn formulas_are_defused() {
        for text in ["=1+1", "+49", "-2", "@SUM(A1)", "\tx", "\rx", "＝1"] {
            assert_eq!(cell(text), format!("\"'{text}\""));
        }
        assert_eq!(cell("=cmd|'/c calc'!A1,\"x\""), "\"'=cmd|'/c calc'!A1,\"\"x\"\"\"");
    }
}
