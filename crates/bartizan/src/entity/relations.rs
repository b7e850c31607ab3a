//! Relations that one sentence states or entails.
//!
//! A small grammar over recognised nodes: subject, verb of a closed list, object, in one clause; active, passive
//! and a few fixed phrases. Whatever the grammar does not understand between two nodes blocks the relation, and so
//! does a negation, a doubt or a comparison. Precision before recall.

use super::fixed::fixed;
use super::grammar::{active, coordinated, is_verb, passive};
use super::listing::{line, rows};
use super::prose::{Line, Prose, words};
use super::words;
use crate::{
    BlockKind, Confidence, EntityKind, Evidence, NodeRef, ObservableKind, Provenance, Relation, RelationKind,
    Span,
};
use std::collections::{BTreeMap, BTreeSet};

/// What a node is, as far as relations care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Actor,
    Malware,
    Tool,
    Campaign,
    Vulnerability,
    Country,
    Sector,
    Organization,
    Address,
    Host,
    File,
    Hash,
    Technique,
    Other,
}

/// One place of one node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub node: NodeRef,
    pub class: Class,
    pub span: Span,
    /// Words covered.
    pub from: usize,
    pub to: usize,
    pub line: usize,
}

impl Class {
    pub fn of_entity(kind: EntityKind) -> Self {
        match kind {
            EntityKind::Actor => Self::Actor,
            EntityKind::Malware => Self::Malware,
            EntityKind::Tool => Self::Tool,
            EntityKind::Campaign => Self::Campaign,
            EntityKind::Vulnerability => Self::Vulnerability,
            EntityKind::Country => Self::Country,
            EntityKind::Sector => Self::Sector,
            EntityKind::Organization => Self::Organization,
            _ => Self::Other,
        }
    }

    pub fn of_observable(kind: ObservableKind) -> Self {
        match kind {
            ObservableKind::Ipv4 | ObservableKind::Ipv6 => Self::Address,
            ObservableKind::Domain | ObservableKind::Url | ObservableKind::Onion => Self::Host,
            ObservableKind::FileName | ObservableKind::FilePath => Self::File,
            ObservableKind::Md5 | ObservableKind::Sha1 | ObservableKind::Sha256 | ObservableKind::Sha512 => {
                Self::Hash
            }
            _ => Self::Other,
        }
    }

    /// May be the subject of a claim.
    pub fn acts(self) -> bool {
        matches!(self, Self::Actor | Self::Malware | Self::Campaign)
    }
}

/// All relations, ordered by where they are first stated. `nodes` are in text order.
pub(super) fn find(prose: &Prose<'_>, nodes: &[Node]) -> Vec<Relation> {
    let mut book = Book::default();
    let mut start = 0;
    while let Some(first) = nodes.get(start) {
        let count = nodes.iter().skip(start).take_while(|n| n.line == first.line).count();
        let here = nodes.get(start..start + count).unwrap_or_default();
        // A sentence with more nodes than this is a list, not a statement.
        if let Some(at) = prose.lines.get(first.line)
            && count <= 48
        {
            sentence(prose, at, here, &mut book);
            if count <= 6 {
                line(prose, at, here, &mut book);
            }
        }
        start += count;
    }
    rows(prose, nodes, &mut book);
    book.relations()
}

/// Relations found so far.
#[derive(Default)]
pub(super) struct Book {
    order: Vec<Relation>,
    known: BTreeMap<Key, usize>,
    places: BTreeSet<(Key, Span, Span)>,
}

/// What a relation is, wherever it is said.
type Key = (NodeRef, NodeRef, RelationKind);

impl Book {
    #[allow(clippy::too_many_arguments, reason = "a relation has as many parts")]
    pub fn add(
        &mut self,
        source: NodeRef,
        target: NodeRef,
        kind: RelationKind,
        p: f32,
        how: Provenance,
        evidence: Evidence,
    ) {
        if source == target {
            return;
        }
        match self.known.get(&(source, target, kind)).and_then(|i| self.order.get_mut(*i)) {
            Some(r) => {
                if self.places.insert(((source, target, kind), evidence.span, evidence.sentence)) {
                    r.evidence.push(evidence);
                }
                r.provenance = r.provenance.min(how);
                if p > r.confidence.get() {
                    r.confidence = Confidence::new(p);
                }
            }
            None => {
                self.known.insert((source, target, kind), self.order.len());
                self.places.insert(((source, target, kind), evidence.span, evidence.sentence));
                self.order.push(Relation {
                    source,
                    target,
                    kind,
                    confidence: Confidence::new(p),
                    provenance: how,
                    evidence: vec![evidence],
                });
            }
        }
    }

    fn relations(self) -> Vec<Relation> {
        self.order
    }
}

/// Furthest apart, in words, that two nodes may stand.
const REACH: usize = 24;

