//! The graph explorer: reports, what they name, and what one of them says belongs together.

use std::collections::BTreeMap;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use bartizan_store::{NamedIn, Report, ReportFilter, ReportId, name_key};
use bartizan_workbench::{Edge, Graph, GraphPage, Node};
use serde_json::Value;

use super::home::marking;
use super::html;
use super::name::{address, reader};
use super::report::{content, find};
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;

/// The most nodes of a picture.
const NODES: usize = 5_000;
/// The most names that are read for one.
const ROWS: usize = 20_000;
/// The newest reports that are drawn where none is asked for, or that name what is asked for.
const REPORTS: usize = 200;

/// `GET /graph?report=…` or `?kind=…&name=…`
pub(super) async fn show(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    reader(&visit)?;
    let (mut kind, mut name, mut from_row) = (String::new(), String::new(), 0);
    for (key, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        match key.as_ref() {
            "kind" => kind = value.into_owned(),
            "name" => name = value.into_owned(),
            "report" => (kind, name) = ("report".to_owned(), value.into_owned()),
            "rows" => from_row = value.parse().unwrap_or_default(),
            _ => {}
        }
    }
    let centre = Centre::of(&kind, &name);
    let mut drawing = drawing(&app, &visit, &centre).await?;
    let left_out = drawing.bound(NODES, &centre.key()) as u64;
    let mut shell = visit.shell.clone();
    shell.marking = drawing.marking.unwrap_or(shell.marking);
    let page = GraphPage {
        shell,
        graph: drawing.graph,
        centre: centre.key(),
        asked: (kind, name),
        from_row,
        expand: "/graph/around?node=".into(),
        left_out,
    };
    Ok(html(page.render()))
}

/// `GET /graph/around?node=…`: a node and what is joined to it, for a picture that is shown already.
pub(super) async fn around(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    reader(&visit)?;
    let query = query.unwrap_or_default();
    let node = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "node");
    let node = node.map(|(_, value)| value.into_owned()).unwrap_or_default();
    let centre = node.split_once(':').map_or(Centre::All, |(kind, name)| Centre::of(kind, name));
    if matches!(centre, Centre::All) {
        return Err(Stop::not_found(visit.shell));
    }
    let mut drawing = drawing(&app, &visit, &centre).await?;
    drawing.bound(NODES, &centre.key());
    let mut response = drawing.graph.json().into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

/// What is asked for.
enum Centre {
    All,
    Report(String),
    Name(String, String),
}

impl Centre {
    fn of(kind: &str, name: &str) -> Self {
        match (kind, name) {
            (_, "") | ("", _) => Self::All,
            ("report", uuid) => Self::Report(uuid.to_owned()),
            (kind, name) => Self::Name(kind.to_owned(), name_key(kind, name)),
        }
    }

    fn key(&self) -> String {
        match self {
            Self::All => String::new(),
            Self::Report(uuid) => format!("report:{uuid}"),
            Self::Name(kind, value) => format!("{kind}:{value}"),
        }
    }
}

async fn drawing(app: &App, visit: &Visit, centre: &Centre) -> Result<Drawing, Stop> {
    let readable = visit.readable();
    let mut drawing = Drawing::default();
    let reports = match centre {
        Centre::All => app.store.reports(&readable, &ReportFilter::default(), REPORTS).await,
        Centre::Report(uuid) => Ok(vec![find(app, visit, uuid).await?]),
        Centre::Name(kind, value) => {
            let found = app.store.named_in(&readable, kind, value, None, REPORTS).await;
            found.map(|all| all.into_iter().map(|n| n.report).collect())
        }
    };
    let reports: Vec<Report> = reports.map_err(|e| visit.stop(&e))?;
    if reports.is_empty() && !matches!(centre, Centre::All) {
        return Err(Stop::not_found(visit.shell.clone()));
    }
    for report in &reports {
        drawing.report(report);
    }
    drawing.marking = reports.iter().map(|r| marking(visit, r)).max();
    let ids: Vec<ReportId> = reports.iter().map(|r| r.id).collect();
    for found in app.store.names_of(&readable, &ids, ROWS).await.map_err(|e| visit.stop(&e))? {
        drawing.named(&found);
    }
    if let (Centre::Report(_), [report]) = (centre, reports.as_slice()) {
        let bytes = content(app, visit, report, "analysis.json").await?;
        drawing.relations(&serde_json::from_slice(&bytes).unwrap_or_default());
    }
    Ok(drawing)
}

/// A graph that grows.
#[derive(Default)]
struct Drawing {
    graph: Graph,
    at: BTreeMap<String, usize>,
    marking: Option<bartizan_stix::Tlp>,
}

impl Drawing {
    fn node(&mut self, key: String, make: impl FnOnce(String) -> Node) -> usize {
        if let Some(at) = self.at.get(&key) {
            return *at;
        }
        let at = self.graph.nodes.len();
        self.graph.nodes.push(make(key.clone()));
        self.at.insert(key, at);
        at
    }

