//! The report page: templates and the embedded interface, one set for the file and the server.
//!
//! [`report`] renders `report.html`, one file that opens offline and loads nothing. The page has two parts:
//! `templates/analysis.html` is everything about an analysis and knows nothing of how it is delivered;
//! `templates/file.html` is the shell of the one-file form, with the style sheet, the scripts and the policy inside.
//! Within the server the same page has a bar of links above it ([`report_within`]).
//!
//! No text of a report becomes markup: templates escape, and what is written without a template goes through a
//! writer that takes only literals and escaped text. `docs/report-page.md` describes the page.

mod assessment;
mod assets;
mod changes;
mod claims;
mod detections;
mod flow;
mod graph;
mod key;
mod listing;
mod matrix;
mod mitigations;
mod print;
mod response;
mod safe;
mod source;
mod tables;
mod timeline;

pub use bartizan_detection::Queries;
pub use changes::changes;
pub use safe::{Markup, json, shown};

use askama::Template;
use bartizan::{Analysis, Verdict, exchange};
use bartizan_detection::Detections;
use bartizan_knowledge::Pack;
use bartizan_response::Assessment;
use bartizan_stix::Tlp;
use claims::{Claim, Facet};
use detections::Section;
use graph::{Graph, Tie};
use key::Key;
use matrix::Matrix;
use safe::clipped;
use source::Source;
use std::collections::BTreeMap;
use tables::{
    DiagnosticRow, EntityRow, FixRow, KindCount, MitigationRow, ObservableRow, RelationRow, WithheldRow,
};
use timeline::{Drawing, EventRow};

/// What later stages made of the analysis; each is left out of the page where nobody asked for it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Parts<'a> {
    /// Rules of this analysis.
    pub detections: Option<&'a Detections>,
    /// These rules in the languages of platforms.
    pub queries: &'a [Queries],
    /// What was concluded from this analysis.
    pub assessment: Option<&'a Assessment>,
}

/// Renders `report.html`: one self-contained file that opens offline.
///
/// `pack` must be the one the analysis was made with. Same arguments, same bytes.
pub fn report(analysis: &Analysis, pack: &Pack, parts: &Parts<'_>) -> String {
    report_within(analysis, pack, parts, &[])
}

/// Renders the page as [`report`] does, with a bar of links to the server's pages above it. Serve it with
/// [`policy`] as its Content-Security-Policy: its script and style stand inside.
pub fn report_within(analysis: &Analysis, pack: &Pack, parts: &Parts<'_>, links: &[Link]) -> String {
    let page = Page::new(analysis, pack, parts);
    let policy = assets::policy();
    let file = File { page: &page, policy, links, css: assets::CSS, boot: assets::BOOT, js: assets::JS };
    // The templates hold nothing that can fail, and writing into a String cannot.
    file.render().expect("rendering into memory")
}

/// The Content-Security-Policy of [`report`] and [`report_within`], for a response header.
pub fn policy() -> String {
    format!("{}; frame-ancestors 'none'", assets::policy())
}

/// A link of the bar that [`report_within`] puts above the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What the reader sees.
    pub label: String,
    /// An address on the server; anything else is written as `/`.
    pub href: String,
}

impl Link {
    fn local(&self) -> &str {
        let plain = self.href.bytes().all(|b| b > b' ' && b != b'\\' && b != 0x7f);
        if plain && self.href.starts_with('/') && !self.href.starts_with("//") { &self.href } else { "/" }
    }
}

/// The shell of the one-file form.
#[derive(Template)]
#[template(path = "file.html")]
struct File<'a> {
    page: &'a Page,
    policy: String,
    links: &'a [Link],
    css: &'static str,
    boot: &'static str,
    js: &'static str,
}

