//! Technique ids that the report gives itself, in prose and in tables.

use super::context::Role;
use crate::{BlockKind, Code, Diagnostic, Document, Span};
use bartizan_knowledge::{Pack, Resolution};
use std::collections::{BTreeMap, BTreeSet};

/// An id found in the text, followed to the pack in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    /// Current id.
    pub id: String,
    /// The id as the text has it, where the pack has revoked it.
    pub mapped_from: Option<String>,
    /// The id itself.
    pub span: Span,
    /// The sentence or table row.
    pub around: Span,
    /// Index of the sentence.
    pub sentence: u32,
    /// It stands in a table row.
    pub in_table: bool,
}

/// A place that has the form of a technique id.
struct Place {
    id: String,
    span: Span,
    /// In brackets, or with a sub-technique: nothing else is written so.
    marked: bool,
}

/// Rows of tables, by table and row number: the text from the first cell to the last.
pub fn rows(document: &Document) -> BTreeMap<(u16, u32), Span> {
    let mut rows: BTreeMap<(u16, u32), Span> = BTreeMap::new();
    for block in &document.blocks {
        if let BlockKind::TableCell { table, row, .. } = block.kind {
            rows.entry((table, row)).and_modify(|s| s.end = s.end.max(block.span.end)).or_insert(block.span);
        }
    }
    rows
}

/// Ids of one document that are reported as revoked, withdrawn or unknown; more are noise.
const MOST_SAID: usize = 200;

/// Longest row that is shown whole as evidence.
const LONGEST_ROW: usize = 4_000;

/// Everything stated by id. `places` gives each sentence's role by its place.
pub fn find(
    document: &Document,
    pack: &Pack,
    places: &[Role],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Stated> {
    let rows = rows(document);
    let mut found: Vec<(Place, u32)> = Vec::new();
    for (i, sentence) in document.sentences.iter().enumerate() {
        if places.get(i) == Some(&Role::Reference) {
            continue;
        }
        let text = sentence.span.of(&document.text);
        scan(text, sentence.span.start as usize, |place| found.push((place, i as u32)));
    }
    // A bare "T1700" may be a workstation; the report must speak of ATT&CK, or name several, or mark it.
    let live = |id: &str| !matches!(pack.resolve(id), Resolution::Unknown);
    let mut distinct: Vec<&str> = found.iter().map(|(p, _)| p.id.as_str()).filter(|id| live(id)).collect();
    distinct.sort_unstable();
    distinct.dedup();
    let framework = distinct.len() > 2
        || ["ATT&CK", "MITRE", "ATLAS"]
            .iter()
            .any(|w| memchr::memmem::find(document.text.as_bytes(), w.as_bytes()).is_some());
    let mut out = Vec::new();
    let mut said: BTreeSet<String> = BTreeSet::new();
    for (place, sentence) in found {
        if !(place.marked || framework) {
            continue;
        }
        let mut say = |code: Code, message: String, span: Span| {
            if said.len() < MOST_SAID && said.insert(place.id.clone()) {
                diagnostics.push(Diagnostic::new(code, message).at(span));
            }
        };
        let (id, mapped_from) = match pack.resolve(&place.id) {
            Resolution::Current => (place.id.clone(), None),
            Resolution::Replaced(new) => {
                say(
                    Code::RevokedId,
                    format!("{} was revoked; {new} is taken in its place", place.id),
                    place.span,
                );
                (new.to_owned(), Some(place.id.clone()))
            }
            Resolution::Deprecated => {
                say(
                    Code::DeprecatedId,
                    format!("{} was withdrawn without a successor; it is not mapped", place.id),
                    place.span,
                );
                continue;
            }
            Resolution::Unknown => {
                say(
                    Code::UnknownId,
                    format!(
                        "{} is in no part of the knowledge pack in use ({}); it is not mapped",
                        place.id,
                        pack.version_line()
                    ),
                    place.span,
                );
                continue;
            }
        };
        if pack.technique(&id).is_none() {
            continue;
        }
        let own = document.sentences.get(sentence as usize).map_or(place.span, |s| s.span);
        let row = match document.block_of(place.span).map(|b| b.kind) {
            Some(BlockKind::TableCell { table, row, .. }) => rows.get(&(table, row)).copied(),
            _ => None,
        };
        let around = row.filter(|r| r.len() <= LONGEST_ROW && r.contains(own)).unwrap_or(own);
        out.push(Stated { id, mapped_from, span: place.span, around, sentence, in_table: row.is_some() });
    }
    out
}

/// Calls `found` for every place with the form of an id.
fn scan(text: &str, base: usize, mut found: impl FnMut(Place)) {
    let b = text.as_bytes();
    let mut at = 0;
    while let Some(step) = memchr::memchr(b'T', &b[at..]) {
        let t = at + step;
        at = t + 1;
        let digit = |i: usize| b.get(i).is_some_and(u8::is_ascii_digit);
        if !(1..=4).all(|k| digit(t + k)) {
            continue;
        }
        let atlas = t >= 4 && &b[t - 4..t] == b"AML.";
        let start = if atlas { t - 4 } else { t };
        let mut end = t + 5;
        let sub = matches!(b.get(end), Some(b'.' | b'/'))
            && (1..=3).all(|k| digit(end + k))
            && !b.get(end + 4).is_some_and(|c| c.is_ascii_alphanumeric() || *c == b'_');
        if sub {
            end += 4;
        }
        let before = start.checked_sub(1).and_then(|i| b.get(i)).copied();
        let after = b.get(end).copied();
        let joined = |c: u8| {
            c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'=' | b'\\' | b'@' | b'#' | b'&' | b'?')
        };
        if before.is_some_and(|c| joined(c) || c == b'.')
            || after.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'\\' | b'@'))
        {
            continue;
        }
        // A file name ("T1059.exe") or a longer number.
        if after == Some(b'.') && b.get(end + 1).is_some_and(u8::is_ascii_alphanumeric) {
            continue;
        }
        if in_url(b, start) {
            continue;
        }
        let mut id = String::with_capacity(16);
        if atlas {
            id.push_str("AML.");
        }
        id.push_str(&text[t..t + 5]);
        if sub {
            id.push('.');
            id.push_str(&text[end - 3..end]);
        }
        let bracket = matches!(before, Some(b'[' | b'(' | b'{')) || matches!(after, Some(b']' | b')' | b'}'));
        found(Place { id, span: Span::new(base + start, base + end), marked: sub || bracket || atlas });
        at = end;
    }
}

