//! Rows of tables and lines of lists that say what an indicator belongs to.

use super::prose::{Line, Prose, Words, words};
use super::relations::{Book, Class, Node};
use super::words;
use crate::{BlockKind, Evidence, Provenance, RelationKind, Span};
use std::collections::BTreeMap;

/// A row of a table that holds a hash and one malware name says what the hash is a sample of.
pub(super) fn rows(prose: &Prose<'_>, nodes: &[Node], book: &mut Book) {
    let mut rows: BTreeMap<(u16, u32), Vec<&Node>> = BTreeMap::new();
    for node in nodes {
        let Some(line) = prose.lines.get(node.line) else { continue };
        if let BlockKind::TableCell { table, row, header: false, .. } = prose.kind(line) {
            rows.entry((table, row)).or_default().push(node);
        }
    }
    for row in rows.values() {
        let mut malware: Vec<&&Node> = row.iter().filter(|n| n.class == Class::Malware).collect();
        malware.dedup_by_key(|n| n.node);
        let [one] = malware.as_slice() else { continue };
        let Some(cell) = prose.lines.get(one.line) else { continue };
        // The cell must be the name, not a story that mentions it.
        if cell.to - cell.from > (one.to - one.from) + 3 {
            continue;
        }
        for hash in row.iter().filter(|n| n.class == Class::Hash) {
            let sentence = prose.lines.get(hash.line).map_or(hash.span, |l| l.span);
            book.add(
                hash.node,
                one.node,
                RelationKind::SampleOf,
                0.9,
                Provenance::Stated,
                Evidence { span: hash.span, sentence },
            );
        }
    }
}

/// `2bd7… – PlugX loader`, `203.0.113.7 (Emotet C2)`: a line that is nothing but an indicator and whose it is.
pub(super) fn line(prose: &Prose<'_>, line: &Line, nodes: &[Node], book: &mut Book) {
    let mut malware = nodes.iter().filter(|n| n.class == Class::Malware);
    let Some(one) = malware.next() else { return };
    let other = nodes
        .iter()
        .any(|n| matches!(n.class, Class::Actor | Class::Tool | Class::Vulnerability | Class::Campaign));
    if malware.any(|n| n.node != one.node) || other {
        return;
    }
    // Words that are neither's: a sentence says more than a list, and is read by the grammar.
    let indicators: Vec<&Node> =
        nodes.iter().filter(|n| matches!(n.class, Class::Hash | Class::Address | Class::Host)).collect();
    if indicators.is_empty() || indicators.len() > 3 {
        return;
    }
    let covered = |i: usize| nodes.iter().any(|n| n.from <= i && i < n.to);
    let rest: Vec<usize> = (line.from..line.to).filter(|i| !covered(*i)).collect();
    if rest.len() > 8 || words::doubtful(prose, line.from, line.to) {
        return;
    }
    let control = rest.iter().any(|i| prose.is(*i, words!("c2 cnc c2s"))) || {
        let at = |w: &Words| rest.iter().any(|i| prose.is(*i, w));
        (at(words!("command")) && at(words!("control"))) || c_and_c(prose, &rest)
    };
    let hash_line =
        rest.iter().all(|i| prose.is(*i, HASH_LINE) || prose.words.get(*i).is_some_and(|w| w.masked));
    let control_line =
        rest.iter().all(|i| prose.is(*i, CONTROL_LINE) || prose.words.get(*i).is_some_and(|w| w.masked));
    for n in indicators {
        let span = Span { start: n.span.start.min(one.span.start), end: n.span.end.max(one.span.end) };
        let evidence = Evidence { span, sentence: line.span };
        match n.class {
            Class::Hash if hash_line => {
                book.add(n.node, one.node, RelationKind::SampleOf, 0.85, Provenance::Named, evidence);
            }
            Class::Address | Class::Host if control && control_line => {
                book.add(one.node, n.node, RelationKind::CommunicatesWith, 0.85, Provenance::Named, evidence);
            }
            _ => {}
        }
    }
}

/// `C&C`
fn c_and_c(prose: &Prose<'_>, rest: &[usize]) -> bool {
    rest.iter().any(|i| prose.word(*i).eq_ignore_ascii_case("c") && prose.gap(*i).trim() == "&")
}

/// What may stand in a line beside a hash and the malware it is of.
const HASH_LINE: &Words = words!(
    "sha256 sha1 md5 sha 256 1 512 hash hashes sample samples payload payloads loader dll exe binary variant
     backdoor trojan ransomware rat stealer malware dropper downloader executable file the a of is was x64 x86
     64 32 bit stage second first final implant installer module detected as identified 2 3"
);

/// What may stand in a line beside an address and the malware that it commands.
const CONTROL_LINE: &Words = words!(
    "c2 cnc c c2s command and control server servers domain domains ip address addresses host url port the a of
     is was for used by at http https tcp panel infrastructure main backup primary secondary hardcoded 80 443 8080
     2 3 malware trojan rat backdoor loader stealer botnet variant sample samples"
);