/// Everything about an analysis, ready to be written: no template decides anything about content.
struct Page {
    title: String,
    byline: Vec<String>,
    source_url: String,
    language: String,
    tlp: &'static str,
    tlp_class: &'static str,
    tlp_is_default: bool,
    brief: String,
    figures: Vec<FigureView>,
    facts: Vec<FactView>,
    claims: Vec<Claim>,
    facets: Vec<Facet>,
    source: Markup,
    matrices: Vec<Matrix>,
    observables: Vec<ObservableRow>,
    /// None where nobody asked for rules.
    detections: Option<Section>,
    kinds: Vec<KindCount>,
    verdicts: [(&'static str, &'static str, usize); 3],
    entities: Vec<EntityRow>,
    relations: Vec<RelationRow>,
    fixes: Vec<FixRow>,
    graph: Graph,
    still: Markup,
    shapes: Vec<(&'static str, usize)>,
    events: Vec<EventRow>,
    drawing: Option<Drawing>,
    mitigations: Vec<MitigationRow>,
    /// How bad it is, who is behind it, what it obliges to; none where nobody asked.
    assessment: Option<assessment::Section>,
    /// What to do.
    response: Option<response::Section>,
    /// What happened, in order.
    flow: Option<flow::Section>,
    /// What answers the techniques.
    answers: Option<mitigations::Section>,
    diagnostics: Vec<DiagnosticRow>,
    withheld: Vec<WithheldRow>,
    about: Vec<(&'static str, String)>,
    /// What the printer gets.
    sheet: print::Sheet,
    island: Markup,
}

struct FigureView {
    value: usize,
    label: &'static str,
    note: String,
    tab: &'static str,
}

struct FactView {
    label: &'static str,
    value: String,
    claims: Vec<Key>,
}

impl Page {
    fn new(analysis: &Analysis, pack: &Pack, parts: &Parts<'_>) -> Self {
        let Parts { detections, queries, assessment } = *parts;
        let summary = exchange::summary(analysis);
        let mut places = detections.map(|d| detections::places(analysis, d)).unwrap_or_default();
        if let Some(a) = assessment {
            places.extend(assessment::places(a));
            places.extend(response::places(a));
            places.extend(flow::places(a));
        }
        let source = Source::new(analysis, &places);
        let tlp = exchange::marking(analysis);
        let mut claims = claims::claims(analysis, pack, &source);
        let seen_by =
            |technique: usize| detections.map(|d| detections::of_technique(d, technique)).unwrap_or_default();
        for claim in claims.iter_mut().filter(|c| c.kind == "technique") {
            claim.rules = seen_by(claim.key.1 as usize);
        }
        let observables = tables::observables(analysis);
        let graph = graph::graph(analysis, pack);
        let metadata = &analysis.document.metadata;
        let title = shown(&summary.title).into_owned();
        let count = |v| tables::verdict_count(analysis, v);
        Page {
            island: island(analysis, &title, tlp, &observables, &graph),
            byline: byline(analysis),
            source_url: metadata.source_url.as_deref().map(|u| clipped(u, 200)).unwrap_or_default(),
            language: metadata.language.as_deref().filter(|l| is_language(l)).unwrap_or("en").to_owned(),
            tlp: tlp.as_str(),
            tlp_class: tlp_class(tlp),
            tlp_is_default: analysis.marking.is_none(),
            brief: lead(&summary),
            figures: summary
                .figures
                .iter()
                .map(|f| FigureView {
                    value: f.value,
                    label: f.label,
                    note: f.note.clone(),
                    tab: tab_of(f.key),
                })
                .collect(),
            facts: summary
                .facts
                .iter()
                .map(|f| FactView {
                    label: f.label,
                    value: shown(&f.value).into_owned(),
                    claims: f.claims.iter().take(8).map(|&n| n.into()).collect(),
                })
                .collect(),
            facets: claims::facets(&claims),
            claims,
            source: source.markup(),
            detections: detections.map(|d| detections::section(analysis, d, queries, &source)),
            matrices: matrix::matrices(analysis, pack, &|technique| seen_by(technique).len()),
            kinds: tables::kind_counts(analysis),
            verdicts: [
                ("indicator", "indicators", count(Verdict::Indicator)),
                ("observable", "observables", count(Verdict::Observable)),
                ("reference", "references", count(Verdict::Reference)),
            ],
            observables,
            entities: tables::entities(analysis),
            relations: tables::relations(analysis),
            fixes: tables::fixes(analysis),
            still: graph.svg(),
            shapes: shapes(&graph),
            graph,
            events: timeline::events(analysis, &source),
            drawing: timeline::drawing(analysis),
            mitigations: tables::mitigations(analysis, pack),
            assessment: assessment.map(|a| assessment::section(analysis, a, &source)),
            response: assessment.map(|a| response::section(analysis, a, &source)),
            flow: assessment.map(|a| flow::section(analysis, a, &source)),
            answers: assessment.map(|a| mitigations::section(analysis, a, &source)),
            diagnostics: tables::diagnostics(analysis),
            withheld: tables::withheld(analysis),
            about: about(analysis),
            sheet: print::sheet(analysis, assessment, &lead(&summary)),
            title,
        }
    }

    /// The count of the tab.
    fn rule_count(&self) -> usize {
        self.detections.as_ref().map_or(0, |d| d.rules.len())
    }

    /// Claims and values together: the count of the first tab.
    fn technique_count(&self) -> usize {
        self.matrices.iter().map(|m| m.covered).sum()
    }
}

/// The brief without the title, which stands right above it.
fn lead(summary: &exchange::Summary) -> String {
    let brief = summary.brief.strip_prefix(&format!("“{}”", summary.title));
    let text = match brief {
        Some(rest) if rest.starts_with(", published by ") => format!("Published by {}", &rest[15..]),
        Some(rest) if rest.starts_with(" on ") => format!("Dated {}", &rest[4..]),
        Some(rest) => rest.trim_start_matches(['.', ' ']).to_owned(),
        None => summary.brief.clone(),
    };
    shown(&text).into_owned()
}

/// A language tag is put into an attribute that browsers act on; only the plain form is.
fn is_language(tag: &str) -> bool {
    (2..=3).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_lowercase())
}

fn tlp_class(tlp: Tlp) -> &'static str {
    match tlp {
        Tlp::Clear => "clear",
        Tlp::Green => "green",
        Tlp::Amber | Tlp::AmberStrict => "amber",
        Tlp::Red => "red",
    }
}