    fn report(&mut self, report: &Report) -> usize {
        self.node(format!("report:{}", report.uuid), |key| Node {
            key,
            kind: "report".into(),
            label: report.title.clone(),
            href: format!("/reports/{}", report.uuid),
            at: None,
        })
    }

    fn named(&mut self, found: &NamedIn) {
        let source = self.report(&found.report);
        let named = &found.named;
        let target = self.node(format!("{}:{}", named.kind, named.value), |key| Node {
            key,
            kind: named.kind.clone(),
            label: named.shown.clone(),
            href: href(&named.kind, &address(&named.kind, &named.value, &named.shown)),
            at: None,
        });
        self.graph.edges.push(Edge { source, target, kind: "names".into(), stated: false, reports: 1 });
    }

    /// Relations of one analysis, between what is drawn.
    fn relations(&mut self, analysis: &Value) {
        let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let mut claims: BTreeMap<String, usize> = BTreeMap::new();
        for (list, id, kind, value) in [
            ("techniques", "claim", "technique", "id"),
            ("entities", "id", "", "name"),
            ("observables", "id", "indicator", "value"),
        ] {
            for item in analysis[list].as_array().into_iter().flatten() {
                let kind = if kind.is_empty() { text(item, "type") } else { kind.to_owned() };
                let key = format!("{kind}:{}", name_key(&kind, &text(item, value)));
                if let Some(at) = self.at.get(&key) {
                    claims.insert(text(item, id), *at);
                }
            }
        }
        let relations = analysis["relations"].as_array().into_iter().flatten();
        for relation in relations.take(ROWS) {
            let end = |name| claims.get(&text(relation, name)).copied();
            if let (Some(source), Some(target)) = (end("source"), end("target")) {
                let kind = text(relation, "type");
                self.graph.edges.push(Edge { source, target, kind, stated: true, reports: 1 });
            }
        }
    }

    /// Leaves so many nodes, the best connected and the centre; how many are left out.
    fn bound(&mut self, most: usize, centre: &str) -> usize {
        let n = self.graph.nodes.len();
        if n <= most {
            return 0;
        }
        let mut degree = vec![0_usize; n];
        for edge in &self.graph.edges {
            degree[edge.source] += 1;
            degree[edge.target] += 1;
        }
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by_key(|i| (self.graph.nodes[*i].key != centre, std::cmp::Reverse(degree[*i]), *i));
        let mut kept = order[..most].to_vec();
        kept.sort_unstable();
        let new: BTreeMap<usize, usize> = kept.iter().enumerate().map(|(new, old)| (*old, new)).collect();
        self.graph.nodes = kept.iter().map(|i| self.graph.nodes[*i].clone()).collect();
        self.graph.edges.retain_mut(|edge| match (new.get(&edge.source), new.get(&edge.target)) {
            (Some(source), Some(target)) => {
                (edge.source, edge.target) = (*source, *target);
                true
            }
            _ => false,
        });
        self.at = self.graph.nodes.iter().enumerate().map(|(i, node)| (node.key.clone(), i)).collect();
        n - most
    }
}

/// The page of a name.
pub(super) fn href(kind: &str, name: &str) -> String {
    // A path segment: what a form would write as `+` is a space.
    let part =
        |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
    format!("/names/{}/{}", part(kind), part(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawing() -> Drawing {
        let mut drawing = Drawing::default();
        let node = |key: String| Node { key, ..Node::default() };
        for key in ["report:1", "malware:tarrask", "technique:t1053", "tool:alone"] {
            drawing.node(key.to_owned(), node);
        }
        for target in [1, 2] {
            drawing.graph.edges.push(Edge { source: 0, target, ..Edge::default() });
        }
        drawing
    }

    #[test]
    fn what_a_report_says_belongs_together_is_joined() {
        let mut drawing = drawing();
        drawing.relations(&serde_json::json!({
            "techniques": [{ "claim": "t1", "id": "T1053" }],
            "entities": [{ "id": "e1", "type": "malware", "name": "Tarrask" }],
            "relations": [{ "source": "e1", "target": "t1", "type": "uses" }, { "source": "e9", "target": "t1" }],
        }));
        let last = drawing.graph.edges.last().expect("an edge");
        assert_eq!((last.source, last.target, last.kind.as_str(), last.stated), (1, 2, "uses", true));
        assert_eq!(drawing.graph.edges.len(), 3);
    }

    #[test]
    fn the_best_connected_and_the_centre_are_kept() {
        let mut drawing = drawing();
        assert_eq!(drawing.bound(3, "tool:alone"), 1);
        let keys: Vec<&str> = drawing.graph.nodes.iter().map(|n| n.key.as_str()).collect();
        assert_eq!(keys, ["report:1", "malware:tarrask", "tool:alone"]);
        assert_eq!(drawing.graph.edges.len(), 1);
    }

    #[test]
    fn an_address_holds_what_an_indicator_is() {
        assert_eq!(href("indicator", "http://a b/?x"), "/names/indicator/http%3A%2F%2Fa%20b%2F%3Fx");
    }
}
