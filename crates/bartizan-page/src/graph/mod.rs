//! The graph: what the report connects, placed once and drawn the same everywhere.
//!
//! Nodes are entities, techniques, mitigations and indicators. Edges are the relations a sentence states, then what
//! the pack knows (a mitigation answers a technique), then plain neighbourhood: named in the same sentence.

mod layout;

use crate::claims::{Shape, label, relation_words};
use crate::key::Key;
use crate::safe::{Markup, clipped};
use crate::tables::{answered, node_shape};
use bartizan::{Analysis, EntityKind, Evidence, NodeRef, Verdict};
use bartizan_knowledge::Pack;
use layout::Point;
use std::collections::BTreeMap;

/// Nodes drawn: the best connected. More are a cloud, not a picture; the tables have all.
pub(crate) const MOST_NODES: usize = 300;
/// Edges drawn.
const MOST_EDGES: usize = 1_500;
/// Nodes that a sentence may hold and still connect them: a list of forty names is no statement.
const MOST_TOGETHER: usize = 9;

/// What is drawn.
#[derive(Debug)]
pub(crate) struct Graph {
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
    /// Kinds of edges that occur; an edge has an index into them.
    pub kinds: Vec<String>,
    /// Nodes left out because of the cap.
    pub over: usize,
    /// Indicators that nothing connects.
    pub alone: usize,
}

/// A node and its place.
#[derive(Debug)]
pub(crate) struct Node {
    pub key: Key,
    pub shape: Shape,
    pub label: String,
    pub degree: u32,
    pub at: Point,
}

/// An edge between two nodes.
#[derive(Debug)]
pub(crate) struct Edge {
    pub source: u32,
    pub target: u32,
    pub kind: u32,
    pub tie: Tie,
    /// The relation behind it.
    pub claim: Option<Key>,
}

/// How firmly an edge is founded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tie {
    /// A sentence states it.
    Said,
    /// The pack knows it.
    Known,
    /// Named in one sentence.
    Near,
}

struct Link {
    source: NodeRef,
    target: NodeRef,
    kind: String,
    tie: Tie,
    claim: Option<Key>,
}

/// Chooses, connects and places the nodes.
pub(crate) fn graph(analysis: &Analysis, pack: &Pack) -> Graph {
    let links = links(analysis, pack);
    let mut degree: BTreeMap<NodeRef, (u32, u32)> = BTreeMap::new();
    for i in 0..analysis.entities.len() as u32 {
        degree.insert(NodeRef::Entity(i), (0, 0));
    }
    for i in 0..analysis.techniques.len() as u32 {
        degree.insert(NodeRef::Technique(i), (0, 0));
    }
    for i in 0..analysis.mitigations.len() as u32 {
        degree.insert(NodeRef::Mitigation(i), (0, 0));
    }
    for link in &links {
        for node in [link.source, link.target] {
            let (weight, count) = degree.entry(node).or_default();
            *weight += if link.tie == Tie::Said { 3 } else { 1 };
            *count += 1;
        }
    }
    let drawn = |o: usize| degree.contains_key(&NodeRef::Observable(o as u32));
    let alone = analysis
        .observables
        .iter()
        .enumerate()
        .filter(|(i, o)| o.verdict == Verdict::Indicator && !drawn(*i))
        .count();
    let mut chosen: Vec<(NodeRef, u32, u32)> = degree.into_iter().map(|(n, (w, c))| (n, w, c)).collect();
    chosen.sort_by_key(|&(node, weight, _)| (std::cmp::Reverse(weight), node));
    let over = chosen.len().saturating_sub(MOST_NODES);
    chosen.truncate(MOST_NODES);
    let index: BTreeMap<NodeRef, u32> = chosen.iter().zip(0u32..).map(|((n, ..), i)| (*n, i)).collect();

    let mut kinds: Vec<String> = Vec::new();
    let mut edges: Vec<Edge> = Vec::new();
    for link in links {
        let (Some(&source), Some(&target)) = (index.get(&link.source), index.get(&link.target)) else {
            continue;
        };
        if source == target || edges.len() >= MOST_EDGES {
            continue;
        }
        let kind = kinds.iter().position(|k| *k == link.kind).unwrap_or_else(|| {
            kinds.push(link.kind);
            kinds.len() - 1
        });
        edges.push(Edge { source, target, kind: kind as u32, tie: link.tie, claim: link.claim });
    }
    let springs: Vec<(u32, u32, f32)> =
        edges.iter().map(|e| (e.source, e.target, if e.tie == Tie::Said { 1.0 } else { 0.45 })).collect();
    let places = layout::place(chosen.len(), &springs);
    let nodes = chosen
        .into_iter()
        .zip(places)
        .map(|((node, _, degree), at)| Node {
            key: node.into(),
            shape: node_shape(analysis, node),
            label: clipped(&label(analysis, node), 42),
            degree,
            at,
        })
        .collect();
    Graph { nodes, edges, kinds, over, alone }
}