/// The tab in which a figure of the summary is explained.
fn tab_of(figure: &str) -> &'static str {
    match figure {
        "techniques" => "attack",
        "indicators" => "observables",
        "events" => "timeline",
        _ => "entities",
    }
}

fn byline(analysis: &Analysis) -> Vec<String> {
    let metadata = &analysis.document.metadata;
    let mut out = Vec::new();
    out.extend(metadata.publisher.as_deref().map(|p| clipped(p, 120)));
    if !metadata.authors.is_empty() {
        out.push(metadata.authors.iter().take(6).map(|a| clipped(a, 80)).collect::<Vec<_>>().join(", "));
    }
    out.extend(metadata.published.as_deref().map(|d| clipped(d, 20)));
    if let Some(day) = metadata.modified.as_deref().filter(|d| metadata.published.as_deref() != Some(*d)) {
        out.push(format!("changed {}", clipped(day, 20)));
    }
    let pages = match analysis.document.pages {
        Some(1) => ", 1 page".to_owned(),
        Some(n) => format!(", {n} pages"),
        None => String::new(),
    };
    out.push(format!("{}{pages}", format_words(analysis.document.format)));
    out
}

fn format_words(format: bartizan::Format) -> &'static str {
    match format {
        bartizan::Format::Text => "plain text",
        bartizan::Format::Markdown => "Markdown",
        bartizan::Format::Html => "HTML",
        bartizan::Format::Pdf => "PDF",
        bartizan::Format::Docx => "Word",
        bartizan::Format::Email => "e-mail",
    }
}

/// Shapes that occur, in a fixed order, for the filter of the graph.
fn shapes(graph: &Graph) -> Vec<(&'static str, usize)> {
    const ORDER: [&str; 10] = [
        "actor",
        "campaign",
        "malware",
        "tool",
        "technique",
        "vulnerability",
        "indicator",
        "observable",
        "identity",
        "mitigation",
    ];
    ORDER
        .into_iter()
        .map(|s| (s, graph.nodes.iter().filter(|n| n.shape == s).count()))
        .filter(|(_, n)| *n > 0)
        .collect()
}

fn about(analysis: &Analysis) -> Vec<(&'static str, String)> {
    let document = &analysis.document;
    let language = document.metadata.language.as_deref().unwrap_or("not recognised");
    vec![
        ("Input", clipped(&document.name, 200)),
        ("SHA-256 of the input", shown(&document.sha256).into_owned()),
        ("Read as", format_words(document.format).to_owned()),
        ("Language", clipped(language, 20)),
        (
            "Text",
            format!("{} characters, {} sentences", document.text.chars().count(), document.sentences.len()),
        ),
        ("Knowledge", clipped(&analysis.pack, 300)),
        ("Analysed", exchange::timestamp(analysis.now)),
        ("Bartizan", env!("CARGO_PKG_VERSION").to_owned()),
    ]
}

/// What the islands need and the page does not already say: exact values for copying, and the graph.
#[derive(serde::Serialize)]
struct Island<'a> {
    title: &'a str,
    tlp: &'static str,
    /// Exact values of the observables, in the order of the rows.
    values: Vec<&'a str>,
    /// STIX patterns of the indicators, by row.
    patterns: BTreeMap<usize, String>,
    graph: IslandGraph<'a>,
}

#[derive(serde::Serialize)]
struct IslandGraph<'a> {
    /// Claim, shape, label, degree, x, y.
    nodes: Vec<(String, &'static str, &'a str, u32, f32, f32)>,
    /// Source, target, kind, tie, claim.
    edges: Vec<(u32, u32, u32, u8, Option<String>)>,
    kinds: &'a [String],
}

fn island(analysis: &Analysis, title: &str, tlp: Tlp, rows: &[ObservableRow], graph: &Graph) -> Markup {
    let tie = |t: Tie| match t {
        Tie::Said => 0,
        Tie::Known => 1,
        Tie::Near => 2,
    };
    safe::json(&Island {
        title,
        tlp: tlp.as_str(),
        values: rows
            .iter()
            .map(|r| analysis.observables.get(r.key.1 as usize).map_or("", |o| o.value.as_str()))
            .collect(),
        patterns: rows
            .iter()
            .enumerate()
            .filter_map(|(row, r)| {
                let pattern = exchange::stix::pattern(analysis.observables.get(r.key.1 as usize)?)?;
                // One pattern a line is what the copied list promises.
                (!pattern.contains(['\n', '\r'])).then_some((row, pattern))
            })
            .collect(),
        graph: IslandGraph {
            nodes: graph
                .nodes
                .iter()
                .map(|n| (n.key.to_string(), n.shape, n.label.as_str(), n.degree, n.at[0], n.at[1]))
                .collect(),
            edges: graph
                .edges
                .iter()
                .map(|e| (e.source, e.target, e.kind, tie(e.tie), e.claim.map(|k| k.to_string())))
                .collect(),
            kinds: &graph.kinds,
        },
    })
}