fn sentence(prose: &Prose<'_>, line: &Line, nodes: &[Node], book: &mut Book) {
    if prose.title_case(line) && line.to - line.from > 3 && matches!(prose.kind(line), BlockKind::Heading(_))
    {
        return;
    }
    let mut stated: Vec<(usize, usize, RelationKind)> = Vec::new();
    for (i, a) in nodes.iter().enumerate() {
        for (j, b) in nodes.iter().enumerate().skip(i + 1).take(8) {
            if b.from < a.to || b.from - a.to > REACH {
                continue;
            }
            if let Some((from_first, kind, p, how)) = pair(prose, line, a, b, nodes) {
                let (s, t) = if from_first { (i, j) } else { (j, i) };
                stated.push((s, t, kind));
                let span = Span { start: a.span.start, end: b.span.end };
                let (Some(source), Some(target)) = (nodes.get(s), nodes.get(t)) else { continue };
                book.add(source.node, target.node, kind, p, how, Evidence { span, sentence: line.span });
            }
        }
    }
    lists(prose, line, nodes, &stated, book);
}

/// `uses X, Y and Z`: what holds of one member of a list of like things holds of the next.
fn lists(
    prose: &Prose<'_>,
    line: &Line,
    nodes: &[Node],
    stated: &[(usize, usize, RelationKind)],
    book: &mut Book,
) {
    for &(s, t, kind) in stated {
        if s >= t
            || matches!(
                kind,
                RelationKind::AliasOf | RelationKind::OriginatesFrom | RelationKind::AttributedTo
            )
        {
            continue;
        }
        let Some(source) = nodes.get(s) else { continue };
        let mut last = t;
        while let (Some(a), Some(b)) = (nodes.get(last), nodes.get(last + 1)) {
            let same = a.class == b.class
                || (matches!(a.class, Class::Malware | Class::Tool)
                    && matches!(b.class, Class::Malware | Class::Tool));
            if !same || !joined(prose, a.to, b.from) {
                break;
            }
            let span = Span { start: source.span.start, end: b.span.end };
            book.add(
                source.node,
                b.node,
                kind,
                0.8,
                Provenance::Named,
                Evidence { span, sentence: line.span },
            );
            last += 1;
        }
    }
}

/// Whether only commas, a conjunction and fillers join two members of a list.
fn joined(prose: &Prose<'_>, end: usize, start: usize) -> bool {
    let Some(between) = start.checked_sub(end) else { return false };
    if between > 3 {
        return false;
    }
    let mut comma = false;
    for i in end..=start {
        let gap = prose.gap(i.saturating_sub(1));
        if !matches!(gap, " " | ", " | " (" | ")" | ") " | "), " | "\u{a0}" | "/" | " & ") {
            return false;
        }
        comma |= gap.contains(',') || gap == "/" || gap.contains('&');
        if i < start {
            if prose.is(i, words!("and or")) {
                comma = true;
            } else if !prose.is(i, words!("the a an malware ransomware rat trojan backdoor loader stealer")) {
                return false;
            }
        }
    }
    comma
}

/// What the words between two nodes say: whether the first is the source, the kind, how sure, how.
fn pair(
    prose: &Prose<'_>,
    line: &Line,
    a: &Node,
    b: &Node,
    nodes: &[Node],
) -> Option<(bool, RelationKind, f32, Provenance)> {
    let between = a.to..b.from;
    let gaps_ok = (a.to.saturating_sub(1)..b.from).all(|i| {
        let gap = prose.gap(i);
        !gap.contains([';', '!', '?', '\n', '|', '→']) && !gap.contains(". ") && !gap.contains(": ")
    });
    if !gaps_ok
        || words::doubtful(prose, a.to, b.from)
        || words::doubtful(prose, a.from.saturating_sub(4).max(line.from), a.from)
        || (line.from..a.from)
            .any(|i| prose.is(i, words!("if whether hypothesis hypothetically hypothetical likely unlikely")))
    {
        return None;
    }
    // `British Airways` is a firm; the country in its name is nobody's target.
    let inside = |n: &Node| {
        n.class == Class::Country
            && nodes.iter().any(|o| o.class == Class::Organization && o.from <= n.from && n.to <= o.to)
    };
    if inside(a) || inside(b) {
        return None;
    }
    if let Some(found) = fixed(prose, line, a, b) {
        return Some(found);
    }
    // Nodes in between must belong to a list with one of the two; anything else may be the true partner.
    let foreign = nodes
        .iter()
        .any(|n| n.from >= a.to && n.to <= b.from && n.class.acts() && n.node != a.node && n.node != b.node);
    let verbs: Vec<usize> = between.clone().filter(|i| is_verb(prose, *i)).collect();
    let sure = 0.85;
    let found = match verbs.as_slice() {
        [] => None,
        &[verb] if !foreign => active(prose, line, a, b, verb)
            .map(|k| (true, k))
            .or_else(|| passive(prose, a, b, verb).map(|k| (false, k))),
        [_] => None,
        many => coordinated(prose, line, a, b, many).map(|k| (true, k)),
    };
    found.map(|(first, kind)| (first, kind, sure, Provenance::Named))
}