/// All connections: stated first, each pair once by neighbourhood.
fn links(analysis: &Analysis, pack: &Pack) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    let mut joined: BTreeMap<(NodeRef, NodeRef), ()> = BTreeMap::new();
    let pair = |a: NodeRef, b: NodeRef| if a <= b { (a, b) } else { (b, a) };
    let exists = |node: NodeRef| match node {
        NodeRef::Entity(i) => (i as usize) < analysis.entities.len(),
        NodeRef::Observable(i) => (i as usize) < analysis.observables.len(),
        NodeRef::Technique(i) => (i as usize) < analysis.techniques.len(),
        NodeRef::Mitigation(i) => (i as usize) < analysis.mitigations.len(),
    };
    for (i, r) in analysis.relations.iter().enumerate().filter(|(_, r)| exists(r.source) && exists(r.target))
    {
        joined.insert(pair(r.source, r.target), ());
        links.push(Link {
            source: r.source,
            target: r.target,
            kind: relation_words(r.kind),
            tie: Tie::Said,
            claim: Some(Key::relation(i)),
        });
    }
    for (i, m) in analysis.mitigations.iter().enumerate() {
        for t in answered(analysis, pack, &m.id) {
            let (source, target) = (NodeRef::Mitigation(i as u32), NodeRef::Technique(t));
            if joined.insert(pair(source, target), ()).is_none() {
                links.push(Link { source, target, kind: "mitigates".into(), tie: Tie::Known, claim: None });
            }
        }
    }
    for members in sentences(analysis).into_values().filter(|m| (2..=MOST_TOGETHER).contains(&m.len())) {
        for (i, &a) in members.iter().enumerate() {
            for &b in &members[i + 1..] {
                let telling = is_centre(analysis, a) || is_centre(analysis, b);
                if telling && joined.insert(pair(a, b), ()).is_none() {
                    links.push(Link {
                        source: a,
                        target: b,
                        kind: "same sentence".into(),
                        tie: Tie::Near,
                        claim: None,
                    });
                }
            }
        }
    }
    links
}

/// What is named in each sentence, by the sentence's start.
fn sentences(analysis: &Analysis) -> BTreeMap<u32, Vec<NodeRef>> {
    let mut out: BTreeMap<u32, Vec<NodeRef>> = BTreeMap::new();
    let mut add = |node: NodeRef, evidence: &[Evidence]| {
        for e in evidence {
            let members = out.entry(e.sentence.start).or_default();
            // Sentences over the cap are not used; one more than the cap is enough to know.
            if members.len() <= MOST_TOGETHER && members.last() != Some(&node) {
                members.push(node);
            }
        }
    };
    for (i, e) in analysis.entities.iter().enumerate() {
        add(NodeRef::Entity(i as u32), &e.evidence);
    }
    for (i, t) in analysis.techniques.iter().enumerate() {
        add(NodeRef::Technique(i as u32), &t.evidence);
    }
    for (i, o) in analysis.observables.iter().enumerate().filter(|(_, o)| o.verdict == Verdict::Indicator) {
        add(NodeRef::Observable(i as u32), &o.evidence);
    }
    out
}

/// Whether neighbourhood to a thing says something: it acts, or others act on it.
fn is_centre(analysis: &Analysis, node: NodeRef) -> bool {
    let NodeRef::Entity(i) = node else { return false };
    analysis.entities.get(i as usize).is_some_and(|e| {
        matches!(
            e.kind,
            EntityKind::Actor
                | EntityKind::Malware
                | EntityKind::Tool
                | EntityKind::Campaign
                | EntityKind::Vulnerability
                | EntityKind::Policy
        )
    })
}

/// Nodes that carry their name in the still picture.
const LABELLED: usize = 28;

impl Graph {
    /// The still picture: without scripts, on paper, and where WebGL is missing. Also what is exported.
    pub fn svg(&self) -> Markup {
        let mut out = Markup::default();
        out.raw("<svg class=\"gs\" viewBox=\"0 0 1200 800\" role=\"img\" aria-label=\"Graph; the table below says the same\">");
        let at = |i: u32| self.nodes.get(i as usize).map_or((600, 400), |n| spot(n.at));
        for e in &self.edges {
            let ((x1, y1), (x2, y2)) = (at(e.source), at(e.target));
            out.raw(match e.tie {
                Tie::Said => "<path class=\"es\" d=\"M",
                Tie::Known => "<path class=\"ek\" d=\"M",
                Tie::Near => "<path class=\"en\" d=\"M",
            });
            for (n, then) in [(x1, " "), (y1, "L"), (x2, " "), (y2, "\"/>")] {
                out.num(n);
                out.raw(then);
            }
        }
        for (i, node) in self.nodes.iter().enumerate() {
            let (x, y) = spot(node.at);
            out.raw("<a href=\"#c-");
            out.text(&node.key.to_string());
            out.raw("\" data-n=\"");
            out.num(i as u32);
            out.raw("\"><use href=\"#g-");
            out.raw(node.shape);
            out.raw("\" x=\"");
            out.num(x - 9);
            out.raw("\" y=\"");
            out.num(y - 9);
            out.raw("\" width=\"18\" height=\"18\"/>");
            if i < LABELLED || self.nodes.len() <= LABELLED {
                out.raw("<text text-anchor=\"middle\" x=\"");
                out.num(x);
                out.raw("\" y=\"");
                out.num(y + 22);
                out.raw("\">");
                out.text(&clipped(&node.label, 28));
                out.raw("</text>");
            } else {
                out.raw("<title>");
                out.text(&node.label);
                out.raw("</title>");
            }
            out.raw("</a>");
        }
        out.raw("</svg>");
        out
    }
}

/// Where a place of the layout lies in the picture.
fn spot(at: Point) -> (u32, u32) {
    let x = 600.0 + at[0].clamp(-1.6, 1.6) * 365.0;
    let y = 395.0 - at[1].clamp(-1.1, 1.1) * 355.0;
    (x.round() as u32, y.round() as u32)
}