/// Whether the id at `start` is part of a URL: the piece before it, back to white space, holds a scheme or
/// ATT&CK's own path.
fn in_url(b: &[u8], start: usize) -> bool {
    const LOOK_BACK: usize = 300;
    let from = start.saturating_sub(LOOK_BACK);
    let piece = &b[from..start];
    let piece = piece.iter().rposition(|c| c.is_ascii_whitespace()).map_or(piece, |i| &piece[i + 1..]);
    [&b"://"[..], b"mitre.org", b"www.", b"techniques/", b"hxxp"]
        .iter()
        .any(|mark| memchr::memmem::find(piece, mark).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(text: &str) -> Vec<String> {
        let mut out = Vec::new();
        scan(text, 0, |p| {
            assert!(p.span.of(text).starts_with(['T', 'A']));
            out.push(p.id);
        });
        out
    }

    #[test]
    fn ids_are_read_and_look_alikes_are_not() {
        for (text, expected) in [
            ("Execution (T1059.001) and [T1047].", &["T1059.001", "T1047"][..]),
            ("ends with T1566.", &["T1566"]),
            ("T1059/003, T1021", &["T1059.003", "T1021"]),
            ("AML.T0051 and AML.T0051.000", &["AML.T0051", "AML.T0051.000"]),
            ("https://attack.mitre.org/techniques/T1059/001/", &[]),
            ("attack.mitre.org/techniques/T1059", &[]),
            ("[T1059](https://attack.mitre.org/techniques/T1059)", &["T1059"]),
            ("ST1059 T10591 T1059a AT1059 T1059.exe x-T1059 T105", &[]),
            ("TA0002", &[]),
            ("T1059.0012", &[]),
        ] {
            assert_eq!(ids(text), expected, "{text}");
        }
    }
}
