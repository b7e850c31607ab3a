//! The graph explorer: what is named together, or stated to belong together, across reports.

mod layout;

use crate::shell::Shell;
use askama::Template;
use bartizan_page::Markup;
use serde::Serialize;

/// Rows of the table shown at once.
const ROWS: usize = 300;

/// `GET /graph?kind=…&name=…&rows=…`; `report=…` is the kind `report`. The picture and the table say the same; the table comes in pages of 300 rows, so
/// that a graph of ten thousand edges stays a light page.
#[derive(Clone, Debug)]
pub struct GraphPage {
    /// What stands around the page.
    pub shell: Shell,
    /// What is drawn.
    pub graph: Graph,
    /// Key of the node it was asked for; empty for the whole.
    pub centre: String,
    /// Kind and name it was asked for, kept in the address of further rows; both may be empty.
    pub asked: (String, String),
    /// First row of the table (the value of `rows`).
    pub from_row: usize,
    /// Address on this server that answers [`Graph::json`] for the neighbours of a node, its key appended; empty
    /// where nothing can be expanded. Usually `/graph/around?node=`.
    pub expand: String,
    /// Nodes left out because there are too many; the best connected are kept.
    pub left_out: u64,
}

/// Nodes and edges.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    /// Nodes.
    pub nodes: Vec<Node>,
    /// Edges.
    pub edges: Vec<Edge>,
}

/// A node.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Node {
    /// Key: the same for the same thing whenever it is asked for.
    pub key: String,
    /// Kind: `actor`, `campaign`, `malware`, `tool`, `technique`, `mitigation`, `vulnerability`, `indicator`,
    /// `observable`; anything else is drawn as an identity.
    pub kind: String,
    /// Name; defanged for an address.
    pub label: String,
    /// Its page on this server; empty for none.
    pub href: String,
    /// Place in the picture; [`Graph::place`] gives one where there is none.
    pub at: Option<(f32, f32)>,
}

/// An edge.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Edge {
    /// Index of the node it comes from.
    pub source: usize,
    /// Index of the node it goes to.
    pub target: usize,
    /// What connects them, in words: `uses`, `named together`.
    pub kind: String,
    /// Whether a sentence states it; else the two only occur together.
    pub stated: bool,
    /// Reports it rests on.
    pub reports: u64,
}

impl Graph {
    /// Drops edges that name no node, and gives every node a place: the same graph, the same picture.
    pub fn place(&mut self) {
        let n = self.nodes.len();
        self.edges.retain(|e| e.source < n && e.target < n && e.source != e.target);
        if self.nodes.iter().all(|node| node.at.is_some()) {
            return;
        }
        let edges: Vec<(usize, usize)> = self.edges.iter().map(|e| (e.source, e.target)).collect();
        for (node, at) in self.nodes.iter_mut().zip(layout::place(n, &edges)) {
            node.at.get_or_insert(at);
        }
    }

    fn degrees(&self) -> Vec<u32> {
        let mut degrees = vec![0; self.nodes.len()];
        for edge in &self.edges {
            for end in [edge.source, edge.target] {
                if let Some(d) = degrees.get_mut(end) {
                    *d += 1;
                }
            }
        }
        degrees
    }

    /// What the explorer reads, for the address in [`GraphPage::expand`].
    pub fn json(&self) -> String {
        self.wire().to_string()
    }

    fn wire(&self) -> Markup {
        let mut kinds: Vec<&str> = self.edges.iter().map(|e| e.kind.as_str()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let degrees = self.degrees();
        let shown = |t: &str| bartizan_page::shown(t).into_owned();
        bartizan_page::json(&Wire {
            nodes: self
                .nodes
                .iter()
                .zip(degrees)
                .map(|(n, degree)| {
                    let (x, y) = n.at.unwrap_or_default();
                    let href = if n.href.is_empty() { "" } else { crate::href::local(&n.href) };
                    (n.key.as_str(), shape(&n.kind), shown(&n.label), degree, x, y, href)
                })
                .collect(),
            edges: self
                .edges
                .iter()
                .map(|e| {
                    let kind = kinds.binary_search(&e.kind.as_str()).unwrap_or(0);
                    (e.source, e.target, kind, u8::from(!e.stated), e.reports)
                })
                .collect(),
            kinds: kinds.iter().map(|k| shown(k)).collect(),
        })
    }
}

type WireNode<'a> = (&'a str, &'static str, String, u32, f32, f32, &'a str);

#[derive(Serialize)]
struct Wire<'a> {
    nodes: Vec<WireNode<'a>>,
    edges: Vec<(usize, usize, usize, u8, u64)>,
    kinds: Vec<String>,
}

/// Shapes that are drawn; colour is never alone.
const SHAPES: [&str; 10] = [
    "actor",
    "campaign",
    "malware",
    "tool",
    "technique",
    "mitigation",
    "vulnerability",
    "indicator",
    "observable",
    "identity",
];

fn shape(kind: &str) -> &'static str {
    SHAPES.into_iter().find(|s| *s == kind).unwrap_or("identity")
}

impl GraphPage {
    /// The page as HTML. Nodes without a place get one.
    pub fn render(&self) -> String {
        let mut graph = self.graph.clone();
        graph.place();
        let counts = SHAPES
            .into_iter()
            .map(|s| (s, graph.nodes.iter().filter(|n| shape(&n.kind) == s).count()))
            .filter(|(_, n)| *n > 0)
            .collect();
        crate::page::written(&Page { shell: &self.shell, view: self, counts, island: graph.wire(), graph })
    }

    fn page_of_rows(&self, from: usize) -> String {
        let rows = if from == 0 { String::new() } else { from.to_string() };
        format!(
            "/graph{}",
            crate::href::query(&[("kind", &self.asked.0), ("name", &self.asked.1), ("rows", &rows)])
        )
    }
}

#[derive(Template)]
#[template(path = "graph.html")]
struct Page<'a> {
    shell: &'a Shell,
    view: &'a GraphPage,
    graph: Graph,
    counts: Vec<(&'static str, usize)>,
    island: Markup,
}

impl Page<'_> {
    fn here(&self) -> &'static str {
        "graph"
    }

    fn part(&self) -> &'static str {
        ""
    }

    fn rows(&self) -> Vec<(&Node, &Edge, &Node)> {
        let edges = self.graph.edges.iter().skip(self.view.from_row).take(ROWS);
        edges.map(|e| (&self.graph.nodes[e.source], e, &self.graph.nodes[e.target])).collect()
    }

    fn last_row(&self) -> usize {
        (self.view.from_row + ROWS).min(self.graph.edges.len())
    }

    fn next_rows(&self) -> Option<String> {
        (self.last_row() < self.graph.edges.len()).then(|| self.view.page_of_rows(self.last_row()))
    }

    fn first_rows(&self) -> Option<String> {
        (self.view.from_row > 0).then(|| self.view.page_of_rows(0))
    }

    fn centre_name(&self) -> &str {
        self.graph.nodes.iter().find(|n| n.key == self.view.centre).map_or("", |n| n.label.as_str())
    }
}
